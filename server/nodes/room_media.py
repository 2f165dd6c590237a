"""How far the bytes of a project's audio files are, for the rooms of a node (rules L1-L3).

The rows say it. A change is a hint: all that is pending is read anew, so that no order of hints and
no lost one leaves anything wrong.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from persistence.errors import PersistenceError
from persistence.library import audio_files
from persistence.pool import Executor
from rooms.effects import Effects
from rooms.room import Room
from server.logs.outages import because

RETRY_SECONDS = 2.0
"""Until rows that could not be read are asked for again: as often as the change log is."""

log = structlog.get_logger()


class OpenRoom(Protocol):
    """What this needs of a `LiveRoom`."""

    @property
    def room(self) -> Room: ...

    @property
    def is_closed(self) -> bool: ...

    def carry_out(self, effects: Effects) -> None: ...


class RoomMedia:
    """One reader for each open room: however many changes come, one query runs at a time."""

    def __init__(self, db: Executor, spawn: Callable[[Coroutine[Any, Any, None]], object]) -> None:
        self._db = db
        self._spawn = spawn
        self._read_again_events: dict[OpenRoom, asyncio.Event] = {}
        """Rooms that are read for just now; the event: their files have changed meanwhile."""
        self._unread_rooms: set[OpenRoom] = set()
        """Rooms whose rows could not be read, until they are asked for again."""

    def changed(self, live: OpenRoom) -> None:
        """An audio file of its project is another one now."""
        read_again = self._read_again_events.get(live)
        if read_again is not None:
            read_again.set()
        else:
            self._spawn(self.load(live))

    async def load(self, live: OpenRoom) -> None:
        """Read what is pending, and again while it changes; after a failure, some seconds later."""
        if live in self._read_again_events:
            return
        read_again = self._read_again_events[live] = asyncio.Event()
        try:
            read_again.set()
            while read_again.is_set() and not live.is_closed:
                read_again.clear()
                await self._read(live)
        except PersistenceError as error:
            project = live.room.project
            log.warning("cannot read how far audio files are", project=project, **because(error))
            if live not in self._unread_rooms:
                self._unread_rooms.add(live)
                self._spawn(self._retry(live))
        finally:
            del self._read_again_events[live]

    async def _retry(self, live: OpenRoom) -> None:
        await asyncio.sleep(RETRY_SECONDS)
        self._unread_rooms.discard(live)
        if not live.is_closed:
            self.changed(live)

    async def _read(self, live: OpenRoom) -> None:
        pending = list(live.room.pending_media)
        statuses = await audio_files.statuses(self._db, live.room.project, pending)
        if not live.is_closed:
            live.carry_out(live.room.set_media(statuses))
