"""Keeping the state of a room as a snapshot: by itself now and then, or because someone asks."""

import asyncio
import time

import msgspec
import structlog

from persistence.errors import Unavailable
from persistence.pool import Executor
from persistence.tables import project_snapshots
from persistence.tables.project_snapshots import SnapshotRow
from rooms.music.musical_context import musical_context
from server.live.live_room import LiveRoom
from server.loop.threads import yield_gil

AUTO_DELTAS = 500
AUTO_SECONDS = 60.0
"""An automatic snapshot after so many deltas, or so long after the last one when there were any."""

AUTO_PAUSE_SECONDS = 10.0
"""At least so long between two for the number of deltas: an import is thousands in a minute."""

TRIES = 10
"""How often the state is taken anew because another server stored a newer one meanwhile."""

log = structlog.get_logger()


async def keep_automatically(db: Executor, live: LiveRoom, now: float) -> None:
    """Keep a snapshot if one is due: also when the last member has left. One node does it."""
    deltas = live.room.head - live.snapshot_seq
    members = live.room.members
    if not deltas or not members.is_first_node:
        return
    since = now - live.snapshot_at
    is_due = since >= (AUTO_PAUSE_SECONDS if deltas >= AUTO_DELTAS else AUTO_SECONDS)
    if is_due or not members.size:
        await keep(db, live, kind="auto")
        await project_snapshots.thin(db, live.room.project, time.time() * 1_000)


async def keep(
    db: Executor,
    live: LiveRoom,
    *,
    kind: str,
    author: str | None = None,
    name: str = "",
    description: str = "",
    id: str | None = None,
    audio_analysis: bytes | None = None,
) -> SnapshotRow:
    """Store the state of now, and a snapshot of it; raises `Taken`, `Unavailable`."""
    for _ in range(TRIES):
        now = time.monotonic()
        frozen = await live.checkpoints.store(now)
        context = await live.in_thread(musical_context, frozen.state, yield_gil)
        row = await project_snapshots.keep(
            db,
            id=id,
            project=live.room.project,
            author=author,
            kind=kind,
            name=name,
            description=description,
            epoch=frozen.known.epoch,
            at_seq=frozen.seq,
            musical_context=msgspec.json.encode(context),
            audio_analysis=audio_analysis,
        )
        if row is not None:
            live.snapshot_seq = max(live.snapshot_seq, row.seq)
            live.snapshot_at = now
            log.info("snapshot kept", project=live.room.project, kind=kind, seq=row.seq)
            return row
        live.catch_up()
        await asyncio.sleep(0.05)
    raise Unavailable("the stored state runs ahead of this server")
