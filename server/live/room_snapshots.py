"""The snapshots of a room: stored by itself now and then, or because someone asks."""

import asyncio
import time
from collections.abc import Callable
from math import inf

import msgspec
import structlog

from persistence.errors import Unavailable
from persistence.pool import Executor
from persistence.tables import project_snapshots
from persistence.tables.project_snapshots import SnapshotRow
from rooms.music.musical_context import musical_context
from rooms.roles import EDITS
from rooms.room import Room
from server.live.room_checkpoints import RoomCheckpoints
from server.loop.threads import InThread, yield_gil

AUTO_DELTAS = 500
AUTO_SECONDS = 60.0
"""An automatic snapshot after so many deltas, or so long after the last one when there were any."""

AUTO_PAUSE_SECONDS = 10.0
"""At least so long between two for the number of deltas: an import is thousands in a minute."""

TRIES = 10
"""How often the state is taken anew because another server stored a newer one meanwhile."""

log = structlog.get_logger()


class RoomSnapshots:
    """Those of one room; `catch_up` reads what other servers have stored of its journal."""

    __slots__ = ("_catch_up", "_checkpoints", "_in_thread", "_newest_at", "_room", "_seq")

    def __init__(
        self,
        room: Room,
        checkpoints: RoomCheckpoints,
        in_thread: InThread,
        catch_up: Callable[[], None],
    ) -> None:
        self._room = room
        self._checkpoints = checkpoints
        self._in_thread = in_thread
        self._catch_up = catch_up
        self._seq = room.head
        """Of the newest one, or of the head when the room was opened."""
        self._newest_at = time.monotonic()
        """When the newest one was taken, or the room was opened."""

    async def keep_if_due(self, db: Executor, now: float) -> None:
        """Keep one if it is due, also when the last member has left; one node does it."""
        deltas = self._room.head - self._seq
        room = self._room
        if not deltas or not room.is_first_node:
            return
        since = now - self._newest_at
        is_due = since >= (AUTO_PAUSE_SECONDS if deltas >= AUTO_DELTAS else AUTO_SECONDS)
        if is_due or not room.member_count:
            await self.keep(db, kind="auto")
            await project_snapshots.thin(db, self._room.project, time.time() * 1_000)

    async def keep(
        self,
        db: Executor,
        *,
        kind: str,
        author: str | None = None,
        name: str = "",
        description: str = "",
        id: str | None = None,
        audio_analysis: bytes | None = None,
        most: float = inf,
    ) -> SnapshotRow:
        """Store the state of now, and a snapshot of it; raises `Taken`, `Unavailable`.

        An `author` must be an editor until it is stored: `NoSuchProject`, `Forbidden` (rule R6).
        `most`: as of `project_snapshots.hold_limit`.
        """
        # Long: each field of a snapshot stands in it twice.
        for _ in range(TRIES):
            now = time.monotonic()
            frozen_state = await self._checkpoints.store(now)
            context = await self._in_thread(musical_context, frozen_state.state, yield_gil)
            row = await project_snapshots.keep(
                db,
                id=id,
                project=self._room.project,
                author=author,
                kind=kind,
                name=name,
                description=description,
                epoch=frozen_state.known_head.epoch,
                at_seq=frozen_state.seq,
                musical_context=msgspec.json.encode(context),
                audio_analysis=audio_analysis,
                roles=() if author is None else EDITS,
                most=most,
            )
            if row is not None:
                self._seq, self._newest_at = max(self._seq, row.seq), now
                log.info("snapshot kept", project=self._room.project, kind=kind, seq=row.seq)
                return row
            self._catch_up()
            await asyncio.sleep(0.05)
        raise Unavailable("the stored state runs ahead of this server")
