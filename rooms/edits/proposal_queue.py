"""Proposals in their order: each goes to the journal in its turn, and is settled once."""

from collections.abc import Callable, Generator, Mapping, Sequence

from msgspec.structs import replace

from rooms.changes.inverse import inverse
from rooms.changes.net_effect import is_nothing
from rooms.document.contributor_scope import scope_of
from rooms.document.document import Change, Drop
from rooms.edits import answers
from rooms.edits.author_view import as_seen, own_mistake
from rooms.edits.call_turns import CallTurns
from rooms.edits.made_ops import MadeOps, TooLarge, freeing_ops, looked_over, parts_of
from rooms.edits.proposals import Asker, OpenProposal, OpenProposals, ProposalStage
from rooms.edits.refusals import Refusals
from rooms.edits.undo_stacks import UndoStacks, UndoStep
from rooms.effects import (
    Commit,
    CommitGroup,
    Effects,
    Job,
    LookUp,
    Mistake,
    Quiet,
    Recall,
    Settled,
    pausing,
)
from rooms.journal.entry import Margin, Proposal, Purpose
from rooms.journal.follower import JournalFollower
from rooms.presence.gestures import Gestures
from rooms.presence.seat import QueuedRequest, Seat
from rooms.presence.session_permissions import TRANSPORT
from rooms.rules.routing_ops import lead_elsewhere
from schema.errors import DropReason, ErrorCode
from schema.limits import MAX_GROUP_BYTES
from schema.messages import Error
from schema.ops import Op


