"""Joining, coming back, presence over the wire."""

import asyncio
import gc
import json
from functools import partial
from typing import Any, NoReturn

import pytest
from websockets.frames import Frame, Opcode

from persistence.errors import Unavailable
from persistence.pool import Database
from rooms.presence.ticks import Ticks
from rooms.room import Room
from server.accounts.admission import Admission
from server.sockets.connection import Connection
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import JSON, MSGPACK, Wire, marker, rename

pytestmark = pytest.mark.postgres

BOTH = pytest.mark.parametrize("codec", [JSON, MSGPACK])


async def drop(wire: Wire) -> None:
    """The connection ends."""
    await wire.socket.close()


@BOTH
async def test_J1_joined_says_who_is_there(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    await ann.send({"t": "presence", "project": project, "tool": "pencil"})
    await ben.until("tick")
    phone = await node.again(ben, "phone", codec)
    joined, _ = await phone.join(project)
    assert joined["role"] == "editor"
    members = {member["member"]: member for member in joined["members"]}
    assert len(members) == 3
    assert members[joined["you"]]["device"] == "phone"
    assert members[joined["you"]]["user"] == ben.user
    tools = [m["presence"].get("tool") for m in members.values() if m["user"] == ann.user]
    assert tools == ["pencil"]


async def test_J1_a_project_that_is_not_yours(node: Node) -> None:
    ann, eve = await node.musician("ann"), await node.musician("eve")
    project = await create_project(ann)
    refused = await eve.ask({"t": "join", "id": "j", "project": project})
    assert refused["code"] == "not_found"
    nobodys = "00000000-0000-4000-8000-000000000000"
    assert (await eve.ask({"t": "join", "id": "j", "project": nobodys}))["code"] == "not_found"


@BOTH
async def test_J2_the_state_comes_in_parts(
    node: Node, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.states.encoded_state.STATE_PART_BYTES", 100)
    ann, ben, project = await node.pair((codec, codec))
    await ann.edit(project, *(marker(f"marker_{n}", n) for n in range(50)))
    await drop(ben)
    ben = await node.again(ben, codec=codec)
    joined, state = await ben.join(project)
    assert joined["parts"] > 2
    assert joined["resumed"] is False
    assert joined["position"]["seq"] in (0, 1)
    if joined["position"]["seq"] == 0:
        assert len((await ben.expect("delta"))["ops"]) == 50
    else:
        assert len(state["markers"]) == 50
    assert state["project"]["project"]["name"] == "Song"


@BOTH
async def test_J3_what_was_missed_follows(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((codec, codec))
    await ben.edit(project, marker("marker_1"))
    seen = await ann.expect("delta")
    await drop(ben)
    await ann.expect("member_left")
    for n in range(2, 6):
        await ann.edit(project, marker(f"marker_{n}"))
    ben = await node.again(ben, codec=codec)
    epoch = (await ann.result("projects.get", project=project))["epoch"]
    joined, state = await ben.join(project, {"epoch": epoch, "seq": seen["seq"] - 1})
    assert (joined["resumed"], joined["parts"], state) == (True, 0, {})
    assert joined["position"] == {"epoch": epoch, "seq": 0}
    missed = [await ben.expect("delta") for _ in range(5)]
    assert [delta["seq"] for delta in missed] == [1, 2, 3, 4, 5]
    assert missed[0]["user"] == ben.user  # one's own among them
    await ann.edit(project, marker("marker_6"))
    assert (await ben.expect("delta"))["seq"] == 6


@pytest.mark.usefixtures("quick_rounds")
async def test_J3_a_position_survives_a_room_that_was_closed(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.live_room.LINGER_SECONDS", 0.0)
    ann = await node.musician("ann")
    project = await create_project(ann)
    joined, _ = await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    await drop(ann)

    async def closed() -> bool:
        return project not in node.hub.rooms

    await eventually(closed)
    ann = await node.again(ann)
    position = {"epoch": joined["position"]["epoch"], "seq": 1}
    assert (await ann.join(project, position))[0]["resumed"] is True
    assert (await ann.edit(project, marker("marker_2")))["seq"] == 2


async def test_J4_a_position_that_is_no_longer_held(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rooms.journal.tail.MAX_TAIL_BYTES", 1_000)
    ann, ben, project = await node.pair()
    epoch = (await ann.result("projects.get", project=project))["epoch"]
    for n in range(20):
        await ann.edit(project, marker(f"marker_{n}"))
    phone = await node.again(ben, "phone")
    joined, state = await phone.join(project, {"epoch": epoch, "seq": 3})
    assert joined["resumed"] is False
    assert len(state["markers"]) == joined["position"]["seq"] == 20


async def test_J4_a_position_of_another_epoch(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    phone = await node.again(ben, "phone")
    joined, state = await phone.join(project, {"epoch": "another", "seq": 900})
    assert joined["resumed"] is False
    assert state["project"]
    assert joined["position"]["epoch"] != "another"


async def test_J5_a_position_ahead(node: Node) -> None:
    ann, ben, project = await node.pair()
    epoch = (await ann.result("projects.get", project=project))["epoch"]
    phone = await node.again(ben, "phone")
    position = {"epoch": epoch, "seq": 1}
    refused = await phone.ask({"t": "join", "id": "j", "project": project, "position": position})
    assert (refused["code"], refused["details"]) == ("position_ahead", {"head": 0})
    assert (await phone.edit(project, marker("marker_1")))["code"] == "not_joined"
    await phone.join(project)
    assert (await phone.edit(project, marker("marker_1")))["seq"] == 1


@BOTH
async def test_J6_no_hole_between_state_and_deltas(node: Node, codec: str) -> None:
    ann, ben, project = await node.pair((MSGPACK, codec))
    await drop(ben)
    ids = []
    for n in range(200):
        ids.append(await ann.propose(project, marker(f"marker_{n}", n)))
        if n == 40:
            ben = await node.again(ben, codec=codec)
            await ben.send({"t": "join", "id": "j", "project": project, "position": None})
    for delta_id in ids:
        assert (await ann.answer_to(delta_id))["t"] == "ack"
    joined = await ben.expect("joined")
    for _ in range(joined["parts"]):
        await ben.expect("state")
    start = joined["position"]["seq"]
    seqs = [(await ben.expect("delta"))["seq"] for _ in range(200 - start)]
    assert seqs == list(range(start + 1, 201))
    await ben.ping()
    assert ben.heard("delta") == []


async def test_J7_H12_the_same_device_again_replaces(node: Node) -> None:
    ann, ben, project = await node.pair()
    again = await node.again(ben)
    joined, _ = await again.join(project)
    await ben.closed(4500)
    assert len(joined["members"]) == 2
    assert (await again.edit(project, marker("marker_1")))["seq"] == 1
    assert (await ann.expect("delta"))["seq"] == 1
    await ann.ping()
    assert ann.heard("member_left", "member_joined") == []


async def test_H12_in_another_project_the_same_device_replaces_nobody(node: Node) -> None:
    ann, ben, project = await node.pair()
    other = await create_project(ben)
    again = await node.again(ben)
    await again.join(other)
    assert (await ben.edit(project, marker("marker_1")))["seq"] == 1
    assert (await again.edit(other, marker("marker_1")))["seq"] == 1
    assert (await ann.expect("delta"))["seq"] == 1
    await ann.ping()
    assert ann.heard("member_left", "member_joined") == []


async def test_J7_a_second_join_on_one_connection_is_answered_anew(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    await ben.expect("delta")
    joined, _ = await ben.join(project)
    await ann.edit(project, marker("marker_2"))
    follow = [(await ben.expect("delta"))["seq"] for _ in range(2 - joined["position"]["seq"])]
    assert follow[-1] == 2
    await ann.ping()
    assert ann.heard("member_left", "member_joined") == []


@pytest.mark.parametrize("count", [2, 5])
async def test_J7_of_joins_that_wait_at_once_each_is_answered(node: Node, count: int) -> None:
    """The later by `joined`, the others by an error."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    wire = await node.again(ann, "phone")
    live = node.hub.rooms[project]
    live.room.joining.encoded_states.clear()
    live.room.joining.is_encoding = True  # nobody is let in before the state is there
    ids = [f"join-{n}" for n in range(count)]
    for request in ids:
        await wire.send({"t": "join", "id": request, "project": project})
        await eventually(partial(_waits_for, node, project, request))
    live.carry_out(live.room.state_is_missing())
    answers = [await wire.answer_to(request) for request in ids]
    assert [answer["code"] for answer in answers] == ["not_joined"] * (count - 1) + ["unavailable"]
    assert [answer["id"] for answer in answers] == ids
    await wire.join(project)
    await wire.ping()
    assert wire.heard("error") == []


async def _waits_for(node: Node, project: str, request: str) -> bool:
    seats = node.hub.rooms[project].room.seats.values()
    return any(seat.request.request == request for seat in seats)


async def test_J7_a_join_that_waits_when_the_room_is_left_is_answered(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    wire = await node.again(ann, "phone")
    room = node.hub.rooms[project].room
    room.joining.encoded_states.clear()
    room.joining.is_encoding = True
    await wire.send({"t": "join", "id": "join-1", "project": project})
    await eventually(partial(_waits_for, node, project, "join-1"))
    assert (await wire.ask({"t": "leave", "id": "leave-1", "project": project}))["t"] == "left"
    assert (await wire.answer_to("join-1"))["code"] == "not_joined"
    room.joining.is_encoding = False
    # And one that has not even come to the room.
    await wire.send({"t": "join", "id": "join-2", "project": project})
    assert (await wire.ask({"t": "leave", "id": "leave-2", "project": project}))["t"] == "left"
    assert (await wire.answer_to("join-2"))["code"] == "not_joined"


@pytest.mark.usefixtures("quick_rounds")
async def test_J8_a_room_opens_and_closes_its_row(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.live_room.LINGER_SECONDS", 0.0)
    ann, ben, project = await node.pair()
    sql = "SELECT * FROM collaboration_sessions WHERE project_id = $1"

    async def opened() -> Any:
        return await database.fetch(sql, project)

    rows = await eventually(opened)
    assert len(rows) == 1
    await drop(ben)
    await ann.expect("member_left")
    assert rows[0]["ended_at"] is None
    await drop(ann)

    async def ended() -> Any:
        row = (await database.fetch(sql, project))[0]
        return row["ended_at"]

    await eventually(ended)
    assert len(await database.fetch(sql, project)) == 1


async def test_P2_everyone_hears_the_same_tick(node: Node) -> None:
    ann, ben, project = await node.pair()
    phone = await node.again(ben, "phone")
    await phone.join(project)
    await ann.send({"t": "presence", "project": project, "cursor": {"time": 4.0}})
    ticks = [await wire.until("tick") for wire in (ben, phone)]
    assert ticks[0] == ticks[1]
    assert [moved["cursor"]["time"] for moved in ticks[0]["moved"].values()] == [4.0]


async def test_J1_who_leaves_while_joining_has_no_seat(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    node.journal.hold_loads()
    await ann.send({"t": "join", "id": "j", "project": project, "position": None})
    await node.journal.is_loading.wait()
    await ann.send({"t": "leave", "id": "l", "project": project})
    assert (await ann.answer_to("l"))["t"] == "left"
    node.journal.load_gate.set()
    live = await node.hub.open(project)  # behind the join, which waits for the same
    await ann.ping()
    assert not live.room.seats


async def test_R3_who_is_put_out_while_joining_is_out(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await ben.until("role_changed")
    node.journal.hold_loads()
    await ben.send({"t": "join", "id": "j", "project": project, "position": None})
    await node.journal.is_loading.wait()
    await ann.result("members.revoke", project=project, user=ben.user)
    node.journal.load_gate.set()
    assert (await ben.until("left"))["reason"] == "access_revoked"
    assert not node.hub.rooms[project].room.seats


async def test_a_peer_that_goes_while_logging_in_is_forgotten(nodes: Nodes) -> None:
    admission = Admission(per_second=4.0)
    node = await nodes.start(admission=admission)
    ann = await node.musician("ann")
    token = ann.tokens["access_token"]
    for n in range(3):
        wire = await node.connect()
        hello = {"t": "hello", "versions": [1], "device": f"device {n}", "token": token}
        await wire.send(hello)
        await wire.socket.close()

    async def had_their_turns() -> bool:
        is_over = asyncio.get_running_loop().time() > admission._next
        return is_over and len(node.connections) == 1

    await eventually(had_their_turns)
    assert len(node.connections) == 1


async def test_P2_a_tick_that_names_you_alone_is_not_sent_to_you(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.send({"t": "presence", "project": project, "cursor": {"time": 4.0}})
    await ben.until("tick")
    await ann.ping()
    assert ann.heard("tick") == []


async def test_P3_what_is_read_at_once_is_told_in_two_ticks(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first move at once; those behind it together, as fast as they may come."""
    monkeypatch.setattr("server.sockets.incoming.READ_SECONDS", 60.0)  # in one turn of the loop
    monkeypatch.setattr("server.live.live_room.ONE_TURN_SECONDS", 60.0)  # however long that takes
    ann, ben, project = await node.pair((JSON, JSON))
    [connection] = node.connections_of(user=ann.user)
    moves = [{"t": "presence", "project": project, "cursor": {"time": n}} for n in range(1, 41)]
    frames = [Frame(Opcode.TEXT, json.dumps(move).encode()) for move in moves]
    connection.data_received(b"".join(frame.serialize(mask=True) for frame in frames))
    seen: list[float] = []
    while 40.0 not in seen:
        tick = await ben.until("tick")
        seen += [moved["cursor"]["time"] for moved in tick["moved"].values()]
    assert seen == [1.0, 40.0]


async def test_P5_coming_and_going_is_told(node: Node) -> None:
    ann, ben, project = await node.pair()
    phone = await node.again(ben, "phone")
    joined, _ = await phone.join(project)
    for wire in (ann, ben):
        news = await wire.expect("member_joined")
        assert news["member"]["member"] == joined["you"]
    await phone.ask({"t": "leave", "id": "l", "project": project})
    for wire in (ann, ben):
        assert (await wire.expect("member_left"))["member"] == joined["you"]
    await ann.send({"t": "presence", "project": project, "tool": "pencil"})
    await ben.until("tick")
    assert ben.heard("member_joined", "member_left") == []
    await drop(ben)
    await ann.expect("member_left")


@pytest.mark.usefixtures("quick_rounds")
async def test_P6_presence_is_stored_seconds_later(node: Node, database: Database) -> None:
    ann, ben, project = await node.pair()
    await ann.send(
        {
            "t": "presence",
            "project": project,
            "cursor": {"time": 4.0},
            "tool": "pencil",
            "selection": ["marker_1"],
        }
    )
    await ben.send({"t": "presence", "project": project, "tool": "eraser"})

    async def stored() -> Any:
        rows = await database.fetch("SELECT * FROM session_states WHERE project_id = $1", project)
        return rows if len(rows) == 2 else None

    rows = {row["active_tool"]: row for row in await eventually(stored)}
    assert set(rows) == {"pencil", "eraser"}
    assert list(rows["pencil"]["selection"]) == ["marker_1"]
    assert '"time"' in rows["pencil"]["cursor"]


@pytest.mark.usefixtures("quick_rounds")
async def test_P6_what_cannot_be_stored_stops_no_other_storing(
    node: Node, database: Database
) -> None:
    ann, ben, project = await node.pair()
    await ann.send({"t": "presence", "project": project, "tool": "a\0b"})
    await ben.send({"t": "presence", "project": project, "tool": "eraser"})

    async def stored() -> Any:
        query = "SELECT active_tool FROM session_states WHERE project_id = $1"
        return [row["active_tool"] for row in await database.fetch(query, project)]

    assert await eventually(stored) == ["eraser"]
    assert "prime_task_failed_total 0.0" in node.metrics.text()


async def test_P3_a_tick_that_fails_is_not_the_last(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    live = node.hub.rooms[project]

    def fail(_: Ticks, now: float, *, also: bool = False) -> NoReturn:
        raise RuntimeError(f"a mistake at {now}")

    with monkeypatch.context() as broken:
        broken.setattr(Ticks, "flush", fail)
        await ann.send({"t": "presence", "project": project, "tool": "pencil"})
        await ann.ping()

        async def has_failed() -> bool:
            return not live.room.ticks.is_awaited

        await eventually(has_failed)
    await ann.send({"t": "presence", "project": project, "tool": "knife"})
    assert [*(await ben.until("tick"))["moved"].values()] == [{"tool": "knife"}]
    failed = int(node.metrics.counted("task_failed"))  # each tick of that time, as was meant
    node.metrics.count("task_failed", -failed)


async def test_who_has_gone_is_not_kept_by_the_room(node: Node) -> None:
    """4 KB each, in a room where nobody moves any more."""
    ann, ben, project = await node.pair()
    await ann.send({"t": "presence", "project": project, "tool": "pencil"})
    await ben.send({"t": "presence", "project": project, "tool": "pencil"})
    await ben.until("tick")
    before = _connections()
    await drop(ben)

    async def is_freed() -> bool:
        gc.collect()  # what the room does not keep may be kept by itself
        return _connections() < before

    await eventually(is_freed)


def _connections() -> int:
    return sum(type(found) is Connection for found in gc.get_objects())  # a dead proxy has no class


async def test_the_two_codecs_see_equal_things(node: Node) -> None:
    ann, ben, project = await node.pair((JSON, MSGPACK))
    await ann.edit(project, marker("marker_1", 1.5, "Strophe é 🎵"))
    await ben.until("delta")
    await ben.edit(project, rename("marker_1", "Refrain"), marker("marker_2", 2.0))
    await ann.until("delta")
    third, fourth = await node.again(ann, "phone", JSON), await node.again(ben, "phone", MSGPACK)
    states = [(await wire.join(project)) for wire in (third, fourth)]
    position = {"epoch": states[0][0]["position"]["epoch"], "seq": 0}
    heard = []
    for wire, codec in ((ann, JSON), (ben, MSGPACK)):
        resumed = await node.again(wire, "tablet", codec)
        await resumed.join(project, position)
        heard.append([await resumed.expect("delta") for _ in range(2)])
    assert heard[0] == heard[1]
    if states[0][0]["position"] == states[1][0]["position"]:
        assert states[0][1] == states[1][1]


async def test_P9_a_users_colour_is_the_same_in_the_room_in_the_list_and_in_history(
    node: Node,
) -> None:
    ann, ben, project = await node.pair()
    assert (await ben.edit(project, marker("marker_1")))["seq"] == 1
    phone = await node.again(ben, "phone")
    joined, _ = await phone.join(project)
    in_room = {(member["user"], member["color"]) for member in joined["members"]}
    assert len(in_room) == 2  # and ben is there twice
    rows = (await ann.result("members.list", project=project))["members"]
    assert {(row["user"]["id"], row["color"]) for row in rows} == in_room
    await ann.result("members.revoke", project=project, user=ben.user)
    entry = (await ann.result("history.list", project=project))["entries"][0]
    assert (entry["user"]["id"], entry["color"]) in in_room


async def test_P9_nobody_elses_colour_changes_when_somebody_leaves(nodes: Nodes) -> None:
    """On the node where it was known, and on one that has never asked; nor in history."""
    one, two = await nodes.start(), await nodes.start()
    ann, ben, project = await one.pair()
    more = [await one.musician(f"more{n}") for n in range(9)]
    for n in range(9):
        await ann.result(
            "members.grant", project=project, email=f"more{n}@example.org", role="editor"
        )
    assert (await ben.edit(project, marker("marker_1")))["seq"] == 1

    async def colors(wire: Wire) -> dict[str, str]:
        rows = (await wire.result("members.list", project=project, limit=50))["members"]
        return {row["user"]["id"]: row["color"] for row in rows}

    before = await colors(ann)
    assert len(set(before.values())) == 11
    await ann.result("members.revoke", project=project, user=ben.user)
    for each in more[:4]:
        await ann.result("members.revoke", project=project, user=each.user)
    near, far = await one.again(ann, "phone"), await two.again(ann, "tablet")
    for wire in (near, far):
        now = await colors(wire)
        assert now == {user: before[user] for user in now}
        assert len(now) == 6
        [entry] = (await wire.result("history.list", project=project))["entries"]
        assert entry["color"] == before[ben.user]
        joined, _ = await wire.join(project)
        assert {member["color"] for member in joined["members"]} <= set(now.values())


async def test_J9_a_room_whose_load_fails_doubts_copies_when_the_next_one_succeeds(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is known of a copy that was wrong is kept until a room is open that knows it."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    watch = node.hub.watch
    watch.wrong_up_to[project] = 7
    marks, left = node.journal.marks, [1]

    async def fails(*given: Any) -> Any:
        watch.on_heads({project: 3})  # while it is loaded, another node names a head
        if left:
            left.pop()
            raise Unavailable("planted")
        return await marks(*given)

    monkeypatch.setattr(node.journal, "marks", fails)
    refused = await ann.ask({"t": "join", "id": "j", "project": project})
    assert refused["code"] == "unavailable"
    assert watch.wrong_up_to == {project: 7}
    assert not watch._heads_while_opening
    await ann.join(project)
    assert node.hub.rooms[project].room.joining.unsure_up_to == 7
    assert not watch.wrong_up_to
    assert not watch._heads_while_opening


async def test_P7_a_room_that_a_member_cannot_leave_keeps_it_in_no_other(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, _, project = await node.pair()
    other = await create_project(ann)
    await ann.join(other)
    leave, left = Room.lost, [1]

    def fails(self: Room, *given: Any) -> Any:
        if left:
            left.pop()
            raise ValueError("planted")
        return leave(self, *given)

    monkeypatch.setattr(Room, "lost", fails)
    rooms = [node.hub.rooms[each].room for each in (project, other)]
    (connection,) = rooms[0].seats.keys() & rooms[1].seats.keys()
    node.hub.gone(connection, for_good=False)
    assert connection in rooms[0].seats
    assert connection not in rooms[1].seats
    node.metrics.count("task_failed", -node.metrics.counted("task_failed"))
    ann.socket.transport.abort()
