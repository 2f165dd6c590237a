"""A project live on a node: events in, effects out. The shell has the clock and the sockets."""

from collections.abc import Iterable

from msgspec import structs

from rooms import answers
from rooms.document import Document
from rooms.edits import Edits
from rooms.effects import (
    Disconnect,
    Effects,
    Enter,
    Packet,
    Send,
    SendState,
    SendTick,
    send,
)
from rooms.entity_rules import problem_with_props
from rooms.gestures import Gestures
from rooms.presence import Ticks, merge
from rooms.roles import COLORS, EDITS
from rooms.seat import JoinRequest, Seat, member_id
from schema.close_codes import REPLACED
from schema.entities import ENTITY_TYPES
from schema.errors import ErrorCode
from schema.limits import MAX_GESTURES, MAX_MEMBERS_PER_ROOM, MAX_PREVIEWED
from schema.messages import (
    Degraded,
    Digest,
    Error,
    Gesture,
    Joined,
    Left,
    Member,
    MemberJoined,
    MemberLeft,
    Position,
    Presence,
    RoleChanged,
    Tick,
)

STALE_PICTURE_BYTES = 131_072
"""A picture of the state serves joiners until the deltas after it weigh so much."""

DIGEST_SECONDS = 2.0
"""Between two ticks that carry the digest, while the state changes."""


