"""Sends each member who joins or falls behind what it lacks, as fast as it reads."""

from collections.abc import Callable, Mapping

from rooms.effects import Admit, Effects, Packet, SendState
from rooms.journal.feed import Feed
from rooms.presence.seat import Seat
from rooms.room import Room
from schema.messages import Ack, DeltaCommitted
from server.events.events import EventSubject
from server.live.room_jobs import FrozenState, RoomJobs
from server.live.room_services import Recipient, RoomServices
from server.states.encoded_state import FORMS, StateForm, state_frames


class RoomFeeds:
    """The state for those who join one room, and the feeds of those who are behind.

    `forget_audience` is called when a member begins or ceases to get deltas and ticks at once.
    """

    __slots__ = (
        "_carry_out",
        "_count",
        "_forget_audience",
        "_in_thread",
        "_jobs",
        "_recipients",
        "_room",
        "_scheduler",
    )

    def __init__(
        self,
        room: Room,
        jobs: RoomJobs,
        services: RoomServices,
        carry_out: Callable[[Effects], None],
        forget_audience: Callable[[], None],
    ) -> None:
        self._room = room
        self._jobs = jobs
        self._recipients = services.recipients
        self._in_thread = services.in_thread
        self._scheduler = services.scheduler
        self._count = services.count
        self._carry_out = carry_out
        self._forget_audience = forget_audience

    def hold(self) -> Feed:
        """A feed by which the tail keeps all that is committed from now on; the caller stops it."""
        return self._room.hold_tail()

    async def encode(self, feed: Feed) -> None:
        """Encode the state until nobody waits for it.

        `feed`: by it the tail keeps what is committed meanwhile (rule J15).
        """
        try:
            while self._room.is_encoding:
                frozen_state = await self._jobs.freeze()
                await self._encode_at(frozen_state)
        except BaseException:
            self._carry_out(self._room.state_is_missing())
            raise
        finally:
            feed.stop()

    async def _encode_at(self, frozen_state: FrozenState) -> None:
        frames: dict[str, list[bytes]] = {}
        held_tail = self._room.hold_tail(frozen_state.seq)
        try:
            while missing_forms := self._forms_waited_for(frames):
                for form in missing_forms:
                    frames[form.name] = await self._in_thread(
                        state_frames, self._room.project, frozen_state.state, form
                    )
                    self._count("states_encoded")
            effects = self._room.state_is_ready(frozen_state.seq, frozen_state.digest, frames)
            self._carry_out([e for e in effects if not isinstance(e, SendState)])
        finally:
            held_tail.stop()  # until now the tail kept what follows the state

    def _forms_waited_for(self, frames: Mapping[str, object]) -> list[StateForm]:
        waiting_seats = [seat for seat in self._room.seats.values() if not seat.is_live]
        forms = [
            seat.request.state_form for seat in waiting_seats if seat.connection in self._recipients
        ]
        return [FORMS[name] for name in dict.fromkeys(forms) if name not in frames]

    def admit(self, recipient: Recipient, effect: Admit) -> None:
        """A member is in: send `joined`, and then what its feed has, as fast as it reads."""
        recipient.send_frame(recipient.codec.frame_of(effect.joined))
        seat = self._room.seats.get(effect.connection)
        if seat is not None and seat.feed is not None:
            recipient.feed(seat.feed, self._scheduler)

    def fed(self, recipient: Recipient, feed: Feed) -> None:
        """A feed has nothing more: its member has caught up, or fell too far behind."""
        if self._jobs.is_closed:
            return
        if feed.is_lost:
            recipient.abort("fell_behind")
        elif not feed.is_over:
            self._forget_audience()
            if self._room.has_caught_up(recipient.id, feed):
                recipient.owe_tick(self._room.project)

    def fall_behind(self, recipient: Recipient, packet: Packet) -> None:
        """A reader is too slow, or a frame too large: from here on it gets deltas by a feed."""
        message = packet.message
        feed = None
        if isinstance(message, DeltaCommitted) or (
            isinstance(message, Ack) and not message.duplicate
        ):
            feed = self._room.feed_from(recipient.id, message.seq - 1)
        if feed is None:
            recipient.send_frame(recipient.codec.frame(packet))
            return
        if isinstance(message, Ack):
            feed.hold(message)
        self._forget_audience()
        seat, project = self._room.seats.get(recipient.id), self._room.project
        about = EventSubject(project) if seat is None else about_seat(seat)
        self._count("fell_behind", 1, about)
        recipient.feed(feed, self._scheduler)


def about_seat(seat: Seat) -> EventSubject:
    """Whose seat it is, for events."""
    return EventSubject(seat.project, seat.member, seat.request.user, seat.request.name)
