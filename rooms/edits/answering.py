"""Says who is sent the answer to a delta, and who the delta itself."""

from collections.abc import Mapping, Sequence

import msgspec

from rooms.edits import answers
from rooms.edits.proposals import Asker, Proposals
from rooms.edits.undo_stacks import UndoStacks
from rooms.effects import CatchUp, Effects, Packet, Send, Settled, send
from rooms.journal.entry import Outcome, Proposal
from rooms.journal.follower import JournalFollower
from rooms.presence.seat import QueuedRequest, Seat
from schema.messages import Ack
from schema.ops import decode_ops


class Answering:
    """For the members of one room, and for calls."""

    def __init__(
        self,
        project: str,
        follower: JournalFollower,
        stacks: UndoStacks,
        waiting: Proposals,
        seats: Mapping[str, Seat],
    ) -> None:
        self._project = project
        self._follower = follower
        self._stacks = stacks
        self._waiting = waiting
        self._seats = seats

    def tell(
        self, askers: Sequence[Asker], packet: Packet, ack: Ack, *, is_ours: bool = True
    ) -> Effects:
        """The first who asked hears of the delta by its `ack`, all others by the `delta`.

        Who asked for it as well hears then that it is done: by an ack that says nothing new. Not
        `is_ours`: the first who asked did so of another node, and has its `ack` there.
        """
        live = [s.connection for s in self._seats.values() if s.is_live and s.feed is None]
        seats = [asker.seat for asker in askers if asker.seat is not None]
        first = next((s for s in seats if s.is_live and not s.is_given_up), None)
        if not is_ours:
            first = None
        effects: Effects = []
        if first is not None:
            if first.feed is None:
                live.remove(first.connection)
            effects += self._ack_to(first, ack)
        effects.append(Send(tuple(live), packet))
        for seat in seats:
            if seat is not first:
                effects += self._ack_to(seat, msgspec.structs.replace(ack, duplicate=True))
        effects += [
            Settled(asker.ticket, ack.seq, None) for asker in askers if asker.ticket is not None
        ]
        return effects

    def known(self, asker: Asker) -> Effects | None:
        """The answer to a delta that is in the tail or on its way, if it is (rule D3).

        Of one on its way there is nothing to be said yet: who asks is told with the others.
        """
        proposal = asker.queued.proposal
        entry = self._follower.tail.find(proposal.delta_id)
        if entry is not None:
            same = entry.payload_hash == proposal.payload_hash
            outcome = Outcome.DUPLICATE if same else Outcome.ID_REUSED
            return self.outcome(asker, outcome, entry.seq)
        before = self._waiting.get(proposal.delta_id)
        if before is None:
            return None
        if before.proposal.payload_hash != proposal.payload_hash:
            return self.outcome(asker, Outcome.ID_REUSED, None)
        seat = asker.seat
        if asker.ticket is not None or (
            seat is not None and not seat.is_void and not before.is_asked_by(seat)
        ):
            self._waiting.ask(before, asker)
        return []

    def outcome(self, asker: Asker, outcome: Outcome, seq: int | None) -> Effects:
        """Tell one who asked what the journal said, other than that it is committed now."""
        proposal = asker.queued.proposal
        if asker.ticket is not None:
            known = outcome is Outcome.DUPLICATE
            error = None if known else answers.of_outcome(self._project, proposal.delta_id, outcome)
            return [Settled(asker.ticket, seq if known else None, error)]
        if asker.seat is None:
            return []
        return self.answer(asker.seat, proposal, outcome, seq)

    def answer(self, seat: Seat, proposal: Proposal, outcome: Outcome, seq: int | None) -> Effects:
        if outcome is not Outcome.DUPLICATE or seq is None:
            error = answers.of_outcome(self._project, proposal.delta_id, outcome)
            return [send(error, seat.answer_to)]
        if seq > self._follower.head:
            return self._answer_in_turn(seat, proposal)
        entry = self._follower.tail.find(proposal.delta_id)
        if entry is None:
            ack = Ack(self._project, proposal.delta_id, seq, 0.0, duplicate=True)
        else:
            at, drops = entry.at, list(entry.drops)
            ops = entry.acked_ops
            ack = Ack(self._project, proposal.delta_id, seq, at, drops, ops, duplicate=True)
        return self._ack_to(seat, ack)

    def _answer_in_turn(self, seat: Seat, proposal: Proposal) -> Effects:
        """A seq that the room has not come to is acknowledged when it has (rule D2)."""
        ops = decode_ops(proposal.payload)
        proposed = self._waiting.register(proposal)
        self._waiting.ask(proposed, Asker(QueuedRequest(proposal, ops), seat))
        self._waiting.send(proposed, proposal, ops)
        return [CatchUp(self._follower.head)]

    def _ack_to(self, seat: Seat, ack: Ack) -> Effects:
        """What one member hears; who does not have what is before it yet hears it after that."""
        if seat.is_given_up:
            return []
        undo, redo = self._stacks.depths(seat.member)
        own = msgspec.structs.replace(ack, undo=undo, redo=redo)
        if not seat.is_live:
            seat.held_acks.append(own)
            return []
        if seat.feed is not None and seat.feed.comes_before(ack.seq):
            seat.feed.hold(own)
            return []
        return [send(own, [seat.connection])]