class Room:
    """Everyone in it hears every seq once, in order; nobody hears of what is not committed."""

    def __init__(self, project: str, document: Document, position: Position) -> None:
        self.project = project
        self.epoch = position.epoch
        self.seats: dict[str, Seat] = {}
        self.ticks = Ticks()
        self.gestures = Gestures()
        self.edits = Edits(project, document, position, self.seats, self.gestures)
        self.is_degraded = False
        self.is_drawing = False
        self.pictures: dict[str, Digest] = {}
        self._arrivals = 0
        self._digest_told = (position.seq, float("-inf"))

    @property
    def document(self) -> Document:
        """What the deltas up to the head have made of the project."""
        return self.edits.document

    @property
    def head(self) -> int:
        """The newest seq."""
        return self.edits.head

    # Coming and going.

    def join(self, request: JoinRequest) -> Effects:
        """Someone who may comes in (rules J1-J7)."""
        position = None if request.diverged is not None else request.position
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

    def state_is_ready(self, seq: int, digest: str, codecs: Iterable[str]) -> Effects:
        """The shell has pictures of the state at `seq`: all who waited for one come in with it."""
        self.is_drawing = False
        fresh = self.edits.tail.holds_after(seq)
        self.pictures = dict.fromkeys(codecs, Digest(seq, digest)) if fresh else {}
        waiting = [seat for seat in self.seats.values() if not seat.is_live]
        ready = [seat for seat in waiting if seat.request.codec in self.pictures]
        effects = [effect for seat in ready for effect in self._enter(seat, None)]
        if len(ready) < len(waiting):
            self.is_drawing = True
            effects.append(SendState())
        return effects

    def leave(self, connection: str, request: str | None = None) -> Effects:
        """A member goes, as asked (`request`) or because its connection ended."""
        seat = self.seats.pop(connection, None)
        effects: Effects = []
        if request is not None:
            effects.append(send(Left(self.project, request), [connection]))
        if seat is not None:
            self.ticks.forget(seat.member)
            self.gestures.forget(seat.member)
            self.edits.forget(seat)
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

    def gesture(self, connection: str, message: Gesture) -> Effects:
        """A continuous edit goes on; others hear of it with the next tick (rules G1-G3)."""
        seat = self.seats.get(connection)
        if seat is None:
            return []
        if message.values is None:
            self.gestures.end(seat.member, message.id)
            return []
        error = self._problem_with_gesture(seat, message)
        if error is not None:
            return [send(error, [connection])]
        self.gestures.show(seat.member, message.id, message.values)
        return []

    def tick_due(self) -> float | None:
        """When to call `tick`, in the shell's seconds; None: nobody moved."""
        return self.ticks.due(len(self.seats), also=bool(self.gestures.changed))

    def tick(self, now: float) -> Effects:
        """Tell everyone who moved, in one packet."""
        gestures = self.gestures.flush()
        moved = self.ticks.flush(now, also=bool(gestures))
        live = self._live()
        if not (moved or gestures) or len(live) < 2:
            return []
        tick = Tick(self.project, moved, gestures, digest=self._digest_due(now))
        return [SendTick(tuple(live), Packet(tick))]

    def everyone(self) -> Tick:
        """The latest of all members, for who missed ticks (rule P4)."""
        seats = self.seats.values()
        gestures = {s.member: dict(self.gestures.of(s.member)) for s in seats}
        return Tick(
            self.project,
            {s.member: s.presence for s in seats},
            {member: {**shown} for member, shown in gestures.items() if shown},
            whole=True,
        )

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
            self.gestures.end_all(member)
            self.edits.forget(before)
            del self.seats[before.connection]
            if before.connection != request.connection:
                effects.append(Disconnect(before.connection, REPLACED))
        else:
            self._arrivals += 1
            effects.append(send(MemberJoined(self.project, self._as_member(seat)), self._live()))
        self.seats[request.connection] = seat
        return effects

    def _enter(self, seat: Seat, resumed_at: Position | None) -> Effects:
        picture = self.pictures.get(seat.request.codec)
        if resumed_at is not None:
            start = resumed_at.seq
        else:
            assert picture is not None
            start = picture.seq
        seat.is_live = True
        undo, redo = self.edits.stacks.depths(seat.member)
        joined = Joined(
            id=seat.request.request,
            project=self.project,
            you=seat.member,
            role=seat.role,
            members=[self._as_member(other) for other in self.seats.values()],
            position=Position(self.epoch, start),
            resumed=resumed_at is not None,
            parts=0,
            degraded=self.is_degraded,
            undo=undo,
            redo=redo,
            digest=None if resumed_at is not None else picture,
        )
        return [Enter(seat.connection, joined, self.edits.tail.after(start))]

    def _wait_for_state(self, seat: Seat) -> Effects:
        picture, tail = self.pictures.get(seat.request.codec), self.edits.tail
        if (
            picture is not None
            and tail.holds_after(picture.seq)
            and tail.bytes_after(picture.seq) <= STALE_PICTURE_BYTES
        ):
            return self._enter(seat, None)
        if self.is_drawing:
            return []
        self.is_drawing = True
        return [SendState()]

    def _holds(self, position: Position) -> bool:
        return position.epoch == self.epoch and self.edits.tail.holds_after(position.seq)

    def _refuse_position(self, request: JoinRequest) -> Send:
        text = f"your position is ahead of seq {self.head}; join without a position"
        return self._error(request, ErrorCode.POSITION_AHEAD, text)

    def _error(self, request: JoinRequest, code: ErrorCode, text: str) -> Send:
        return send(Error(request.request, code, text, self.project), [request.connection])

    def _problem_with_gesture(self, seat: Seat, message: Gesture) -> Error | None:
        values = message.values or {}
        if seat.role not in EDITS:
            text = f"a {seat.role} cannot edit; ask an owner for the role of an editor"
            return answers.refused(self.project, message.id, ErrorCode.FORBIDDEN, text)
        if not self.gestures.has_room(seat.member, message.id, values):
            text = f"at most {MAX_GESTURES} gestures at once, of {MAX_PREVIEWED} entities each"
            return answers.refused(self.project, message.id, ErrorCode.LIMIT_REACHED, text)
        for entity_id, shown in values.items():
            problem = "there is no such collection"
            if shown.col in ENTITY_TYPES:
                problem = problem_with_props(shown.col, shown.props) or ""
            if problem:
                text = f"{shown.col}/{entity_id}: {problem}"
                return answers.refused(self.project, message.id, ErrorCode.OP_INVALID, text)
        return None

    def _digest_due(self, now: float) -> Digest | None:
        told, at = self._digest_told
        if told == self.head or now - at < DIGEST_SECONDS:
            return None
        self._digest_told = (self.head, now)
        return Digest(self.head, self.edits.digest)

    def _as_member(self, seat: Seat) -> Member:
        return structs.replace(seat.as_member(), gestures=self.gestures.of(seat.member))

    def _seat_of(self, member: str) -> Seat | None:
        return next((seat for seat in self.seats.values() if seat.member == member), None)

    def _live(self) -> list[str]:
        return [seat.connection for seat in self.seats.values() if seat.is_live]
