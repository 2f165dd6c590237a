"""Deltas on their way: from what a member proposes, over the journal, into the document."""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from rooms import answers
from rooms.document import TOO_FAR, Change, Document, Drop, problem_with_op, quarantined
from rooms.effects import (
    CatchUp,
    Commit,
    CommitGroup,
    Effects,
    ForwardEntry,
    LookUp,
    Packet,
    Quarantined,
    Recall,
    Send,
    Settled,
    Work,
    send,
)
from rooms.gestures import Gestures
from rooms.groups import TooLarge, parts_of
from rooms.inverse import inverse
from rooms.journal_entry import Entry, Outcome, Proposal, Purpose
from rooms.proposals import Asked, Proposals, Proposed, Stage
from rooms.roles import EDITS
from rooms.routes import lead_elsewhere
from rooms.seat import NotTaken, Seat, Wish
from rooms.tail import Kept, Tail, size_of
from rooms.undo_stacks import UndoStacks
from schema.errors import ERRORS, DropReason, ErrorCode
from schema.limits import MAX_DELTAS_IN_FLIGHT, MAX_GROUP_BYTES, MAX_WAITING_BYTES
from schema.messages import Ack, DeltaCommitted, Error, Position, ProposeDelta, Redo, Undo
from schema.ops import Op, decode_ops, encode_ops
from schema.server_limits import MAX_EARLY

NO_FRAMES: Mapping[str, bytes] = {}

SLICE_CHECKED = 200
"""Ops looked at by themselves before others get their turn."""

Result = TypeVar("Result")

Proposing = ProposeDelta | Undo | Redo
"""What a member sends to have a delta made."""


