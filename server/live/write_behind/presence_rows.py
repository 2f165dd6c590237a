"""Where members are: rows of `session_states`, all that have moved in one statement (rule P6)."""

import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from msgspec import UNSET

from persistence.pool import Executor
from persistence.tables import session_states
from rooms.presence.seat import Seat
from rooms.presence.ticks import NOWHERE
from server.encoding.codec import JSON
from server.live.live_room import LiveRoom

if TYPE_CHECKING:
    from schema.messages import Presence


class PresenceRows:
    """What is stored of the members of this node, and the writing of what is not."""

    def __init__(self, db: Executor) -> None:
        self._db = db
        self._written: dict[LiveRoom, dict[str, Presence]] = {}
        """By connection: what `session_states` has, but for those who never moved."""

    def forget_others(self, rooms: Collection[LiveRoom]) -> None:
        """Of other rooms, and of who has left one of these, nothing need be known any more."""
        self._written = {live: self._written.get(live) or {} for live in rooms}
        for live, written_presence in self._written.items():
            for connection in written_presence.keys() - live.room.seats.keys():
                del written_presence[connection]

    def is_written(self, live: LiveRoom, seat: Seat) -> bool:
        """Whether what is stored of a member is where it is now."""
        return seat.presence is self._written.get(live, {}).get(seat.connection, NOWHERE)

    def are_all_written(self, live: LiveRoom) -> bool:
        """Whether nobody in the room has moved since that was stored."""
        return all(self.is_written(live, seat) for seat in live.room.seats.values())

    async def write_moved(self, session_by_room: Mapping[LiveRoom, str]) -> None:
        """Store where members have moved to since the last time; raises `PersistenceError`."""
        moved_seats = [
            (live, seat, seat.presence)
            for live in session_by_room
            if not live.is_closed
            for seat in live.room.seats.values()
            if not self.is_written(live, seat)
        ]
        if moved_seats:
            heartbeat = time.time() * 1_000
            rows = [
                _state_row(seat, session_by_room[live], heartbeat) for live, seat, _ in moved_seats
            ]
            await session_states.upsert_many(self._db, rows)
        for live, seat, presence in moved_seats:
            # Behind the write: what could not be written is written the next time.
            self._written.setdefault(live, {})[seat.connection] = presence


def _state_row(seat: Seat, session: str, heartbeat: float) -> session_states.StateRow:
    """A row of `session_states`; `heartbeat`: milliseconds since 1970."""
    p = seat.presence
    return session_states.StateRow(
        session=session,
        project=seat.project,
        user=seat.request.user,
        device=seat.request.device,
        cursor=None if p.cursor in (None, UNSET) else JSON.encode(p.cursor),
        view_state=None if p.view in (None, UNSET) else JSON.encode(p.view),
        active_tool=p.tool if isinstance(p.tool, str) else None,
        selection=tuple(p.selection) if isinstance(p.selection, list) else (),
        device_presence=JSON.encode({"playhead": p.playhead or None})
        if p.playhead is not UNSET
        else b"{}",
        heartbeat_at=heartbeat,
    )
