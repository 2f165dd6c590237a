"""What a member hears of seqs comes in their order, also of a delta that was committed before."""

from msgspec.structs import replace

from rooms.effects import CatchUp, LookUp
from rooms.journal.entry import Entry, Outcome, Proposal
from rooms.presence.seat import QueuedRequest
from schema.errors import ErrorCode
from schema.messages import Ack, DeltaCommitted, Error
from schema.ops import Set, encode_ops
from tests.rooms.bench import PROJECT, Bench


def rename(name: str) -> Set:
    return Set("tracks", "track_01", {"name": name})


def entry(seq: int, delta_id: str, name: str, author: str = "ben") -> Entry:
    """As another node had it committed."""
    proposal = Proposal(
        project=PROJECT,
        delta_id=delta_id,
        author=author,
        auth_session="login",
        member=author,
        payload=encode_ops([rename(name)]),
        atomic=False,
    )
    return Entry(
        project=PROJECT,
        seq=seq,
        delta_id=delta_id,
        author=author,
        member=author,
        payload=proposal.payload,
        atomic=False,
        committed_at=1.7e12,
        payload_hash=proposal.payload_hash,
    )


def heard_seqs(bench: Bench, who: str) -> list[tuple[str, int]]:
    return [
        (type(message).__name__, message.seq)
        for message in bench.heard[who]
        if isinstance(message, Ack | DeltaCommitted)
    ]


IN_ORDER = [("Ack", 1), ("DeltaCommitted", 2), ("Ack", 3), ("DeltaCommitted", 4)]


def behind() -> tuple[Bench, list[Entry], Proposal]:
    """A room at seq 1, and entries 2 to 4 of which it has heard nothing; 3 is ann's own."""
    bench = Bench()
    bench.join("ann")
    bench.edit("ann", rename("one"))
    bench.propose("ann", rename("three"))
    [[mine]] = bench.waiting
    missed = [
        entry(2, "of-ben-2", "two"),
        replace(
            entry(3, mine.delta_id, "three", "ann"),
            payload_hash=mine.payload_hash,
            member=mine.member,
        ),
        entry(4, "of-ben-4", "four"),
    ]
    return bench, missed, mine


def look_up_instead(bench: Bench, mine: Proposal) -> None:
    """It was not sent: it would be refused, and the journal is asked whether it knows it."""
    proposed = bench.room.edits.open_proposals.get(mine.delta_id)
    assert proposed is not None
    bench.room.edits.open_proposals.settle(proposed)
    bench.room.seats["ann"].looked_up_request = QueuedRequest(mine)


def test_D2_a_duplicate_found_by_the_append_is_acknowledged_in_its_turn() -> None:
    bench, missed, mine = behind()
    effects = [e for some in bench.room.edits.answered(mine, Outcome.DUPLICATE, 3) for e in some]
    assert [effect for effect in effects if isinstance(effect, CatchUp)] == effects != []
    bench.run(bench.room.follower.committed(missed))
    assert heard_seqs(bench, "ann") == IN_ORDER


def test_D2_a_duplicate_found_by_a_look_up_is_acknowledged_in_its_turn() -> None:
    bench, missed, mine = behind()
    look_up_instead(bench, mine)
    refusal = Error(mine.delta_id, ErrorCode.OP_INVALID, "", PROJECT)
    found = (Outcome.DUPLICATE, 3)
    bench.run(bench.room.edits.looked_up(LookUp("ann", mine, refusal), found))
    bench.run(bench.room.follower.committed(missed))
    assert heard_seqs(bench, "ann") == IN_ORDER
    waiting = bench.room.edits.open_proposals
    assert (len(waiting), waiting.bytes, bench.room.seats["ann"].in_flight_count) == (0, 0, 0)


def test_D3_what_the_room_has_come_to_is_acknowledged_at_once() -> None:
    bench, missed, mine = behind()
    bench.run(bench.room.follower.committed(missed))
    bench.heard["ann"].clear()
    bench.room.seats["ann"].looked_up_request = QueuedRequest(mine)
    refusal = Error(mine.delta_id, ErrorCode.OP_INVALID, "", PROJECT)
    bench.run(bench.room.edits.looked_up(LookUp("ann", mine, refusal), (Outcome.DUPLICATE, 3)))
    assert heard_seqs(bench, "ann") == [("Ack", 3)]


def test_D2_no_ack_is_made_but_of_an_entry_that_is_applied() -> None:
    """The kind: whoever would answer about a seq ahead of the room waits for it."""
    bench, _, mine = behind()
    look_up_instead(bench, mine)
    effects = bench.room.edits._answering.answer(
        bench.room.seats["ann"], mine, Outcome.DUPLICATE, 3
    )
    assert [type(effect) for effect in effects] == [CatchUp]
    assert mine.delta_id in bench.room.edits.open_proposals
