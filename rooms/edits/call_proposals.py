"""What calls ask of a journal: restores, and entries of other aspects; each is answered once."""

from collections.abc import Mapping

import msgspec

from rooms.edits import answers
from rooms.edits.answers import Answering
from rooms.edits.call_turns import CallTurns
from rooms.edits.made_ops import looked_over
from rooms.edits.proposal_queue import ProposalQueue
from rooms.edits.proposals import Asker, OpenProposals, ProposalStage
from rooms.effects import Commit, Job, Mistake, Settled
from rooms.journal.entry import Proposal
from rooms.journal.follower import JournalFollower
from rooms.presence.seat import QueuedRequest, Seat
from schema.errors import ErrorCode
from schema.ops import Op


class CallProposals:
    """Those of one room. `ticket`: of the call that waits, as `Settled` names it."""

    def __init__(
        self,
        project: str,
        follower: JournalFollower,
        answering: Answering,
        open_proposals: OpenProposals,
        queue: ProposalQueue,
        turns: CallTurns,
        seats: Mapping[str, Seat],
    ) -> None:
        self._project = project
        self._follower = follower
        self._answering = answering
        self._open_proposals = open_proposals
        self._queue = queue
        self._turns = turns
        self._seats = seats

    def restore(self, proposal: Proposal, ops: list[Op], connection: str, ticket: int) -> Job:
        """Commit ops that bring an earlier state back; the call hears of it by `Settled`.

        No ops are an entry as well, so that its id is remembered; it is no step of the undo. The
        list is the room's from now on.
        `ticket`: the call's own; `connection`: the caller's, which may have a seat here.
        """
        yield from self._settled(
            proposal.delta_id, ticket, self._restore(proposal, ops, connection, ticket)
        )

    def _settled(self, delta_id: str, ticket: int, job: Job) -> Job:
        """Do what a call has asked for; one that fails before the journal has it is told so."""
        try:
            yield from job
        except Exception as mistake:
            yield [Mistake(mistake)]
            error = answers.not_done(self._project, delta_id)
            open_proposal = self._open_proposals.get(delta_id)
            if open_proposal is None or not open_proposal.is_asked_with(ticket):
                yield [Settled(ticket, None, error)]
            elif open_proposal.stage is ProposalStage.QUEUED:
                yield from self._queue.gave_up(open_proposal.proposal, error)

    def _restore(self, proposal: Proposal, ops: list[Op], connection: str, ticket: int) -> Job:
        if not ops:
            proposal = msgspec.structs.replace(proposal, step=None)
        asker = Asker(QueuedRequest(proposal), self._seats.get(connection), ticket)
        answer = self._answering.known(asker)
        if answer is not None:
            yield answer
            return
        if self._queue.group_being_stored is not None:
            text = "another large change of this project is being stored; ask again with this id"
            code = ErrorCode.UNAVAILABLE
            error = answers.try_again(self._project, proposal.delta_id, code, text)
            yield [Settled(ticket, None, error)]
            return
        open_proposal = self._open_proposals.register(proposal)
        self._open_proposals.ask(open_proposal, asker)
        made_ops = yield from looked_over(ops)
        yield from self._queue.make(open_proposal, proposal, made_ops)

    def wait_for_turn(self, seat: Seat, delta_id: str, ticket: int) -> Job:
        """Until what the caller has sent before is done: it hears `TurnCame`, or why not (U6).

        What the caller sends behind it waits until `end_turn`.
        """
        self._turns.ask(seat, delta_id, ticket)
        yield from self._queue.go_on(seat)

    def end_turn(self, ticket: int) -> Job:
        """The call has ended, whatever came of it."""
        seat = self._turns.end(ticket)
        if seat is not None:
            yield from self._queue.go_on_or_leave(seat)

    def given_up(self, seat: Seat) -> Job:
        """Its member is gone: calls that wait go on, or hear that they do not."""
        return self._queue.go_on(seat)

    def hold(self) -> Job:
        """From now on what members ask for waits, until `let_go`: a restore is made (rule N4)."""
        return self._queue.hold()

    def let_go(self) -> Job:
        """What has waited has its turn."""
        return self._queue.let_go()

    def commit_entry(self, proposal: Proposal, connection: str, ticket: int) -> Job:
        """Commit an entry of another aspect than the document; the call hears of it by `Settled`.

        `ticket`, `connection`: as for `restore`. What the aspect refuses is not stored.
        """
        yield from self._settled(
            proposal.delta_id, ticket, self._commit_entry(proposal, connection, ticket)
        )

    def _commit_entry(self, proposal: Proposal, connection: str, ticket: int) -> Job:
        asker = Asker(QueuedRequest(proposal), self._seats.get(connection), ticket)
        answer = self._answering.known(asker)
        if answer is not None:
            yield answer
            return
        problem = self._follower.check(proposal)
        if problem is not None:
            code = ErrorCode.OP_INVALID
            error = answers.refused(self._project, proposal.delta_id, code, problem)
            yield [Settled(ticket, None, error)]
            return
        open_proposal = self._open_proposals.register(proposal)
        self._open_proposals.ask(open_proposal, asker)
        self._open_proposals.send(open_proposal, proposal, ())
        yield [Commit(proposal)]
