"""What is written behind, each round: sessions, checkpoints, snapshots, and where members are."""

import time

import structlog

from persistence.errors import PersistenceError
from persistence.pool import Executor
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.live.room_services import RoomClosed, report_mistake
from server.live.write_behind.collaboration_sessions import CollaborationSessions
from server.live.write_behind.presence_rows import PresenceRows
from server.logs.outages import because

CHECKPOINT_DELTAS = 500
CHECKPOINT_SECONDS = 10.0
"""A checkpoint after so many deltas, or so long after the last one when there were any."""

log = structlog.get_logger()


class WriteBehind:
    """One for each node. What it writes nobody waits for, and all of it may be written later."""

    def __init__(self, hub: Hub, db: Executor) -> None:
        self._hub = hub
        self._db = db
        self._presence = PresenceRows(db)
        self._sessions = CollaborationSessions(db, self._presence)

    def session_of(self, project: str) -> str | None:
        """The collaboration session of a room that is open here."""
        live = self._hub.rooms.get(project)
        return None if live is None else self._sessions.id_of(live)

    async def run_once(self) -> None:
        """Write what has changed since the last time; raises `PersistenceError`."""
        now = time.monotonic()
        rooms = list(self._hub.rooms.values())
        self._presence.forget_others(rooms)
        self._sessions.forget_others(rooms)
        try:
            await self._sessions.write(now)
        except PersistenceError as error:
            log.warning("could not write sessions behind", **because(error))
        for live in rooms:
            try:
                await self._store(live, now)
            except RoomClosed:
                continue
            except PersistenceError as error:
                project = live.room.project
                log.warning("could not write behind", project=project, **because(error))
            except Exception as error:  # a mistake in one room keeps no other from being stored
                report_mistake(live.room.project, error, "writing behind for room")
        session_by_room = {
            live: session for live in rooms if (session := self._sessions.id_of(live)) is not None
        }
        await self._presence.write_moved(session_by_room)

    async def close_room(self, project: str) -> None:
        """Store what an empty room holds, and forget it; raises `Unavailable`."""
        live = self._hub.rooms.get(project)
        if live is not None and await self._hub.close_if_empty(live):
            await self._sessions.close(live)

    async def _store(self, live: LiveRoom, now: float) -> None:
        """A checkpoint and a snapshot, where one is due; the room is closed if it was deserted."""
        entries_behind = live.room.head - live.checkpoints.stored_seq
        seconds_behind = now - live.checkpoints.begun_at
        if entries_behind >= CHECKPOINT_DELTAS or (
            entries_behind and seconds_behind >= CHECKPOINT_SECONDS
        ):
            await live.checkpoints.store_if_new(now)
        await live.snapshots.keep_if_due(self._db, now)
        if live.is_deserted(now):
            await self.close_room(live.room.project)