class Edits:
    """The document of a room, its head, and all that is about to change them."""

    def __init__(
        self,
        project: str,
        document: Document,
        position: Position,
        seats: dict[str, Seat],
        gestures: Gestures,
    ) -> None:
        self.project = project
        self.document = document
        self.head = position.seq
        self.head_id: str | None = None
        """Of the entry at the head; None: it is not known, or there is none."""
        self.digest = document.digest
        self.tail = Tail(position.seq, self.digest)
        self.stacks = UndoStacks()
        self.waiting = Proposals()
        self.is_inside = False
        """The entry at the head belongs to a group that goes on: this is no state to stop at."""
        self.group: Proposed | None = None
        """The group that the journal is storing: one at a time, as it may be large."""
        self.routing: Proposed | None = None
        """What the journal is storing and leads sound elsewhere: one at a time (rule O18)."""
        self._is_free_again = False
        """What others wished meanwhile is still to have its turn."""
        self.unrecorded: dict[int, list[Op]] = {}
        self.early: dict[int, tuple[Entry, Mapping[str, bytes], str | None]] = {}
        self._seats = seats
        self._gestures = gestures

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the ops of all proposals that are on their way."""
        return self.waiting.bytes

    # What members want.

    def propose(self, connection: str, delta: ProposeDelta) -> Work:
        """A member proposes ops: refused (rule D4), known (D3), or off to the journal."""
        seat = self._seats.get(connection)
        return iter(()) if seat is None else self._propose(seat, delta)

    def _propose(self, seat: Seat, delta: ProposeDelta) -> Work:
        if seat.is_given_up:
            return  # it has joined anew since it said so, and will say it again
        seat.came_again(delta.id)
        proposal = _proposal(
            self.project, seat, delta.id, encode_ops(delta.ops), delta.atomic, step=delta.step
        )
        yield []
        wish = Wish(proposal, delta.ops, delta.gesture)
        answer = self._known(Asked(wish, seat))
        if answer is None:
            answer = yield from self._refusal(seat, delta, proposal)
        if answer is not None:
            self._end_gesture(seat, delta.gesture)
        yield from self._wished(seat, wish, answer)

    def turn_back(self, connection: str, delta_id: str, purpose: Purpose) -> Work:
        """A member wants its latest step undone, or done again (rules U1, U2)."""
        seat = self._seats.get(connection)
        return iter(()) if seat is None else self._wish_back(seat, delta_id, purpose)

    def _wish_back(self, seat: Seat, delta_id: str, purpose: Purpose) -> Work:
        if seat.is_given_up:
            return
        seat.came_again(delta_id)
        proposal = _proposal(self.project, seat, delta_id, b"[]", False, purpose, delta_id)
        wish = Wish(proposal)
        answer = self._known(Asked(wish, seat))
        if answer is None:
            answer = self._not_now(seat, proposal)
        yield from self._wished(seat, wish, answer)

    def _wished(self, seat: Seat, wish: Wish, answer: Effects | None) -> Work:
        """Without an answer it is a proposal, whose turn comes after the member's earlier ones."""
        if answer is not None:
            yield answer
        elif not seat.is_given_up:  # else it has joined anew while this was looked at
            self.waiting.ask(self.waiting.enter(wish.proposal), Asked(wish, seat))
        yield from self._go_on(seat)

    def refuse_for_now(self, connection: str, message: Proposing, error: Error) -> Work:
        """The shell cannot take this just now (rule E6): in its order with what came before."""
        seat = self._seats.get(connection)
        return iter(()) if seat is None else self._refuse(seat, message, error)

    def _refuse(self, seat: Seat, message: Proposing, error: Error) -> Work:
        if seat.is_given_up:
            return
        if isinstance(message, ProposeDelta):
            self._end_gesture(seat, message.gesture)
        yield self._not_taken(seat, error)

    def restore(self, proposal: Proposal, ops: Sequence[Op], connection: str, ticket: int) -> Work:
        """Commit ops that bring an earlier state back; the call hears of it by `Settled`.

        `ticket`: the call's own; `connection`: the caller's, which may have a seat here.
        """
        asked = Asked(Wish(proposal), self._seats.get(connection), ticket)
        answer = self._known(asked)
        if answer is not None:
            yield answer
            return
        if self.group is not None:
            text = "another large change of this project is being stored; ask again with this id"
            code = ErrorCode.UNAVAILABLE
            error = answers.try_again(self.project, proposal.delta_id, code, text)
            yield [Settled(ticket, None, error)]
            return
        proposed = self.waiting.enter(proposal)
        self.waiting.ask(proposed, asked)
        yield from self._make(proposed, proposal, ops)

    def recalled(
        self, connection: str, changes: Mapping[int, Sequence[Change]], error: Error | None = None
    ) -> Work:
        """What the journal says of the steps to be undone, or why it cannot."""
        seat = self._seats.get(connection)
        if seat is None or not seat.is_recalling:
            return
        wish, seat.recalling = seat.recalling, None
        if error is None:
            seat.recalled = changes
        elif seat.wishes and seat.wishes[0] is wish:
            self.waiting.withdraw(wish, seat)
            told = msgspec.structs.replace(error, id=wish.proposal.delta_id)
            yield self._not_done(seat, told)
        yield from self._go_on(seat)

    def looked_up(self, look_up: LookUp, found: tuple[Outcome, int] | None) -> Work:
        """Whether the refused delta was one that had been committed long before."""
        seat = self._looked_up_for(look_up)
        if seat is None:
            return
        if look_up.proposal.delta_id in self.waiting:
            # It was sent once more meanwhile and became possible: that is the answer.
            yield self._also_wished(seat, look_up.proposal)
        elif found is None:
            yield [send(look_up.refusal, [look_up.to])]
        else:
            outcome, seq = found
            yield self._answer(look_up.to, look_up.proposal, outcome, seq)
        yield from self._go_on(seat)

    def _also_wished(self, seat: Seat, proposal: Proposal) -> Effects:
        ops = decode_ops(proposal.ops) if proposal.purpose is Purpose.EDIT else None
        return self._known(Asked(Wish(proposal, ops), seat)) or []

    def look_up_failed(self, look_up: LookUp) -> Work:
        """Nobody can say just now whether it was committed: the same id is to be sent again."""
        seat = self._looked_up_for(look_up)
        if seat is not None:
            text = "the database does not answer; send this delta again with the same id"
            delta_id = look_up.proposal.delta_id
            error = answers.try_again(self.project, delta_id, ErrorCode.UNAVAILABLE, text)
            yield self._not_done(seat, error)

    def _looked_up_for(self, look_up: LookUp) -> Seat | None:
        """Whose deltas have waited for what the journal says of this one; not any more."""
        seat = self._seats.get(look_up.to)
        if seat is None or seat.looked_up != look_up.proposal.delta_id:
            return None  # it has joined anew meanwhile
        seat.looked_up = None
        return seat

    def let_go(self) -> list[Document]:
        """The document, whose room is closed: to be freed by whom it is given to.

        There is none from then on: an empty one could be taken for the project's.
        """
        documents = [self.document]
        del self.document
        return documents

    def forget(self, seat: Seat) -> None:
        """A member went: what it wished and nobody has begun, it will ask for again."""
        self.waiting.let_go(seat)

    # What the journal says.

    def committed(self, entries: Iterable[Entry]) -> Work:
        """What the journal holds past the head, from this node's commits or any other's."""
        for entry in entries:
            if entry.seq <= self.head:
                continue
            if entry.seq > self.head + 1:
                yield [CatchUp(self.head)]
                return
            yield from self._apply(entry)
            yield from self._apply_early()

    def heard(self, entry: Entry, frames: Mapping[str, bytes], previous: str | None = None) -> Work:
        """What another node has committed, and its `delta` as frames; a gap may fill itself.

        `previous`: the id of the entry before it. Where ours is another one, one of us holds what
        is not the project any more: the journal says who.
        """
        if entry.seq <= self.head:
            return
        if entry.seq > self.head + 1:
            if len(self.early) < MAX_EARLY:
                self.early[entry.seq] = (entry, frames, previous)
            yield [CatchUp(self.head, is_early=True)]
            return
        if not self._follows(previous):
            yield [CatchUp(self.head)]
            return
        yield from self._apply(entry, frames)
        yield from self._apply_early()

    def _follows(self, previous: str | None) -> bool:
        """Whether an entry behind the one of this id is one behind our head, as far as we know."""
        return previous is None or self.head_id is None or previous == self.head_id

    def _apply_early(self) -> Work:
        while self.early:
            early = self.early.pop(self.head + 1, None)
            if early is None:
                self.early = {seq: e for seq, e in self.early.items() if seq > self.head}
                return
            entry, frames, previous = early
            if not self._follows(previous):
                yield [CatchUp(self.head)]
                return
            yield from self._apply(entry, frames)

    def answered(self, proposal: Proposal, outcome: Outcome, seq: int | None) -> Work:
        """What became of a proposal; what was committed has been answered by its entry."""
        proposed = self.waiting.get(proposal.delta_id)
        if outcome is Outcome.COMMITTED or proposed is None or proposed.proposal is not proposal:
            return
        if outcome is Outcome.DUPLICATE and seq is not None and seq > self.head:
            yield [CatchUp(self.head)]  # that brings its entry, which answers it in its turn
            return
        told = self._settle(proposed)
        yield [effect for asked in told for effect in self._outcome(asked, outcome, seq)]
        yield from self._after(told)

    def given_back(self, proposals: Sequence[Proposal]) -> Work:
        """The journal has not taken these, in this order: they are to be sent again (rule D12)."""
        first_of: set[str] = set()
        for proposal in proposals:
            proposed = self.waiting.get(proposal.delta_id)
            if proposed is None or proposed.proposal is not proposal:
                continue
            told = self._settle(proposed)
            for asked in told:
                seat = asked.seat
                if seat is None or asked.ticket is not None:
                    yield self._outcome(asked, Outcome.UNAVAILABLE, None)
                    continue
                error = answers.of_outcome(self.project, proposal.delta_id, Outcome.UNAVAILABLE)
                is_first = seat.connection not in first_of
                first_of.add(seat.connection)
                yield self._not_done(seat, error) if is_first else self._not_taken(seat, error)
            yield from self._after(told)

    # From a wish to the journal.

    def _refusal(
        self, seat: Seat, delta: ProposeDelta, proposal: Proposal
    ) -> Generator[Effects, None, Effects | None]:
        answer = self._not_now(seat, proposal)
        if answer is not None:
            return answer
        for index, op in enumerate(delta.ops):
            problem = problem_with_op(op)
            if problem:
                drop = Drop(index, DropReason.INVALID, problem)
                error = answers.refused_op(self.project, delta.id, drop)
                return [send(error, [seat.connection])]
            if index % SLICE_CHECKED == SLICE_CHECKED - 1:
                yield []
        return None

    def _not_now(self, seat: Seat, proposal: Proposal) -> Effects | None:
        delta_id = proposal.delta_id
        if seat.role not in EDITS:
            text = f"a {seat.role} cannot edit; ask an owner for the role of an editor"
            error = answers.refused(self.project, delta_id, ErrorCode.FORBIDDEN, text)
            return [send(error, [seat.connection])]
        if seat.not_taken is not None:
            return [send(answers.behind(self.project, delta_id, seat.not_taken), [seat.connection])]
        if seat.in_flight + len(seat.wishes) >= MAX_DELTAS_IN_FLIGHT:
            code = ErrorCode.RATE_LIMITED
            text = "too many deltas wait for an answer; send this one again after the next ack"
        elif self.waiting_bytes + len(proposal.ops) > MAX_WAITING_BYTES:
            code = ErrorCode.UNAVAILABLE
            text = "the database cannot keep up; send this delta again with the same id"
        else:
            return None
        return self._not_taken(seat, answers.try_again(self.project, delta_id, code, text))

    def _not_taken(self, seat: Seat, error: Error) -> Effects:
        """Refuse what has just come for now; what follows it waits for it (rule D12)."""
        first = seat.not_taken
        if first is None:
            seat.not_taken = NotTaken(str(error.id), ErrorCode(error.code))
        elif first.delta_id != error.id:
            error = answers.behind(self.project, str(error.id), first)
        return [send(error, [seat.connection])]

    def _not_done(self, seat: Seat, error: Error) -> Effects:
        """Refuse what had been taken; if for now, all that was taken behind it as well (D12)."""
        told = [error]
        if ERRORS[ErrorCode(error.code)].try_again:
            first = seat.not_taken = NotTaken(str(error.id), ErrorCode(error.code))
            if seat.looked_up is not None:  # what the journal says of it does not matter now
                told.append(answers.behind(self.project, seat.looked_up, first))
                seat.looked_up = None
            for wish in list(seat.wishes):
                self.waiting.withdraw(wish, seat)
                self._end_gesture(seat, wish.gesture)
                told.append(answers.behind(self.project, wish.proposal.delta_id, first))
        return [send(one, [seat.connection]) for one in told]

    def _to_journal(self, seat: Seat, wish: Wish) -> Work:
        ops = wish.ops or []
        drops = yield from _pausing(self.document.rehearsing(ops))
        proposed = self.waiting.wished(wish, seat)
        if proposed is None:
            return  # its member has gone meanwhile
        broken = self._broken(ops, drops)
        if broken is not None:
            self._end_gesture(seat, wish.gesture)
            error = answers.refused_op(self.project, wish.proposal.delta_id, broken)
            yield [self._look_up(seat, wish, error)]
            return
        self.waiting.send(proposed, wish.proposal, ops)
        if lead_elsewhere(ops):
            self.routing = proposed
        yield [Commit(wish.proposal)]

    def _look_up(self, seat: Seat, wish: Wish, refusal: Error) -> LookUp:
        """What follows waits: the journal may not answer, and then this one comes first (D12)."""
        self.waiting.withdraw(wish, seat)
        seat.looked_up = wish.proposal.delta_id
        return LookUp(seat.connection, wish.proposal, refusal)

    def _go_on(self, seat: Seat) -> Work:
        """What a member wished, in its order: an undo needs to know what came before it.

        Inside a group it waits: nothing is judged against a state that nobody is shown. And behind
        a group of its own, which goes to the journal by another way (rules U6, D12).
        """
        while seat.wishes and not seat.is_recalling and seat.looked_up is None:
            if self.is_inside or (self.group is not None and self.group.is_asked_by(seat)):
                return
            wish = seat.wishes[0]
            if self._is_to_wait(seat, wish):
                return
            if wish.ops is not None:
                yield from self._to_journal(seat, wish)
            else:
                yield from self._turn_back(seat, wish)

    def _is_to_wait(self, seat: Seat, wish: Wish) -> bool:
        """For what came before it, or for a route that is on its way: it is judged by both."""
        if wish.ops is None:
            return bool(seat.in_flight or self.group is not None or self.routing is not None)
        return self.routing is not None and lead_elsewhere(wish.ops)

    def _turn_back(self, seat: Seat, wish: Wish) -> Work:
        proposal = wish.proposal
        step = self.stacks.top(seat.member, proposal.purpose)
        if step is None:
            code, text = answers.NOTHING_LEFT[proposal.purpose]
            error = answers.refused(self.project, proposal.delta_id, code, text)
            yield [self._look_up(seat, wish, error)]
            return
        known, seat.recalled = seat.recalled or {}, None
        changes: list[Change] = []
        for seq in step.seqs:
            of_seq = known[seq] if seq in known else self.stacks.changes(seq)
            if of_seq is None:
                seat.recalling = wish
                yield [Recall(seat.connection, tuple(step.seqs))]
                return
            changes.extend(of_seq)
        ops = yield from _pausing(inverse(changes, self.document))
        is_too_far = yield from self._is_too_far(ops)
        proposed = self.waiting.wished(wish, seat)
        if proposed is None:
            return  # its member has gone meanwhile
        if is_too_far:
            code = ErrorCode.LIMIT_REACHED
            error = answers.refused(self.project, proposal.delta_id, code, TOO_FAR)
            yield from self.gave_up(proposal, error)
            return
        yield from self._make(proposed, replace(proposal, reverts=step.seqs[-1]), ops)

    def _is_too_far(self, ops: Sequence[Op]) -> Generator[Effects, None, bool]:
        """Whether ops that the server made need more links than the door looks at (rule O18)."""
        if not lead_elsewhere(ops):
            return False
        drops = yield from _pausing(self.document.rehearsing(ops))
        return any(drop.detail == TOO_FAR for drop in drops)

    def _make(self, proposed: Proposed, proposal: Proposal, ops: Sequence[Op]) -> Work:
        """Ops that the server made: one delta or, where they are many, a group (rule D14)."""
        try:
            parts = yield from parts_of(proposal, ops)
        except TooLarge:
            yield from self.gave_up(proposed.proposal, self._too_large(proposal.delta_id))
            return
        if proposed.stage is not Stage.WISHED:
            return  # whoever asked has gone meanwhile
        last = parts[-1]
        if len(parts) == 1:
            self.waiting.send(proposed, last, ops)
        else:
            self.waiting.send_group(proposed, last, ops)
            self.group = proposed
        if lead_elsewhere(ops):
            self.routing = proposed
        yield [Commit(last) if len(parts) == 1 else CommitGroup(parts)]

    def _too_large(self, delta_id: str) -> Error:
        limit = MAX_GROUP_BYTES // 1_048_576
        text = (
            f"it would take more than {limit} MiB of ops, the most that is stored at once; bring"
            " back a snapshot from before"
        )
        return answers.refused(self.project, delta_id, ErrorCode.LIMIT_REACHED, text)

    def gave_up(self, proposal: Proposal, error: Error) -> Work:
        """It is not stored, and nothing of it: the journal was not asked, or cannot say."""
        proposed = self.waiting.get(proposal.delta_id)
        if proposed is None or proposed.proposal is not proposal:
            return
        told = self._settle(proposed)
        effects: Effects = []
        for asked in told:
            if asked.ticket is not None:
                effects.append(Settled(asked.ticket, None, error))
            elif asked.seat is not None:
                effects += self._not_done(asked.seat, error)
        yield effects
        yield from self._after(told)

    def _settle(self, proposed: Proposed) -> list[Asked]:
        """Who is to be told; `_after` is to follow."""
        if self.group is proposed:
            self.group, self._is_free_again = None, True
        if self.routing is proposed:
            self.routing, self._is_free_again = None, True
        return self.waiting.settle(proposed)

    def _broken(self, ops: Sequence[Op], drops: Sequence[Drop]) -> Drop | None:
        """Why the delta is refused, if it is; what is in flight may mend all but a bound."""
        past_bound = next((drop for drop in drops if drop.reason is DropReason.LIMIT), None)
        broken = next((drop for drop in drops if drop.reason in answers.REFUSALS), None)
        if past_bound is None and broken is not None and self._is_in_flight(ops[broken.op].id):
            return None
        return past_bound or broken

    def _is_in_flight(self, entity: str) -> bool:
        return any(entity in proposed.touched for proposed in self.waiting)

    # What is known of a delta's id.

    def _known(self, asked: Asked) -> Effects | None:
        """The answer to a delta that is in the tail or on its way, if it is (rule D3).

        Of one on its way there is nothing to be said yet: who asks is told with the others.
        """
        proposal = asked.wish.proposal
        kept = self.tail.find(proposal.delta_id)
        if kept is not None:
            same = kept.payload_hash == proposal.payload_hash
            outcome = Outcome.DUPLICATE if same else Outcome.ID_REUSED
            return self._outcome(asked, outcome, kept.seq)
        before = self.waiting.get(proposal.delta_id)
        if before is None:
            return None
        if before.proposal.payload_hash != proposal.payload_hash:
            return self._outcome(asked, Outcome.ID_REUSED, None)
        seat = asked.seat
        if asked.ticket is not None or (
            seat is not None and not seat.is_given_up and not before.is_asked_by(seat)
        ):
            self.waiting.ask(before, asked)
        return []

    def _outcome(self, asked: Asked, outcome: Outcome, seq: int | None) -> Effects:
        """Tell one who asked what the journal said, other than that it is committed now."""
        proposal = asked.wish.proposal
        if asked.ticket is not None:
            known = outcome is Outcome.DUPLICATE
            error = None if known else answers.of_outcome(self.project, proposal.delta_id, outcome)
            return [Settled(asked.ticket, seq if known else None, error)]
        if asked.seat is None:
            return []
        return self._answer(asked.seat.connection, proposal, outcome, seq)

    def _answer(
        self, connection: str, proposal: Proposal, outcome: Outcome, seq: int | None
    ) -> Effects:
        if outcome is not Outcome.DUPLICATE or seq is None:
            error = answers.of_outcome(self.project, proposal.delta_id, outcome)
            return [send(error, [connection])]
        if seq > self.head:
            return self._answer_in_turn(connection, proposal)
        kept = self.tail.find(proposal.delta_id)
        drops = list(kept.drops) if kept else []
        at = kept.at if kept else 0.0
        ack = Ack(
            self.project,
            proposal.delta_id,
            seq,
            at,
            drops,
            duplicate=True,
        )
        seat = self._seats.get(connection)
        return [] if seat is None else self._ack_to(seat, ack)

    def _answer_in_turn(self, connection: str, proposal: Proposal) -> Effects:
        """A seq that the room has not come to is acknowledged when it has (rule D2)."""
        seat = self._seats.get(connection)
        if seat is not None:
            ops = decode_ops(proposal.ops)
            proposed = self.waiting.enter(proposal)
            self.waiting.ask(proposed, Asked(Wish(proposal, ops), seat))
            self.waiting.send(proposed, proposal, ops)
        return [CatchUp(self.head)]

    # From the journal into the document.

    def _apply(self, entry: Entry, frames: Mapping[str, bytes] = NO_FRAMES) -> Work:
        found, previous = self._ops_of(entry), self.head_id
        ops = found or []
        if found is None:
            applied = quarantined(0, "it cannot be read")
        else:
            applied = yield from _pausing(self.document.applying(ops, atomic=entry.atomic))
        if applied.mistake is not None:
            yield [Quarantined(entry.seq, entry.delta_id, applied.mistake)]
        self._is_free_again |= self.is_inside and not entry.more
        self.head, self.head_id, self.is_inside = entry.seq, entry.delta_id, entry.more
        self.digest = self.document.digest
        self.stacks.note(entry.mark)
        self.stacks.remember(entry.seq, applied.changes)
        if applied.drops or len(applied.ops) != len(ops):
            self.unrecorded[entry.seq] = applied.ops
        news = DeltaCommitted(
            project=self.project,
            seq=entry.seq,
            id=entry.delta_id,
            user=entry.author,
            member=entry.member,
            at=entry.committed_at,
            ops=applied.ops if entry.purpose is Purpose.EDIT else answers.bare(applied.ops),
            purpose=entry.purpose,
            reverts=entry.reverts,
            more=entry.more,
        )
        packet = Packet(news, dict(frames))
        ack, drops = answers.ack(self.project, entry, applied, ops, self.digest)
        size = size_of(len(entry.ops), len(applied.ops))
        self.tail.append(
            Kept(
                entry.seq,
                entry.delta_id,
                entry.payload_hash,
                entry.committed_at,
                size,
                packet,
                tuple(drops),
                digest=self.digest,
            )
        )
        proposed = self.waiting.get(entry.delta_id)
        if proposed is None or proposed.proposal.payload_hash != entry.payload_hash:
            yield self._tell((), packet, ack)
            yield from self._after(())
            return
        was_sent = proposed.stage is Stage.SENT
        told = self._settle(proposed)
        yield self._tell(told, packet, ack)
        if was_sent:
            yield [ForwardEntry(entry, packet, self.digest, previous)]
        yield from self._after(told)

    def _tell(self, told: Sequence[Asked], packet: Packet, ack: Ack) -> Effects:
        """The first who asked hears of the delta by its `ack`, all others by the `delta`.

        Who asked for it as well hears then that it is done: by an ack that says nothing new.
        """
        live = [s.connection for s in self._seats.values() if s.is_live and s.feed is None]
        seats = [asked.seat for asked in told if asked.seat is not None]
        first = next((seat for seat in seats if seat.is_live), None)
        effects: Effects = []
        if first is not None:
            if first.feed is None:
                live.remove(first.connection)
            effects += self._ack_to(first, ack)
        effects.append(Send(tuple(live), packet))
        again = msgspec.structs.replace(ack, duplicate=True)
        for seat in seats:
            effects += [] if seat is first else self._ack_to(seat, again)
        tickets = [asked.ticket for asked in told if asked.ticket is not None]
        return [*effects, *(Settled(ticket, ack.seq, None) for ticket in tickets)]

    def _ack_to(self, seat: Seat, ack: Ack) -> Effects:
        """What one member hears; who does not have what is before it yet hears it after that."""
        undo, redo = self.stacks.depths(seat.member)
        told = msgspec.structs.replace(ack, undo=undo, redo=redo)
        if not seat.is_live:
            seat.owed.append(told)
            return []
        if seat.feed is not None and seat.feed.comes_before(ack.seq):
            seat.feed.hold(told)
            return []
        return [send(told, [seat.connection])]

    def _ops_of(self, entry: Entry) -> Sequence[Op] | None:
        proposed = self.waiting.get(entry.delta_id)
        if proposed is not None and proposed.is_sent_as(entry.ops):
            return proposed.ops
        try:
            return decode_ops(entry.ops)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return None

    def _after(self, told: Sequence[Asked]) -> Work:
        """Those who asked have their answer: their gestures end, and what they wished goes on."""
        for asked in told:
            seat = asked.seat
            if seat is not None and not seat.is_given_up:
                self._end_gesture(seat, asked.wish.gesture)
                yield from self._go_on(seat)
        if self._is_free_again:
            self._is_free_again = False
            for seat in list(self._seats.values()):
                yield from self._go_on(seat)

    def _end_gesture(self, seat: Seat, gesture: str | None) -> None:
        if gesture is not None:
            self._gestures.end(seat.member, gesture)


def _proposal(
    project: str,
    seat: Seat,
    delta_id: str,
    ops: bytes,
    atomic: bool,
    purpose: Purpose = Purpose.EDIT,
    step: str | None = None,
) -> Proposal:
    who = seat.request
    return Proposal(
        project=project,
        delta_id=delta_id,
        author=who.user,
        auth_session=who.auth_session,
        member=seat.member,
        ops=ops,
        atomic=atomic,
        purpose=purpose,
        step=step,
    )


def _pausing(steps: Generator[None, None, Result]) -> Generator[Effects, None, Result]:
    """What the document does bit by bit, as part of a work."""
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        yield []
