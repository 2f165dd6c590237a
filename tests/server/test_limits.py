"""How much an address and a user may have and do, over real sockets."""

import asyncio
import ipaddress
import uuid
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from files.upload import upload
from prime_client.client import Client
from rooms.rules.proposal_rules import problem_with_new_op
from schema.calling.writing_calls import WRITES
from schema.calls import METHODS
from schema.ops import Op
from server.accounts.usage_limits import UsageLimits
from server.nodes.room_broadcast import RoomBroadcast
from server.version import version_in_words
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import MSGPACK, PATIENCE, Message, Wire, marker

pytestmark = pytest.mark.postgres

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


async def node_with(nodes: Nodes, limits: str, **settings: Any) -> Node:
    return await nodes.start(limits=UsageLimits.read(limits), **settings)


async def status(node: Node, **headers: str) -> int:
    """What a handshake is answered; 101: it is a socket now, and stays."""
    try:
        socket = await connect(
            node.url,
            subprotocols=[Subprotocol(MSGPACK)],
            proxy=None,
            compression=None,
            additional_headers=headers,
        )
    except InvalidStatus as refused:
        return refused.response.status_code
    node.wires.append(Wire(socket, MSGPACK))
    return 101


def refused_delta(project: str, ops: int) -> Message:
    """Its last op is wrong: all the others are looked at before it is."""
    sets = [{"op": "set", "col": "project", "id": "project", "props": {"name": "x"}}] * (ops - 1)
    wrong = {"op": "set", "col": "project", "id": "project", "props": {"name": 7}}
    return {"t": "delta", "id": uuid.uuid4().hex, "project": project, "ops": [*sets, wrong]}


