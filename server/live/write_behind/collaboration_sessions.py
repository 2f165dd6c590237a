"""Collaboration sessions: the row of each open room, who has been there, and when it ends."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables import collaboration_sessions
from persistence.tables.collaboration_sessions import Stay
from rooms.roles import CONTRIBUTES
from rooms.room import Room
from server.live.live_room import LiveRoom
from server.live.write_behind.presence_rows import PresenceRows
from server.logs.outages import because

TOUCH_SECONDS = 20.0
"""How often a collaboration session in which nobody moves says that it goes on."""

AWAY_SECONDS = 2 * TOUCH_SECONDS + 5.0
"""Whoever was not in a room for so long has been away from the session."""

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class _RoomSession:
    """What is written of the session of one open room, and when."""

    id: str | None = None
    """The row of `collaboration_sessions`; None: none is open, as far as we know."""
    touched_at: float = float("-inf")
    """When that row was last told that it goes on."""
    noted_users: frozenset[str] = frozenset()
    """The users who were there when that was last told."""
    previous_session_ended_at: float = 0.0
    """When the one before was found ended, in ms since 1970: nobody has entered this one before."""


class CollaborationSessions:
    """Those of the open rooms: one row for all nodes that have a room; any keeps it alive."""

    def __init__(self, db: Executor, presence: PresenceRows) -> None:
        self._db = db
        self._presence = presence
        self._sessions: dict[LiveRoom, _RoomSession] = {}
        """Of the open rooms, and until the next round of those closed since."""

    def id_of(self, live: LiveRoom) -> str | None:
        """The session of an open room; None: it has none that we know of."""
        session = self._sessions.get(live)
        return None if session is None else session.id

    def forget_others(self, rooms: Collection[LiveRoom]) -> None:
        """Of other rooms nothing need be known any more."""
        self._sessions = {live: self._sessions.get(live) or _RoomSession() for live in rooms}

    async def close(self, live: LiveRoom) -> None:
        """The room was closed here: its session ends, unless another node has it open."""
        session = self._sessions.pop(live, None)
        if session is not None and session.id is not None and not live.room.is_shared:
            await collaboration_sessions.close_session(self._db, session.id)

    async def write(self, now: float) -> None:
        """Note who is there and who was, in all rooms; raises `PersistenceError`."""
        sessions = dict(self._sessions)
        users = {
            live: self._users_to_note(live, session, now) for live, session in sessions.items()
        }
        noted_rooms = {live: session for live, session in sessions.items() if users[live]}
        ended_stays = {live: dict(live.stays.ended_stays) for live in noted_rooms}
        began_at = time.time() * 1_000
        stays_by_room = {
            live: _stays(live, ended_stays[live], session.previous_session_ended_at, began_at)
            for live, session in noted_rooms.items()
        }
        for live, session in noted_rooms.items():
            if session.id is None:
                session.id = await self._open(live.room, stays_by_room[live])
        users_by_session = {
            session.id: users[live] for live, session in noted_rooms.items() if session.id
        }
        if not users_by_session:
            return
        present = {live: _users_in(live) for live in noted_rooms}
        alive = await collaboration_sessions.touch_many(self._db, users_by_session)
        stays_by_session = {
            session.id: stays_by_room[live]
            for live, session in noted_rooms.items()
            if session.id in alive
        }
        await collaboration_sessions.note_stays(
            self._db, stays_by_session, time.time() * 1_000, AWAY_SECONDS
        )
        for live, session in noted_rooms.items():
            if session.id in alive:
                session.touched_at, session.noted_users = now, present[live]
                live.stays.forget(ended_stays[live])
            elif session.id is not None:
                session.id = None  # it was ended; the next round opens another
                session.previous_session_ended_at = began_at

    async def _open(self, room: Room, stays_here: Mapping[str, Stay]) -> str | None:
        """The host is who came first of those who work on the project, if any (rule R40)."""
        works = {seat.request.user for seat in room.seats.values() if seat.role in CONTRIBUTES}
        host = min(stays_here, key=lambda user: (user not in works, stays_here[user].entered_at))
        ago = time.time() - min(stay.entered_at for stay in stays_here.values()) / 1_000
        try:
            return await collaboration_sessions.open_session(self._db, room.project, host, ago)
        except PersistenceError as error:
            log.warning("could not open a session", project=room.project, **because(error))
            return None

    def _users_to_note(self, live: LiveRoom, session: _RoomSession, now: float) -> list[str]:
        """Who is in the room, or has just left it, if that is to be written down.

        It is when someone comes, goes or moves, or it has been a while.
        """
        users_here = _users_in(live)
        ended_stays = live.stays.ended_stays
        is_quiet = (
            not ended_stays
            and users_here == session.noted_users
            and now - session.touched_at < TOUCH_SECONDS
        )
        if is_quiet and self._presence.are_all_written(live):
            return []
        return sorted(users_here | ended_stays.keys())


def _users_in(live: LiveRoom) -> frozenset[str]:
    return frozenset(seat.request.user for seat in live.room.seats.values())


def _stays(
    live: LiveRoom, ended_stays: Mapping[str, Stay], earliest: float, now: float
) -> dict[str, Stay]:
    """Who is there, until now, and who was; none begins before `earliest`."""
    stays_by_user = dict(ended_stays)
    for seat in live.room.seats.values():
        user, entered = seat.request.user, float(seat.request.asked_at)
        if (before := stays_by_user.get(user)) is not None:
            entered = min(before.entered_at, entered)
        stays_by_user[user] = Stay(entered, now)
    return {
        user: Stay(min(max(stay.entered_at, earliest), stay.left_at), stay.left_at)
        for user, stay in stays_by_user.items()
    }
