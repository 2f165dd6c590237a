"""A project live on a node: events in, effects out. The shell has the clock and the sockets."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from rooms.document.document import Document
from rooms.edits import answers
from rooms.edits.edits import Edits
from rooms.effects import (
    Announce,
    Effects,
    Enter,
    ForwardTick,
    Job,
    Packet,
    Send,
    SendState,
    SendTick,
    send,
)
from rooms.journal.feed import NO_PARTS, Feed
from rooms.journal.unanswered import Unanswered
from rooms.presence.gathering import AT_ONCE_SIZE, least_gap, load_gap
from rooms.presence.gestures import Gestures
from rooms.presence.members import Members
from rooms.presence.seat import JoinRequest, Seat
from rooms.presence.ticks import Mover, Ticks
from rooms.roles import EDITS
from rooms.rules.door_rules import problem_with_shown
from schema.errors import ErrorCode
from schema.messages import (
    Degraded,
    Digest,
    Error,
    Gesture,
    Joined,
    Left,
    Position,
    Tick,
)
from schema.server_limits import STALE_STATE_BYTES

BUS_IS_DOWN = "other servers cannot be heard at once; their edits come some seconds late"

DIGEST_SECONDS = 2.0
"""Between two ticks that carry the digest, while the state changes."""


class EncodedState(Struct, frozen=True):
    """The state at a seq, as frames of `state` messages in one codec, which all joiners share."""

    digest: Digest
    parts: Sequence[bytes]

    @property
    def size(self) -> int:
        """Bytes of its frames."""
        return sum(map(len, self.parts))


class Room:
    """Everyone in it hears every seq once, in order; nobody hears of what is not committed."""

    __slots__ = (
        "_digest_sent",
        "edits",
        "encoded_states",
        "epoch",
        "follower",
        "gestures",
        "is_bus_down",
        "is_degraded",
        "is_encoding",
        "members",
        "project",
        "ticks",
        "unsure_up_to",
    )

    def __init__(
        self, project: str, document: Document, position: Position, node: str = ""
    ) -> None:
        self.project = project
        self.epoch = position.epoch
        self.ticks = Ticks()
        self.gestures = Gestures()
        self.members = Members(project, node, self.ticks, self.gestures, self._on_given_up)
        seats = self.members.seats
        self.edits = Edits(project, document, position, seats, self.gestures, self._leave_if_done)
        self.follower = self.edits.follower  # what all who join and tick look at
        self.is_degraded = False
        self.is_bus_down = False
        self.is_encoding = False
        self.encoded_states: dict[str, EncodedState] = {}  # by the name of the codec
        self.unsure_up_to = -1  # up to this seq a copy may be one that we gave wrongly
        self._digest_sent = (position.seq, float("-inf"))

    @property
    def document(self) -> Document:
        """What the deltas up to the head have made of the project."""
        return self.follower.document

    @property
    def head(self) -> int:
        """The newest seq."""
        return self.follower.head

    @property
    def seats(self) -> dict[str, Seat]:
        """Those of this node, by connection."""
        return self.members.seats

    # Coming and going.

    def join(self, request: JoinRequest, unanswered: Unanswered | None = None) -> Effects:
        """Someone who may comes in (rules J1-J7).

        `unanswered`: what the journal says of the request's, read on up to the head.
        """
        position = None if request.diverged is not None else request.position
        if self.is_behind(position):
            return [self._refuse_position(request)]
        if (reached := self.members.reached_by(request)) is not None:
            return [self._error(request, ErrorCode.LIMIT_REACHED, reached)]
        seat, effects = self.members.take_seat(request)
        seat.unanswered = unanswered
        if position is not None and self._holds(position) and not self.is_another_copy(request):
            return [*effects, *self._enter(seat, position)]
        return [*effects, *self._wait_for_state(seat)]

    def is_behind(self, position: Position | None) -> bool:
        """Whether a member knows of entries that we do not (rule J5)."""
        return position is not None and position.epoch == self.epoch and position.seq > self.head

    def is_another_copy(self, request: JoinRequest) -> bool:
        """Whether what a client holds at its position is not what the journal has there (J9)."""
        position, digest = request.position, request.digest
        if position is None or position.epoch != self.epoch:
            return False
        if digest is None:
            return position.seq <= self.unsure_up_to
        return self.follower.tail.digest_at(position.seq) not in ("", digest)

    def state_is_ready(
        self, seq: int, digest: str, frames: Mapping[str, Sequence[bytes]]
    ) -> Effects:
        """The shell has encoded the state at `seq`: all who waited come in with it.

        `frames`: the name of a codec -> the frames of all `state` messages.
        """
        self.is_encoding = False
        fresh = self.follower.tail.holds_after(seq)
        there = Digest(seq, digest)
        states = {codec: EncodedState(there, parts) for codec, parts in frames.items()}
        self.encoded_states = states if fresh else {}
        waiting = [seat for seat in self.seats.values() if not seat.is_live]
        ready = [seat for seat in waiting if seat.request.codec in self.encoded_states]
        effects = [effect for seat in ready for effect in self._enter_or_not(seat)]
        if len(ready) < len(waiting):
            self.is_encoding = True
            effects.append(SendState())
        return effects

    def state_is_missing(self) -> Effects:
        """The shell could not encode the state: whoever waited is told, and may join again."""
        self.is_encoding = False
        waiting = [seat for seat in self.seats.values() if not seat.is_live]
        return [effect for seat in waiting for effect in self._send_away(seat)]

    def _enter_or_not(self, seat: Seat) -> Effects:
        """With the encoded state, if it is known what is in it of the member's own (J15)."""
        own = seat.unanswered
        if own is None or own.read_on(self.follower.tail, self.head):
            return self._enter(seat, None)
        return self._send_away(seat)

    def _send_away(self, seat: Seat) -> Effects:
        text, request = "the state cannot be had just now; join again", seat.request
        error = answers.try_again(self.project, request.request, ErrorCode.UNAVAILABLE, text)
        return [
            send(error, [request.connection]),
            *self.members.leave(seat.connection, is_answered=True),
        ]

    def feed_from(self, connection: str, seq: int) -> Feed | None:
        """A member reads slower than others write: it gets what follows `seq` at its own pace.

        None: it has gone, or the tail is past that.
        """
        seat = self.seats.get(connection)
        if seat is None or not self.follower.tail.holds_after(seq):
            return None
        feed = Feed(self.project, self.follower.tail, seq, ticked_at=self.ticks.told_at)
        self.members.feed(seat, feed)
        return feed

    def has_caught_up(self, connection: str, feed: Feed) -> bool:
        """A member has got all that its feed had, and hears with the others from now on.

        Whether it has missed a tick meanwhile.
        """
        seat = self.seats.get(connection)
        if seat is None or seat.feed is not feed:
            return False
        self.members.feed(seat, None)
        return feed.ticked_at != self.ticks.told_at

    def leave(self, connection: str) -> Effects:
        """A member closed its connection: what came before is done, and not answered (D23)."""
        seat = self.seats.get(connection)
        if seat is not None:
            seat.is_carried_out = True
        return self.members.leave(connection)

    def ask_to_leave(self, connection: str, request: str) -> Job:
        """A member goes once all that it sent before is answered (rule D22)."""
        seat = self.seats.get(connection)
        if seat is None or seat.leaving is not None:
            return iter([[send(Left(self.project, request), [connection])]])
        seat.leaving = request
        return self.edits.drained(seat)

    # Presence.

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

    def end_gestures(self) -> None:
        """The project is archived: nobody edits any more."""
        for seat in self.seats.values():
            self.gestures.end_all(seat.member)

    def gathers(self, gathered: float) -> bool:
        """Whether the room waits because of the load of the node, and not for its size alone."""
        members = self.members.size
        is_urgent = self.gestures.bytes > 0
        return load_gap(members, gathered, is_urgent=is_urgent) > least_gap(members)

    def tick_due(self, gathered: float = 0.0) -> float | None:
        """When to call `tick`, in the shell's seconds; None: nobody moved.

        `gathered`: how long the fullest rooms of the node gather just now.
        """
        if not self.ticks.moved:
            remote = self.members.remote
            if not (self.gestures.changed or remote.waiting or remote.is_overrun):
                return None
        members = self.members.size
        if not gathered and members <= AT_ONCE_SIZE:
            return self.ticks.last  # nine of ten
        return self.ticks.due(members, gathered, is_urgent=self.gestures.bytes > 0)

    def tick(self, now: float) -> Effects:
        """Tell everyone who moved, in one packet; with it go the ticks of other nodes."""
        gestures = self.gestures.flush() if self.gestures.changed else {}
        remote = self.members.remote
        packets = self._flush_remote() if remote.waiting or remote.is_overrun else ()
        movers = self.ticks.moved
        moved = self.ticks.flush(now, also=bool(gestures or packets))
        to, but = self.members.live(), ""
        effects: Effects = []
        if moved or gestures:
            digest = self._digest_due(now) if self._digest_sent[0] != self.follower.head else None
            tick = Tick(self.project, moved, gestures, digest=digest)
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
        self.ticks.told_at = now
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
            self.project,
            {member.member: member.presence for member in members},
            {member.member: {**member.gestures} for member in members if member.gestures},
            whole=True,
        )

    def set_degraded(self, is_degraded: bool, reason: str = "") -> Effects:
        """Whether the journal can be written just now (rule D7)."""
        if self.is_degraded == is_degraded:
            return []
        self.is_degraded = is_degraded
        return [send(Degraded(self.project, is_degraded, reason), self.members.joined())]

    def set_bus_down(self, is_bus_down: bool) -> Effects:
        """Whether what other nodes do comes late just now (rule D11)."""
        if self.is_bus_down == is_bus_down:
            return []
        self.is_bus_down = is_bus_down
        reason = BUS_IS_DOWN if is_bus_down else ""
        return [send(Degraded(self.project, is_bus_down, reason, "bus"), self.members.joined())]

    # Other nodes.

    def on_remote_tick(self, node: str, number: int, packet: Packet) -> Effects:
        """The members of another node have moved; ours hear of it by `pass_on` or `tick`."""
        remote = self.members.remote
        if not remote.is_newest(node, number) or remote.tick(node, packet):
            return []
        return [Announce(asks=True)]

    # Inside.

    def _on_given_up(self, seat: Seat) -> None:
        self.edits.given_up(seat)

    def _leave_if_done(self, seat: Seat) -> Effects:
        """Whoever asked to leave goes, if nothing of it is without an answer."""
        if seat.is_given_up or seat.in_flight or seat.has_queued:
            return []
        return self.members.leave(seat.connection)

    def _enter(self, seat: Seat, resumed_at: Position | None) -> Effects:
        encoded = self.encoded_states.get(seat.request.codec) if resumed_at is None else None
        start, parts = resumed_at.seq if resumed_at is not None else self.head, NO_PARTS
        if encoded is not None:
            start, parts = encoded.digest.seq, encoded.parts
        tail = self.follower.tail
        is_there = not parts and tail.is_newest(start)
        feed = None if is_there else Feed(self.project, tail, start, parts, self.ticks.told_at)
        self.members.enter(seat, feed)
        undo, redo = self.follower.stacks.depths(seat.member)
        own = seat.unanswered
        joined = Joined(
            id=seat.request.request,
            project=self.project,
            you=seat.member,
            role=seat.role,
            members=self.members.everyone(),
            position=Position(self.epoch, start),
            resumed=resumed_at is not None,
            parts=len(parts),
            degraded=self.is_degraded,
            undo=undo,
            redo=redo,
            digest=None if encoded is None else encoded.digest,
            head=self._head_for(seat.request),
            committed={} if own is None else own.in_state(start),
        )
        seat.unanswered = None  # whatever comes now is told as it comes
        effects: Effects = [Enter(seat.connection, joined)]
        held_acks, seat.held_acks = seat.held_acks, []
        for ack in held_acks:
            if feed is not None and feed.comes_before(ack.seq):
                feed.hold(ack)
            else:
                effects.append(send(ack, [seat.connection]))
        if not self.is_bus_down:
            return effects
        return [*effects, send(Degraded(self.project, True, BUS_IS_DOWN, "bus"), [seat.connection])]

    def _head_for(self, request: JoinRequest) -> int:
        """What another node has committed is on its way here (rule J13)."""
        known = request.known_head
        return (
            self.head if known is None or known.epoch != self.epoch else max(self.head, known.seq)
        )

    def _wait_for_state(self, seat: Seat) -> Effects:
        encoded = self.encoded_states.get(seat.request.codec)
        if encoded is not None and self._is_fresh(encoded):
            return self._enter(seat, None)
        if self.is_encoding:
            return []
        self.is_encoding = True
        return [SendState()]

    def _is_fresh(self, encoded: EncodedState) -> bool:
        """Whether this and what follows it is cheaper than to encode the state anew."""
        tail, seq = self.follower.tail, encoded.digest.seq
        after = tail.bytes_after(seq)
        return tail.holds_after(seq) and after <= max(STALE_STATE_BYTES, encoded.size)

    def _holds(self, position: Position) -> bool:
        return position.epoch == self.epoch and self.follower.tail.holds_after(position.seq)

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
        elsewhere = self.members.remote.gestures.bytes
        text = self.gestures.problem_with(seat.member, message.id, values, elsewhere)
        if text:
            return answers.refused(self.project, message.id, ErrorCode.LIMIT_REACHED, text)
        problem = problem_with_shown(message.id, values)
        if problem is None:
            return None
        text, field = problem
        error = answers.refused(self.project, message.id, ErrorCode.OP_INVALID, text)
        return error if field is None else structs.replace(error, details={"field": field})

    def _digest_due(self, now: float) -> Digest | None:
        if now - self._digest_sent[1] < DIGEST_SECONDS:
            return None
        self._digest_sent = (self.head, now)
        return Digest(self.head, self.follower.digest)
