"""What was sent before a seat is given up is carried out (rules D22, D23)."""

import pytest

from rooms.journal.entry import Outcome, Purpose
from schema.messages import Ack, DeltaCommitted, Error, Left, ProposeDelta
from schema.ops import Set
from tests.rooms.bench import PROJECT, Bench

IDS = [f"delta-{number:04}" for number in range(1, 6)]


def delta(delta_id: str, *, tempo: float = 0.5) -> ProposeDelta:
    return ProposeDelta(PROJECT, delta_id, [Set("channels", "ch_bass_", {"volume": tempo})])


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.join("ann")
    bench.join("ben")
    return bench


def told(bench: Bench, who: str = "ann") -> list[str]:
    """Ids that were answered, and `left`, in their order."""
    kinds = (Ack, Error, Left)
    return [str(message.id) for message in bench.heard[who] if isinstance(message, kinds)]


def test_D22_what_came_before_a_leave_is_answered_before_left(bench: Bench) -> None:
    for delta_id in IDS:
        bench.run(bench.room.edits.propose("ann", delta(delta_id)))
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    assert told(bench) == []
    bench.commit()
    assert told(bench) == [*IDS, "leave-1"]
    assert "ann" not in bench.room.seats


def test_D22_works_that_are_not_begun_come_before_the_leave(bench: Bench) -> None:
    jobs = [bench.room.edits.propose("ann", delta(delta_id)) for delta_id in IDS]
    jobs.append(bench.room.ask_to_leave("ann", "leave-1"))
    for job in jobs:
        bench.run(job)
    bench.commit()
    assert told(bench) == [*IDS, "leave-1"]


def test_D22_a_refused_delta_is_answered_before_left_too(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0], tempo=99.0)))
    bench.run(bench.room.edits.propose("ann", delta(IDS[1])))
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    [[proposal]] = bench.waiting
    bench.run(bench.room.edits.answered(proposal, Outcome.FORBIDDEN, None))
    assert told(bench) == [IDS[0], IDS[1], "leave-1"]


def test_D22_whoever_has_nothing_unanswered_leaves_at_once(bench: Bench) -> None:
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    assert told(bench) == ["leave-1"]


def test_D22_a_second_leave_is_answered_at_once(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    bench.run(bench.room.ask_to_leave("ann", "leave-2"))
    bench.commit()
    assert told(bench) == ["leave-2", IDS[0], "leave-1"]


@pytest.mark.parametrize("way", ["join_again", "elsewhere", "revoked", "lost"])
def test_D22_a_leave_is_answered_however_the_seat_is_given_up(bench: Bench, way: str) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    give_up(bench, way)
    bench.commit()
    assert ("leave-1" in told(bench)) is (way != "lost")


def give_up(bench: Bench, way: str) -> None:
    members = bench.room.members
    match way:
        case "join_again":
            bench.join("ann")
        case "elsewhere":
            bench.join("ann", connection="ann-2")
        case "closed":
            bench.take(bench.room.leave("ann"))
        case "lost":
            bench.take(members.lost("ann", 0.0))
        case "revoked":
            bench.take(members.role_changed("ann", None))


@pytest.mark.parametrize("is_begun", [True, False])
def test_D23_what_was_received_before_a_clean_close_is_carried_out(
    bench: Bench, *, is_begun: bool
) -> None:
    edits = bench.room.edits
    jobs = [edits.propose("ann", delta(delta_id)) for delta_id in IDS]
    for job in jobs if is_begun else ():
        bench.run(job)
    give_up(bench, "closed")
    for job in () if is_begun else jobs:
        bench.run(job)
    bench.commit()
    assert [m.id for m in bench.heard["ben"] if isinstance(m, DeltaCommitted)] == IDS
    assert (len(edits.waiting), edits.waiting_bytes) == (0, 0)


@pytest.mark.parametrize("way", ["join_again", "elsewhere", "lost", "revoked"])
def test_D23_what_is_not_begun_is_sent_again_by_who_may_come_back(bench: Bench, way: str) -> None:
    jobs = [bench.room.edits.propose("ann", delta(delta_id)) for delta_id in IDS]
    give_up(bench, way)
    for job in jobs:
        bench.run(job)
    assert (bench.waiting, len(bench.room.edits.waiting)) == ([], 0)


def test_D23_what_waits_behind_an_undo_is_carried_out_as_well(bench: Bench) -> None:
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.7}))
    edits = bench.room.edits
    bench.run(edits.propose("ann", delta(IDS[3])))
    bench.run(edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))  # it waits for the delta
    give_up(bench, "closed")
    bench.commit()
    assert [m.id for m in bench.heard["ben"] if isinstance(m, DeltaCommitted)][-1] == "undo-0001"
    assert len(edits.waiting) == 0
