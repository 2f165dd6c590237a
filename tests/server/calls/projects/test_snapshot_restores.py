"""A restore brings its snapshot's state, whatever others do at that moment (rules N4, N9)."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from rooms.presence.seat import Seat
from server.calls.projects.snapshot_restores import TRIES, TRIES_OF_ITS_OWN
from server.live.room_restores import RoomRestores
from tests.server.calls.projects.test_history import fetched
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import PATIENCE, Message, Wire, delete, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


@dataclass
class Session:
    """Ann on one node, ben on another, in one project."""

    here: Node
    there: Node
    ann: Wire
    ben: Wire
    project: str

    async def kept(self) -> str:
        """A snapshot of now; its id."""
        made = await self.ann.result("snapshots.create", project=self.project, name="kept")
        return str(made["id"])

    async def restore(self, wire: Wire, snapshot: str, id: str) -> Message:
        named = {"project": self.project, "snapshot": snapshot, "id": id}
        return await wire.call("snapshots.restore", **named)

    async def state_at(self, seq: int) -> Any:
        _, state = await fetched(self.ann, "history.at", project=self.project, seq=seq)
        return state

    async def state_of(self, snapshot: str) -> Any:
        named = {"project": self.project, "snapshot": snapshot}
        _, state = await fetched(self.ann, "snapshots.state", **named)
        return state

    async def kept_before(self) -> dict[str, int]:
        """Snapshots of before a restore: at which seq."""
        page = await self.ann.result(
            "snapshots.list", project=self.project, kind="before-restore", limit=100
        )
        return {one["id"]: one["position"]["seq"] for one in page["snapshots"]}


@pytest.fixture
async def session(nodes: Nodes) -> Session:
    here, there = await nodes.start(), await nodes.start()
    ann, ben = await here.musician("ann"), await there.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await ann.join(project)
    await ben.join(project)
    return Session(here, there, ann, ben, project)


def markers(first: int, count: int) -> list[dict[str, Any]]:
    return [marker(f"marker_{n:04}") for n in range(first, first + count)]


async def test_N4_of_two_restores_at_one_moment_on_two_nodes_each_brings_its_own(
    session: Session,
) -> None:
    empty = await session.kept()
    await session.ann.edit(session.project, *markers(0, 40))
    full = await session.kept()
    for n in range(5):
        await session.ben.edit(session.project, *markers(100 + n, 1))
        wanted = {f"restore-{n}-a": empty, f"restore-{n}-b": full}
        told = await asyncio.gather(
            session.restore(session.ann, empty, f"restore-{n}-a"),
            session.restore(session.ben, full, f"restore-{n}-b"),
        )
        for (id, snapshot), answer in zip(wanted.items(), told, strict=True):
            assert answer["t"] == "reply", (id, answer)
            seq, before = answer["result"]["seq"], answer["result"]["before"]
            assert await session.state_at(seq) == await session.state_of(snapshot), id
            assert (await session.kept_before())[before] == seq - 1


async def test_N4_a_restore_beside_edits_on_both_nodes_is_the_snapshot_at_its_seq(
    session: Session,
) -> None:
    await session.ann.edit(session.project, *markers(0, 60))
    full = await session.kept()

    async def edit(wire: Wire, mine: range) -> None:
        for n in mine:
            await wire.edit(session.project, delete(f"marker_{n:04}"))

    other = await session.here.again(session.ann, "phone")
    _, _, answer = await asyncio.gather(
        edit(session.ann, range(30)),
        edit(session.ben, range(30, 60)),
        session.restore(other, full, "restore-1"),
    )
    if answer["t"] == "error":  # the other node was first each time
        assert (answer["code"], await session.kept_before()) == ("unavailable", {})
        answer = await session.restore(other, full, "restore-1")
    seq, before = answer["result"]["seq"], answer["result"]["before"]
    assert await session.state_at(seq) == await session.state_of(full)
    assert await session.kept_before() == {before: seq - 1}


async def test_N4_what_comes_meanwhile_on_its_node_waits_and_comes_behind_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.room_restores.SETTLING_SECONDS", 10 * PATIENCE)
    empty = await session.kept()
    await session.ann.edit(session.project, marker("marker_1"))
    journal, room = session.here.journal, session.here.hub.rooms[session.project].room
    held = asyncio.Event()
    hold = room.hold_edits

    def holding() -> Any:
        yield from hold()
        held.set()

    monkeypatch.setattr(type(room), "hold_edits", lambda _: holding())
    journal.gate.clear()
    await session.ann.propose(session.project, marker("marker_2"), id="edit-0002")
    other = await session.here.again(session.ann, "phone")
    restoring = asyncio.create_task(session.restore(other, empty, "restore-1"))
    await held.wait()
    await session.ann.propose(session.project, marker("marker_3"), id="edit-0003")
    journal.gate.set()
    answer = await restoring
    acks = [await session.ann.until("ack") for _ in range(2)]
    assert [(ack["id"], ack["seq"]) for ack in acks] == [("edit-0002", 2), ("edit-0003", 4)]
    assert (answer["result"]["seq"], answer["result"]["ops"]) == (3, 2)
    assert await session.state_at(3) == await session.state_of(empty)
    assert list((await session.state_at(4))["markers"]) == ["marker_3"]


async def until(is_so: Callable[[], Any]) -> None:
    async def asked() -> bool:
        return bool(is_so())

    await eventually(asked)


async def sent_at_once(node: Node, ann: Wire, project: str) -> Seat:
    """An edit, an undo, an edit and a restore, whose turn has to wait; the seat of ann."""
    snapshot = await ann.result("snapshots.create", project=project, name="kept")
    await ann.edit(project, marker("marker_0"))
    [seat] = node.hub.rooms[project].room.seats.values()
    node.journal.gate.clear()
    await ann.propose(project, marker("marker_1"), id="edit-0001")
    await ann.send({"t": "undo", "id": "undo-0001", "project": project})
    await ann.propose(project, marker("marker_2"), id="edit-0002")
    params = {"project": project, "snapshot": snapshot["id"], "id": "restore-1"}
    call = {"t": "call", "id": "call-0001", "method": "snapshots.restore", "params": params}
    await ann.send(call)
    await until(lambda: len(seat.call_turns) == 1)
    return seat


async def stored_ids(node: Node, project: str, after: int = 1) -> list[str]:
    return [entry.delta_id for entry in await node.journal.read(project, after, 100)]


async def test_U6_a_restore_comes_behind_what_its_member_sent_before_and_ahead_of_the_rest(
    node: Node,
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await sent_at_once(node, ann, project)
    await ann.propose(project, marker("marker_3"), id="edit-0003")
    node.journal.gate.set()
    assert (await ann.answer_to("call-0001"))["result"]["seq"] == 5
    assert (await ann.answer_to("edit-0003"))["seq"] == 6
    in_order = ["edit-0001", "undo-0001", "edit-0002", "restore-1", "edit-0003"]
    assert await stored_ids(node, project) == in_order


async def test_U6_a_restore_has_its_place_where_it_was_received(node: Node) -> None:
    """However long it takes until it is begun: of a user's calls two are at once."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    kept = await ann.result("snapshots.create", project=project, name="kept")
    params = {"project": project, "snapshot": kept["id"]}
    in_order = []
    for n in range(3):
        for _ in range(2):
            await ann.send({"t": "call", "id": ann.new_id(), "method": "projects.list"})
        in_order += [f"edit-{n}-1", f"restore-{n}", f"edit-{n}-2"]
        await ann.propose(project, marker(f"marker_{n}"), id=f"edit-{n}-1")
        call = {"t": "call", "id": f"call-000{n}", "method": "snapshots.restore"}
        await ann.send(call | {"params": params | {"id": f"restore-{n}"}})
        await ann.propose(project, marker(f"marker_{n}"), id=f"edit-{n}-2")
    await ann.send({"t": "leave", "project": project, "id": "leave-0001"})
    left = await ann.answer_to("leave-0001")
    assert left["t"] == "left"
    answers = ann.heard("reply", "error", "ack")
    assert Counter(answer["t"] for answer in answers) == {"reply": 9, "ack": 9}
    assert await stored_ids(node, project, after=0) == in_order


