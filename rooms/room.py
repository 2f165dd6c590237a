"""A project live on a node: events in, effects out. The shell has the clock and the sockets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from rooms.document import Applied, Document, Drop, problem_with_op
from rooms.effects import (
    CatchUp,
    Commit,
    Disconnect,
    Effects,
    Enter,
    LookUp,
    Packet,
    Send,
    SendState,
    SendTick,
    send,
)
from rooms.journal_entry import Entry, Outcome, Proposal, payload_hash
from rooms.presence import Ticks, merge
from rooms.roles import COLORS, EDITS
from rooms.seat import JoinRequest, Seat, member_id
from rooms.tail import Kept, Tail
from schema.close_codes import REPLACED
from schema.errors import DropReason, ErrorCode
from schema.limits import MAX_DELTAS_IN_FLIGHT, MAX_MEMBERS_PER_ROOM
from schema.messages import (
    Ack,
    Degraded,
    DeltaCommitted,
    Dropped,
    Error,
    Joined,
    Left,
    MemberJoined,
    MemberLeft,
    Position,
    Presence,
    ProposeDelta,
    RoleChanged,
    Tick,
)
from schema.ops import decode_ops, encode_ops

MAX_WAITING_BYTES = 16 * 1_048_576
"""Bytes of deltas that wait for their commit; past it they are refused as unavailable."""

STALE_PICTURE_BYTES = 131_072
"""A picture of the state serves joiners until the deltas after it weigh so much."""

REFUSALS = {
    DropReason.EXISTS: ErrorCode.OP_EXISTS,
    DropReason.CYCLE: ErrorCode.OP_CYCLE,
    DropReason.INVALID: ErrorCode.OP_INVALID,
    DropReason.LIMIT: ErrorCode.LIMIT_REACHED,
}
"""Dropped for these reasons at the head means refused (rule D4); for the rest, overtaken."""

OUTCOMES = {
    Outcome.ID_REUSED: (
        ErrorCode.ID_REUSED,
        "this delta id was used with other ops; make a new id",
    ),
    Outcome.FORBIDDEN: (ErrorCode.FORBIDDEN, "your role in this project does not allow edits"),
    Outcome.SESSION_REVOKED: (ErrorCode.AUTH_FAILED, "this login was ended; log in again"),
    Outcome.ARCHIVED: (ErrorCode.ARCHIVED, "the project is archived; bring it back to edit it"),
    Outcome.NOT_FOUND: (ErrorCode.NOT_FOUND, "there is no such project"),
    Outcome.INVALID: (ErrorCode.OP_INVALID, "the database cannot store this delta"),
}


@dataclass(slots=True)
class Waiting:
    """A delta on its way to the journal, and the connection to answer."""

    connection: str
    proposal: Proposal
    touched: frozenset[str] = field(default_factory=frozenset)


class Room:
    """Everyone in it hears every seq once, in order; nobody hears of what is not committed."""

    def __init__(self, project: str, document: Document, position: Position) -> None:
        self.project = project
        self.document = document
        self.epoch = position.epoch
        self.head = position.seq
        self.seats: dict[str, Seat] = {}
        self.tail = Tail(position.seq)
        self.ticks = Ticks()
        self.waiting: dict[str, Waiting] = {}
        self.waiting_bytes = 0
        self.is_degraded = False
        self.is_drawing = False
        self.picture_seq: int | None = None
        self._arrivals = 0

    # Coming and going.

    def join(self, request: JoinRequest) -> Effects:
        """Someone who may comes in (rules J1-J7)."""
        position = request.position
        if position is not None and position.epoch == self.epoch and position.seq > self.head:
            return [self._refuse_position(request)]
        member = member_id(request.user, request.device)
        before = self._seat_of(member)
        if before is None and len(self.seats) >= MAX_MEMBERS_PER_ROOM:
            text = "the room is full; try again when someone has left"
            return [self._error(request, ErrorCode.LIMIT_REACHED, text)]
        effects = self._take_seat(request, member, before)
        seat = self.seats[request.connection]
        if position is not None and self._holds(position):
            return [*effects, *self._enter(seat, position)]
        return [*effects, *self._wait_for_state(seat)]

    def state_is_ready(self, seq: int) -> Effects:
        """The shell has a picture of the state at `seq`: all who waited come in with it."""
        self.is_drawing = False
        self.picture_seq = seq if self.tail.holds_after(seq) else None
        waiting = [seat for seat in self.seats.values() if not seat.is_live]
        if not waiting:
            return []
        if self.picture_seq is None:
            self.is_drawing = True
            return [SendState()]
        return [effect for seat in waiting for effect in self._enter(seat, None)]

    def leave(self, connection: str, request: str | None = None) -> Effects:
        """A member goes, as asked (`request`) or because its connection ended."""
        seat = self.seats.pop(connection, None)
        effects: Effects = []
        if request is not None:
            effects.append(send(Left(self.project, request), [connection]))
        if seat is not None:
            self.ticks.forget(seat.member)
            effects.append(send(MemberLeft(self.project, seat.member), self._live()))
        return effects

    def role_changed(self, user: str, role: str | None) -> Effects:
        """A user's role is another one, or none any more (rule R3)."""
        theirs = [seat for seat in self.seats.values() if seat.request.user == user]
        everyone = [*self._live(), *(s.connection for s in theirs if not s.is_live)]
        effects: Effects = [send(RoleChanged(self.project, user, role), everyone)]
        for seat in theirs:
            if role is not None:
                seat.role = role
                continue
            left = Left(self.project, reason="access_revoked")
            effects.append(send(left, [seat.connection]))
            effects.extend(self.leave(seat.connection))
        return effects

    # Presence.

    def move(self, connection: str, change: Presence) -> None:
        """A member moved; others hear of it with the next tick (rules P1, P2)."""
        seat = self.seats.get(connection)
        if seat is not None:
            seat.presence = merge(seat.presence, change)
            self.ticks.move(seat.member, change)

    def tick_due(self) -> float | None:
        """When to call `tick`, in the shell's seconds; None: nobody moved."""
        return self.ticks.due(len(self.seats))

    def tick(self, now: float) -> Effects:
        """Tell everyone who moved, in one packet."""
        moved = self.ticks.flush(now)
        live = self._live()
        if not moved or len(live) < 2:
            return []
        return [SendTick(tuple(live), Packet(Tick(self.project, moved)))]

    def everyone(self) -> Tick:
        """The latest of all members, for who missed ticks (rule P4)."""
        return Tick(self.project, {s.member: s.presence for s in self.seats.values()})

    # Deltas.

    def propose(self, connection: str, delta: ProposeDelta) -> Effects:
        """A member proposes ops: refused (rule D4), known (D3), or off to the journal."""
        seat = self.seats[connection]
        who = seat.request
        proposal = Proposal(
            project=self.project,
            delta_id=delta.id,
            author=who.user,
            auth_session=who.auth_session,
            member=seat.member,
            ops=encode_ops(delta.ops),
            atomic=delta.atomic,
        )
        known = self._known(seat, proposal)
        if known is not None:
            return known
        refusal = self._refusal(seat, delta, len(proposal.ops))
        if refusal is not None:
            return [send(refusal, [connection])]
        touched = frozenset(op.id for op in delta.ops)
        broken = self._broken_at_head(delta)
        if broken is not None and not self._is_in_flight(delta.ops[broken.op].id):
            return [LookUp(connection, proposal, self._error_of(delta.id, broken))]
        self.waiting[delta.id] = Waiting(connection, proposal, touched)
        self.waiting_bytes += len(proposal.ops)
        seat.in_flight += 1
        return [Commit(proposal)]

    def looked_up(self, look_up: LookUp, found: tuple[Outcome, int] | None) -> Effects:
        """Whether the refused delta was one that had been committed long before."""
        if look_up.proposal.delta_id in self.waiting:
            return []  # it was sent once more meanwhile and became possible: that is the answer
        if found is None:
            return [send(look_up.refusal, [look_up.to])]
        outcome, seq = found
        return self._answer(look_up.to, look_up.proposal, outcome, seq)

    def look_up_failed(self, look_up: LookUp) -> Effects:
        """Nobody can say just now whether it was committed: the same id is to be sent again."""
        text = "the database does not answer; send this delta again with the same id"
        delta_id = look_up.proposal.delta_id
        return [send(self._try_again(delta_id, ErrorCode.UNAVAILABLE, text), [look_up.to])]

    def committed(self, entries: Iterable[Entry]) -> Effects:
        """What the journal holds past the head, from this node's commits or any other's."""
        effects: Effects = []
        for entry in entries:
            if entry.seq <= self.head:
                continue
            if entry.seq > self.head + 1:
                return [*effects, CatchUp(self.head)]
            effects.extend(self._apply(entry))
        return effects

    def answered(self, proposal: Proposal, outcome: Outcome, seq: int | None) -> Effects:
        """What became of a proposal; what was committed has been answered by its entry."""
        if outcome is Outcome.COMMITTED:
            return []
        waiting = self._settle(proposal.delta_id)
        return [] if waiting is None else self._answer(waiting.connection, proposal, outcome, seq)

    def degraded(self, is_degraded: bool, reason: str = "") -> Effects:
        """Whether the journal can be written just now (rule D7)."""
        if self.is_degraded == is_degraded:
            return []
        self.is_degraded = is_degraded
        return [send(Degraded(self.project, is_degraded, reason), self._live())]

    # Inside.

    def _take_seat(self, request: JoinRequest, member: str, before: Seat | None) -> Effects:
        effects: Effects = []
        color = before.color if before else COLORS[self._arrivals % len(COLORS)]
        seat = Seat(request, member, request.role, color)
        if before is not None:
            seat.presence = before.presence
            del self.seats[before.connection]
            if before.connection != request.connection:
                effects.append(Disconnect(before.connection, REPLACED))
        else:
            self._arrivals += 1
            news = MemberJoined(self.project, seat.as_member())
            effects.append(send(news, self._live()))
        self.seats[request.connection] = seat
        return effects

    def _enter(self, seat: Seat, resumed_at: Position | None) -> Effects:
        start = resumed_at.seq if resumed_at is not None else self.picture_seq
        assert start is not None
        seat.is_live = True
        joined = Joined(
            id=seat.request.request,
            project=self.project,
            you=seat.member,
            role=seat.role,
            members=[other.as_member() for other in self.seats.values()],
            position=Position(self.epoch, start),
            resumed=resumed_at is not None,
            parts=0,
            degraded=self.is_degraded,
        )
        return [Enter(seat.connection, joined, self.tail.after(start))]

    def _wait_for_state(self, seat: Seat) -> Effects:
        picture = self.picture_seq
        if (
            picture is not None
            and self.tail.holds_after(picture)
            and self.tail.bytes_after(picture) <= STALE_PICTURE_BYTES
        ):
            return self._enter(seat, None)
        if self.is_drawing:
            return []
        self.is_drawing = True
        return [SendState()]

    def _holds(self, position: Position) -> bool:
        return position.epoch == self.epoch and self.tail.holds_after(position.seq)

    def _refuse_position(self, request: JoinRequest) -> Send:
        text = f"your position is ahead of seq {self.head}; join without a position"
        return self._error(request, ErrorCode.POSITION_AHEAD, text)

    def _error(self, request: JoinRequest, code: ErrorCode, text: str) -> Send:
        return send(Error(request.request, code, text, self.project), [request.connection])

    def _known(self, seat: Seat, proposal: Proposal) -> Effects | None:
        """The answer to a delta that is in the tail or on its way, if it is (rule D3)."""
        kept = self.tail.find(proposal.delta_id)
        if kept is not None:
            same = kept.payload_hash == payload_hash(proposal)
            outcome = Outcome.DUPLICATE if same else Outcome.ID_REUSED
            return self._answer(seat.connection, proposal, outcome, kept.seq)
        waiting = self.waiting.get(proposal.delta_id)
        if waiting is None:
            return None
        if payload_hash(waiting.proposal) != payload_hash(proposal):
            return self._answer(seat.connection, proposal, Outcome.ID_REUSED, None)
        waiting.connection = seat.connection
        return []

    def _refusal(self, seat: Seat, delta: ProposeDelta, size: int) -> Error | None:
        if seat.role not in EDITS:
            text = f"a {seat.role} cannot edit; ask an owner for the role of an editor"
            return Error(delta.id, ErrorCode.FORBIDDEN, text, self.project)
        if seat.in_flight >= MAX_DELTAS_IN_FLIGHT:
            text = "too many deltas wait for an answer; send this one again after the next ack"
            return self._try_again(delta.id, ErrorCode.RATE_LIMITED, text)
        if self.waiting_bytes + size > MAX_WAITING_BYTES:
            text = "the database cannot keep up; send this delta again with the same id"
            return self._try_again(delta.id, ErrorCode.UNAVAILABLE, text)
        for index, op in enumerate(delta.ops):
            problem = problem_with_op(op)
            if problem:
                drop = Drop(index, DropReason.INVALID, problem)
                return self._error_of(delta.id, drop)
        return None

    def _try_again(self, delta_id: str, code: ErrorCode, text: str) -> Error:
        return Error(delta_id, code, text, self.project, {"retry_after_ms": 250})

    def _broken_at_head(self, delta: ProposeDelta) -> Drop | None:
        drops = self.document.rehearse(delta.ops)
        return next((drop for drop in drops if drop.reason in REFUSALS), None)

    def _is_in_flight(self, entity: str) -> bool:
        return any(entity in waiting.touched for waiting in self.waiting.values())

    def _error_of(self, delta_id: str, drop: Drop) -> Error:
        text = f"op {drop.op}: {drop.detail or drop.reason}"
        return Error(delta_id, REFUSALS[drop.reason], text, self.project, {"op": drop.op})

    def _settle(self, delta_id: str) -> Waiting | None:
        waiting = self.waiting.pop(delta_id, None)
        if waiting is not None:
            self.waiting_bytes -= len(waiting.proposal.ops)
            seat = self.seats.get(waiting.connection)
            if seat is not None:
                seat.in_flight = max(0, seat.in_flight - 1)
        return waiting

    def _answer(
        self, connection: str, proposal: Proposal, outcome: Outcome, seq: int | None
    ) -> Effects:
        if outcome is Outcome.DUPLICATE and seq is not None:
            kept = self.tail.find(proposal.delta_id)
            drops = _dropped(kept.drops) if kept else []
            at = kept.at if kept else 0.0
            ack = Ack(self.project, proposal.delta_id, seq, at, drops, duplicate=True)
            return [send(ack, [connection])]
        code, text = OUTCOMES[outcome]
        return [send(Error(proposal.delta_id, code, text, self.project), [connection])]

    def _apply(self, entry: Entry) -> Effects:
        applied = self._apply_ops(entry)
        self.head = entry.seq
        news = DeltaCommitted(
            project=self.project,
            seq=entry.seq,
            id=entry.delta_id,
            user=entry.author,
            member=entry.member,
            at=entry.committed_at,
            ops=applied.ops,
        )
        packet = Packet(news)
        size = len(entry.ops) + 256
        self.tail.append(
            Kept(
                entry.seq,
                entry.delta_id,
                payload_hash(entry),
                entry.committed_at,
                size,
                packet,
                tuple(applied.drops),
            )
        )
        waiting = self._settle(entry.delta_id)
        author = waiting.connection if waiting else None
        live = self._live()
        effects: Effects = []
        if author in live:
            live.remove(author)
            effects.append(send(_ack(self.project, entry, applied), [author]))
        effects.append(Send(tuple(live), packet))
        return effects

    def _apply_ops(self, entry: Entry) -> Applied:
        try:
            ops = decode_ops(entry.ops)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return Applied(as_sent=False)  # an entry nobody can read keeps its seq and does nothing
        return self.document.apply(ops, atomic=entry.atomic)

    def _seat_of(self, member: str) -> Seat | None:
        return next((seat for seat in self.seats.values() if seat.member == member), None)

    def _live(self) -> list[str]:
        return [seat.connection for seat in self.seats.values() if seat.is_live]


def _dropped(drops: Sequence[Drop]) -> list[Dropped]:
    return [Dropped(drop.op, drop.reason) for drop in drops]


def _ack(project: str, entry: Entry, applied: Applied) -> Ack:
    ops = None if applied.as_sent else applied.ops
    return Ack(project, entry.delta_id, entry.seq, entry.committed_at, _dropped(applied.drops), ops)
