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

from rooms.document.document import Tried
from rooms.journal.entry import Proposal, Purpose
from rooms.presence.seat import QueuedRequest, Seat
from schema.ops import Op

_ID = attrgetter("id")


class Stage(Enum):
    """How far a proposal has come."""

    QUEUED = auto()
    SENT = auto()
    SETTLED = auto()


class Asker(Struct, frozen=True, eq=False, gc=False):
    """One who waits for the answer: a member in its `seat`, or a call that holds a `ticket`.

    `queued`: as this one proposed it. Who calls may have a seat as well; the call is answered.
    """

    queued: QueuedRequest
    seat: Seat | None
    ticket: int | None = None


@dataclass(slots=True, eq=False)
class OpenProposal:
    """One that is not settled. `proposal`: as it was asked for, and then as it was sent.

    `askers`: who wait for the answer, the first who asked first. `size`: the bytes counted.
    `touched`: the ids of the entities that its ops are about.
    """

    proposal: Proposal
    askers: list[Asker]
    stage: Stage = Stage.QUEUED
    size: int = 0
    ops: Sequence[Op] = ()
    touched: AbstractSet[str] = frozenset()

    def is_asked_by(self, seat: Seat) -> bool:
        """Whether the member waits for the answer already."""
        return any(asker.seat is seat for asker in self.askers)

    def is_sent_as(self, ops: bytes) -> bool:
        """Whether the journal was given just these ops."""
        return self.stage is Stage.SENT and bool(self.ops) and self.proposal.payload == ops


class OpenProposals:
    """Those of one room. `bytes`: of the ops of all of them."""

    def __init__(self) -> None:
        self.bytes = 0
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

    def sent_by(self, seat: Seat) -> Iterator[Tried]:
        """The edits of a member that the journal has and has not answered, in their order."""
        for proposed in self:
            is_edit = proposed.proposal.purpose is Purpose.EDIT
            if is_edit and proposed.stage is Stage.SENT and proposed.is_asked_by(seat):
                yield Tried(proposed.ops, proposed.proposal.atomic)

    def has_of_other_tracks(self, seat: Seat, reach: str) -> bool:
        """Whether the journal has something of this member that it judges by others (rule R24)."""
        return any(
            proposed.stage is Stage.SENT
            and proposed.proposal.reach != reach
            and proposed.is_asked_by(seat)
            for proposed in self
        )

    def is_made_for(self, seat: Seat) -> bool:
        """Whether an undo, a redo or a restore of this member is with the journal (rule U6)."""
        return any(
            open_proposal.proposal.member == seat.member or open_proposal.is_asked_by(seat)
            for open_proposal in self._made_by_server
        )

    def register(self, proposal: Proposal) -> OpenProposal:
        """One more, of an id that is not on its way; who asks for it says so by `ask`."""
        assert proposal.delta_id not in self._by_id
        proposed = self._by_id[proposal.delta_id] = OpenProposal(proposal, [])
        self._weigh(proposed, len(proposal.payload))
        return proposed

    def ask(self, proposed: OpenProposal, asker: Asker) -> None:
        """One who waits for the answer, maybe not the first."""
        proposed.askers.append(asker)
        seat = asker.seat
        if seat is None:
            return
        if proposed.stage is Stage.QUEUED:
            seat.queue.append(asker.queued)
        else:
            seat.in_flight += 1

    def send(self, proposed: OpenProposal, proposal: Proposal, ops: Sequence[Op]) -> None:
        """Its turn has come, and these are its ops."""
        assert proposed.stage is Stage.QUEUED
        proposed.stage = Stage.SENT
        proposed.proposal, proposed.ops = proposal, ops
        proposed.touched = frozenset(map(_ID, ops))
        if proposal.purpose is not Purpose.EDIT:
            self._made_by_server.add(proposed)
        self._weigh(proposed, len(proposal.payload))
        for asker in proposed.askers:
            if asker.seat is not None:
                asker.seat.queue.remove(asker.queued)
                asker.seat.in_flight += 1

    def send_group(self, proposed: OpenProposal, last: Proposal, touched: AbstractSet[str]) -> None:
        """Its turn has come, as a group whose last delta this is; the journal brings its ops back.

        The bytes are those of whoever stores it: a group has a bound of its own.
        """
        self.send(proposed, last, ())
        proposed.touched = touched
        self._weigh(proposed, 0)

    def settle(self, proposed: OpenProposal) -> list[Asker]:
        """It is known what became of it: who is to be told."""
        was, proposed.stage = proposed.stage, Stage.SETTLED
        del self._by_id[proposed.proposal.delta_id]
        self._made_by_server.discard(proposed)
        self._weigh(proposed, 0)
        askers, proposed.askers = proposed.askers, []
        for asker in askers:
            self._take_back(asker, was)
        return askers

    def still_queued(self, queued: QueuedRequest, seat: Seat) -> OpenProposal | None:
        """What a member asked for, if its turn is still to come; None: it went meanwhile."""
        proposed = self.get(queued.proposal.delta_id)
        if proposed is None or proposed.stage is not Stage.QUEUED:
            return None
        for asker in proposed.askers:
            if asker.seat is seat and asker.queued is queued:
                return proposed
        return None

    def withdraw(self, queued: QueuedRequest, seat: Seat) -> None:
        """A member does not wait for the answer any more: it is refused."""
        proposed = self.still_queued(queued, seat)
        assert proposed is not None
        self._forget(proposed, seat)

    def forget_seat(self, seat: Seat) -> None:
        """A member went: what nobody else asked for and has not been sent, nobody wants."""
        for proposed in [each for each in self if each.is_asked_by(seat)]:
            self._forget(proposed, seat)

    def _forget(self, proposed: OpenProposal, seat: Seat) -> None:
        askers_left: list[Asker] = []
        for asker in proposed.askers:
            if asker.seat is not seat:
                askers_left.append(asker)
                continue
            self._take_back(asker, proposed.stage)
            if asker.ticket is not None:  # the call waits on, without a seat
                askers_left.append(Asker(asker.queued, None, asker.ticket))
        proposed.askers = askers_left
        if proposed.stage is Stage.QUEUED and not askers_left:
            self.settle(proposed)

    def _take_back(self, asker: Asker, stage: Stage) -> None:
        if asker.seat is None:
            return
        if stage is Stage.QUEUED:
            asker.seat.queue.remove(asker.queued)
        else:
            asker.seat.in_flight -= 1

    def _weigh(self, proposed: OpenProposal, size: int) -> None:
        self.bytes += size - proposed.size
        proposed.size = size
