"""What was sent before a seat is given up is carried out (rules D22, D23)."""

import pytest

from rooms.edits.answers import try_again
from rooms.effects import LookUp
from rooms.journal.entry import Outcome, Purpose
from rooms.presence.seat import LEAVES_THAT_WAIT, member_id
from schema.errors import ErrorCode
from schema.messages import Ack, DeltaCommitted, Error, Left, ProposeDelta
from schema.ops import Insert, Set
from tests.rooms.bench import KEY, PROJECT, Bench

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


def test_D22_a_second_leave_is_answered_behind_the_first(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    bench.run(bench.room.ask_to_leave("ann", "leave-2"))
    bench.commit()
    assert told(bench) == [IDS[0], "leave-1", "leave-2"]


def test_D22_a_join_that_nothing_comes_of_is_answered_behind_the_leave(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    error = Error("join-2", ErrorCode.NOT_JOINED, "a later join took its place", PROJECT)
    assert not bench.room.answer_behind_leave("ann", error)
    bench.run(bench.room.ask_to_leave("ann", "leave-1"))
    assert bench.room.answer_behind_leave("ann", error)
    bench.run(bench.room.ask_to_leave("ann", "leave-2"))
    bench.commit()
    assert told(bench) == [IDS[0], "leave-1", "join-2", "leave-2"]
    assert not bench.room.answer_behind_leave("ann", error)


def test_D22_of_very_many_leaves_some_wait_and_each_is_answered(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    for n in range(LEAVES_THAT_WAIT + 1):
        bench.run(bench.room.ask_to_leave("ann", f"leave-{n}"))
    [refused] = [m for m in bench.heard["ann"] if isinstance(m, Error)]
    assert (refused.id, refused.code) == (f"leave-{LEAVES_THAT_WAIT}", ErrorCode.NOT_JOINED)
    bench.commit()
    leaves = [m.id for m in bench.heard["ann"] if isinstance(m, Left)]
    assert leaves == [f"leave-{n}" for n in range(LEAVES_THAT_WAIT)]


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
            bench.take(bench.room.role_changed("ann", None))
        case "kicked":
            bench.take(bench.room.kick(member_id(KEY, "ann", "desk"), "out"))


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
    assert (len(edits.open_proposals), edits.waiting_bytes) == (0, 0)


@pytest.mark.parametrize("way", ["join_again", "elsewhere", "lost"])
def test_D23_what_is_not_begun_is_sent_again_by_who_may_come_back(bench: Bench, way: str) -> None:
    jobs = [bench.room.edits.propose("ann", delta(delta_id)) for delta_id in IDS]
    give_up(bench, way)
    for job in jobs:
        bench.run(job)
    assert (bench.waiting, len(bench.room.edits.open_proposals)) == ([], 0)


def test_D23_what_waits_behind_an_undo_is_carried_out_as_well(bench: Bench) -> None:
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.7}))
    edits = bench.room.edits
    bench.run(edits.propose("ann", delta(IDS[3])))
    bench.run(edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))  # it waits for the delta
    give_up(bench, "closed")
    bench.commit()
    assert [m.id for m in bench.heard["ben"] if isinstance(m, DeltaCommitted)][-1] == "undo-0001"
    assert len(edits.open_proposals) == 0


PUT_OUT = pytest.mark.parametrize("way", ["revoked", "kicked"])


def answers_to(bench: Bench, delta_id: str, who: str = "ann") -> list[Ack | Error]:
    heard = [m for m in bench.heard[who] if isinstance(m, Ack | Error)]
    return [message for message in heard if message.id == delta_id]


def is_answered_behind_left(bench: Bench, ids: list[str]) -> bool:
    """Each of them once, and nothing of what others do."""
    left = next(n for n, message in enumerate(bench.heard["ann"]) if isinstance(message, Left))
    behind = bench.heard["ann"][left + 1 :]
    assert all(isinstance(m, Error) or (isinstance(m, Ack) and m.duplicate) for m in behind)
    return sorted(str(m.id) for m in behind if isinstance(m, Ack | Error)) == sorted(ids)


