"""What is written behind: checkpoints, snapshots, where members are, collaboration sessions."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from msgspec import UNSET

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables import collaboration_sessions, session_states
from persistence.tables.collaboration_sessions import Stay
from rooms.presence.seat import Seat
from rooms.presence.ticks import NOWHERE
from rooms.roles import CONTRIBUTES
from rooms.room import Room
from schema.messages import Presence
from server.health.outages import because
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.live.room_services import RoomClosed
from server.sockets.codec import JSON

CHECKPOINT_DELTAS = 500
CHECKPOINT_SECONDS = 10.0
"""A checkpoint after so many deltas, or so long after the last one when there were any."""

LINGER_SECONDS = 5.0
"""An empty room stays this long: who lost the connection comes back to a warm one."""

TOUCH_SECONDS = 20.0
"""How often a collaboration session in which nobody moves says that it goes on."""

AWAY_SECONDS = 2 * TOUCH_SECONDS + 5.0
"""Whoever was not in a room for so long has been away from the session."""

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _WrittenRoom:
    """What is written of one open room, and when."""

    session: str | None = None
    """The row of `collaboration_sessions`; None: none is open, as far as we know."""
    touched_at: float = float("-inf")
    """When that row was last told that it goes on."""
    here: frozenset[str] = frozenset()
    """The users who were there when that was last told."""
    since: float = 0.0
    """When the session before this one was found ended, in ms since 1970: nobody entered before."""
    empty_since: float | None = None
    """When it was first found empty; None: someone is there, or something under way."""
    presence: dict[str, Presence] = field(default_factory=dict)
    """By connection: what `session_states` has, but for those who never moved."""

    def has(self, seat: Seat) -> bool:
        """Whether what is stored of a member is where it is now."""
        return seat.presence is self.presence.get(seat.connection, NOWHERE)


class WriteBehind:
    """One for each node. What it writes nobody waits for, and all of it may be written later."""

    def __init__(self, hub: Hub, db: Executor) -> None:
        self._hub = hub
        self._db = db
        self._written_by_room: dict[LiveRoom, _WrittenRoom] = {}
        """Of the open rooms, and until the next round of those closed since."""

    def session_of(self, project: str) -> str | None:
        """The collaboration session of a room that is open here."""
        live = self._hub.rooms.get(project)
        written_room = None if live is None else self._written_by_room.get(live)
        return None if written_room is None else written_room.session

    async def run_once(self) -> None:
        """Write what has changed since the last time; raises `PersistenceError`."""
        now = time.monotonic()
        rooms = self._open_rooms()
        try:
            await self._keep_sessions(rooms, now)
        except PersistenceError as error:
            log.warning("could not write sessions behind", **because(error))
        for live, written_room in rooms.items():
            try:
                await self._keep_room(live, written_room, now)
            except RoomClosed:
                continue
            except PersistenceError as error:
                project = live.room.project
                log.warning("could not write behind", project=project, **because(error))
        await self._keep_presence(rooms)

    async def close_room(self, project: str) -> None:
        """Store what an empty room holds, and forget it; raises `Unavailable`."""
        live = self._hub.rooms.get(project)
        if live is None or not await self._hub.close_if_empty(live):
            return
        written_room = self._written_by_room.pop(live, None)
        session = None if written_room is None else written_room.session
        if session is not None and not live.room.is_shared:
            await collaboration_sessions.close_session(self._db, session)

    def _open_rooms(self) -> dict[LiveRoom, _WrittenRoom]:
        """Those of now; what was written of others, and of who has left, is forgotten."""
        rooms = self._hub.rooms.values()
        self._written_by_room = {
            live: self._written_by_room.get(live) or _WrittenRoom() for live in rooms
        }
        for live, written_room in self._written_by_room.items():
            for connection in written_room.presence.keys() - live.room.seats.keys():
                del written_room.presence[connection]
        return dict(self._written_by_room)

    # A room.

    async def _keep_room(self, live: LiveRoom, written_room: _WrittenRoom, now: float) -> None:
        entries_behind, since = live.room.head - live.checkpoints.seq, now - live.checkpoints.at
        if entries_behind >= CHECKPOINT_DELTAS or (entries_behind and since >= CHECKPOINT_SECONDS):
            await live.checkpoints.store_if_new(now)
        await live.snapshots.keep_if_due(self._db, now)
        if live.is_busy:
            written_room.empty_since = None
        elif written_room.empty_since is None:
            written_room.empty_since = now
        elif now - max(written_room.empty_since, live.asked_for_at) >= LINGER_SECONDS:
            await self.close_room(live.room.project)

    # Collaboration sessions.

    async def _keep_sessions(self, rooms: Mapping[LiveRoom, _WrittenRoom], now: float) -> None:
        """One row for all nodes that have a room; it lives as long as any of them says so."""
        users = {
            live: _users_to_note(live, written_room, now) for live, written_room in rooms.items()
        }
        noted_rooms = {live: written_room for live, written_room in rooms.items() if users[live]}
        ended_stays = {live: dict(live.stays.ended) for live in noted_rooms}
        at = time.time() * 1_000
        stays_by_room = {
            live: _stays(live, ended_stays[live], w.since, at) for live, w in noted_rooms.items()
        }
        for live, written_room in noted_rooms.items():
            if written_room.session is None:
                written_room.session = await self._open_session(live.room, stays_by_room[live])
        users_by_session = {
            session: users[live] for live, w in noted_rooms.items() if (session := w.session)
        }
        if not users_by_session:
            return
        present = {live: _users_in(live) for live in noted_rooms}
        alive = await collaboration_sessions.touch_many(self._db, users_by_session)
        stays_by_session = {
            w.session: stays_by_room[live] for live, w in noted_rooms.items() if w.session in alive
        }
        await collaboration_sessions.note_stays(
            self._db, stays_by_session, time.time() * 1_000, AWAY_SECONDS
        )
        for live, written_room in noted_rooms.items():
            if written_room.session in alive:
                written_room.touched_at, written_room.here = now, present[live]
                live.stays.forget(ended_stays[live])
            elif written_room.session is not None:
                written_room.session = None  # it was ended; the next round opens another
                written_room.since = at

    async def _open_session(self, room: Room, stays_here: Mapping[str, Stay]) -> str | None:
        """The host is who came first of those who work on the project, if any (rule R40)."""
        works = {seat.request.user for seat in room.seats.values() if seat.role in CONTRIBUTES}
        host = min(stays_here, key=lambda user: (user not in works, stays_here[user].entered))
        ago = time.time() - min(stay.entered for stay in stays_here.values()) / 1_000
        try:
            return await collaboration_sessions.open_session(self._db, room.project, host, ago)
        except PersistenceError as error:
            log.warning("could not open a session", project=room.project, **because(error))
            return None

    # Where members are.

    async def _keep_presence(self, rooms: Mapping[LiveRoom, _WrittenRoom]) -> None:
        """Where members have moved to since the last time, in one statement (rule P6)."""
        moved_seats = [
            (seat, seat.presence, written_room)
            for live, written_room in rooms.items()
            if written_room.session is not None and not live.is_closed
            for seat in live.room.seats.values()
            if not written_room.has(seat)
        ]
        if moved_seats:
            heartbeat = time.time() * 1_000
            rows = [
                _state_row(seat, written_room.session or "", heartbeat)
                for seat, _, written_room in moved_seats
            ]
            await session_states.upsert_many(self._db, rows)
        for (
            seat,
            presence,
            written_room,
        ) in moved_seats:  # what could not be written is written the next time
            written_room.presence[seat.connection] = presence


def _users_in(live: LiveRoom) -> frozenset[str]:
    return frozenset(seat.request.user for seat in live.room.seats.values())


def _stays(
    live: LiveRoom, ended_stays: Mapping[str, Stay], since: float, now: float
) -> dict[str, Stay]:
    """Who is there, until now, and who was; none begins before `since`."""
    stays_by_user = dict(ended_stays)
    for seat in live.room.seats.values():
        user, entered = seat.request.user, float(seat.request.at)
        if (before := stays_by_user.get(user)) is not None:
            entered = min(before.entered, entered)
        stays_by_user[user] = Stay(entered, now)
    return {
        user: Stay(min(max(stay.entered, since), stay.left), stay.left)
        for user, stay in stays_by_user.items()
    }


def _users_to_note(live: LiveRoom, written_room: _WrittenRoom, now: float) -> list[str]:
    """Who is in the room, or has just left it, if that is to be written down.

    It is when someone comes, goes or moves, or it has been a while.
    """
    users_here = _users_in(live)
    ended_stays = live.stays.ended
    is_quiet = (
        not ended_stays
        and users_here == written_room.here
        and now - written_room.touched_at < TOUCH_SECONDS
    )
    if is_quiet and all(map(written_room.has, live.room.seats.values())):
        return []
    return sorted(users_here | ended_stays.keys())


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
