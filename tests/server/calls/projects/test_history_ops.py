"""`history.ops`: a client that replays it has every state that there was."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from prime_client.client import Client
from prime_client.copy.digest import digest
from prime_client.failures import StateDamaged
from prime_client.past_deltas import apply_delta, past_deltas
from schema.limits import MAX_PAGE_BYTES
from schema.ops import encode_ops
from schema.server_limits import MADE_OPS
from server.states.history_compaction import compact_old
from tests.rooms.chaos import Chaos
from tests.server.calls.projects.test_history import fetched
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import JSON, MSGPACK, Message, Wire, delete, marker

pytestmark = pytest.mark.postgres

TRACK: Message = {"op": "insert", "col": "tracks", "id": "track_01", "entity": {}}


async def pages(wire: Wire, project: str, after: int = 0, to: int | None = None) -> list[Message]:
    """All of them, asked for as Y6 says."""
    found: list[Message] = []
    place: Message = {"after": after, "op": 0}
    while True:
        page = await wire.result("history.ops", project=project, to=to, **place)
        found.append(page)
        if page["next"] is None:
            return found
        place, to = page["next"], page["position"]["seq"]


async def whole(wire: Wire, project: str, after: int = 0, to: int | None = None) -> list[Any]:
    """The deltas, read by the SDK; what has its default is left out."""
    return [each async for each in past_deltas(wire.result, project, after, to)]


def told(delta: Mapping[str, Any]) -> dict[str, Any]:
    """What `delta` and `history.ops` both say of one; what was expected was met."""
    names = ("seq", "id", "user", "member", "at", "purpose", "reverts", "more")
    ops = [{name: value for name, value in op.items() if name != "expect"} for op in delta["ops"]]
    return {name: delta[name] for name in names if name in delta} | {"ops": ops}


async def check_every_state(wire: Wire, project: str) -> int:
    """Replayed from the beginning, each comes to the digest of `history.at`; how many there are."""
    _, state = await fetched(wire, "history.at", project=project, seq=0)
    is_inside = False
    deltas = await whole(wire, project)
    for seq, delta in enumerate(deltas, start=1):
        assert delta["seq"] == seq
        apply_delta(state, delta)
        is_inside = delta.get("more", False)
        then = await wire.result("history.at", project=project, seq=seq)
        if not is_inside:
            assert (then["position"]["seq"], then["digest"]) == (seq, digest(state)), seq
        else:
            assert then["position"]["seq"] > seq
    assert not is_inside
    return len(deltas)


@pytest.mark.parametrize(("seed", "codec"), [(1, JSON), (2, MSGPACK), (3, JSON), (4, MSGPACK)])
async def test_Y5_D8_a_replay_has_the_digest_of_every_moment(
    node: Node, seed: int, codec: str
) -> None:
    """Of seeded deltas, of which many are dropped in part, of undos, of a restore."""
    ann, ben, project = await node.pair((codec, MSGPACK))
    kept = await ann.result("snapshots.create", project=project, name="empty")
    document = node.hub.rooms[project].room.document
    heard: list[Message] = []
    dropped = 0
    for number, (ops, atomic) in enumerate(Chaos(seed).deltas(document, 40)):
        raw = json.loads(encode_ops(ops))
        answer = await ann.edit(project, *raw, atomic=atomic, base=0, base_epoch="of before")
        dropped += bool(answer.get("dropped"))
        if number % 9 == 8:
            await ann.ask({"t": "undo", "project": project, "id": f"undo_{number:04}"})
        if number % 18 == 17:
            await ann.ask({"t": "redo", "project": project, "id": f"redo_{number:04}"})
    await ann.result("snapshots.restore", project=project, snapshot=kept["id"], id="restore_01")
    await ann.ask({"t": "undo", "project": project, "id": "undo_last"})
    head = node.hub.rooms[project].room.head
    while not heard or heard[-1]["seq"] < head:
        heard.append(await ben.until("delta"))
    assert dropped > 5
    deltas = await whole(ann, project)
    assert [told(each) for each in deltas] == [told(each) for each in heard]
    assert {each.get("purpose", "edit") for each in deltas} >= {"edit", "undo", "redo", "restore"}
    assert await check_every_state(ann, project) == head
    from_the_middle = await whole(ann, project, after=7, to=12)
    assert from_the_middle == deltas[7:12]


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
async def test_Y6_a_delta_larger_than_a_page_comes_in_parts(node: Node, codec: str) -> None:
    """What falls with one deleted track, and inserts of which little was sent."""
    ann, _, project = await node.pair((codec, MSGPACK))
    await ann.edit(project, TRACK)
    clips = [
        {"op": "insert", "col": "clips", "id": f"clip_{n:05}"}
        | {"entity": {"track": "track_01", "time": n, "duration": 1}}
        for n in range(6_000)
    ]
    assert (await ann.edit(project, *clips))["t"] == "ack"
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"
    ack = await ann.edit(project, {"op": "delete", "col": "tracks", "id": "track_01"})
    assert len(ack["ops"]) == 6_001, ack
    found = await pages(ann, project)
    parts = [each for page in found for each in page["deltas"]]
    assert all(len(json.dumps(page)) < 4 * MAX_PAGE_BYTES for page in found if codec == JSON)
    of_second = [each for each in parts if each["seq"] == 2]
    assert len(of_second) > 3
    assert [each.get("cut", False) for each in of_second][-2:] == [True, False]
    assert sum(len(each["ops"]) for each in of_second) == 6_000
    assert [each["seq"] for each in parts] == sorted(each["seq"] for each in parts)
    deltas = await whole(ann, project)
    assert [len(each["ops"]) for each in deltas] == [1, 6_000, 1, 6_001]
    assert await check_every_state(ann, project) == 4


async def test_Y6_one_op_of_any_size_fits_into_a_page(node: Node) -> None:
    """Letters that JSON spells with two, in as many bytes as an op may have."""
    ann = await node.musician("ann", MSGPACK)
    project = await create_project(ann)
    await ann.join(project)
    device = {"op": "insert", "col": "devices", "id": "dev_wide"}
    params = {f"leaf_{n:04}": '"' * 1_000 for n in range(120)}
    entity = {"channel": "ch_master", "params": params}
    assert (await ann.edit(project, device | {"entity": entity}))["t"] == "ack"
    change = {"op": "set", "col": "devices", "id": "dev_wide", "props": {"params": params}}
    for _ in range(3):
        ack = await ann.edit(project, change | {"expect": {"params": params}})
        assert ack["t"] == "ack", ack
    in_json = await node.again(ann, "phone", JSON)
    assert await check_every_state(in_json, project) == 4


async def test_Y5_D14_a_range_never_ends_inside_a_group(node: Node) -> None:
    ann, _, project = await node.pair()
    many = [marker(f"marker_{n:05}") for n in range(2 * MADE_OPS + 100)]
    for start in range(0, len(many), MADE_OPS):
        assert (await ann.edit(project, *many[start : start + MADE_OPS]))["t"] == "ack"
    kept = await ann.result("snapshots.create", project=project, name="full")
    for start in range(0, len(many), MADE_OPS):
        gone = [delete(each["id"]) for each in many[start : start + MADE_OPS]]
        assert (await ann.edit(project, *gone))["t"] == "ack"
    before = node.hub.rooms[project].room.head
    await ann.result("snapshots.restore", project=project, snapshot=kept["id"], id="restore_01")
    end = node.hub.rooms[project].room.head
    assert end > before + 1
    deltas = await whole(ann, project, after=before, to=before + 1)
    assert [each.get("more", False) for each in deltas] == [True] * (end - before - 1) + [False]
    page = await ann.result("history.ops", project=project, after=before, to=before + 1)
    assert page["position"]["seq"] == end
    page = await ann.result("history.ops", project=project, after=before, to=before)
    assert (page["deltas"], page["next"], page["position"]["seq"]) == ([], None, before)
    page = await ann.result("history.ops", project=project, after=0, to=0)
    assert (page["deltas"], page["next"], page["position"]["seq"]) == ([], None, 0)
    assert await check_every_state(ann, project) == end


@pytest.mark.usefixtures("quick_rounds")
async def test_Y5_what_a_dead_node_has_not_recorded_is_found_by_another(nodes: Nodes) -> None:
    """The second op was dropped, and only the memory of the first node knew that."""
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"
    gone = {"op": "delete", "col": "markers", "id": "marker_9"}
    ack = await ann.edit(project, marker("marker_2"), gone)
    assert [drop["op"] for drop in ack["dropped"]] == [1]
    await one.die()
    cat = await two.again(ann, "phone")
    page = await cat.result("history.list", project=project)
    assert [entry["total"] for entry in page["entries"]] == [1, 1]
    assert [len(each["ops"]) for each in await whole(cat, project)] == [1, 1]
    assert await check_every_state(cat, project) == 2


async def test_Y4_Y6_what_is_compacted_or_ahead_says_so(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for n in range(3):
        await ann.edit(project, marker(f"marker_{n}"))
    await ann.result("snapshots.create", project=project, name="v1")
    await ann.edit(project, marker("marker_8"))
    await ann.ask({"t": "leave", "id": "l1", "project": project})
    await node.server.write_behind.close_room(project)
    db = node.server.foundation.db.calls
    await db.execute(
        "UPDATE project_snapshots SET created_at = now() - interval '1 year' WHERE name = 'v1'"
    )
    await compact_old(db, 30)
    for after in (0, 2):
        answer = await ann.call("history.ops", project=project, after=after)
        assert (answer["code"], answer["details"]) == ("compacted", {"oldest": 3}), answer
    assert [each["seq"] for each in await whole(ann, project, after=3)] == [4]
    for asked in ({"after": 5}, {"after": 3, "to": 5}):
        answer = await ann.call("history.ops", project=project, **asked)
        assert (answer["code"], answer["details"]) == ("position_ahead", {"head": 4})
    for asked in ({"after": 4, "to": 3}, {"after": 3, "op": 1}, {"after": 4, "op": 1}):
        answer = await ann.call("history.ops", project=project, **asked)
        assert answer["code"] == "validation", (asked, answer)
    unreadable: list[Message] = [
        {"after": -1},
        {"after": "1"},
        {"op": -1},
        {"to": 2**60},
        {"op": 2**40},
    ]
    for asked in unreadable:
        assert (await ann.call("history.ops", project=project, **asked))["code"] == "validation"


async def test_Y5_the_sdk_says_when_the_journal_is_another_one(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for n in range(3):
        await ann.edit(project, marker(f"marker_{n}"))
    asked: list[Message] = []

    async def call(method: str, **params: Any) -> Any:
        asked.append(params)
        page = await ann.result(method, **params)
        if len(asked) == 1:
            page["next"] = {"after": 3, "op": 0}
        else:
            page["position"] = {"epoch": "another", "seq": 3}
        return page

    with pytest.raises(StateDamaged, match="lost entries"):
        _ = [each async for each in past_deltas(call, project, 0, None)]
    assert asked[1]["to"] == 3

    async def with_a_hole(method: str, **params: Any) -> Any:
        page = await ann.result(method, **params)
        del page["deltas"][1]
        return page

    with pytest.raises(StateDamaged, match="seq 3 does not follow on 1"):
        _ = [each async for each in past_deltas(with_a_hole, project, 0, None)]


async def test_Y5_a_program_replays_history_by_the_sdk(node: Node) -> None:
    async with Client(node.url, device="desk") as client:
        await client.register("ann@example.org", "ann", "correct horse battery")
        project = (await client.projects.create(name="Song"))["id"]
        room = await client.join(project)
        state = await client.state_at(project, seq=0)
        for value in (0.5, 0.25):
            props = {"volume": value}
            op = {"op": "set", "col": "channels", "id": "ch_master", "props": props}
            await room.saved(room.edit([op]))
        volumes = []
        async for delta in client.history_ops(project, after=0):
            apply_delta(state, delta)
            volumes.append(state["channels"]["ch_master"]["volume"])
        assert volumes == [0.5, 0.25]
        assert state == room.state
        with pytest.raises(StateDamaged, match="seq 2"):
            apply_delta({"channels": {}}, delta)


async def test_Y5_the_state_that_is_asked_for_is_never_ahead_of_what_this_node_knows(
    nodes: Nodes,
) -> None:
    """Entries of another node that this one has not heard of are not told with ops as proposed."""
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    ben = await two.again(ann, "phone")
    await ben.join(project)
    two.bus.set_up(False)
    await ann.edit(project, marker("marker_1"), delete("marker_9"))
    known = two.hub.rooms[project].room.head
    deltas = await whole(ben, project)
    assert len(deltas) in (known, 1)
    assert all(len(each["ops"]) == 1 for each in deltas)