def the_journal_says(bench: Bench, said: str) -> None:
    """The same of each that waits for it."""
    edits = bench.room.edits
    if said == "stored":
        bench.commit()
    for [proposal] in bench.waiting:
        match said:
            case "forbidden":
                bench.run(edits.answered(proposal, Outcome.FORBIDDEN, None))
            case "fenced":
                bench.run(edits.answered(proposal, Outcome.FENCED, None))
            case "given back":
                bench.run(edits.given_back([proposal]))
            case "gave up":
                error = try_again(PROJECT, proposal.delta_id, ErrorCode.UNAVAILABLE, "not now")
                bench.run(edits.gave_up(proposal, error))


@PUT_OUT
@pytest.mark.parametrize("is_begun", [True, False])
@pytest.mark.parametrize("said", ["stored", "forbidden", "given back", "gave up", "fenced"])
def test_D23_who_is_put_out_hears_what_the_journal_says_later(
    bench: Bench, said: str, way: str, *, is_begun: bool
) -> None:
    edits = bench.room.edits
    jobs = [edits.propose("ann", delta(delta_id)) for delta_id in IDS]
    for job in jobs if is_begun else ():
        bench.run(job)
    give_up(bench, way)
    for job in () if is_begun else jobs:
        bench.run(job)
    assert len(bench.waiting) == len(IDS)
    the_journal_says(bench, said)
    assert is_answered_behind_left(bench, IDS)
    bench.edit("ben", Set("channels", "ch_bass_", {"volume": 0.1}))
    assert is_answered_behind_left(bench, IDS)
    assert (len(edits.open_proposals), edits.waiting_bytes, bench.room.has_proposals) == (
        0,
        0,
        False,
    )
    assert bench.disconnected == []


@PUT_OUT
def test_D23_what_waits_for_its_turn_is_answered_too(bench: Bench, way: str) -> None:
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.7}))
    edits = bench.room.edits
    bench.run(edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    bench.run(edits.propose("ann", delta(IDS[0])))
    bench.run(edits.undo_or_redo("ann", "undo-0002", Purpose.UNDO))
    give_up(bench, way)
    bench.commit()
    bench.commit()
    bench.commit()
    assert is_answered_behind_left(bench, ["undo-0001", IDS[0], "undo-0002"])
    assert not bench.room.has_proposals


@PUT_OUT
@pytest.mark.parametrize("is_known", [True, False, None])
def test_D23_what_is_looked_up_is_answered_too(
    bench: Bench, way: str, *, is_known: bool | None
) -> None:
    edits = bench.room.edits
    look_ups: list[LookUp] = []
    taken = ProposeDelta(PROJECT, IDS[0], [Insert("markers", "tr_bass_", {"time": 0.0})])
    for effects in edits.propose("ann", taken):
        look_ups += [effect for effect in effects if isinstance(effect, LookUp)]
        bench.take([effect for effect in effects if not isinstance(effect, LookUp)])
    give_up(bench, way)
    assert bench.room.has_proposals
    [look_up] = look_ups
    match is_known:
        case True:
            bench.run(edits.looked_up(look_up, (Outcome.DUPLICATE, 0)))
        case False:
            bench.run(edits.looked_up(look_up, None))
        case None:
            bench.run(edits.look_up_failed(look_up))
    assert is_answered_behind_left(bench, [IDS[0]])
    assert not bench.room.has_proposals


@PUT_OUT
def test_D23_acks_that_waited_come_behind_left(bench: Bench, way: str) -> None:
    seat = bench.room.seats["ann"]
    seat.is_live = False  # it waits for the state
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    bench.commit()
    assert answers_to(bench, IDS[0]) == []
    give_up(bench, way)
    assert [a.duplicate for a in answers_to(bench, IDS[0]) if isinstance(a, Ack)] == [True]


def test_D23_J7_whoever_joins_again_hears_no_more_of_the_seat_before(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    give_up(bench, "kicked")
    bench.join("ann")
    bench.commit()
    assert answers_to(bench, IDS[0]) == []
    assert [m.id for m in bench.heard["ann"] if isinstance(m, DeltaCommitted)] == [IDS[0]]


def test_D23_a_room_knows_whom_it_owes_an_answer(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", delta(IDS[0])))
    give_up(bench, "revoked")
    assert set(bench.room.connections) == {"ann", "ben"}
    bench.commit()
    assert bench.room.connections == ["ben"]
