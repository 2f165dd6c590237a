"""A second aspect lives beside the document: one order, one dedupe, one resume."""

from collections.abc import Iterable
from itertools import count

import pytest
from msgspec import structs

from rooms.aspect import state_of
from rooms.document.document import Document
from rooms.document.document_aspect import DocumentAspect
from rooms.effects import Effect, ForwardEntry, Settled
from rooms.journal.entry import DOCUMENT, Proposal, Purpose
from rooms.known_aspects import ASPECTS, digest_with, fresh_aspects
from rooms.room import Room
from schema.messages import Ack, DeltaCommitted, Position
from schema.ops import Set, encode_ops
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.counter import COUNTER, Counter
from tests.rooms.songs import song

tickets = count(1)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ASPECTS, COUNTER, Counter)


class CounterBench(Bench):
    """`settled`: what calls were answered; `forwarded`: what other nodes were sent."""

    def __init__(self) -> None:
        self.settled: list[tuple[int | None, str | None]] = []
        self.forwarded: list[ForwardEntry] = []
        super().__init__("a", song())
        self.join("ann")
        self.join("ben")

    def take(self, effects: Iterable[Effect]) -> None:
        effects = list(effects)
        for each in effects:
            if isinstance(each, Settled):
                self.settled.append((each.seq, None if each.error is None else each.error.code))
            elif isinstance(each, ForwardEntry):
                self.forwarded.append(each)
        super().take(effects)


@pytest.fixture
def bench() -> CounterBench:
    return CounterBench()


def adding(delta_id: str, payload: bytes, member: str = "m") -> Proposal:
    return Proposal(
        project=PROJECT,
        delta_id=delta_id,
        author="ann",
        auth_session="login",
        member=member,
        payload=payload,
        atomic=False,
        aspect=COUNTER,
    )


def enter(bench: Bench, delta_id: str, payload: bytes) -> None:
    bench.run(bench.room.commit_entry(adding(delta_id, payload), "ann", next(tickets)))
    bench.commit()


def counter(bench: Bench) -> Counter:
    found = bench.room.follower.other_aspects[COUNTER]
    assert isinstance(found, Counter)
    return found


RENAME = Set("tracks", "tr_audio", {"name": "Loops"})


def test_entries_of_both_aspects_are_one_sequence_and_members_hear_every_seq(
    bench: CounterBench,
) -> None:
    before = bench.room.digest
    enter(bench, "count-001", b'[["bars", 4]]')
    assert bench.room.digest == before
    bench.edit("ben", RENAME)
    enter(bench, "count-002", b'[["bars", 3], ["takes", 1]]')
    assert counter(bench).totals == {"bars": 7, "takes": 1}
    assert counter(bench).last_at == bench.entries[-1].committed_at
    seqs = [m.seq for m in bench.heard["ann"] if isinstance(m, DeltaCommitted | Ack)]
    assert seqs == [1, 2, 3]
    ops = [len(m.ops) for m in bench.heard["ben"] if isinstance(m, DeltaCommitted)]
    assert ops == [0, 0]  # who knows the document alone is told a delta without ops
    assert bench.settled == [(1, None), (3, None)]


def test_the_same_id_is_stored_once_and_another_payload_or_aspect_is_refused(
    bench: CounterBench,
) -> None:
    enter(bench, "count-001", b'[["bars", 4]]')
    enter(bench, "count-001", b'[["bars", 4]]')
    enter(bench, "count-001", b'[["bars", 5]]')
    ops = structs.replace(adding("count-001", b'[["bars", 4]]'), aspect=DOCUMENT)
    assert ops.payload_hash != adding("count-001", b'[["bars", 4]]').payload_hash
    assert bench.settled == [(1, None), (1, None), (None, "id_reused")]
    assert counter(bench).totals == {"bars": 4}


def test_what_the_aspect_refuses_is_not_stored(bench: CounterBench) -> None:
    enter(bench, "count-001", b'[["bars", 1001]]')
    enter(bench, "count-002", b'["bars"]')
    unknown = structs.replace(adding("count-003", b"[]"), aspect="playback")
    bench.run(bench.room.commit_entry(unknown, "ann", next(tickets)))
    assert bench.settled == [(None, "op_invalid")] * 3
    assert bench.entries == []


def test_D17_what_cannot_be_read_or_belongs_to_no_aspect_keeps_its_seq_and_does_nothing(
    bench: CounterBench,
) -> None:
    digest = bench.room.whole_digest
    for number, wrong in enumerate(
        (adding("count-001", b'["bars"]'), structs.replace(adding("count-002", b"[]"), aspect="x"))
    ):
        bench.append(wrong)
        assert bench.room.head == number + 1
    assert bench.room.whole_digest == digest
    bench.edit("ann", RENAME)
    assert bench.room.head == 3


def test_it_is_no_step_of_the_undo(bench: CounterBench) -> None:
    bench.edit("ann", RENAME)
    member = bench.room.seats["ann"].member
    bench.append(adding("count-001", b'[["bars", 4]]', member))
    assert bench.room.edits.entries.stacks.depths(member) == (1, 0)
    bench.run(bench.room.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    bench.commit()
    assert bench.room.edits.entries.stacks.depths(member) == (0, 1)
    assert counter(bench).totals == {"bars": 4}


def test_another_node_comes_to_the_same_digest_by_what_it_is_forwarded(
    bench: CounterBench,
) -> None:
    there = Room(PROJECT, song(), Position("epoch", 0), "b")
    alone = bench.room.whole_digest
    enter(bench, "count-001", b'[["bars", 4]]')
    bench.edit("ann", RENAME)
    enter(bench, "count-002", b'[["bars", 4]]')
    for each in bench.forwarded:
        assert list(there.on_remote_entry(each.entry, each.previous)) != []
        assert there.whole_digest == each.digest
    assert len({alone, there.digest, there.whole_digest}) == 3


def test_what_holds_nothing_leaves_the_digest_as_it_was(bench: CounterBench) -> None:
    assert bench.room.whole_digest == bench.room.digest == song().digest


def test_stored_in_slices_it_goes_on_where_it_was(bench: CounterBench) -> None:
    enter(bench, "count-001", b'[["bars", 4]]')
    stored = bench.room.other_aspects()[COUNTER]
    again = fresh_aspects()
    again[COUNTER].load(stored.slices)
    assert state_of(again[COUNTER]) == stored
    later = Room(PROJECT, song(), Position("epoch", 1), "b", again)
    assert later.whole_digest == bench.room.whole_digest
    enter(bench, "count-002", b'[["bars", 4]]')
    assert list(later.committed(bench.entries))
    assert later.whole_digest == bench.room.whole_digest


def test_the_document_keeps_the_same_contract(bench: CounterBench) -> None:
    bench.edit("ann", RENAME)
    here, there = DocumentAspect(bench.room.document), DocumentAspect(Document())
    there.load(here.slices())
    assert there.digest == here.digest == digest_with(here.digest, fresh_aspects())
    rename = structs.replace(adding("d", encode_ops([RENAME])), aspect=DOCUMENT)
    assert here.check(rename) is None
    assert here.check(structs.replace(rename, payload=b"[7]")) == "it cannot be read"
