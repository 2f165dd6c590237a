"""A device joins again and names what had no answer: what it sent before is kept out (rule J15)."""

from dataclasses import replace

import pytest

from rooms.edits.refusals import SENT_BEFORE
from rooms.effects import Disconnect
from rooms.journal.entry import Outcome, Proposal, Purpose
from rooms.presence.remote_members import LEASE_SECONDS
from schema.close_codes import REPLACED, RESTARTING
from schema.errors import ErrorCode
from schema.messages import Ack, DeltaCommitted, Error, Left, ProposeDelta
from schema.ops import Insert, Op, Set
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.presence.test_members import TwoNodes

FADER = Set("channels", "ch_bass_", {"volume": 0.5})
NEW = Insert("markers", "marker_1", {"time": 0.0})
LATER = Set("markers", "marker_1", {"time": 1.0})


def join(
    bench: Bench, name: str, fence: int, *, device: str = "desk", connection: str = "", at: int = 0
) -> None:
    """A member comes in, as the journal has given out this fence."""
    request = bench.request(name, device=device, connection=connection, at=at)
    bench.heard[request.connection] = []
    bench.take(bench.room.join(replace(request, fence=fence)))
    bench.take(bench.room.state_is_ready(bench.room.head, "", {"prime.v1.msgpack": ()}))


def propose(bench: Bench, who: str, delta_id: str, op: Op = FADER) -> None:
    bench.run(bench.room.edits.propose(who, ProposeDelta(PROJECT, delta_id, [op])))


def fence_off(bench: Bench, number: int = 0) -> Proposal:
    """What the journal says of one that waits: a later join was let in before it."""
    [proposal] = bench.waiting.pop(number)
    bench.run(bench.room.edits.answered(proposal, Outcome.FENCED, None))
    return proposal


def told(bench: Bench, who: str = "ann") -> list[str]:
    kinds = (Ack, Error, Left)
    return [str(message.id) for message in bench.heard[who] if isinstance(message, kinds)]


@pytest.fixture
def bench() -> Bench:
    made = Bench("a")
    join(made, "ann", 1)
    made.join("ben")
    return made


def test_J7_X1_who_was_fenced_off_is_closed_as_replaced_by_the_later_join() -> None:
    two = TwoNodes()
    join(two.here, "ann", 1, at=1_000)
    propose(two.here, "ann", "delta-0001")
    fence_off(two.here)
    assert two.here.disconnected == [], "whose join it is has not been told of yet"
    join(two.there, "ann", 2, at=2_000)
    two.tell()
    two.tell()
    assert (told(two.here), two.here.disconnected) == ([], [Disconnect("ann", REPLACED)])


def test_J7_X1_who_was_fenced_off_is_replaced_on_the_same_node_too(bench: Bench) -> None:
    propose(bench, "ann", "delta-0001")
    fence_off(bench)
    join(bench, "ann", 2, connection="ann-2")
    assert (told(bench), bench.disconnected) == ([], [Disconnect("ann", REPLACED)])


def test_J7_a_later_join_of_the_same_connection_closes_nothing(bench: Bench) -> None:
    propose(bench, "ann", "delta-0001")
    fence_off(bench)
    join(bench, "ann", 2)
    bench.take(bench.room.pass_time(0.0))
    bench.take(bench.room.pass_time(LEASE_SECONDS))
    assert (told(bench), bench.disconnected) == ([], [])
    propose(bench, "ann", "delta-0001")
    bench.commit()
    assert told(bench) == ["delta-0001"]


def test_D23_nothing_that_comes_behind_what_was_kept_out_is_judged_or_answered(
    bench: Bench,
) -> None:
    """It may be about what was kept out: it would be refused for good."""
    edits = bench.room.edits
    propose(bench, "ann", "delta-0001", NEW)
    jobs = [edits.propose("ann", ProposeDelta(PROJECT, "delta-0002", [LATER])) for _ in range(2)]
    next(jobs[0])  # it is being looked at
    bench.run(edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))  # it waits for the first
    fence_off(bench)
    for job in jobs:
        bench.run(job)
    propose(bench, "ann", "delta-0003", LATER)
    propose(bench, "ann", "delta-0004", Set("channels", "ch_bass_", {"volume": 99.0}))
    assert (told(bench), bench.waiting, bench.look_ups) == ([], [], [])
    assert (len(edits.open_proposals), edits.waiting_bytes) == (0, 0)
    assert not bench.room.has_proposals


def test_D3_what_was_stored_before_the_later_join_is_acknowledged(bench: Bench) -> None:
    propose(bench, "ann", "delta-0001")
    propose(bench, "ann", "delta-0002")
    fence_off(bench, 1)
    bench.commit()
    assert told(bench) == ["delta-0001"]
    assert [m.id for m in bench.heard["ben"] if isinstance(m, DeltaCommitted)] == ["delta-0001"]


def test_D22_a_leave_is_answered_all_the_same(bench: Bench) -> None:
    propose(bench, "ann", "delta-0001")
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    fence_off(bench)
    assert told(bench) == ["leave-1"]
    assert "ann" not in bench.room.seats


def test_D23_who_is_put_out_then_hears_what_was_stored(bench: Bench) -> None:
    propose(bench, "ann", "delta-0001")
    propose(bench, "ann", "delta-0002")
    fence_off(bench, 1)
    bench.take(bench.room.role_changed("ann", None))
    bench.commit()
    assert told(bench) == ["None", "delta-0001"]


def test_X1_who_was_fenced_off_by_a_join_that_nothing_came_of_is_sent_to_come_back(
    bench: Bench,
) -> None:
    """What it sends has the old fence: it has to join again to be answered."""
    propose(bench, "ann", "delta-0001")
    fence_off(bench)
    bench.take(bench.room.pass_time(10.0))
    bench.take(bench.room.pass_time(10.0 + LEASE_SECONDS - 0.1))
    assert bench.disconnected == []
    bench.take(bench.room.pass_time(10.0 + LEASE_SECONDS))
    assert bench.disconnected == [Disconnect("ann", RESTARTING)]


@pytest.mark.parametrize("who", ["ann", "phone"])
def test_D3_who_has_sent_the_same_with_a_fence_of_its_own_sends_it_again(
    bench: Bench, who: str
) -> None:
    """It asked for what was on its way from before the later join, and is not kept out itself."""
    propose(bench, "ann", "delta-0001")
    device, connection = ("desk", "ann-2") if who == "ann" else ("phone", "phone")
    fence = 2 if who == "ann" else 1
    join(bench, "ann", fence, device=device, connection=connection)
    propose(bench, connection, "delta-0001")
    bench.disconnected.clear()
    fence_off(bench)
    [refusal] = [m for m in bench.heard[connection] if isinstance(m, Error)]
    assert (refusal.code, refusal.message) == (ErrorCode.UNAVAILABLE, SENT_BEFORE)
    assert (bench.disconnected, told(bench)) == ([], [])
    propose(bench, connection, "delta-0001")
    bench.commit()
    assert told(bench, connection) == ["delta-0001", "delta-0001"]
    assert isinstance(bench.last(connection), Ack)
