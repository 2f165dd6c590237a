"""Whether a delta is refused, and what that means for those behind it (rules D4, D12)."""

from collections.abc import Generator, Sequence

from rooms.document.document import Drop
from rooms.edits import answers
from rooms.edits.proposals import OpenProposals
from rooms.effects import PAUSE, Effects, send
from rooms.journal.entry import Outcome, Proposal
from rooms.presence.gestures import Gestures
from rooms.presence.seat import NotTaken, Seat
from rooms.presence.session_permissions import TRANSPORT
from rooms.rules.proposal_rules import problem_with_new_op
from schema.errors import ERRORS, DropReason, ErrorCode
from schema.limits import MAX_DELTAS_IN_FLIGHT, MAX_WAITING_BYTES
from schema.messages import Details, Error, ProposeDelta
from schema.ops import Op
from schema.text.text_rules import problem_with_characters

SLICE_CHECKED = 40
"""Ops looked at by themselves before others get their turn."""

WHATEVER_OTHERS_DID = (DropReason.LIMIT, DropReason.FOREIGN)
"""Refused at the door also where others have made it so."""

SENT_BEFORE = "it was on its way from a device that has joined again; send it again, as it was"
"""To others who have sent the same, or who have done so again (rule D3)."""


class Refusals:
    """Those of one room."""

    def __init__(self, project: str, open_proposals: OpenProposals, gestures: Gestures) -> None:
        self._project = project
        self._open_proposals = open_proposals
        self._gestures = gestures

    def of_delta(
        self, seat: Seat, delta: ProposeDelta, proposal: Proposal
    ) -> Generator[Effects, None, Effects | None]:
        """The refusal of what a member proposes, looked at by itself; None: it is not refused."""
        answer = self.of_seat(seat, proposal)
        if answer is not None:
            return answer
        problem = problem_with_characters(proposal.step) if proposal.step else None
        if problem:
            text, details = f"step: {problem}", Details(field="step")
            error = Error(delta.id, ErrorCode.BAD_MESSAGE, text, self._project, details)
            return [send(error, seat.answer_to)]
        for index, op in enumerate(delta.ops):
            problem = problem_with_new_op(op)
            if op.col == TRANSPORT and seat.denied_actions.transport is not None:
                drop = Drop(index, DropReason.FOREIGN, seat.denied_actions.transport)
                return [send(answers.refused_op(self._project, delta.id, drop, op), seat.answer_to)]
            if problem:
                drop = Drop(index, DropReason.INVALID, problem)
                error = answers.refused_op(self._project, delta.id, drop, op)
                return [send(error, seat.answer_to)]
            if index % SLICE_CHECKED == SLICE_CHECKED - 1:
                yield PAUSE
        return None

    def of_seat(self, seat: Seat, proposal: Proposal) -> Effects | None:
        """The refusal of whatever a member proposes now; None: it may propose."""
        delta_id = proposal.delta_id
        text = seat.denied_actions.edit
        if text is not None:
            error = answers.refused(self._project, delta_id, ErrorCode.FORBIDDEN, text)
            return [send(error, seat.answer_to)]
        if seat.delta_not_taken is not None:
            return [
                send(answers.behind(self._project, delta_id, seat.delta_not_taken), seat.answer_to)
            ]
        waiting = seat.in_flight_count + len(seat.queue)
        waiting_bytes = self._open_proposals.bytes + len(proposal.payload)
        too_many = self._too_many(delta_id, waiting, waiting_bytes)
        return None if too_many is None else self.refuse_new(seat, too_many)

    def at_the_door(self, seat: Seat, delta_id: str, size: int) -> Error | None:
        """The refusal of what has just come behind others that are not looked at yet (rule D9).

        What comes behind none of them is looked at now, and needs none.
        """
        proposals = self._open_proposals
        if not proposals.arrived_bytes:
            return None
        waiting = seat.arrived_count + seat.in_flight_count + len(seat.queue)
        waiting_bytes = proposals.arrived_bytes + proposals.bytes + size
        return self._too_many(delta_id, waiting, waiting_bytes)

    def _too_many(self, delta_id: str, waiting: int, waiting_bytes: int) -> Error | None:
        """`waiting`: of the member, before this one; `waiting_bytes`: of the room, with it."""
        if waiting >= MAX_DELTAS_IN_FLIGHT:
            code = ErrorCode.RATE_LIMITED
            most = f"at most {MAX_DELTAS_IN_FLIGHT} deltas of a connection wait for an answer"
            text = f"{most}; send this one again after the next ack"
        elif waiting_bytes > MAX_WAITING_BYTES:
            code = ErrorCode.UNAVAILABLE
            text = "the server cannot keep up; send this delta again with the same id"
        else:
            return None
        return answers.try_again(self._project, delta_id, code, text)

    def refuse_new(self, seat: Seat, error: Error) -> Effects:
        """Refuse what has just come for now; what follows it waits for it (rule D12)."""
        first = seat.delta_not_taken
        if first is None:
            place = seat.next_place()
            seat.delta_not_taken = NotTaken(str(error.id), ErrorCode(error.code), place)
        elif first.delta_id != error.id:
            error = answers.behind(self._project, str(error.id), first)
        return [send(error, seat.answer_to)]

    def of_mistake(self, seat: Seat, error: Error) -> Effects:
        """Refuse what has just come, for a mistake of the server's."""
        if ERRORS[ErrorCode(error.code)].try_again:
            return self.refuse_new(seat, error)
        return [send(error, seat.answer_to)]

    def refuse_taken(self, seat: Seat, error: Error, place: int) -> Effects:
        """Refuse what had been taken; if for now, all that was taken behind it as well (D12).

        `place`: that of its `QueuedRequest`. Another may have been refused before it: the one that
        came first is to come again first.
        """
        errors = [error]
        if ERRORS[ErrorCode(error.code)].try_again:
            before = seat.delta_not_taken
            if before is not None and before.place < place:
                return [send(answers.behind(self._project, str(error.id), before), seat.answer_to)]
            first = NotTaken(str(error.id), ErrorCode(error.code), place)
            seat.delta_not_taken = first
            errors += [
                answers.behind(self._project, delta_id, first)
                for delta_id in self._take_out(seat, place)
            ]
        return [send(one, seat.answer_to) for one in errors]

    def of_fenced(self, seat: Seat, proposal: Proposal, place: int) -> Effects:
        """Its device has joined again since (rule J15): what was sent before has no answer (D23).

        The seat is not closed here: whose join took its place closes it (J7), and a join of its own
        connection closes nothing. Who was put out hears of all that it had sent.
        """
        if seat.is_given_up:
            error = answers.of_outcome(self._project, proposal.delta_id, Outcome.FENCED)
            return [send(error, seat.answer_to)]
        if (seat.member, seat.request.fence) != (proposal.member, proposal.fence):
            code, text = ErrorCode.UNAVAILABLE, SENT_BEFORE
            error = answers.try_again(self._project, proposal.delta_id, code, text)
            return self.refuse_taken(seat, error, place)
        seat.is_fenced = True
        self._take_out(seat)
        return []

    def _take_out(self, seat: Seat, place: int = -1) -> list[str]:
        """All that the member has queued behind this place, in its order: the ids.

        What is before it has its turn: an id that came later may have been on its way already, from
        where its device was before.
        """
        taken_out: list[str] = []
        looked_up = seat.looked_up_request
        if looked_up is not None and looked_up.place > place:
            taken_out.append(looked_up.proposal.delta_id)  # what the journal says does not matter
            seat.looked_up_request = None
        for queued_request in [request for request in seat.queue if request.place > place]:
            self._open_proposals.withdraw(queued_request, seat)
            self._gestures.end(seat.member, queued_request.gesture)
            taken_out.append(queued_request.proposal.delta_id)
        return taken_out

    def sorted_out(
        self, ops: Sequence[Op], drops: Sequence[Drop]
    ) -> tuple[Drop | None, list[Drop]]:
        """Which is past a bound or a reach, and which are impossible and not mended in flight."""
        past_bound = next((drop for drop in drops if drop.reason in WHATEVER_OTHERS_DID), None)
        impossible = [
            drop
            for drop in drops
            if drop.reason in answers.REFUSALS and not self._is_in_flight(ops[drop.op].id)
        ]
        return past_bound, impossible

    def _is_in_flight(self, entity: str) -> bool:
        return any(entity in open_proposal.touched_ids for open_proposal in self._open_proposals)
