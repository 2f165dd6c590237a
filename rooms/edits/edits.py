"""What members and calls want of the document: known, refused, or on its way to the journal."""

from collections.abc import Callable, Generator, Mapping, Sequence

import msgspec

from rooms.aspect import Aspect
from rooms.document.document import Change, Document
from rooms.edits import answers
from rooms.edits.answers import Answering
from rooms.edits.call_proposals import CallProposals
from rooms.edits.call_turns import CallTurns
from rooms.edits.committed_entries import CommittedEntries
from rooms.edits.proposal_queue import ProposalQueue
from rooms.edits.proposals import Asker, OpenProposals, ProposalStage
from rooms.edits.refusals import Refusals
from rooms.effects import (
    PAUSE,
    CatchUp,
    Effects,
    ForwardEntry,
    Job,
    LookUp,
    Mistake,
    send,
)
from rooms.journal.entry import Entry, Outcome, Proposal, Purpose
from rooms.journal.follower import AppliedEntry, JournalFollower
from rooms.presence.gestures import Gestures
from rooms.presence.seat import QueuedRequest, Seat
from schema.errors import ERRORS, ErrorCode
from schema.messages import Error, Position, ProposeDelta
from schema.ops import Op, encode_ops
from schema.text.text_rules import in_nfc

Judging = Generator[Effects, None, tuple[Asker, Effects | None]]
"""Looks at what a member asks for: as what it is asked, and the answer to it, if there is one."""

NO_OPS = b"[]"
"""Of an undo or redo, until they are made."""


