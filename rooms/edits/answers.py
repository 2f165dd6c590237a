"""The answer to a delta, an ack or an error that says what to do, and who is sent it."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, structs

from rooms.document.document import AppliedDelta, Drop
from rooms.edits.group_drops import Drops
from rooms.edits.proposals import Asker, OpenProposals
from rooms.edits.undo_stacks import UndoStacks
from rooms.effects import CatchUp, Effects, Packet, Send, Settled, send
from rooms.journal.entry import STRAYED, Entry, Outcome, Proposal, Purpose
from rooms.journal.follower import JournalFollower
from rooms.presence.seat import NotTaken, QueuedRequest, Seat
from schema.errors import ERRORS, DropReason, ErrorCode
from schema.invariants import bound_of, field_of
from schema.messages import Ack, Details, Dropped, Error
from schema.ops import Insert, Op, Set, decode_ops

DIGEST_EVERY = 16
"""Every so many seqs an ack carries the digest."""

RETRY_MILLISECONDS = 250

REFUSALS = {
    DropReason.EXISTS: ErrorCode.OP_EXISTS,
    DropReason.CYCLE: ErrorCode.OP_CYCLE,
    DropReason.INVALID: ErrorCode.OP_INVALID,
    DropReason.LIMIT: ErrorCode.LIMIT_REACHED,
    DropReason.FOREIGN: ErrorCode.FORBIDDEN,
}
"""Dropped for these reasons at the head means refused (rule D4); for the rest, overtaken."""

OUTCOMES = {
    Outcome.ID_REUSED: (
        ErrorCode.ID_REUSED,
        "this id was used already, by someone else or with other ops; make a new id",
    ),
    Outcome.FORBIDDEN: (
        ErrorCode.FORBIDDEN,
        "your role, or what the host of this session lets you do, does not allow this edit",
    ),
    Outcome.SESSION_REVOKED: (ErrorCode.AUTH_FAILED, "this login was ended; log in again"),
    Outcome.ARCHIVED: (ErrorCode.ARCHIVED, "the project is archived; bring it back to edit it"),
    Outcome.NOT_FOUND: (ErrorCode.NOT_FOUND, "there is no such project"),
    Outcome.INVALID: (ErrorCode.OP_INVALID, "the database cannot store this delta"),
    Outcome.GRANT_CHANGED: (
        ErrorCode.UNAVAILABLE,
        "your role or your tracks are others now; send this again with the same id",
    ),
    Outcome.OVERTAKEN: (
        ErrorCode.UNAVAILABLE,
        "the project is nearly full, and others have added to it; send this again with the same id",
    ),
    Outcome.FENCED: (ErrorCode.UNAVAILABLE, "this device has joined again since; join, then send"),
    **dict.fromkeys(
        STRAYED, (ErrorCode.UNAVAILABLE, "the project has a new epoch; join again, then send it")
    ),
}

OWN_MISTAKE = "the server cannot apply this, by a mistake of its own; do it in another way"
OUT_OF_MEMORY = "the server has no memory left for this just now; send it again with the same id"
NOT_DONE = "the server could not do this, by a mistake of its own; send it again with the same id"

NOTHING_LEFT = {
    Purpose.UNDO: (ErrorCode.NOTHING_TO_UNDO, "you have no step that could be undone"),
    Purpose.REDO: (ErrorCode.NOTHING_TO_REDO, "you have undone nothing since your last edit"),
}


def refused(project: str, delta_id: str, code: ErrorCode, text: str) -> Error:
    """No, and the same again would be refused again."""
    return Error(delta_id, code, text, project)


def try_again(project: str, delta_id: str, code: ErrorCode, text: str) -> Error:
    """Not now."""
    return Error(delta_id, code, text, project, {"retry_after_ms": RETRY_MILLISECONDS})


def own_mistake(project: str, delta_id: str, mistake: Exception) -> Error:
    """The server cannot judge it, and could not the next time (rule D17)."""
    if isinstance(mistake, MemoryError):
        return try_again(project, delta_id, ErrorCode.INTERNAL, OUT_OF_MEMORY)
    return refused(project, delta_id, ErrorCode.OP_INVALID, OWN_MISTAKE)


def not_done(project: str, delta_id: str) -> Error:
    """By a mistake of ours, which may depend on the state of now."""
    return try_again(project, delta_id, ErrorCode.INTERNAL, NOT_DONE)


def behind(project: str, delta_id: str, first: NotTaken) -> Error:
    """Not now, because one before it was not taken (rule D12)."""
    text = f"it follows {first.delta_id}, which was refused for now: send that again first"
    details: Details = {"after": first.delta_id, "retry_after_ms": RETRY_MILLISECONDS}
    return Error(delta_id, first.code, text, project, details)


def refused_op(project: str, delta_id: str, drop: Drop, op: Op) -> Error:
    """Refused whole, for the op at fault (rules D4, D21, E11)."""
    text = f"op {drop.op}: {drop.detail or drop.reason}"
    details: Details = {"op": drop.op}
    props = op.props if isinstance(op, Set) else ()
    name = "id" if drop.reason is DropReason.EXISTS else field_of(drop.detail, op.col, props)
    if name is not None:
        details["field"] = name
    if (bound := bound_of(drop.detail)) is not None:
        details["bound"] = bound
    return Error(delta_id, REFUSALS[drop.reason], text, project, details)


def of_outcome(project: str, delta_id: str, outcome: Outcome) -> Error:
    """What the journal said instead of committing."""
    if outcome is Outcome.UNAVAILABLE:
        text = "this project cannot be written to just now; send this again with the same id"
        return try_again(project, delta_id, ErrorCode.UNAVAILABLE, text)
    code, text = OUTCOMES[outcome]
    if ERRORS[code].try_again:
        return try_again(project, delta_id, code, text)
    return Error(delta_id, code, text, project)


def drops_of(entry: Entry, applied: AppliedDelta) -> list[Dropped]:
    """What a delta has dropped, as its author is told it."""
    ops = applied.proposed
    is_described = entry.purpose is not Purpose.EDIT and applied.mistake is None
    return [
        _described(drop, ops[drop.op]) if is_described else _dropped(drop) for drop in applied.drops
    ]


def ack(
    project: str,
    entry: Entry,
    applied: AppliedDelta,
    drops: Drops,
    shown_ops: list[Op],
    digest: str,
) -> Ack:
    """The ack of an entry. `shown_ops`: the ops that took effect, as others are sent them."""
    effective_ops: list[Op] | None = None
    if entry.purpose is not Purpose.EDIT or not applied.as_sent:
        effective_ops = shown_ops
    digest_due = digest if entry.seq % DIGEST_EVERY == 0 else None
    return Ack(
        project,
        entry.delta_id,
        entry.seq,
        entry.committed_at,
        list(drops.named),
        effective_ops,
        digest=digest_due,
        dropped_total=UNSET if drops.total is None else drops.total,
    )


def bare(ops: Sequence[Op]) -> list[Op]:
    """The ops without what they expected: it was met."""
    return [op if isinstance(op, Insert) else structs.replace(op, expect=UNSET) for op in ops]


class Answering:
    """For the members of one room, and for calls."""

    def __init__(
        self,
        project: str,
        follower: JournalFollower,
        stacks: UndoStacks,
        open_proposals: OpenProposals,
        seats: Mapping[str, Seat],
    ) -> None:
        self._project = project
        self._follower = follower
        self._stacks = stacks
        self._open_proposals = open_proposals
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
                effects += self._ack_to(seat, structs.replace(ack, duplicate=True))
        effects += [
            Settled(asker.ticket, ack.seq, None) for asker in askers if asker.ticket is not None
        ]
        return effects

    def known(self, asker: Asker) -> Effects | None:
        """The answer to a delta that is in the tail or on its way, if it is (rule D3).

        Of one on its way there is nothing to be said yet: who asks is told with the others.
        """
        proposal = asker.queued_request.proposal
        entry = self._follower.tail.find(proposal.delta_id)
        if entry is not None:
            is_same = entry.payload_hash == proposal.payload_hash
            outcome = Outcome.DUPLICATE if is_same else Outcome.ID_REUSED
            return self.outcome(asker, outcome, entry.seq)
        before = self._open_proposals.get(proposal.delta_id)
        if before is None:
            return None
        if before.proposal.payload_hash != proposal.payload_hash:
            return self.outcome(asker, Outcome.ID_REUSED, None)
        seat = asker.seat
        if asker.ticket is not None or (
            seat is not None and not seat.is_void and not before.is_asked_by(seat)
        ):
            self._open_proposals.ask(before, asker)
        return []

    def outcome(self, asker: Asker, outcome: Outcome, seq: int | None) -> Effects:
        """Tell one who asked what the journal said, other than that it is committed now."""
        proposal = asker.queued_request.proposal
        if asker.ticket is not None:
            if outcome is Outcome.DUPLICATE:
                return [Settled(asker.ticket, seq, None)]
            error = of_outcome(self._project, proposal.delta_id, outcome)
            return [Settled(asker.ticket, None, error, outcome)]
        if asker.seat is None:
            return []
        return self.answer(asker.seat, proposal, outcome, seq)

    def answer(self, seat: Seat, proposal: Proposal, outcome: Outcome, seq: int | None) -> Effects:
        if outcome is not Outcome.DUPLICATE or seq is None:
            error = of_outcome(self._project, proposal.delta_id, outcome)
            return [send(error, seat.answer_to)]
        if seq > self._follower.head:
            return self._answer_in_turn(seat, proposal)
        entry = self._follower.tail.find(proposal.delta_id)
        if entry is None:
            ack = Ack(self._project, proposal.delta_id, seq, 0.0, duplicate=True)
        else:
            at, drops = entry.committed_at, list(entry.drops)
            ops, total = entry.acked_ops, entry.dropped_total
            ack = Ack(
                self._project,
                proposal.delta_id,
                seq,
                at,
                drops,
                ops,
                duplicate=True,
                dropped_total=UNSET if total is None else total,
            )
        return self._ack_to(seat, ack)

    def _answer_in_turn(self, seat: Seat, proposal: Proposal) -> Effects:
        """A seq that the room has not come to is acknowledged when it has (rule D2)."""
        ops = decode_ops(proposal.payload)
        open_proposal = self._open_proposals.register(proposal)
        self._open_proposals.ask(open_proposal, Asker(QueuedRequest(proposal, ops), seat))
        self._open_proposals.send(open_proposal, proposal, ops)
        return [CatchUp(self._follower.head)]

    def _ack_to(self, seat: Seat, ack: Ack) -> Effects:
        """What one member hears; who does not have what is before it yet hears it after that."""
        if not seat.answer_to:
            return []
        undo, redo = self._stacks.depths(seat.member)
        own_ack = structs.replace(ack, undo=undo, redo=redo)
        if seat.is_given_up:
            return [send(own_ack, seat.answer_to)]  # it was put out: nothing more comes before it
        if not seat.is_live:
            seat.held_acks.append(own_ack)
            return []
        if seat.feed is not None and seat.feed.comes_before(ack.seq):
            seat.feed.hold(own_ack)
            return []
        return [send(own_ack, [seat.connection])]


def _dropped(drop: Drop) -> Dropped:
    return Dropped(drop.op, drop.reason)


def _described(drop: Drop, op: Op) -> Dropped:
    """Of ops that the author never saw: what they were about."""
    props: dict[str, Any] = op.props if isinstance(op, Set) else {}
    names = [f"params/{leaf}" for leaf in props["params"]] if "params" in props else sorted(props)
    return Dropped(drop.op, drop.reason, op.col, op.id, names)
