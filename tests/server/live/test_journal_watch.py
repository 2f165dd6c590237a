"""A journal that goes back (F31): who notices, what members see, and what is no sign of it."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from unittest.mock import Mock

import pytest

from persistence.journal import epochs
from persistence.pool import Database
from prime_client.copy.digest import digest
from rooms.effects import Settled
from rooms.journal.entry import Entry, Proposal
from rooms.journal.feed import Feed
from schema.ops import Set
from server.live.live_room import LiveRoom
from server.live.room_checkpoints import RoomCheckpoints
from server.live.room_restores import RoomRestores
from server.live.room_services import RoomClosed
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import Wire, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def position_of(wire: Wire, project: str) -> dict[str, object]:
    row = await wire.result("projects.get", project=project)
    return {"epoch": row["epoch"], "seq": row["head"]}


async def lose_after(database: Database, project: str, seq: int) -> None:
    """What a restored backup does, or a standby that was behind."""
    async with database.transaction() as transaction:
        lose = "DELETE FROM project_deltas WHERE project_id = $1 AND seq > $2"
        await transaction.execute(lose, project, seq)
        set_head = "UPDATE studio_projects SET head_seq = $2 WHERE id = $1"
        await transaction.execute(set_head, project, seq)


def counted(node: Node, kind: str) -> float:
    """How often this has happened on a node."""
    return node.metrics.counted(kind)


@pytest.mark.usefixtures("quick_rounds")
async def test_F31_S3_a_journal_that_goes_back_is_noticed_by_an_idle_node(
    node: Node, database: Database
) -> None:
    ann, ben, project = await node.pair()
    for n in range(3):
        await ann.edit(project, marker(f"marker_{n}"))
    position = await position_of(ann, project)
    await lose_after(database, project, 1)
    for wire in (ann, ben):
        await wire.closed(1012)
    assert counted(node, "journal_went_back") == 1
    back = await node.again(ann)
    joined, state = await back.join(project, position)
    assert (joined["resumed"], joined["position"]["seq"]) == (False, 1)
    assert joined["position"]["epoch"] != position["epoch"]
    assert list(state["markers"]) == ["marker_0"]
    assert (await back.edit(project, marker("marker_9")))["seq"] == 2
    past = (await back.result("history.at", project=project, seq=1))["position"]
    assert past == joined["position"]


@pytest.mark.usefixtures("quick_rounds")
async def test_F31_J4_a_node_follows_new_epochs_without_an_alarm(
    node: Node, database: Database
) -> None:
    ann, ben, project = await node.pair()
    for n in range(3):
        await ann.edit(project, marker(f"marker_{n}"))
    position = await position_of(ann, project)
    assert await epochs.renew(database) == epochs.RenewedEpochs(projects=1, snapshots=1)
    for wire in (ann, ben):
        await wire.closed(1012)
    assert (counted(node, "journal_went_back"), counted(node, "epoch_changed")) == (0, 1)
    back = await node.again(ann)
    joined, state = await back.join(project, position)
    assert (joined["resumed"], joined["position"]["seq"], len(state["markers"])) == (False, 3, 3)


async def test_F31_S3_a_journal_that_goes_back_is_noticed_by_who_writes(
    node: Node, database: Database
) -> None:
    ann, ben, project = await node.pair()
    for n in range(5):
        await ann.edit(project, marker(f"marker_{n}"))
    epoch = (await position_of(ann, project))["epoch"]
    await lose_after(database, project, 3)
    for n in range(5):
        await ann.propose(project, marker(f"late_mark_{n}"))
    for wire in (ann, ben):
        heard = await wire.closed(1012)
        assert [m for m in heard if m["t"] in ("ack", "delta") and m["seq"] > 5] == []
    back = await node.again(ann)
    joined, state = await back.join(project)
    assert (joined["position"]["seq"], len(state["markers"])) == (3, 3)  # nothing in the old epoch
    assert joined["position"]["epoch"] != epoch
    assert counted(node, "journal_went_back") == 1
    assert (await back.edit(project, marker("late_mark_0")))["seq"] == 4


async def test_S3_a_delta_read_before_its_append_is_answered_is_no_sign_of_anything(
    node: Node,
) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_0"))
    node.journal.gate.clear()
    await ann.propose(project, marker("marker_1"), id="read_early")
    live = node.hub.rooms[project]

    async def stored() -> bool:
        return (await node.journal.heads([project]))[project] == 2

    await eventually(stored)
    await live.read_on()  # as after a HeadMoved, a Present, or the slow tick
    assert (await ann.answer_to("read_early"))["seq"] == 2
    node.journal.gate.set()
    assert (await ann.edit(project, marker("marker_2")))["seq"] == 3
    assert [(await ben.until("delta"))["seq"] for _ in range(3)] == [1, 2, 3]
    assert node.hub.rooms[project] is live
    assert (counted(node, "journal_went_back"), counted(node, "epoch_changed")) == (0, 0)


# What a client holds.


async def test_J9_a_copy_that_is_not_of_this_history_is_never_resumed(node: Node) -> None:
    ann, _, project = await node.pair()
    for n in range(3):
        await ann.edit(project, marker(f"marker_{n}"))
    position = await position_of(ann, project)
    _, state = await node.fresh(ann, project)
    back = await node.again(ann)
    joined, _ = await back.join(project, position, digest(state))
    assert joined["resumed"]
    state["markers"]["marker_0"]["name"] = "another"
    back = await node.again(ann)
    joined, state = await back.join(project, position, digest(state))
    assert (joined["resumed"], len(state["markers"])) == (False, 3)
    assert counted(node, "copy_differed") == 1


async def test_F31_J9_numbers_given_out_anew_while_a_client_was_away(
    nodes: Nodes, database: Database
) -> None:
    """Nobody who knew of them was there: only the client's copy can tell."""
    one = await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for n in range(5):
        await ann.edit(project, marker(f"marker_{n}"))
    position = await position_of(ann, project)
    _, mine = await one.fresh(ann, project)
    await one.die()
    await lose_after(database, project, 3)
    two = await nodes.start()
    phone = await two.again(ann, "phone")
    await phone.join(project)
    for n in range(4):
        added = await phone.edit(project, marker(f"anew_{n:04}"), id=f"anew_{n:04}")
        assert added["seq"] == 4 + n
    assert (await position_of(phone, project))["epoch"] == position["epoch"]
    back = await two.again(ann)
    two.hub.rooms[project].room.joining.encoded_states.clear()
    joined, state = await back.join(project, position, digest(mine))
    assert not joined["resumed"]
    assert sorted(state["markers"]) == [f"anew_{n:04}" for n in range(4)] + [
        f"marker_{n}" for n in range(3)
    ]


