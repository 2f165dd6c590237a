"""Deletes history that is older than is kept."""

import time

import structlog

from persistence.journal import compaction
from persistence.journal.postgres import PostgresJournal
from persistence.pool import Database

PROJECTS_AT_ONCE = 20

STAGED_SECONDS = 3_600.0
"""What was staged so long ago and not stored is of a node that died: none takes so long."""

log = structlog.get_logger()


async def compact_old(db: Database, days: float) -> None:
    """Empty the deltas of some projects from before so many days; raises `Unavailable`."""
    before = (time.time() - days * 86_400) * 1_000
    for project in await compaction.projects_to_compact(db, before, PROJECTS_AT_ONCE):
        emptied = await compaction.compact(db, project, before)
        log.info("history compacted", project=project, deltas=emptied)


async def clear_staged(db: Database) -> None:
    """Drop the parts of groups that a dead node has left; raises `Unavailable`."""
    await PostgresJournal(db).clear_staged(STAGED_SECONDS)
