"""Coming into a room: at a position that the tail still holds, or with the whole state."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from rooms.edits import answers
from rooms.edits.edits import Edits
from rooms.effects import Admit, Effects, Send, SendState, send
from rooms.journal.feed import NO_PARTS, Feed
from rooms.journal.unanswered_deltas import Unanswered
from rooms.presence.members import Members
from rooms.presence.seat import LATER_JOIN, JoinRequest, Seat
from rooms.presence.ticks import Ticks
from rooms.room_status import RoomStatus
from schema.errors import ErrorCode
from schema.messages import Details, Digest, Error, Joined, Position
from schema.server_limits import STALE_STATE_BYTES


class EncodedState(Struct, frozen=True):
    """The state at a seq, as frames of `state` messages in one form, which all joiners share."""

    digest: Digest
    parts: Sequence[bytes]

    @property
    def size(self) -> int:
        """Bytes of its frames."""
        return sum(map(len, self.parts))


class Joining:
    """Of one room: who comes in, and the encoded states that serve those who need one."""

    def __init__(
        self, project: str, epoch: str, edits: Edits, members: Members, ticks: Ticks
    ) -> None:
        self.status = RoomStatus(project, members)
        self.is_encoding = False
        """`LiveRoom` was asked for the state, and has not answered yet."""
        self.encoded_states: dict[str, EncodedState] = {}
        """By the name of the form: what serves those who come in until it is stale."""
        self.unsure_up_to = -1
        """Up to this seq a copy of a client may be one that we gave wrongly."""
        self._project = project
        self._epoch = epoch
        self._edits = edits
        self._follower = edits.follower
        self._members = members
        self._ticks = ticks

    def join(self, request: JoinRequest, unanswered: Unanswered | None = None) -> Effects:
        """Someone who may comes in (rules J1-J7).

        `unanswered`: what the journal says of the request's, read on up to the head.
        """
        if refusal := self.refusal(request):
            return refusal
        position = _position_of(request)
        seat, effects = self._members.take_seat(request)
        seat.unanswered = unanswered
        if position is not None and self._holds(position) and not self.is_another_copy(request):
            return [*effects, *self._admit(seat, position)]
        return [*effects, *self._wait_for_state(seat)]

    def refusal(self, request: JoinRequest) -> Effects:
        """Why it is not let in, and everyone stays as they were; empty: it is."""
        if self.is_behind(_position_of(request)):
            return [self._refuse_position(request)]
        if (reached := self._members.reached_by(request)) is not None:
            return [self._error(request, ErrorCode.LIMIT_REACHED, reached)]
        return []

    def make_way(self, connection: str, now: float) -> Effects:
        """A later join of a connection is on the way: one that waits here ends (rule J7).

        Its member is away until then, so that nobody sees it leave and come.
        """
        seat = self._members.seats.get(connection)
        if seat is None or seat.is_live or seat.leave_answers:
            return []
        ended = self._members.never_let_in(seat, LATER_JOIN)
        return [*ended, *self._members.lost(connection, now)]

    def is_behind(self, position: Position | None) -> bool:
        """Whether a member knows of entries that we do not (rule J5)."""
        return (
            position is not None
            and position.epoch == self._epoch
            and position.seq > self._follower.head
        )

    def is_another_copy(self, request: JoinRequest) -> bool:
        """Whether what a client holds at its position is not what the journal has there (J9)."""
        position, digest = request.position, request.digest
        if position is None or position.epoch != self._epoch:
            return False
        if digest is None:
            return position.seq <= self.unsure_up_to
        return self._follower.tail.digest_at(position.seq) not in ("", digest)

    def state_is_ready(
        self, seq: int, digest: str, frames: Mapping[str, Sequence[bytes]]
    ) -> Effects:
        """`LiveRoom` has encoded the state at `seq`: all who waited come in with it.

        `frames`: the name of a form -> the frames of all `state` messages.
        """
        self.is_encoding = False
        is_fresh = self._follower.tail.holds_after(seq)
        state_digest = Digest(seq, digest)
        states = {form: EncodedState(state_digest, parts) for form, parts in frames.items()}
        fresh_states = {form: e for form, e in self.encoded_states.items() if self._is_fresh(e)}
        self.encoded_states = fresh_states | (states if is_fresh else {})
        waiting_seats = [seat for seat in self._members.seats.values() if not seat.is_live]
        ready_seats = [
            seat for seat in waiting_seats if seat.request.state_form in self.encoded_states
        ]
        effects = [effect for seat in ready_seats for effect in self._enter_or_not(seat)]
        if len(ready_seats) < len(waiting_seats):
            self.is_encoding = True
            effects.append(SendState())
        return effects

    def give_states(self) -> dict[str, EncodedState]:
        """The encoded states, of a closed room."""
        given, self.encoded_states = self.encoded_states, {}
        return given

    def state_is_missing(self) -> Effects:
        """`LiveRoom` could not encode the state: whoever waited is told, and may join again."""
        self.is_encoding = False
        waiting_seats = [seat for seat in self._members.seats.values() if not seat.is_live]
        return [effect for seat in waiting_seats for effect in self._send_away(seat)]

    def feed_from(self, connection: str, seq: int) -> Feed | None:
        """What a member that reads too slowly gets at its own pace; None: it cannot."""
        seat = self._members.seats.get(connection)
        if seat is None or not self._follower.tail.holds_after(seq):
            return None
        feed = Feed(self._project, self._follower.tail, seq, ticked_at=self._ticks.last_sent_at)
        self._members.feed(seat, feed)
        return feed

    def has_caught_up(self, connection: str, feed: Feed) -> bool:
        """It has got all that its feed had: whether it has missed a tick meanwhile."""
        seat = self._members.seats.get(connection)
        if seat is None or seat.feed is not feed:
            return False
        self._members.feed(seat, None)
        return feed.ticked_at != self._ticks.last_sent_at

    def _enter_or_not(self, seat: Seat) -> Effects:
        """With the encoded state, if it is known what is in it of the member's own (J15)."""
        own_deltas = seat.unanswered
        if own_deltas is None or own_deltas.read_on(self._follower.tail, self._follower.head):
            return self._admit(seat, None)
        return self._send_away(seat)

    def _send_away(self, seat: Seat) -> Effects:
        text, request = "the state cannot be had just now; join again", seat.request
        error = answers.try_again(self._project, request.request, ErrorCode.UNAVAILABLE, text)
        return [
            send(error, [request.connection]),
            *self._members.leave(seat.connection, is_answered=True),
        ]

    def _admit(self, seat: Seat, resumed_at: Position | None) -> Effects:
        encoded_state = (
            self.encoded_states.get(seat.request.state_form) if resumed_at is None else None
        )
        start, parts = resumed_at.seq if resumed_at is not None else self._follower.head, NO_PARTS
        if encoded_state is not None:
            start, parts = encoded_state.digest.seq, encoded_state.parts
        tail = self._follower.tail
        is_there = not parts and tail.is_newest(start)
        feed = (
            None if is_there else Feed(self._project, tail, start, parts, self._ticks.last_sent_at)
        )
        self._members.let_in(seat, feed)
        joined = self._joined(
            seat, start, len(parts), encoded_state, is_resumed=resumed_at is not None
        )
        seat.unanswered = None  # whatever comes now is told as it comes
        effects: Effects = [Admit(seat.connection, joined)]
        held_acks, seat.held_acks = seat.held_acks, []
        for ack in held_acks:
            if feed is not None and feed.comes_before(ack.seq):
                feed.hold(ack)
            else:
                effects.append(send(ack, [seat.connection]))
        return [*effects, *self.status.for_joiner(seat.connection)]

    def _joined(
        self,
        seat: Seat,
        start: int,
        parts: int,
        encoded_state: EncodedState | None,
        *,
        is_resumed: bool,
    ) -> Joined:
        undo, redo = self._edits.entries.stacks.depths(seat.member)
        own_deltas = seat.unanswered
        return Joined(
            id=seat.request.request,
            project=self._project,
            you=seat.member,
            role=seat.role,
            permissions=self._members.permits.told(),
            tracks=None if seat.contributor_scope is None else seat.contributor_scope.listed,
            members=self._members.everyone(),
            position=Position(self._epoch, start),
            resumed=is_resumed,
            parts=parts,
            degraded=self.status.is_degraded,
            undo=undo,
            redo=redo,
            digest=None if encoded_state is None else encoded_state.digest,
            head=self._head_for(seat.request),
            committed={} if own_deltas is None else own_deltas.in_state(start),
            media=dict(self.status.media),
        )

    def _head_for(self, request: JoinRequest) -> int:
        """What another node has committed is on its way here (rule J13)."""
        known_head = request.known_head
        return (
            self._follower.head
            if known_head is None or known_head.epoch != self._epoch
            else max(self._follower.head, known_head.seq)
        )

    def _wait_for_state(self, seat: Seat) -> Effects:
        encoded_state = self.encoded_states.get(seat.request.state_form)
        if encoded_state is not None and self._is_fresh(encoded_state):
            return self._admit(seat, None)
        if self.is_encoding:
            return []
        self.is_encoding = True
        return [SendState()]

    def _is_fresh(self, encoded_state: EncodedState) -> bool:
        """Whether this and what follows it is cheaper than to encode the state anew."""
        tail, seq = self._follower.tail, encoded_state.digest.seq
        after = tail.bytes_after(seq)
        return tail.holds_after(seq) and after <= max(STALE_STATE_BYTES, encoded_state.size)

    def _holds(self, position: Position) -> bool:
        return position.epoch == self._epoch and self._follower.tail.holds_after(position.seq)

    def _refuse_position(self, request: JoinRequest) -> Send:
        head = self._follower.head
        text = f"your position is ahead of seq {head}; join without a position"
        return self._error(request, ErrorCode.POSITION_AHEAD, text, {"head": head})

    def _error(
        self, request: JoinRequest, code: ErrorCode, text: str, details: Details | None = None
    ) -> Send:
        error = Error(request.request, code, text, self._project, details or {})
        return send(error, [request.connection])


def _position_of(request: JoinRequest) -> Position | None:
    """Where its copy is; None: it has none, or one that is not the journal's."""
    return None if request.diverged_digest is not None else request.position
