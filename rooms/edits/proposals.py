"""Proposals on their way: one object for each id, one place where it enters, one where it leaves.

A proposal is QUEUED until its turn comes, SENT while the journal has it, SETTLED when it is known
what became of it. All that is counted of it is counted in this file.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, auto
from operator import attrgetter

from msgspec import Struct

from rooms.document.document import TriedDelta
from rooms.journal.entry import Proposal, Purpose
from rooms.presence.seat import QueuedRequest, Seat
from schema.ops import Op

_ID = attrgetter("id")


class ProposalStage(Enum):
    """How far a proposal has come."""

    QUEUED = auto()
    SENT = auto()
    SETTLED = auto()


class Asker(Struct, frozen=True, eq=False, gc=False):
    """One who waits for the answer: a member in its `seat`, or a call that holds a `ticket`.

    `queued_request`: as this one proposed it. Who calls may have a seat as well; the call is
    answered.
    """

    queued_request: QueuedRequest
    seat: Seat | None
    ticket: int | None = None


@dataclass(slots=True, eq=False)
class OpenProposal:
    """One that is not settled. `proposal`: as it was asked for, and then as it was sent.

    `askers`: who wait for the answer, the first who asked first. `size`: the bytes counted.
    `touched_ids`: the ids of the entities that its ops are about.
    """

    proposal: Proposal
    askers: list[Asker]
    stage: ProposalStage = ProposalStage.QUEUED
    size: int = 0
    ops: Sequence[Op] = ()
    touched_ids: AbstractSet[str] = frozenset()

    def is_asked_by(self, seat: Seat) -> bool:
        """Whether the member waits for the answer already."""
        return any(asker.seat is seat for asker in self.askers)

    def is_asked_with(self, ticket: int) -> bool:
        """Whether the call with this ticket waits for the answer."""
        return any(asker.ticket == ticket for asker in self.askers)

    def is_sent_as(self, ops: bytes) -> bool:
        """Whether the journal was given just these ops."""
        return self.stage is ProposalStage.SENT and bool(self.ops) and self.proposal.payload == ops


class OpenProposals:
    """Those of one room. `bytes`: of the ops of all of them; `arrived_bytes`: of what came and is
    not looked at yet, and may become one.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self.arrived_bytes = 0
        self._by_id: dict[str, OpenProposal] = {}
        self._made_by_server: set[OpenProposal] = set()
        """Those that the journal has and whose ops the server made: undos, redos, restores."""

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[OpenProposal]:
        return iter(self._by_id.values())

    def __contains__(self, delta_id: str) -> bool:
        return delta_id in self._by_id

    def get(self, delta_id: str) -> OpenProposal | None:
        """The one with this id, if it is on its way."""
        return self._by_id.get(delta_id)

    def give_all(self) -> dict[str, OpenProposal]:
        """All of them by id, of a closed room: nobody is answered any more."""
        given, self._by_id = self._by_id, {}
        self._made_by_server.clear()
        return given

    def sent_by(self, seat: Seat) -> Iterator[TriedDelta]:
        """The edits of a member that the journal has and has not answered, in their order."""
        for open_proposal in self:
            is_edit = open_proposal.proposal.purpose is Purpose.EDIT
            if (
                is_edit
                and open_proposal.stage is ProposalStage.SENT
                and open_proposal.is_asked_by(seat)
            ):
                yield TriedDelta(open_proposal.ops, open_proposal.proposal.atomic)

    @property
    def has_any_sent(self) -> bool:
        """Whether the journal has some and has not answered."""
        return any(open_proposal.stage is ProposalStage.SENT for open_proposal in self)

    def has_of_other_tracks(self, seat: Seat, reach: str) -> bool:
        """Whether the journal has something of this member that it judges by others (rule R24)."""
        return any(
            open_proposal.stage is ProposalStage.SENT
            and open_proposal.proposal.reach != reach
            and open_proposal.is_asked_by(seat)
            for open_proposal in self
        )

    def is_made_for(self, seat: Seat) -> bool:
        """Whether an undo, a redo or a restore of this member is with the journal (rule U6)."""
        return any(
            open_proposal.proposal.member == seat.member or open_proposal.is_asked_by(seat)
            for open_proposal in self._made_by_server
        )

    def arrive(self, seat: Seat, size: int) -> None:
        """A member has sent one, which is looked at when the jobs before it are done."""
        seat.arrived_count += 1
        self.arrived_bytes += size

    def begin(self, seat: Seat, size: int) -> None:
        """One that has arrived is looked at now."""
        seat.arrived_count -= 1
        self.arrived_bytes -= size

    def register(self, proposal: Proposal) -> OpenProposal:
        """One more, of an id that is not on its way; who asks for it says so by `ask`."""
        assert proposal.delta_id not in self._by_id
        open_proposal = self._by_id[proposal.delta_id] = OpenProposal(proposal, [])
        self._weigh(open_proposal, len(proposal.payload))
        return open_proposal

    def ask(self, open_proposal: OpenProposal, asker: Asker) -> None:
        """One who waits for the answer, maybe not the first."""
        open_proposal.askers.append(asker)
        seat = asker.seat
        if seat is None:
            return
        if open_proposal.stage is ProposalStage.QUEUED:
            seat.queue.append(asker.queued_request)
        else:
            seat.in_flight_count += 1

    def send(self, open_proposal: OpenProposal, proposal: Proposal, ops: Sequence[Op]) -> None:
        """Its turn has come, and these are its ops."""
        assert open_proposal.stage is ProposalStage.QUEUED
        open_proposal.stage = ProposalStage.SENT
        open_proposal.proposal, open_proposal.ops = proposal, ops
        open_proposal.touched_ids = frozenset(map(_ID, ops))
        if proposal.purpose is not Purpose.EDIT:
            self._made_by_server.add(open_proposal)
        self._weigh(open_proposal, len(proposal.payload))
        for asker in open_proposal.askers:
            if asker.seat is not None:
                asker.seat.queue.remove(asker.queued_request)
                asker.seat.in_flight_count += 1

    def send_group(
        self, open_proposal: OpenProposal, last: Proposal, touched_ids: AbstractSet[str]
    ) -> None:
        """Its turn has come, as a group whose last delta this is; the journal brings its ops back.

        The bytes are those of whoever stores it: a group has a bound of its own.
        """
        self.send(open_proposal, last, ())
        open_proposal.touched_ids = touched_ids
        self._weigh(open_proposal, 0)

    def settle(self, open_proposal: OpenProposal) -> list[Asker]:
        """It is known what became of it: who is to be told."""
        stage_before, open_proposal.stage = open_proposal.stage, ProposalStage.SETTLED
        del self._by_id[open_proposal.proposal.delta_id]
        self._made_by_server.discard(open_proposal)
        self._weigh(open_proposal, 0)
        askers, open_proposal.askers = open_proposal.askers, []
        for asker in askers:
            self._take_back(asker, stage_before)
        return askers

    def still_queued(self, queued_request: QueuedRequest, seat: Seat) -> OpenProposal | None:
        """What a member asked for, if its turn is still to come; None: it went meanwhile."""
        open_proposal = self.get(queued_request.proposal.delta_id)
        if open_proposal is None or open_proposal.stage is not ProposalStage.QUEUED:
            return None
        for asker in open_proposal.askers:
            if asker.seat is seat and asker.queued_request is queued_request:
                return open_proposal
        return None

    def withdraw(self, queued_request: QueuedRequest, seat: Seat) -> None:
        """A member does not wait for the answer any more: it is refused."""
        open_proposal = self.still_queued(queued_request, seat)
        assert open_proposal is not None
        self._forget(open_proposal, seat)

    def forget_seat(self, seat: Seat) -> None:
        """A member went: what nobody else asked for and has not been sent, nobody wants."""
        for open_proposal in [candidate for candidate in self if candidate.is_asked_by(seat)]:
            self._forget(open_proposal, seat)

    def _forget(self, open_proposal: OpenProposal, seat: Seat) -> None:
        askers_left: list[Asker] = []
        for asker in open_proposal.askers:
            if asker.seat is not seat:
                askers_left.append(asker)
                continue
            self._take_back(asker, open_proposal.stage)
            if asker.ticket is not None:  # the call waits on, without a seat
                askers_left.append(Asker(asker.queued_request, None, asker.ticket))
        open_proposal.askers = askers_left
        if open_proposal.stage is ProposalStage.QUEUED and not askers_left:
            self.settle(open_proposal)

    def _take_back(self, asker: Asker, stage: ProposalStage) -> None:
        if asker.seat is None:
            return
        if stage is ProposalStage.QUEUED:
            asker.seat.queue.remove(asker.queued_request)
        else:
            asker.seat.in_flight_count -= 1

    def _weigh(self, open_proposal: OpenProposal, size: int) -> None:
        self.bytes += size - open_proposal.size
        open_proposal.size = size
