"""Letting go of history that is older than is kept."""

import time

import structlog

from persistence import compaction
from persistence.pool import Database

PROJECTS_AT_ONCE = 20

log = structlog.get_logger()


async def compact_old(db: Database, days: float) -> None:
    """Empty the deltas of some projects from before so many days; raises `Unavailable`."""
    before = (time.time() - days * 86_400) * 1_000
    for project in await compaction.projects_to_compact(db, before, PROJECTS_AT_ONCE):
        emptied = await compaction.compact(db, project, before)
        log.info("history compacted", project=project, deltas=emptied)
