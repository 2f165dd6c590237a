"""J16: inside the `state` messages is what a join asks for, made once for all who ask for it."""

import base64
import json
import zlib
from typing import Any

import msgpack
import pytest

from prime_client.copy.digest import digest
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, MSGPACK, Message, Wire, marker

pytestmark = pytest.mark.postgres


async def joined_as(wire: Wire, project: str, **asked: Any) -> tuple[Message, bytes]:
    """`joined`, and what its parts hold, inflated."""
    answer = await wire.ask({"t": "join", "id": wire.new_id(), "project": project} | asked)
    assert answer["t"] == "joined", answer
    packed = b""
    for _ in range(answer["parts"]):
        data = (await wire.until("state"))["data"]
        packed += base64.b64decode(data) if wire.codec == JSON else data
    return answer, zlib.decompress(packed)


async def odd_song(node: Node) -> tuple[Wire, str]:
    """Numbers and names that encodings are wrong about."""
    ann = await node.musician("ann", MSGPACK)
    project = await create_project(ann)
    await ann.join(project)
    params = {"zero": -0.0, "large": 2**53, "small": 5e-324, "é": "𝄞"}
    device = {"channel": "ch_master", "params": params, "name": "\u2028<script>"}
    insert = {"op": "insert", "col": "devices", "id": "dev_odd_", "entity": device}
    ack = await ann.edit(project, insert, marker("marker_1", time=-0.0))
    assert ack["t"] == "ack", ack
    node.hub.rooms[project].room.joining.encoded_states.clear()  # those to come hold all of it
    return ann, project


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_J16_a_state_comes_as_json_to_who_asks_for_it(node: Node, codec: str) -> None:
    _, project = await odd_song(node)
    wire = await node.musician("ben", codec)
    await node.server.context.db.execute(
        "INSERT INTO project_members (project_id, user_id, role) VALUES ($1, $2, 'viewer')",
        project,
        wire.user,
    )
    answer, data = await joined_as(wire, project, state="json")
    state = json.loads(data)
    assert answer["digest"]["digest"] == digest(state)
    assert state["devices"]["dev_odd_"]["params"]["large"] == 2**53
    again = await node.again(wire, "phone", codec)
    by_default, data = await joined_as(again, project, state=None)
    plain = json.loads(data) if codec == JSON else msgpack.unpackb(data, strict_map_key=False)
    assert digest(plain) == by_default["digest"]["digest"] == digest(state)
    assert {c: plain[c] for c in plain if plain[c] != state[c]} == {}
    assert data.startswith(b"{") == (codec == JSON)


async def test_J16_each_form_is_made_once_and_none_for_whom_no_one_waits(node: Node) -> None:
    ann, project = await odd_song(node)

    def made() -> int:
        lines = node.metrics.text().splitlines()
        found = [line for line in lines if line.startswith("prime_states_encoded_total ")]
        return int(float(found[0].split()[1])) if found else 0

    before = made()
    asked = [{}, {}, {"state": "json"}, {}, {"state": "json"}, {}, {"state": "json"}]
    seen = []
    for number, words in enumerate(asked):
        wire = await node.again(ann, f"device {number}")
        _, data = await joined_as(wire, project, **words)
        seen.append(data)
        await ann.edit(project, marker(f"marker_{number + 10}"))
    assert made() - before == 2
    assert len(set(seen)) == 2


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
@pytest.mark.parametrize(
    "state", ["msgpack", "JSON", "", 1, True, ["json"], {"json": 1}, "j" * 999]
)
async def test_J16_E4_another_encoding_than_json_is_no_join(
    node: Node, codec: str, state: object
) -> None:
    ann = await node.musician("ann", codec)
    project = await create_project(ann)
    answer = await ann.ask({"t": "join", "id": "j1", "project": project, "state": state})
    assert (answer["t"], answer["code"]) == ("error", "bad_message"), answer
    assert project not in node.hub.rooms
    _, data = await joined_as(ann, project, state="json")
    assert "project" in json.loads(data)