async def test_F31_J5_J9_where_nobody_was_there_no_position_lets_a_lost_copy_go_on(
    nodes: Nodes, database: Database
) -> None:
    """Of each position that a client may come back with, before and past what is there anew."""
    one = await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    lost = [one.hub.rooms[project].room.follower.digest]
    for n in range(6):
        await ann.edit(project, marker(f"marker_{n}"))
        lost.append(one.hub.rooms[project].room.follower.digest)
    epoch = (await position_of(ann, project))["epoch"]
    await one.die()
    await lose_after(database, project, 3)
    two = await nodes.start()
    back = await two.again(ann)
    await back.join(project)
    await back.edit(project, marker("anew_0001"), id="anew_0001")
    tail = two.hub.rooms[project].room.follower.tail
    for seq, digest_of_old in enumerate(lost):
        join = {"t": "join", "id": f"join-{seq}", "project": project, "digest": digest_of_old}
        answer = await back.ask(join | {"position": {"epoch": epoch, "seq": seq}})
        if seq > 4:
            assert answer["code"] == "position_ahead"
        else:
            assert answer["resumed"] == (tail.start_seq <= seq <= 3), seq


async def test_F31_S3_numbers_refilled_by_another_node_while_one_was_idle(
    nodes: Nodes, database: Database
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for n in range(5):
        await ann.edit(project, marker(f"marker_{n}"))
    position = await position_of(ann, project)
    for node in (one, two):
        node.bus.set_up(False)
    await lose_after(database, project, 3)
    phone = await two.again(ann, "phone")
    await phone.join(project)
    for n in range(4):
        await phone.edit(project, marker(f"anew_{n:04}"), id=f"anew_{n:04}")
    for wire in (ann, phone):
        await wire.closed(1012)
    assert counted(one, "journal_went_back") == 1
    assert (counted(two, "journal_went_back"), counted(two, "epoch_changed")) == (0, 1)
    back = await one.again(ann)
    joined, state = await back.join(project, position)
    assert (joined["resumed"], joined["position"]["seq"]) == (False, 7)
    assert joined["position"]["epoch"] != position["epoch"]
    assert len(state["markers"]) == 7


async def test_S3_what_another_node_says_behind_another_entry_is_not_applied(
    nodes: Nodes, database: Database
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for n in range(5):
        await ann.edit(project, marker(f"marker_{n}"))
    phone = await two.again(ann, "phone")
    await phone.join(project)
    live = two.hub.rooms[project]

    async def is_quiet() -> bool:
        return not live._reads._is_catching_up and live.room.is_shared

    await eventually(is_quiet)
    live.room.follower.head_id = "another_entry"  # as after a history of its own
    await ann.edit(project, marker("marker_9"))
    await phone.closed(1012)
    assert phone.heard("delta") == []


@pytest.mark.usefixtures("quick_rounds")
async def test_S4_a_node_whose_state_is_not_the_journals_loads_it_anew(nodes: Nodes) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for n in range(3):
        await ann.edit(project, marker(f"marker_{n}"))
    position = await position_of(ann, project)
    phone = await two.again(ann, "phone")
    await phone.join(project)
    right, wrong = one.hub.rooms[project], two.hub.rooms[project]
    follower = wrong.room.follower
    follower.document.apply([Set("markers", "marker_1", {"name": "in no journal"})])
    follower.digest = follower.document.digest
    await phone.closed(1012)  # whether anyone edits or not
    assert counted(two, "room_loaded_anew") == 1
    assert (one.hub.rooms[project], wrong.is_closed) == (right, True)
    back = await two.again(ann, "phone")
    joined, state = await back.join(project, position)
    assert (joined["resumed"], state["markers"]["marker_1"]["name"]) == (False, "")
    back = await one.again(ann, "tablet")
    assert (await back.join(project, position))[0]["resumed"]
    assert counted(one, "room_loaded_anew") == 0


# A closed room.


def proposal_of(project: str) -> Proposal:
    return Proposal(
        project=project,
        delta_id="restore-1",
        author="ann",
        auth_session="login",
        member="member",
        payload=b"[]",
        atomic=False,
    )


def entry_of(project: str) -> Entry:
    return Entry(
        project=project,
        seq=9,
        delta_id="delta-9",
        author="ann",
        member="member",
        payload=b"[]",
        atomic=False,
        committed_at=0.0,
        payload_hash=b"",
    )


NOBODY: Any = object()
"""Who is asked for anything, or told anything, fails the test."""


def lost_feed(live: LiveRoom) -> Feed:
    feed = Feed(live.room.project, live.room.follower.tail, 0)
    feed.lose()
    return feed


async def refused_turn(live: LiveRoom) -> None:
    live.restores.turn(Mock(), "restore-1")


CLOSED: dict[str, Callable[[LiveRoom], Any]] = {
    "store_if_new": lambda live: live.checkpoints.store_if_new(0.0),
    "freeze": lambda live: live.freeze(),
    "read_on": lambda live: live.read_on(),
    "fed": lambda live: live.fed(NOBODY, lost_feed(live)),
    "record_effective_ops": lambda live: live.checkpoints.record_effective_ops(),
    "expect": lambda live: live.expect(9, "delta_9"),
    "restore": lambda live: live.restores.restore(proposal_of(live.room.project), [], "c"),
    "turn": refused_turn,
    "holding_edits": lambda live: live.restores.holding_edits().__aenter__(),
    "others_waiting": lambda live: live.restores.others_waiting().__enter__(),
    "hold_for": lambda live: live.restores.hold_for("another node", 5_000),
    "take": lambda live: live.restores.take(Settled(1, 1, None)),
    "store": lambda live: live.checkpoints.store(0.0),
    "carry_out": lambda live: live.carry_out([object()]),  # type: ignore[list-item]
    "catch_up": lambda live: live.catch_up(),
    "close": lambda live: live.close(),
    "is_deserted": lambda live: live.is_deserted(0.0),
    "run": lambda live: live.run(iter([[object()]])),  # type: ignore[list-item]
    "schedule_tick": lambda live: live.schedule_tick(),
    "tick_or_wait": lambda live: live.tick_or_wait(),
    "pass_on": lambda live: live.pass_on(),
    "take_committed": lambda live: live.take_committed([entry_of(live.room.project)]),
}
"""Every way into a room. What can be waited for is refused; everything else does nothing."""


def methods(kind: type) -> set[str]:
    return {
        name
        for name, what in vars(kind).items()
        if inspect.isfunction(what) and not name.startswith("_")
    }


def test_every_way_into_a_room_has_a_case_for_a_closed_one() -> None:
    ways = [methods(part) for part in (LiveRoom, RoomCheckpoints, RoomRestores)]
    assert set().union(*ways) == set(CLOSED)


@pytest.mark.parametrize("name", CLOSED)
async def test_a_closed_room_does_nothing_more(node: Node, database: Database, name: str) -> None:
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    live = node.hub.rooms[project]
    before = await node.journal.load(project)
    await epochs.renew(database)
    await node.hub.watch.look_for_more()
    assert live.is_closed
    asked: list[Coroutine[Any, Any, None]] = []
    live._jobs._spawn = asked.append
    result = CLOSED[name](live)
    if inspect.isawaitable(result):
        with pytest.raises(RoomClosed):
            await result
    assert asked == []
    assert not live._jobs
    assert (await node.journal.load(project)).slices == before.slices


async def test_who_waits_for_a_room_that_is_closed_is_told(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    live = node.hub.rooms[project]
    held = asyncio.Event()
    monkeypatch.setattr(live._services.scheduler, "schedule", lambda *_, **__: held.set())
    waits: list[Awaitable[Any]] = [
        asyncio.ensure_future(live.freeze()),
        asyncio.ensure_future(live._jobs.done(iter(()))),
        asyncio.ensure_future(live.checkpoints.store(0.0)),
        asyncio.ensure_future(live.restores.restore(proposal_of(project), [], "c")),
    ]
    await held.wait()
    await asyncio.sleep(0)
    live.close()
    for told in await asyncio.gather(*waits, return_exceptions=True):
        assert isinstance(told, RoomClosed)


async def test_what_is_written_behind_of_a_room_that_is_closed_meanwhile_stores_nothing(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was an empty state under the right digest, and a wrong one under its own."""
    ann, _, project = await node.pair()
    for n in range(3):
        await ann.edit(project, marker(f"marker_{n}"))
    live = node.hub.rooms[project]
    record = live.checkpoints._record_effective_ops

    async def closed_meanwhile(*given: Any) -> None:
        await record(*given)
        await epochs.renew(database)
        await node.hub.watch.look_for_more()

    monkeypatch.setattr(
        RoomCheckpoints, "_record_effective_ops", lambda _self, *given: closed_meanwhile(*given)
    )
    live.checkpoints.begun_at = float("-inf")
    await node.server.write_behind.run_once()

    async def is_closed() -> bool:
        return live.is_closed

    await eventually(is_closed)  # the server may have begun to write behind before us
    assert (await node.journal.load(project)).seq == 0
    monkeypatch.undo()
    back = await node.again(ann)
    joined, state = await back.join(project)
    assert (joined["position"]["seq"], len(state["markers"])) == (3, 3)