async def test_E6_what_a_user_has_judged_is_counted_over_all_connections(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted are the ops that are looked at; each delta alone would be within all rates."""
    node = await node_with(nodes, "ops_per_second=1")
    looked_at = Counter[str]()

    def problem(op: Op) -> str | None:
        looked_at[op.col] += 1
        return problem_with_new_op(op)

    monkeypatch.setattr("rooms.edits.refusals.problem_with_new_op", problem)
    ann, ben, project = await node.pair()
    wires = [ann, *[await node.again(ann, f"device {n}") for n in range(3)]]
    for wire in wires[1:]:
        await wire.join(project)
    codes: list[str] = []
    for _ in range(5):
        for wire in wires:
            message = refused_delta(project, 300)
            await wire.send(message)
            codes.append((await wire.answer_to(message["id"]))["code"])
    assert codes == ["op_invalid", *["rate_limited"] * 19]
    assert looked_at["project"] == 300
    assert "prime_rate_limited_total 19.0" in node.metrics.text()
    assert (await ben.edit(project, marker("marker_1")))["t"] == "ack"


async def test_K1_too_many_strangers_of_an_address_are_answered_429(nodes: Nodes) -> None:
    node = await node_with(nodes, "strangers_per_address=3")
    assert [await status(node) for _ in range(5)] == [101, 101, 101, 429, 429]
    assert await node.http("/healthz") == (200, f"alive\nversion {version_in_words()}\n")
    await node.wires[0].socket.close()
    await node.wires[1].hello()
    await node.wires[1].result(
        "auth.register", email="ann@example.org", username="ann", password="correct horse"
    )
    assert [await status(node) for _ in range(3)] == [101, 101, 429]
    assert "prime_handshakes_refused_total 3.0" in node.metrics.text()


async def test_K1_a_proxy_is_believed_if_it_is_named(nodes: Nodes) -> None:
    node = await node_with(nodes, "strangers_per_address=1", proxies=LOOPBACK)
    first, second = {"X-Forwarded-For": "6.6.6.6, 192.0.2.1"}, {"X-Forwarded-For": "192.0.2.2"}
    assert [await status(node, **first) for _ in range(2)] == [101, 429]
    assert [await status(node, **second) for _ in range(2)] == [101, 429]
    spoofed = {"X-Forwarded-For": "192.0.2.99, 192.0.2.1"}
    assert await status(node, **spoofed) == 429


async def test_K1_nobody_else_is(nodes: Nodes) -> None:
    node = await node_with(nodes, "strangers_per_address=1")
    answers = [await status(node, **{"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)]
    assert answers == [101, 429, 429]


async def test_K1_of_too_many_strangers_the_oldest_is_told_to_come_later(nodes: Nodes) -> None:
    node = await node_with(nodes, "strangers=2")
    oldest = await node.guest()
    ann = await node.musician("ann")
    for _ in range(2):
        await node.guest()
    await oldest.closed(1013)
    await ann.ping()


async def test_K1_sockets_that_say_nothing_are_cut_off_past_the_bound(nodes: Nodes) -> None:
    node = await node_with(nodes, "sockets_per_address=1")
    where = urlsplit(node.url)
    mute = [await asyncio.open_connection(where.hostname, where.port) for _ in range(80)]
    async with asyncio.timeout(PATIENCE):
        for reader, _ in mute[70:]:
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
    for _, writer in mute:
        writer.close()


async def test_K2_a_user_has_so_many_connections(nodes: Nodes) -> None:
    node = await node_with(nodes, "sockets_per_user=3")
    ann = await node.musician("ann")
    phone = await node.again(ann, "phone")
    await node.again(ann, "tablet")
    over = await node.connect()
    await over.send(hello(ann, "another"))
    assert (await over.expect("error"))["code"] == "limit_reached"
    await over.closed(4005)
    guest = await node.guest()
    credentials = {"email": "ann@example.org", "password": "correct horse"}
    refused = await guest.call("auth.login", **credentials)
    assert refused["code"] == "limit_reached"
    assert "3 connections" in refused["message"]
    await phone.socket.close()
    await guest.result("auth.login", **credentials)


async def test_K3_one_user_does_not_fill_a_room(nodes: Nodes) -> None:
    node = await node_with(nodes, "seats_per_user=2")
    ann, ben, project = await node.pair()
    phone = await node.again(ben, "phone")
    await phone.join(project)
    third = await node.again(ben, "tablet")
    refused = await third.ask({"t": "join", "id": "j", "project": project})
    assert refused["code"] == "limit_reached"
    assert "2 devices" in refused["message"]
    again = await node.again(ben, "phone")  # the same device has its seat
    await again.join(project)
    await ann.ping()


async def test_K3_of_joins_at_one_moment_on_two_nodes_the_first_stay(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [await node_with(nodes, "seats_per_user=4") for _ in range(2)]
    ann = await both[0].musician("ann")
    project = await create_project(ann)
    devices = [await both[n % 2].again(ann, f"device {n}") for n in range(12)]
    join = {"t": "join", "id": "j", "project": project}
    with monkeypatch.context() as moment:
        moment.setattr(RoomBroadcast, "announce", lambda *_, **__: None)
        answers = await asyncio.gather(*(device.ask(join) for device in devices))
    assert Counter(answer["t"] for answer in answers) == {"joined": 8, "error": 4}
    for node in both:
        node.hub.broadcast.announce(project, asks=True)

    async def seats() -> int:
        return sum(len(node.hub.rooms[project].room.seats) for node in both)

    async def only_so_many() -> bool:
        return await seats() == 4

    await eventually(only_so_many)
    await asyncio.gather(*(device.ping() for device in devices))
    put_out = [device for device in devices if device.heard("left")]
    assert len(put_out) == 4


async def test_K3_a_room_that_one_was_put_out_of_does_not_count(nodes: Nodes) -> None:
    node = await node_with(nodes, "rooms_per_user=1")
    ann = await node.musician("ann")
    first, second = [await create_project(ann) for _ in range(2)]
    joined, _ = await ann.join(first)
    node.hub.kick(joined["you"], "You play alone.")
    await ann.until("left")
    await ann.join(second)


async def test_K3_a_user_is_in_so_many_rooms(nodes: Nodes) -> None:
    node = await node_with(nodes, "rooms_per_user=2")
    ann = await node.musician("ann")
    phone = await node.again(ann, "phone")
    projects = [await create_project(ann) for _ in range(3)]
    await ann.join(projects[0])
    await phone.join(projects[1])
    refused = await phone.ask({"t": "join", "id": "j", "project": projects[2]})
    assert refused["code"] == "limit_reached"
    await phone.join(projects[1])
    await ann.ask({"t": "leave", "id": "l", "project": projects[0]})
    await phone.join(projects[2])


async def test_K3_D22_a_room_counts_until_it_is_left(nodes: Nodes) -> None:
    node = await node_with(nodes, "rooms_per_user=1")
    ann = await node.musician("ann")
    phone = await node.again(ann, "phone")
    first, second = [await create_project(ann) for _ in range(2)]
    await ann.join(first)
    node.journal.gate.clear()
    await ann.send(
        {"t": "delta", "id": "delta-1-of-ann", "project": first, "ops": [marker("marker_1")]}
    )
    await ann.send({"t": "leave", "id": "l", "project": first})
    for wire in (ann, phone):
        await wire.ping()
        refused = await wire.ask({"t": "join", "id": "j", "project": second})
        assert refused["code"] == "limit_reached"
    node.journal.gate.set()
    await ann.until("left")
    await phone.join(second)


async def test_K4_rows_of_a_user_and_a_project_are_bounded(nodes: Nodes) -> None:
    node = await node_with(
        nodes, "projects_per_user=2,members_per_project=2,snapshots_per_project=2"
    )
    ann, _, project = await node.pair()
    second = str(uuid.uuid4())
    await ann.result("projects.create", name="Song", id=second)
    await ann.result("projects.archive", project=second)
    refused = await ann.call("projects.create", name="Song")
    assert refused["code"] == "limit_reached"
    assert "no call deletes one; the operator can allow more" in refused["message"]
    assert (await ann.result("projects.create", name="Song", id=second))["id"] == second
    await node.musician("cid")
    grant = {"project": project, "role": "viewer"}
    refused = await ann.call("members.grant", email="cid@example.org", **grant)
    assert refused["code"] == "limit_reached"
    await ann.result("members.grant", email="ben@example.org", **grant)
    kept = str(uuid.uuid4())
    await ann.result("snapshots.create", project=project)
    await ann.result("snapshots.create", project=project, id=kept)
    assert (await ann.call("snapshots.create", project=project))["code"] == "limit_reached"
    await ann.result("snapshots.create", project=project, id=kept)
    fork = await ann.call("snapshots.fork", project=project, snapshot=kept, name="Fork")
    assert fork["code"] == "limit_reached"


async def test_K4_of_too_many_logins_the_one_unused_for_longest_ends(nodes: Nodes) -> None:
    node = await node_with(nodes, "logins_per_user=2")
    ann = await node.musician("ann")
    for _ in range(2):
        guest = await node.guest()
        await guest.result("auth.login", email="ann@example.org", password="correct horse")
    await ann.closed(4501)
    await guest.ping()


async def test_K5_answers_about_what_is_not_yours_have_a_rate(nodes: Nodes) -> None:
    node = await node_with(nodes, "lookups_per_hour=3")
    ann, ben, project = await node.pair()
    theirs = await create_project(ben)
    grant = {"project": project, "role": "viewer"}
    for _ in range(10):  # what is yours costs nothing
        await ann.result("members.grant", email="ben@example.org", **grant)
    nobody = await ann.call("members.grant", email="nobody@example.org", **grant)
    assert nobody["code"] == "not_found"
    for _ in range(2):
        taken = await ann.call("projects.create", name="Song", id=theirs)
        assert taken["code"] == "taken"
    for call in (
        ann.call("members.grant", email="nobody@example.org", **grant),
        ann.call("members.grant", email="ben@example.org", **grant),
        ann.call("projects.create", name="Song", id=theirs),
        ann.call("projects.create", name="Song", id=str(uuid.uuid4())),
        ann.call("snapshots.create", project=project, id=str(uuid.uuid4())),
    ):
        refused = await call
        assert refused["code"] == "rate_limited"
        assert refused["details"]["retry_after_ms"] > 60_000
    await ben.result("projects.create", name="Song")


async def test_K5_every_call_that_makes_something_with_an_id_has_the_rate(nodes: Nodes) -> None:
    node = await node_with(nodes, "lookups_per_hour=1")
    ann, ben, project = await node.pair()
    preset = {"plugin": "OTT", "name": "a"}
    theirs = (await ben.result("presets.create", **preset))["id"]
    mine = await ann.result("presets.create", **preset)
    making: dict[str, dict[str, Any]] = {
        "projects.create": {"name": "Song"},
        "snapshots.create": {"project": project},
        "snapshots.fork": {"project": project, "snapshot": project, "name": "x"},
        "presets.create": preset | {"name": "b"},
        "presets.copy": {"preset": mine["id"], "name": "c"},
        "audio_files.create": {"project": project, "name": "a.wav"},
    }
    takes_id = {m for m in WRITES if "id" in METHODS[m][0].__struct_fields__}
    assert making.keys() == takes_id - {"snapshots.restore", "recall.correct"}, "ids of one's own"
    # Another value that is in use is one's own: it costs nothing.
    for _ in range(3):
        taken = await ann.call("presets.create", id=str(uuid.uuid4()), **preset)
        assert (taken["code"], taken["details"]["field"]) == ("taken", "name")
    answer = await ann.call("presets.create", id=theirs, **making["presets.create"])
    assert answer["code"] == "taken"
    for method, params in making.items():
        refused = await ann.call(method, id=str(uuid.uuid4()), **params)
        assert refused["code"] == ("not_found" if method == "snapshots.fork" else "rate_limited")
    await ann.result("presets.create", **making["presets.create"])


def hello(wire: Wire, device: str) -> dict[str, Any]:
    token = wire.tokens["access_token"]
    return {"t": "hello", "versions": [1], "device": device, "token": token}


async def test_E6_what_is_made_for_a_user_is_counted_as_well(nodes: Nodes) -> None:
    """An undo of many ops and its redo, again and again: each is as much work as its delta."""
    node = await node_with(nodes, "ops_per_second=300")
    ann, ben, project = await node.pair()
    ops = [marker(f"marker_{n:03}") for n in range(500)]
    assert (await ann.edit(project, *ops))["t"] == "ack"
    codes = []
    for n in range(8):
        kind = "redo" if n % 2 else "undo"
        answer = await ann.ask({"t": kind, "project": project, "id": f"press_{n:04}"})
        codes.append(answer.get("code", answer["t"]))
    assert codes[:1] == ["ack"]
    assert "rate_limited" in codes
    assert (await ben.edit(project, marker("marker_ben")))["t"] == "ack"


async def test_E6_a_large_song_of_a_user_is_slowed_and_nothing_of_it_is_lost(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two windows put more in than may come at once: both wait, neither is closed."""
    monkeypatch.setattr("server.accounts.usage.OPS_BURST_SECONDS", 0.2)
    node = await node_with(nodes, "ops_per_second=10000")
    async with Client(node.url, device="one") as one:
        await one.register("ann@example.org", "ann", "correct horse battery")
        async with Client(node.url, device="two", access_token=one.access_token) as two:
            rooms = [
                await client.join((await client.projects.create(name="Song"))["id"])
                for client in (one, two)
            ]
            song = [
                {"op": "insert", "col": "markers", "id": f"marker_{n:05}", "entity": {"time": 1.0}}
                for n in range(5_000)
            ]
            await asyncio.gather(*(upload(room, song) for room in rooms))
            assert [len(room.state["markers"]) for room in rooms] == [5_000, 5_000]
    assert node.metrics.counted("rate_limited")
    assert not node.metrics.counted("closed_connections.rate_limited")