class ProposalQueue:
    """Those of one room: `seat.queue` of each member, one after the other."""

    def __init__(
        self,
        project: str,
        follower: JournalFollower,
        stacks: UndoStacks,
        open_proposals: OpenProposals,
        refusals: Refusals,
        seats: Mapping[str, Seat],
        gestures: Gestures,
        turns: CallTurns,
        leave_if_done: Callable[[Seat], Effects],
    ) -> None:
        self.seats_given_up: list[Seat] = []
        """Seats that were given up while what they had asked for waits for its turn (D23)."""
        self.group_being_stored: OpenProposal | None = None
        """The group that the journal is storing: one at a time, as it may be large."""
        self.routing_being_stored: OpenProposal | None = None
        """What the journal is storing and leads sound elsewhere: one at a time (rule O18)."""
        self.filling_being_stored: OpenProposal | None = None
        """What the journal is storing and leaves little room: one at a time (rules O13, O16)."""
        self.is_held = False
        """A restore is being made for the state of now: nothing is sent meanwhile (rule N4)."""
        self.is_free_again = False
        """What others have queued meanwhile is still to have its turn."""
        self._project = project
        self._follower = follower
        self._stacks = stacks
        self._open_proposals = open_proposals
        self._refusals = refusals
        self._seats = seats
        self._gestures = gestures
        self._turns = turns
        self._leave_if_done = leave_if_done

    def given_up(self, seat: Seat) -> None:
        """Its member is gone; what it asked for still comes to its turn."""
        if seat.has_queued and seat not in self.seats_given_up:
            self.seats_given_up.append(seat)

    def go_on(self, seat: Seat) -> Job:
        """What a member has queued, in its order: an undo needs to know what came before it.

        Inside a group it waits: nothing is judged against a state that nobody is shown.
        """
        while not seat.waits_for_undo_changes and seat.looked_up_request is None:
            if seat.has_call_next:
                turn = seat.call_turns[0]
                yield self._turns.look(seat)
                if turn in seat.call_turns:
                    return
                continue
            if not seat.queue or self._follower.is_inside_group:
                return
            queued_request = seat.queue[0]
            try:
                if self._is_to_wait(seat, queued_request):
                    return
                if queued_request.ops is not None:
                    yield from self._to_journal(seat, queued_request)
                else:
                    yield from self._undo_or_redo(seat, queued_request)
            except Exception as error:  # what else this job answers must not be lost with it
                yield [Mistake(error)]
                yield from self._failed(seat, queued_request, error)
                return

    def go_on_or_leave(self, seat: Seat) -> Job:
        """Something of the member is done: what it has queued goes on, or its `leave` (D22)."""
        yield from self.go_on(seat)
        if seat.is_drained:
            yield self._leave_if_done(seat)

    def _failed(self, seat: Seat, queued_request: QueuedRequest, mistake: Exception) -> Job:
        """The server cannot judge it, its own mistake: what follows must not wait behind it."""
        open_proposal, delta_id = (
            self._open_proposals.still_queued(queued_request, seat),
            queued_request.proposal.delta_id,
        )
        if open_proposal is None:
            return  # it is on its way
        error = answers.own_mistake(self._project, delta_id, mistake)
        yield from self.gave_up(open_proposal.proposal, error)

    def _is_to_wait(self, seat: Seat, queued_request: QueuedRequest) -> bool:
        """For what came before it, or a route or a last bit of room that is on its way to someone.

        The ops of an own undo, redo or restore are known when it is in the document, not before.
        """
        if self.is_held or self.filling_being_stored is not None:
            return True
        if self._open_proposals.is_made_for(seat):
            return True
        reach = queued_request.proposal.reach
        if (
            reach is not None
            and seat.in_flight_count
            and self._open_proposals.has_of_other_tracks(seat, reach)
        ):
            return True  # that may be sent back, and this would be stored before it (rule D12)
        if queued_request.ops is None:
            return bool(
                seat.in_flight_count
                or self.group_being_stored is not None
                or self.routing_being_stored is not None
            )
        return self.routing_being_stored is not None and lead_elsewhere(queued_request.ops)

    def _to_journal(self, seat: Seat, queued_request: QueuedRequest) -> Job:
        ops = queued_request.ops or []
        # `Refusals.of_delta` has looked at each op by itself.
        document = self._follower.document
        is_undo = queued_request.proposal.purpose is Purpose.UNDO
        reach = scope_of(queued_request.proposal.reach, takes_back=is_undo)
        own_bytes = len(queued_request.proposal.payload)
        beside = self._open_proposals.bytes - own_bytes
        rehearsal = document.rehearsing(
            ops, are_sound=True, reach=reach, own=own_bytes, beside=beside
        )
        drops = yield from pausing(rehearsal)
        broken = (yield from self._broken(seat, queued_request, ops, drops)) if drops else None
        open_proposal = self._open_proposals.still_queued(queued_request, seat)
        if open_proposal is None:
            return  # its member has gone meanwhile
        if broken is not None:
            self._gestures.end(seat.member, queued_request.gesture)
            delta_id, op = queued_request.proposal.delta_id, ops[broken.op]
            error = answers.refused_op(self._project, delta_id, broken, op)
            yield [self.look_up(seat, queued_request, error)]
            return
        proposal = self._with_margin(queued_request.proposal, document.margin)
        self._open_proposals.send(open_proposal, proposal, ops)
        if lead_elsewhere(ops):
            self.routing_being_stored = open_proposal
        if proposal.margin is not None:
            self.filling_being_stored = open_proposal
        yield [Commit(proposal)]

    def _with_margin(self, proposal: Proposal, bytes_left: int | None) -> Proposal:
        if bytes_left is None:
            return proposal
        return replace(proposal, margin=Margin(self._follower.head, bytes_left))

    def _broken(
        self, seat: Seat, queued_request: QueuedRequest, ops: Sequence[Op], drops: Sequence[Drop]
    ) -> Generator[Effects, None, Drop | None]:
        """Why the delta is refused, if it is: not for what others have overtaken (rule D19)."""
        past_bound, impossible = self._refusals.sorted_out(ops, drops)
        if past_bound is not None or not impossible:
            return past_bound
        own_sent = list(self._open_proposals.sent_by(seat))
        if queued_request.base is None or (
            queued_request.base >= self._follower.head and not own_sent
        ):
            return impossible[0] if queued_request.base is not None else None
        author_view = as_seen(self._follower, self._stacks, seat, queued_request.base, own_sent)
        if author_view is None:
            return None
        seat.changes_to_look_back -= author_view.change_count
        return (yield from own_mistake(self._follower.document, author_view, ops, impossible))

    def look_up(self, seat: Seat, queued_request: QueuedRequest, refusal: Error) -> LookUp:
        """Before it is refused for good: its id may be that of what is committed (rules D3, U6).

        What follows waits: the journal may not answer, and then this one comes first (D12).
        """
        self._open_proposals.withdraw(queued_request, seat)
        seat.looked_up_request = queued_request
        return LookUp(seat.connection, queued_request.proposal, refusal)

    def _undo_or_redo(self, seat: Seat, queued_request: QueuedRequest) -> Job:
        proposal = queued_request.proposal
        steps = list(self._stacks.steps(seat.member, proposal.purpose))
        if not steps:
            code, text = answers.NOTHING_LEFT[proposal.purpose]
            error = answers.refused(self._project, proposal.delta_id, code, text)
            yield [self.look_up(seat, queued_request, error)]
            return
        known_changes, seat.undo_changes = seat.undo_changes or {}, None
        step, ops = steps[0], (yield from self._inverse(steps[0], known_changes))
        if ops is None:
            seat.undo_waiting = queued_request
            yield [Recall(seat.connection, tuple(step.seqs))]
            return
        for older_step in steps[1:]:
            if ops:
                break
            # It has changed nothing, as a fader put back: the same key press is about the next.
            ops_below = yield from self._inverse(older_step, known_changes)
            if ops_below is None:
                break
            step, ops = older_step, ops_below
        looked_over_ops = yield from looked_over(ops)
        problem, bytes_left = yield from self._judge_made(seat, looked_over_ops)
        open_proposal = self._open_proposals.still_queued(queued_request, seat)
        if open_proposal is None:
            return  # its member has gone meanwhile
        if problem is not None:
            error = answers.refused(self._project, proposal.delta_id, *problem)
            yield [self.look_up(seat, queued_request, error)]
            return
        proposal = self._with_margin(replace(proposal, reverts=step.seqs[-1]), bytes_left)
        yield from self.make(open_proposal, proposal, looked_over_ops)

    def _inverse(
        self, step: UndoStep, known_changes: Mapping[int, Sequence[Change]]
    ) -> Generator[Effects, None, list[Op] | None]:
        """The ops that take a step back; None: what it changed is not in memory, nor `known`.

        There are none where it put back all that it changed (rule U11).
        """
        changes: list[Change] = []
        for seq in step.seqs:
            of_seq = known_changes[seq] if seq in known_changes else self._stacks.changes(seq)
            if of_seq is None:
                return None
            changes.extend(of_seq)
        if (yield from pausing(is_nothing(changes))):
            return []
        return (yield from pausing(inverse(changes, self._follower.document)))

    def _judge_made(
        self, seat: Seat, made_ops: MadeOps
    ) -> Generator[Effects, None, tuple[tuple[ErrorCode, str] | None, int | None]]:
        """Why ops that the server made for a member are refused, if they are; else their margin.

        They may pass a bound of the project, or of a route (rules O13, O16, O18).
        """
        if TRANSPORT in made_ops.touched_ids and seat.denied_actions.transport is not None:
            return (ErrorCode.FORBIDDEN, seat.denied_actions.transport), None
        document = self._follower.document
        if not (made_ops.leads_elsewhere or document.may_come_near(made_ops.ops)):
            return None, document.margin_uncounted(made_ops.ops)
        drops = yield from pausing(
            document.rehearsing(made_ops.ops, is_made=True, beside=self._open_proposals.bytes)
        )
        past_bound = next((drop for drop in drops if drop.reason is DropReason.LIMIT), None)
        if past_bound is not None:
            return (ErrorCode.LIMIT_REACHED, past_bound.detail), None
        return None, document.margin

    def make(self, open_proposal: OpenProposal, proposal: Proposal, made_ops: MadeOps) -> Job:
        """Ops that the server made: one delta or, where they are many, a group (rule D14).

        Of a group the journal brings the ops back; these are let go of.
        """
        try:
            parts = yield from parts_of(proposal, made_ops.ops)
        except TooLarge:
            yield from self.gave_up(open_proposal.proposal, self._too_large(proposal.delta_id))
            return
        if open_proposal.stage is not ProposalStage.QUEUED:
            return  # whoever asked has gone meanwhile
        last = parts[-1]
        if len(parts) == 1:
            self._open_proposals.send(open_proposal, last, made_ops.ops)
        else:
            self._open_proposals.send_group(open_proposal, last, made_ops.touched_ids)
            self.group_being_stored = open_proposal
        if made_ops.leads_elsewhere:
            self.routing_being_stored = open_proposal
        if last.margin is not None and self.filling_being_stored is None:
            self.filling_being_stored = open_proposal
        yield [Commit(last) if len(parts) == 1 else CommitGroup(parts)]
        if len(parts) > 1:
            yield from freeing_ops(made_ops.ops)

    def _too_large(self, delta_id: str) -> Error:
        limit = MAX_GROUP_BYTES // 1_048_576
        text = (
            f"it would take more than {limit} MiB of ops, the most that is stored at once; bring"
            " back a snapshot from before"
        )
        return answers.refused(self._project, delta_id, ErrorCode.LIMIT_REACHED, text)

    # Holding back.

    def hold(self) -> Job:
        """From now on what members ask for waits, until `let_go` (rule N4)."""
        self.is_held = True
        yield self._quiet()

    def let_go(self) -> Job:
        """What has waited has its turn."""
        self.is_held, self.is_free_again = False, True
        yield from self.after(())

    def _quiet(self) -> Effects:
        is_quiet = self.is_held and not self._open_proposals.has_any_sent
        return [Quiet()] if is_quiet else []

    # Settling.

    def gave_up(self, proposal: Proposal, error: Error) -> Job:
        """It is not stored, and nothing of it: the journal was not asked, or cannot say."""
        open_proposal = self._open_proposals.get(proposal.delta_id)
        if open_proposal is None or open_proposal.proposal is not proposal:
            return
        askers = self.settle(open_proposal)
        effects: Effects = []
        for asker in askers:
            if asker.ticket is not None:
                effects.append(Settled(asker.ticket, None, error))
            elif asker.seat is not None:
                place = asker.queued_request.place
                effects += self._refusals.refuse_taken(asker.seat, error, place)
        yield effects
        yield from self.after(askers)

    def settle(self, open_proposal: OpenProposal) -> list[Asker]:
        """Who is to be told; the caller runs `after` with them next."""
        if self.group_being_stored is open_proposal:
            self.group_being_stored, self.is_free_again = None, True
        if self.routing_being_stored is open_proposal:
            self.routing_being_stored, self.is_free_again = None, True
        if self.filling_being_stored is open_proposal:
            self.filling_being_stored, self.is_free_again = None, True
        # Its member may have come anew, and not have asked for it again.
        self.is_free_again |= open_proposal.proposal.purpose is not Purpose.EDIT
        return self._open_proposals.settle(open_proposal)

    def after(self, askers: Sequence[Asker]) -> Job:
        """Those who asked have their answer: their gestures end, and what they queued goes on."""
        for asker in askers:
            if asker.seat is not None:
                yield from self._answered(asker.seat, asker.queued_request)
        if self.is_free_again:
            self.is_free_again = False
            for seat in [*self._seats.values(), *self.seats_given_up]:
                yield from self.go_on(seat)
        if self.is_held:
            yield self._quiet()
        if self.seats_given_up:
            self.seats_given_up[:] = [seat for seat in self.seats_given_up if seat.has_queued]

    def _answered(self, seat: Seat, queued_request: QueuedRequest) -> Job:
        if not seat.is_given_up:
            self._gestures.end(seat.member, queued_request.gesture)
        yield from self.go_on_or_leave(seat)