class Edits:
    """All that is asked of the document of a room, and all that the journal says of it.

    `follower`: the aspects, and how far the journal is in them; `entries`: what is remembered of
    the newest.
    """

    def __init__(
        self,
        project: str,
        document: Document,
        position: Position,
        seats: dict[str, Seat],
        gestures: Gestures,
        leave_if_done: Callable[[Seat], Effects],
        others: dict[str, Aspect] | None = None,
    ) -> None:
        self.project = project
        self._epoch = position.epoch
        self.open_proposals = OpenProposals()
        self.follower = JournalFollower(document, position, self._applied, self._sent, others)
        self.entries = CommittedEntries(project, self.follower)
        stacks = self.entries.stacks
        self._answering = Answering(project, self.follower, stacks, self.open_proposals, seats)
        self._refusals = Refusals(project, self.open_proposals, gestures)
        turns = CallTurns(project)
        self._queue = ProposalQueue(
            project,
            self.follower,
            stacks,
            self.open_proposals,
            self._refusals,
            seats,
            gestures,
            turns,
            leave_if_done,
        )
        self.calls = CallProposals(
            project, self.follower, self._answering, self.open_proposals, self._queue, turns, seats
        )
        self._seats = seats
        self._gestures = gestures
        self._leave_if_done = leave_if_done

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the ops of all proposals that are on their way."""
        return self.open_proposals.bytes

    @property
    def has_open(self) -> bool:
        """Whether anything that somebody asked for has no answer."""
        return bool(self.open_proposals or self._queue.seats_given_up)

    def has_sent(self, member: str) -> bool:
        """Whether the journal has deltas of this member that it has not answered."""
        return any(
            open_proposal.stage is ProposalStage.SENT and open_proposal.proposal.member == member
            for open_proposal in self.open_proposals
            if open_proposal.proposal.fence is not None
        )

    def knows(self, delta_id: str) -> bool:
        """Whether it is on its way, or among the newest that are committed."""
        return delta_id in self.open_proposals or self.follower.tail.find(delta_id) is not None

    # What members and calls want.

    def propose(self, connection: str, delta: ProposeDelta) -> Job:
        """A member proposes ops: refused (rule D4), known (D3), or off to the journal."""
        seat = self._seats.get(connection)
        if seat is None:
            return iter(())
        ops = encode_ops(delta.ops)
        judging = self._judge_delta(seat, delta, ops)
        return self._arrive(seat, delta.id, len(ops), judging, delta.gesture)

    def _arrive(
        self, seat: Seat, delta_id: str, size: int, judging: Judging, gesture: str | None = None
    ) -> Job:
        """It counts from here on: the jobs before it may take long (rule D9)."""
        error = self._refusals.at_the_door(seat, delta_id, size)
        if error is not None:
            return self._refuse(seat, gesture, error)
        self.open_proposals.arrive(seat, size)
        return self._begin(seat, delta_id, size, judging, gesture)

    def _begin(
        self, seat: Seat, delta_id: str, size: int, judging: Judging, gesture: str | None
    ) -> Job:
        self.open_proposals.begin(seat, size)
        if seat.is_void:
            return  # it has joined anew since it said so, and will say it again
        yield from self._enqueue(seat, delta_id, judging, gesture)

    def _judge_delta(self, seat: Seat, delta: ProposeDelta, ops: bytes) -> Judging:
        place = seat.on_delta(delta.id)
        step = delta.step and in_nfc(delta.step)
        proposal = _proposal(self.project, seat, delta.id, ops, delta.atomic, step=step)
        yield PAUSE
        base = self._base_of(delta)
        asker = Asker(QueuedRequest(proposal, delta.ops, delta.gesture, base, place), seat)
        answer = self._answering.known(asker)
        if answer is None:
            answer = yield from self._refusals.of_delta(seat, delta, proposal)
        return asker, answer

    def _base_of(self, delta: ProposeDelta) -> int | None:
        if delta.base is None:
            return self.follower.head
        return delta.base if delta.base_epoch in (None, self._epoch) else None

    def undo_or_redo(self, connection: str, delta_id: str, purpose: Purpose) -> Job:
        """A member wants its latest step undone, or done again (rules U1, U2)."""
        seat = self._seats.get(connection)
        if seat is None:
            return iter(())
        judging = self._judge_undo(seat, delta_id, purpose)
        return self._arrive(seat, delta_id, len(NO_OPS), judging)

    def _judge_undo(self, seat: Seat, delta_id: str, purpose: Purpose) -> Judging:
        place = seat.on_delta(delta_id)
        yield PAUSE
        proposal = _proposal(self.project, seat, delta_id, NO_OPS, False, purpose, delta_id)
        asker = Asker(QueuedRequest(proposal, place=place), seat)
        answer = self._answering.known(asker)
        if answer is None:
            answer = self._refusals.of_seat(seat, proposal)
        return asker, answer

    def _enqueue(
        self, seat: Seat, delta_id: str, judging: Judging, gesture: str | None = None
    ) -> Job:
        """Without an answer it is a proposal, whose turn comes after the member's earlier ones.

        What fails before it is one is answered like one that fails in its turn.
        """
        try:
            asker, answer = yield from judging
            if answer is None and not seat.is_void:  # else it has joined anew meanwhile
                open_proposal = self.open_proposals.register(asker.queued_request.proposal)
                self.open_proposals.ask(open_proposal, asker)
        except Exception as mistake:
            yield [Mistake(mistake)]
            error = answers.own_mistake(self.project, delta_id, mistake)
            answer = self._refusals.of_mistake(seat, error)
        if answer is not None and not seat.is_fenced:
            self._gestures.end(seat.member, gesture)
            yield answer
        yield from self._queue.go_on(seat)
        if seat.is_given_up:
            self._queue.given_up(seat)

    def refuse_for_now(self, connection: str, gesture: str | None, error: Error) -> Job:
        """`LiveRoom` cannot take this just now (rule E6): in its order with what came before.

        `gesture`: that which the delta ends, if it is one.
        """
        seat = self._seats.get(connection)
        return iter(()) if seat is None else self._refuse(seat, gesture, error)

    def _refuse(self, seat: Seat, gesture: str | None, error: Error) -> Job:
        if seat.is_void:
            return
        self._gestures.end(seat.member, gesture)
        yield self._refusals.refuse_new(seat, error)

    def recalled(
        self, connection: str, changes: Mapping[int, Sequence[Change]], error: Error | None = None
    ) -> Job:
        """What the journal says of the steps to be undone, or why it cannot."""
        seat = next((s for s in self._seats_of(connection) if s.waits_for_undo_changes), None)
        if seat is None:
            return
        queued_undo, seat.undo_waiting = seat.undo_waiting, None
        if error is None:
            seat.undo_changes = changes
        elif seat.queue and seat.queue[0] is queued_undo:
            own_error = msgspec.structs.replace(error, id=queued_undo.proposal.delta_id)
            if ERRORS[ErrorCode(own_error.code)].try_again:
                self.open_proposals.withdraw(queued_undo, seat)
                yield self._refusals.refuse_taken(seat, own_error, queued_undo.place)
            else:
                yield [self._queue.look_up(seat, queued_undo, own_error)]
        yield from self._go_on(seat)

    def looked_up(self, look_up: LookUp, stored_outcome: tuple[Outcome, int] | None) -> Job:
        """Whether the refused delta was one that had been committed long before."""
        asker = self._looked_up_for(look_up)
        if asker is None or asker.seat is None:
            return
        seat = asker.seat
        # It was sent once more, or came from another node, while the journal was asked.
        known_outcome = self._answering.known(asker)
        if known_outcome is not None:
            yield known_outcome
        elif stored_outcome is None:
            yield [send(look_up.refusal, seat.answer_to)]
        else:
            outcome, seq = stored_outcome
            yield self._answering.answer(seat, look_up.proposal, outcome, seq)
        yield from self._go_on(seat)

    def look_up_failed(self, look_up: LookUp) -> Job:
        """Nobody can say just now whether it was committed: the same id is to be sent again."""
        asker = self._looked_up_for(look_up)
        if asker is not None and asker.seat is not None:
            text = "the database does not answer; send this delta again with the same id"
            delta_id, place = look_up.proposal.delta_id, asker.queued_request.place
            error = answers.try_again(self.project, delta_id, ErrorCode.UNAVAILABLE, text)
            yield self._refusals.refuse_taken(asker.seat, error, place)
            yield from self._go_on(asker.seat)

    def _looked_up_for(self, look_up: LookUp) -> Asker | None:
        """Whose deltas have waited for what the journal says of this one; not any more."""
        for seat in self._seats_of(look_up.to):
            request = seat.looked_up_request
            if request is not None and request.proposal.delta_id == look_up.proposal.delta_id:
                seat.looked_up_request = None
                return Asker(request, seat)
        return None

    def _seats_of(self, connection: str) -> list[Seat]:
        """The one that it has, after those that it has had and that still wait for something."""
        seats = [seat for seat in self._queue.seats_given_up if seat.connection == connection]
        now = self._seats.get(connection)
        return seats if now is None else [*seats, now]

    def _go_on(self, seat: Seat) -> Job:
        yield from self._queue.go_on(seat)
        yield from self._queue.after(())
        if seat.is_drained:
            yield self._leave_if_done(seat)

    def drained(self, seat: Seat) -> Job:
        """All that came before a member's `leave` has been looked at (rule D22)."""
        seat.is_drained = True
        yield self._leave_if_done(seat)

    def given_up(self, seat: Seat) -> None:
        """Its member is gone, or on another seat (rule D23)."""
        if seat.is_carried_out:
            self._queue.given_up(seat)
        else:
            self.open_proposals.forget_seat(seat)

    # What the journal says.

    def answered(self, proposal: Proposal, outcome: Outcome, seq: int | None) -> Job:
        """Why a proposal is not stored now; what is committed is answered by its entry."""
        open_proposal = self.open_proposals.get(proposal.delta_id)
        if open_proposal is None or open_proposal.proposal is not proposal:
            return
        if outcome in (Outcome.GRANT_CHANGED, Outcome.OVERTAKEN):  # judged anew, by what is now
            yield from self.given_back([proposal], outcome)
            return
        if outcome is Outcome.DUPLICATE and seq is not None and seq > self.follower.head:
            yield [
                CatchUp(self.follower.head)
            ]  # that brings its entry, which answers it in its turn
            return
        askers = self._queue.settle(open_proposal)
        effects: Effects = []
        for asker in askers:
            if outcome is Outcome.FENCED and asker.seat is not None and asker.ticket is None:
                place = asker.queued_request.place
                effects += self._refusals.of_fenced(asker.seat, proposal, place)
            else:
                effects += self._answering.outcome(asker, outcome, seq)
        yield effects
        yield from self._queue.after(askers)

    def given_back(
        self, proposals: Sequence[Proposal], outcome: Outcome = Outcome.UNAVAILABLE
    ) -> Job:
        """The journal has not taken these, in this order: they are to be sent again (rule D12).

        All are refused before anything queued goes on: it may stand behind one of them.
        """
        answered: list[Asker] = []
        for proposal in proposals:
            open_proposal = self.open_proposals.get(proposal.delta_id)
            if open_proposal is None or open_proposal.proposal is not proposal:
                continue
            askers = self._queue.settle(open_proposal)
            answered += askers
            for asker in askers:
                if asker.seat is None or asker.ticket is not None:
                    yield self._answering.outcome(asker, outcome, None)
                    continue
                error = answers.of_outcome(self.project, proposal.delta_id, outcome)
                place = asker.queued_request.place
                yield self._refusals.refuse_taken(asker.seat, error, place)
        yield from self._queue.after(answered)

    def gave_up(self, proposal: Proposal, error: Error) -> Job:
        """It is not stored, and nothing of it: the journal was not asked, or cannot say."""
        return self._queue.gave_up(proposal, error)

    def _sent(self, entry: Entry) -> Sequence[Op] | None:
        """The ops of the entry, if the journal was given just these here."""
        open_proposal = self.open_proposals.get(entry.delta_id)
        if open_proposal is None or not open_proposal.is_sent_as(entry.payload):
            return None
        return open_proposal.ops

    def _applied(self, applied_entry: AppliedEntry) -> Job:
        """An entry has taken effect: all hear of it, who asked for it by the `ack`."""
        entry = applied_entry.entry
        packet, ack = self.entries.take(applied_entry)
        self._queue.is_free_again |= applied_entry.ends_group
        open_proposal = self.open_proposals.get(entry.delta_id)
        if open_proposal is None or not open_proposal.proposal.is_stored_as(entry):
            yield self._answering.tell((), packet, ack)
            yield from self._queue.after(())
            return
        was_sent = open_proposal.stage is ProposalStage.SENT
        askers = self._queue.settle(open_proposal)
        # Another device may have sent the same to another node, which was first.
        is_ours = open_proposal.proposal.member == entry.member
        yield self._answering.tell(askers, packet, ack, is_ours=is_ours)
        if was_sent:
            yield [ForwardEntry(entry, self.follower.whole_digest, applied_entry.previous)]
        yield from self._queue.after(askers)


def _proposal(
    project: str,
    seat: Seat,
    delta_id: str,
    ops: bytes,
    atomic: bool,
    purpose: Purpose = Purpose.EDIT,
    step: str | None = None,
) -> Proposal:
    request = seat.request
    return Proposal(
        project=project,
        delta_id=delta_id,
        author=request.user,
        auth_session=request.auth_session,
        member=seat.member,
        payload=ops,
        atomic=atomic,
        purpose=purpose,
        step=step,
        fence=request.fence,
        reach=None if seat.contributor_scope is None else seat.contributor_scope.text,
    )
