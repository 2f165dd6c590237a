"""Whatever comes in whatever order: each who asked is answered once, and every count comes back."""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from msgspec.structs import replace

from rooms.edits import made_ops
from rooms.effects import (
    Admit,
    Commit,
    CommitGroup,
    Effect,
    Job,
    LookUp,
    Packet,
    Quiet,
    Recall,
    Send,
    Settled,
)
from rooms.journal.entry import Entry, Outcome, Proposal, Purpose
from rooms.presence.seat import JoinRequest, Seat
from rooms.roles import Grant
from rooms.room import Room
from schema.errors import ErrorCode
from schema.messages import Ack, DeltaCommitted, Error, Joined, Position, ProposeDelta
from schema.ops import Insert, Op, Set
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.songs import song

SNAPSHOTS = ("snapshot-1", "snapshot-2")
DEVICES = {"ann-desk": "ann", "ann-phone": "ann", "ann-desk-again": "ann", "ben": "ben"}


class World:
    """A room, connections that come and go, and a journal that answers when it likes."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.room = Room(PROJECT, song(), Position("epoch", 0))
        self.edits = self.room.edits
        self.entries: list[Entry] = []
        self.known: dict[str, Entry] = {}
        self.under_way: deque[tuple[Proposal, ...]] = deque()
        self.answers: list[tuple[Proposal, Outcome, int | None]] = []
        self.questions: list[LookUp | Recall] = []
        self.asked: Counter[tuple[Seat, str]] = Counter()
        self.owed: set[tuple[Seat, str]] = set()
        self.tickets: set[int] = set()
        self.heard: dict[str, int] = {}
        self.shut: set[str] = set()
        self.is_held = False
        """Whether what members ask for waits."""
        self.is_quiet = False
        """Whether it was said, since they do, that the journal has answered all."""
        self._numbers = iter(range(1, 100_000))
        self._ids = [f"delta-{n:03}" for n in range(8)]
        for connection in ("ann-desk", "ann-phone", "ben"):
            self.come(connection)

    # What happens.

    def step(self) -> None:
        whats = (
            [self.propose] * 6
            + [self.undo_or_redo] * 3
            + [self.restore] * 2
            + [self.commit] * 8
            + [self.tell] * 5
            + [self.answer_a_question] * 4
            + [self.come_and_go, self.others_commit, self.change_role]
            + [self.hold_or_let_go] * 2
        )
        self.rng.choice(whats)()

    def propose(self) -> None:
        seat = self._someone()
        if seat is None:
            return
        delta_id = self.rng.choice(self._ids)
        ops: list[Op] = [Set("channels", "ch_bass_", {"volume": self.rng.choice((0.1, 0.2))})]
        if self.rng.random() < 0.2:
            note: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 1}
            ops = [Insert("notes", "note_twice", note)]
        self._asks(seat, delta_id)
        self.run(self.edits.propose(seat.connection, ProposeDelta(PROJECT, delta_id, ops)))

    def undo_or_redo(self) -> None:
        seat = self._someone()
        if seat is not None:
            delta_id = self.rng.choice(self._ids)
            self._asks(seat, delta_id)
            purpose = self.rng.choice((Purpose.UNDO, Purpose.REDO))
            self.run(self.edits.undo_or_redo(seat.connection, delta_id, purpose))

    def restore(self) -> None:
        """A call, of someone with or without a seat."""
        connection = self.rng.choice(list(DEVICES))
        seat = self.room.seats.get(connection)
        user, ticket = DEVICES[connection], next(self._numbers)
        ops: list[Op] = [
            Set("channels", "ch_bass_", {"pan": n / 10}) for n in range(self.rng.randint(1, 5))
        ]
        proposal = Proposal(
            project=PROJECT,
            delta_id=self.rng.choice(self._ids),
            author=user,
            auth_session="login",
            member="member" if seat is None else seat.member,
            payload=b"[]",
            atomic=False,
            purpose=Purpose.RESTORE,
            snapshot=self.rng.choice(SNAPSHOTS),
        )
        self.tickets.add(ticket)
        self.run(self.edits.calls.restore(proposal, ops, connection, ticket))

    def commit(self) -> None:
        """The journal takes the oldest, or does not; the answer is told some time later."""
        if not self.under_way:
            return
        parts = self.under_way.popleft()
        proposal = parts[-1]
        known = self.known.get(proposal.delta_id)
        if known is not None:
            same = known.payload_hash == proposal.payload_hash
            outcome = Outcome.DUPLICATE if same else Outcome.ID_REUSED
            self.answers.append((proposal, outcome, known.seq if same else None))
        elif self.rng.random() < 0.15:
            self.answers.append((proposal, Outcome.FORBIDDEN, None))
        else:
            for part in parts:
                entry = self._store(part, more=part is not proposal)
            self.answers.append((proposal, Outcome.COMMITTED, entry.seq))

    def others_commit(self) -> None:
        """Another node commits an id that may be on its way here, with this payload or another."""
        on_their_way = [
            p.proposal for p in self.edits.open_proposals if p.proposal.purpose == "edit"
        ]
        fresh = [p for p in on_their_way if p.delta_id not in self.known]
        if fresh:
            proposal = self.rng.choice(fresh)
            if self.rng.random() < 0.5:
                proposal = Proposal(**(_fields(proposal) | {"payload": b"[]"}))
            self._store(proposal)

    def tell(self) -> None:
        """Entries are read on, or an answer comes, in either order."""
        if self.answers and self.rng.random() < 0.6:
            answer = self.answers.pop(self.rng.randrange(len(self.answers)))
            if answer[1] in (Outcome.COMMITTED, Outcome.DUPLICATE):
                self._read_on()
            if answer[1] is not Outcome.COMMITTED:
                self.run(self.edits.answered(*answer))
        else:
            self._read_on()

    def answer_a_question(self) -> None:
        if not self.questions:
            return
        question = self.questions.pop(self.rng.randrange(len(self.questions)))
        fails = self.rng.random() < 0.3
        if isinstance(question, Recall):
            error = Error("", ErrorCode.UNAVAILABLE, "away", PROJECT) if fails else None
            changes = dict.fromkeys(question.seqs, ())
            self.run(self.edits.recalled(question.connection, changes, error))
        elif fails:
            self.run(self.edits.look_up_failed(question))
        else:
            known = self.known.get(question.proposal.delta_id)
            found = None
            if known is not None:
                self._read_on()
                same = known.payload_hash == question.proposal.payload_hash
                found = (Outcome.DUPLICATE if same else Outcome.ID_REUSED, known.seq)
            self.run(self.edits.looked_up(question, found))

    def come_and_go(self) -> None:
        connection = self.rng.choice(list(DEVICES))
        seat = self.room.seats.get(connection)
        if seat is None:
            self.come(connection)
        elif not seat.is_live or self.rng.random() < 0.5:
            self.take(self.room.state_is_ready(self.room.head, "", {"prime.v1.msgpack": ()}))
        else:
            self.take(self.room.leave(connection))

    def come(self, connection: str) -> None:
        device = connection.removesuffix("-again")
        user = DEVICES[connection]
        member = f"{user} on {device}"
        request = JoinRequest(
            connection, "in", user, user, device, "login", "editor", None, member=member
        )
        self.take(self.room.join(request))
        if self.rng.random() < 0.7:
            self.take(self.room.state_is_ready(self.room.head, "", {"prime.v1.msgpack": ()}))

    def change_role(self) -> None:
        user, role = self.rng.choice(("ann", "ben")), self.rng.choice(("editor", "viewer"))
        self.take(self.room.members.role_changed(user, Grant(role)))

    def hold_or_let_go(self) -> None:
        """A restore is made for the state of now, or was (rule N4)."""
        self.is_held = not self.is_held
        self.is_quiet = False
        self.run(self.room.hold_edits() if self.is_held else self.room.let_edits_go())

    def come_to_rest(self) -> None:
        """Everything under way is answered."""
        if self.is_held:
            self.hold_or_let_go()
        self.take(self.room.state_is_ready(self.room.head, "", {"prime.v1.msgpack": ()}))
        while self.under_way or self.answers or self.questions:
            self.commit()
            self.tell()
            self.answer_a_question()
        self._read_on()

    # What the room does.

    def run(self, job: Job) -> None:
        for effects in job:
            self.take(effects)
            if self.rng.random() < 0.02:
                self.come_and_go()

    def take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Commit() | CommitGroup():
                    self._to_journal(effect)
                case Quiet():
                    self._is_quiet()
                case LookUp() | Recall():
                    self.questions.append(effect)
                case Settled(ticket):
                    self.tickets.remove(ticket)
                case Admit(connection, joined):
                    self.heard[connection] = joined.position.seq
                    self._fetch(connection)
                case Send(to, packet):
                    self._hear(to, [packet])
                case _:
                    pass

    def _to_journal(self, effect: Commit | CommitGroup) -> None:
        parts = (effect.proposal,) if isinstance(effect, Commit) else effect.parts
        self.under_way.append(parts)
        assert not self.is_held or parts[-1].purpose is Purpose.RESTORE

    def _is_quiet(self) -> None:
        self.is_quiet = True
        assert self.is_held
        assert not self.edits.open_proposals.has_any_sent

    def _fetch(self, connection: str) -> None:
        feed = self.room.seats[connection].feed
        while feed is not None and (item := feed.next()) is not None:
            assert isinstance(item, Packet)
            self._hear((connection,), [item])
        if feed is not None:
            self.room.has_caught_up(connection, feed)

    def _hear(self, to: Iterable[str], packets: Iterable[Packet]) -> None:
        for connection in to:
            for packet in packets:
                self._take(connection, packet.message)

    def _take(self, connection: str, message: Any) -> None:
        seat = self.room.seats.get(connection)
        if isinstance(message, DeltaCommitted) or (
            isinstance(message, Ack) and not message.duplicate
        ):
            assert message.seq == self.heard[connection] + 1, "every seq once, in order (D2)"
            self.heard[connection] = message.seq
        elif isinstance(message, Ack):
            assert message.seq <= self.heard[connection], "a duplicate says nothing new"
        if seat is not None and isinstance(message, Ack | Error) and message.id in self._ids:
            self._answered(seat, message)

    def _answered(self, seat: Seat, message: Ack | Error) -> None:
        key = seat, str(message.id)
        if isinstance(message, Ack) and self.known[message.id].purpose == "restore":
            return  # its own call's: in place of the `delta`
        assert self.asked[key] > 0, f"{message} was not asked for"
        self.asked[key] -= 1
        self.owed.discard(key)

    # Inside.

    def _someone(self) -> Seat | None:
        seats = list(self.room.seats.values())
        return self.rng.choice(seats) if seats else None

    def _asks(self, seat: Seat, delta_id: str) -> None:
        self.asked[seat, delta_id] += 1
        self.owed.add((seat, delta_id))

    def _store(self, proposal: Proposal, *, more: bool = False) -> Entry:
        entry = Entry(
            project=proposal.project,
            seq=len(self.entries) + 1,
            delta_id=proposal.delta_id,
            author=proposal.author,
            member=proposal.member,
            payload=proposal.payload,
            atomic=proposal.atomic,
            committed_at=1.7e12,
            payload_hash=proposal.payload_hash,
            purpose=proposal.purpose,
            reverts=proposal.reverts,
            step=proposal.step,
            more=more,
        )
        self.entries.append(entry)
        self.known[entry.delta_id] = entry
        return entry

    def _read_on(self) -> None:
        """In pages, as a node reads: one may end inside a group."""
        while missed := self.entries[self.room.follower.head :]:
            self.run(self.room.follower.committed(missed[: self.rng.randint(1, 3)]))


def _fields(proposal: Proposal) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in proposal.__struct_fields__}


@pytest.mark.parametrize("seed", range(80))
def test_D3_all_who_asked_are_answered_once_and_every_count_comes_back(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_ops, "MADE_OPS", 2)
    world = World(seed)
    seats: list[Seat] = []
    for _ in range(200):
        world.step()
        seats += [seat for seat in world.room.seats.values() if seat not in seats]
    world.come_to_rest()
    assert world.tickets == set()
    here = set(world.room.seats.values())
    assert [key for key in world.owed if key[0] in here] == []
    assert (len(world.edits.open_proposals), world.edits.waiting_bytes) == (0, 0)
    assert [(seat.in_flight_count, len(seat.queue)) for seat in seats] == [(0, 0)] * len(seats)


class Calls:
    """A bench, and what became of the calls that hold a ticket."""

    def __init__(self) -> None:
        self.bench = Bench()
        self.bench.join("ann")
        self.ann = self.bench.room.seats["ann"]
        self.told: dict[int, Settled] = {}

    def restore(self, delta_id: str, snapshot: str, ticket: int, *ops: Op) -> None:
        proposal = Proposal(
            project=PROJECT,
            delta_id=delta_id,
            author="ann",
            auth_session="login",
            member=self.ann.member,
            payload=b"[]",
            atomic=False,
            purpose=Purpose.RESTORE,
            snapshot=snapshot,
        )
        edits = self.bench.room.edits
        for effects in edits.calls.restore(proposal, [*ops] or [CHANGE], "ann", ticket):
            self.take(effects)

    def propose(self, delta_id: str) -> None:
        delta = ProposeDelta(PROJECT, delta_id, [CHANGE])
        for effects in self.bench.room.edits.propose("ann", delta):
            self.take(effects)

    def commit(self) -> None:
        waiting, self.bench.waiting = self.bench.waiting, []
        for parts in waiting:
            entries = [self.bench.stored(part, more=part is not parts[-1]) for part in parts]
            for effects in self.bench.room.follower.committed(entries):
                self.take(effects)

    def take(self, effects: Iterable[Effect]) -> None:
        self.bench.take(effects)
        self.told |= {each.ticket: each for each in effects if isinstance(each, Settled)}

    def is_at_rest(self) -> bool:
        edits = self.bench.room.edits
        return (len(edits.open_proposals), edits.waiting_bytes, self.ann.in_flight_count) == (
            0,
            0,
            0,
        )


CHANGE: Op = Set("channels", "ch_bass_", {"volume": 0.25})


def code_of(settled: Settled) -> str | None:
    return None if settled.error is None else settled.error.code


def test_D3_an_id_is_a_delta_or_a_restore_whichever_came_first() -> None:
    calls = Calls()
    calls.propose("same-id-1")
    calls.restore("same-id-1", "snapshot-1", 1)
    assert code_of(calls.told[1]) == "id_reused"
    calls.commit()
    answer = calls.bench.last("ann")
    assert isinstance(answer, Ack)
    assert (answer.id, answer.duplicate) == ("same-id-1", False)
    assert calls.is_at_rest()


def test_D3_an_id_that_is_a_restore_is_no_delta() -> None:
    calls = Calls()
    calls.restore("same-id-1", "snapshot-1", 1)
    calls.propose("same-id-1")
    answer = calls.bench.last("ann")
    assert isinstance(answer, Error)
    assert answer.code == "id_reused"
    assert "by someone else or with other ops" in answer.message
    calls.commit()
    assert (calls.told[1].seq, code_of(calls.told[1])) == (1, None)
    assert calls.is_at_rest()


@pytest.mark.parametrize("is_committed", [False, True])
def test_N4_the_same_id_for_another_snapshot_is_reused(is_committed: bool) -> None:
    calls = Calls()
    calls.restore("restore-1", "snapshot-1", 1)
    if is_committed:
        calls.commit()
    calls.restore("restore-1", "snapshot-2", 2)
    calls.restore("restore-1", "snapshot-1", 3)
    calls.commit()
    assert {ticket: code_of(settled) for ticket, settled in calls.told.items()} == {
        1: None,
        2: "id_reused",
        3: None,
    }
    assert calls.told[1].seq == calls.told[3].seq == 1
    assert calls.is_at_rest()


def test_D3_the_same_id_from_two_live_connections_answers_both() -> None:
    bench = Bench()
    bench.join("ann")
    bench.join("ann", device="phone", connection="ann-phone")
    for who in ("ann", "ann-phone"):
        bench.run(bench.room.edits.propose(who, ProposeDelta(PROJECT, "same-id-1", [CHANGE])))
    assert [seat.in_flight_count for seat in bench.room.seats.values()] == [1, 1]
    bench.commit()
    first, again = bench.last("ann"), bench.last("ann-phone")
    assert isinstance(first, Ack)
    assert isinstance(again, Ack)
    assert (first.seq, first.duplicate, again.seq, again.duplicate) == (1, False, 1, True)
    assert isinstance(bench.heard["ann-phone"][-2], DeltaCommitted)
    assert [seat.in_flight_count for seat in bench.room.seats.values()] == [0, 0]
    assert bench.room.edits.waiting_bytes == 0


def test_D3_the_same_id_from_two_devices_on_two_nodes_has_one_first_ack() -> None:
    bench = Bench()
    bench.join("ann", device="phone", connection="ann-phone")
    bench.join("ben")
    bench.run(bench.room.edits.propose("ann-phone", ProposeDelta(PROJECT, "same-id-1", [CHANGE])))
    [[ours]] = bench.waiting
    theirs = replace(ours, member=bench.request("ann", device="desk").member)
    bench.run(bench.room.follower.on_remote_entry(bench.stored(theirs)))
    bench.run(bench.room.edits.answered(ours, Outcome.DUPLICATE, 1))
    delta, ack = bench.heard["ann-phone"][-2:]
    assert isinstance(delta, DeltaCommitted)
    assert isinstance(ack, Ack)
    assert (delta.seq, ack.seq, ack.duplicate) == (1, 1, True)
    assert isinstance(bench.last("ben"), DeltaCommitted)
    assert [seat.in_flight_count for seat in bench.room.seats.values()] == [0, 0]


def dropped_edit(bench: Bench) -> None:
    gone: Op = Set("channels", "ch_nowhere", {"volume": 0.1})
    bench.run(bench.room.edits.propose("ann", ProposeDelta(PROJECT, "same-id-1", [gone])))


def undo(bench: Bench) -> None:
    bench.run(bench.room.edits.undo_or_redo("ann", "same-id-1", Purpose.UNDO))


def edit(bench: Bench) -> None:
    bench.run(bench.room.edits.propose("ann", ProposeDelta(PROJECT, "same-id-1", [CHANGE])))


@pytest.mark.parametrize("send", [dropped_edit, undo, edit])
def test_D3_U1_a_duplicate_ack_says_what_the_first_one_said(send: Callable[[Bench], None]) -> None:
    bench = Bench()
    bench.join("ann")
    bench.edit("ann", Set("channels", "ch_bass_", {"volume": 0.7}))
    send(bench)
    bench.commit()
    first = bench.last("ann")
    send(bench)
    again = bench.last("ann")
    assert isinstance(first, Ack)
    assert isinstance(again, Ack)
    assert (first.ops is None) == (send is edit)
    assert again == replace(first, duplicate=True)


def test_D3_who_asked_first_and_went_leaves_the_answer_to_who_asked_then() -> None:
    bench = Bench()
    bench.join("ann")
    bench.join("ann", device="phone", connection="ann-phone")
    for who in ("ann", "ann-phone"):
        bench.run(bench.room.edits.propose(who, ProposeDelta(PROJECT, "same-id-1", [CHANGE])))
    bench.take(bench.room.leave("ann"))
    bench.commit()
    answer = bench.last("ann-phone")
    assert isinstance(answer, Ack)
    assert (answer.seq, answer.duplicate) == (1, False)


def test_D3_an_entry_of_our_id_with_another_payload_is_not_ours() -> None:
    calls = Calls()
    calls.propose("same-id-1")
    [[ours]] = calls.bench.waiting
    theirs = Proposal(**(_fields(ours) | {"payload": b"[]"}))
    calls.bench.run(calls.bench.room.follower.committed([calls.bench.stored(theirs)]))
    assert isinstance(calls.bench.last("ann"), DeltaCommitted)
    calls.bench.run(calls.bench.room.edits.answered(ours, Outcome.ID_REUSED, None))
    answer = calls.bench.last("ann")
    assert isinstance(answer, Error)
    assert answer.code == "id_reused"
    assert calls.is_at_rest()


def test_J6_who_has_no_state_yet_hears_of_its_delta_after_it() -> None:
    bench = Bench()
    bench.take(bench.room.join(bench.request("ann")))
    bench.run(bench.room.edits.propose("ann", ProposeDelta(PROJECT, "early-id", [CHANGE])))
    bench.commit()
    assert bench.heard.get("ann", []) == []
    bench.take(bench.room.state_is_ready(bench.room.head, "", {"prime.v1.msgpack": ()}))
    joined, ack = bench.heard["ann"]
    assert isinstance(joined, Joined)
    assert isinstance(ack, Ack)
    assert (joined.position.seq, ack.seq, ack.duplicate) == (1, 1, True)


def test_N4_edits_that_are_held_back_wait_and_it_is_said_when_the_journal_has_answered() -> None:
    quiet: list[bool] = []
    for seed in range(40):
        world = World(seed)
        for _ in range(30):
            world.step()
        if not world.is_held:
            world.hold_or_let_go()
        while world.under_way or world.answers or world.questions:
            world.commit()
            world.tell()
            world.answer_a_question()
        quiet.append(world.is_quiet)
        world.come_to_rest()
        assert len(world.edits.open_proposals) == 0
    assert quiet == [True] * 40
