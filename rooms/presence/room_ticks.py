"""What the ticks of a room say and when they are due; gestures, which go with them."""

from collections.abc import Mapping, Sequence

from msgspec import structs

from rooms.effects import Effects, ForwardTick, Packet, SendTick, send
from rooms.journal.follower import JournalFollower
from rooms.presence.gathering import AT_ONCE_SIZE, least_gap, load_gap
from rooms.presence.gestures import Gestures
from rooms.presence.members import Members
from rooms.presence.permits import TRANSPORT
from rooms.presence.seat import Seat
from rooms.presence.ticks import Mover, Ticks
from rooms.rules.door_rules import problem_with_shown
from schema.errors import ErrorCode
from schema.messages import Digest, Error, Gesture, Tick

DIGEST_SECONDS = 2.0
"""Between two ticks that carry the digest, while the state changes."""


class RoomTicks:
    """Those of one room. Times are the caller's seconds, given."""

    __slots__ = (
        "_digest_sent",
        "_follower",
        "_project",
        "gestures",
        "members",
        "ticks",
    )

    def __init__(
        self,
        project: str,
        follower: JournalFollower,
        members: Members,
        ticks: Ticks,
        gestures: Gestures,
    ) -> None:
        self.members = members
        self.ticks = ticks
        self.gestures = gestures
        self._project = project
        self._follower = follower
        self._digest_sent = (follower.head, float("-inf"))
        """The seq of the digest that went with a tick last, and when that was."""

    def gesture(self, connection: str, message: Gesture) -> Effects:
        """A continuous edit goes on; others hear of it with the next tick (rules G1-G3)."""
        seat = self.members.seats.get(connection)
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

    def end_gestures(self) -> None:
        """The project is archived: nobody edits any more."""
        for seat in self.members.seats.values():
            self.gestures.end_all(seat.member)

    def gathers(self, full_room_gap: float) -> bool:
        """Whether the room waits because of the load of the node, and not for its size alone."""
        members = self.members.size
        is_urgent = self.gestures.bytes > 0
        return load_gap(members, full_room_gap, is_urgent=is_urgent) > least_gap(members)

    def tick_due(self, full_room_gap: float = 0.0) -> float | None:
        """When to call `tick`, in the caller's seconds; None: nobody moved.

        `full_room_gap`: how long the fullest rooms of the node gather just now.
        """
        if not self.ticks.moved:
            remote = self.members.remote
            if not (self.gestures.changed or remote.waiting or remote.is_overrun):
                return None
        members = self.members.size
        if not full_room_gap and members <= AT_ONCE_SIZE:
            return self.ticks.last_tick_at  # nine of ten
        return self.ticks.due(members, full_room_gap, is_urgent=self.gestures.bytes > 0)

    def tick(self, now: float) -> Effects:
        """Tell everyone who moved, in one packet; with it go the ticks of other nodes."""
        self.ticks.is_awaited = False  # also if this one fails: the next move asks anew
        gestures = self.gestures.flush() if self.gestures.changed else {}
        remote = self.members.remote
        packets = self._flush_remote() if remote.waiting or remote.is_overrun else ()
        movers = self.ticks.moved
        moved = self.ticks.flush(now, also=bool(gestures or packets))
        to, but = self.members.live(), ""
        effects: Effects = []
        if moved or gestures:
            digest = self._digest_due(now) if self._digest_sent[0] != self._follower.head else None
            tick = Tick(self._project, moved, gestures, digest=digest)
            own = Packet(tick)
            if remote.is_shared:
                effects.append(ForwardTick(own))
            if not packets and digest is None:
                but = self._only_one(movers, gestures)
            packets = (own, *packets) if packets else (own,)
        if to and packets:
            effects.append(SendTick(to, packets, but))
        return effects

    def pass_on(self, now: float) -> Effects:
        """Tell what moved on other nodes, by itself: it has waited there (rule P3)."""
        remote = self.members.remote
        if not (remote.waiting or remote.is_overrun):
            return []
        self.ticks.last_sent_at = now
        packets, to = self._flush_remote(), self.members.live()
        return [SendTick(to, packets)] if to and packets else []

    def _flush_remote(self) -> tuple[Packet, ...]:
        """The ticks of other nodes that wait for ours."""
        remote = self.members.remote
        is_overrun, packets = remote.is_overrun, remote.flush()
        return (Packet(self.everyone()),) if is_overrun else tuple(packets)

    def _only_one(self, movers: Sequence[Mover], gestures: Mapping[str, object]) -> str:
        """The connection of the only one whom a tick names; empty: there are several."""
        if not gestures:
            return movers[0].connection if len(movers) == 1 else ""
        if gestures.keys() | {who.member for who in movers} != gestures.keys() or len(gestures) > 1:
            return ""
        [member] = gestures
        seat = self.members.seat_of(member)
        return "" if seat is None else seat.connection

    def everyone(self) -> Tick:
        """The latest of all members, for who missed ticks (rule P4)."""
        members = self.members.everyone()
        return Tick(
            self._project,
            {member.member: member.presence for member in members},
            {member.member: {**member.gestures} for member in members if member.gestures},
            whole=True,
        )

    def _problem_with_gesture(self, seat: Seat, message: Gesture) -> Error | None:
        values = message.values or {}
        refusal = seat.may.gesture or (seat.may.transport if TRANSPORT in values else None)
        if refusal is not None:
            return _refused(self._project, message.id, ErrorCode.FORBIDDEN, refusal)
        if seat.reach is not None:
            foreign = seat.reach.problem_with_shown(self._follower.document, values)
            if foreign:
                return _refused(self._project, message.id, ErrorCode.FORBIDDEN, foreign)
        elsewhere = self.members.remote.gestures.bytes
        text = self.gestures.problem_with(seat.member, message.id, values, elsewhere)
        if text:
            return _refused(self._project, message.id, ErrorCode.LIMIT_REACHED, text)
        problem = problem_with_shown(message.id, values)
        if problem is None:
            return None
        text, field = problem
        error = _refused(self._project, message.id, ErrorCode.OP_INVALID, text)
        return error if field is None else structs.replace(error, details={"field": field})

    def _digest_due(self, now: float) -> Digest | None:
        if now - self._digest_sent[1] < DIGEST_SECONDS:
            return None
        self._digest_sent = (self._follower.head, now)
        return Digest(self._follower.head, self._follower.digest)


def _refused(project: str, gesture: str, code: ErrorCode, text: str) -> Error:
    return Error(gesture, code, text, project)