async def test_U6_D23_a_restore_is_dropped_with_what_its_member_sent_before(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    seat = await sent_at_once(node, ann, project)
    live = node.hub.rooms[project]
    ann.socket.transport.abort()
    await until(lambda: seat.is_void)
    node.journal.gate.set()
    await until(lambda: not live.room.has_proposals and not live.restores)
    await until(lambda: not seat.call_turns)
    assert await stored_ids(node, project) in ([], ["edit-0001"])
    ann = await node.again(ann)
    await ann.join(project)
    assert (await ann.edit(project, marker("marker_4")))["t"] == "ack"
    assert "restore-1" not in await stored_ids(node, project)


async def test_U6_J15_a_later_join_with_unanswered_ones_keeps_a_restore_out(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose turn has come, and which is on its way to the journal."""
    project, ann = session.project, session.ann
    empty = await session.kept()
    await ann.edit(project, marker("marker_1"))
    room = session.here.hub.rooms[project].room
    append, may_append = session.here.journal.append, asyncio.Event()

    async def late_append(*given: Any) -> Any:
        await may_append.wait()
        return await append(*given)

    monkeypatch.setattr(session.here.journal, "append", late_append)
    restoring = asyncio.create_task(session.restore(ann, empty, "restore-1"))
    await until(lambda: any(seat.in_flight_count for seat in room.seats.values()))
    back = await session.there.again(ann)
    join = {"t": "join", "id": "join-0002", "project": project, "unanswered": ["restore-1"]}
    joined = await back.ask(join)
    assert (joined["t"], joined["committed"]) == ("joined", {})
    may_append.set()
    await asyncio.wait([restoring])
    await until(lambda: not room.has_proposals)
    await back.edit(project, marker("marker_2"))
    restoring.exception()  # its connection was closed (J7)
    assert "restore-1" not in await stored_ids(session.here, project)


def edit_before_each(session: Session, monkeypatch: pytest.MonkeyPatch, tries: int) -> list[int]:
    """Ben's edits are stored by the other node as a restore is on its way; how many there were."""
    made: list[int] = []
    restore = RoomRestores.restore

    async def overtaken(self: RoomRestores, *args: Any) -> int:
        if len(made) < tries:
            made.append(len(made))
            await session.ben.edit(session.project, marker(f"marker_ben_{len(made)}"))
        return await restore(self, *args)

    monkeypatch.setattr(RoomRestores, "restore", overtaken)
    return made


async def test_N4_where_another_node_was_first_it_is_made_anew(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = await session.kept()
    await session.ann.edit(session.project, marker("marker_1"))
    edit_before_each(session, monkeypatch, 2)
    answer = await session.restore(session.ann, empty, "restore-1")
    assert (answer["result"]["seq"], answer["result"]["ops"]) == (4, 3)
    assert await session.state_at(4) == await session.state_of(empty)
    assert await session.kept_before() == {answer["result"]["before"]: 3}


async def test_N4_the_last_try_counts_as_any_other(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.room_restores.OTHERS_WAIT_SECONDS", 0.0)
    empty = await session.kept()
    await session.ann.edit(session.project, marker("marker_1"))
    edit_before_each(session, monkeypatch, TRIES - 1)
    answer = await session.restore(session.ann, empty, "restore-1")
    assert (answer["t"], answer["result"]["ops"]) == ("reply", TRIES)


async def test_N4_what_comes_to_another_node_waits_once_it_was_first_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.room_restores.OTHERS_WAIT_SECONDS", 10 * PATIENCE)
    empty = await session.kept()
    await session.ann.edit(session.project, marker("marker_1"))
    there = session.there.hub.rooms[session.project]
    made: list[str] = []
    restore = RoomRestores.restore

    async def others_wait() -> bool:
        return bool(there.restores._holders)

    async def has_come() -> bool:
        return there.room.edits.knows(made[-1])

    async def beside(self: RoomRestores, *args: Any) -> int:
        made.append(f"edit-of-ben-{len(made) + 1}")
        if len(made) > TRIES_OF_ITS_OWN:
            await eventually(others_wait)
            await session.ben.propose(session.project, marker("marker_last"), id=made[-1])
            await eventually(has_come)
        else:
            await session.ben.edit(session.project, marker(f"marker_ben_{len(made)}"))
        return await restore(self, *args)

    monkeypatch.setattr(RoomRestores, "restore", beside)
    answer = await session.restore(session.ann, empty, "restore-1")
    assert len(made) == TRIES_OF_ITS_OWN + 1
    ack = await session.ben.until("ack")
    assert (ack["id"], ack["seq"]) == (made[-1], answer["result"]["seq"] + 1)


async def test_N4_what_waits_for_a_node_that_stops_in_the_middle_goes_on(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.room_restores.OTHERS_WAIT_SECONDS", 10 * PATIENCE)
    restores = session.here.hub.rooms[session.project].restores
    waiting = session.there.hub.rooms[session.project].restores

    async def waits() -> bool:
        return bool(waiting._holders)

    async def goes_on() -> bool:
        return not waiting._holders

    async with restores.one_at_a_time:
        with restores.others_waiting():
            await eventually(waits)
            await session.here.stop()
            await eventually(goes_on)
        assert (await session.ben.edit(session.project, marker("marker_1")))["t"] == "ack"
    assert restores.others_wait_milliseconds == 0
    assert not waiting._holders


async def test_N4_who_is_overtaken_again_and_again_is_told_and_nothing_is_kept(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = await session.kept()
    await session.ann.edit(session.project, marker("marker_1"))
    monkeypatch.setattr("server.live.room_restores.OTHERS_WAIT_SECONDS", 0.0)
    made = edit_before_each(session, monkeypatch, 100)
    answer = await session.restore(session.ann, empty, "restore-1")
    assert (answer["code"], len(made)) == ("unavailable", TRIES)
    assert await session.kept_before() == {}
    monkeypatch.undo()
    again = await session.restore(session.ann, empty, "restore-1")
    assert again["result"]["ops"] == 1 + TRIES


async def test_N4_R14_a_restore_that_is_refused_keeps_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = await session.kept()
    await session.ann.edit(session.project, marker("marker_1"))
    restore = RoomRestores.restore

    async def archived(self: RoomRestores, *args: Any) -> int:
        await session.ann.result("projects.archive", project=session.project, archived=True)
        return await restore(self, *args)

    monkeypatch.setattr(RoomRestores, "restore", archived)
    answer = await session.restore(session.ben, empty, "restore-1")
    assert answer["code"] == "archived"
    other = await session.restore(
        await session.here.again(session.ann, "phone"), empty, "restore-2"
    )
    assert other["code"] == "archived"
    assert await session.kept_before() == {}


async def test_N4_of_one_restore_sent_twice_at_one_moment_one_has_done_it(
    session: Session,
) -> None:
    empty = await session.kept()
    phone = await session.here.again(session.ann, "phone")
    for n in range(5):
        await session.ann.edit(session.project, marker(f"marker_{n}"))
        told = await asyncio.gather(
            *(session.restore(wire, empty, f"restore-{n}") for wire in (session.ann, phone))
        )
        results = sorted((answer["result"] for answer in told), key=lambda one: one["ops"])
        assert [one["ops"] for one in results] == [0, 1]
        assert results[0]["before"] is None
        assert (await session.kept_before())[results[1]["before"]] == results[1]["seq"] - 1
        assert results[0]["seq"] == results[1]["seq"]
