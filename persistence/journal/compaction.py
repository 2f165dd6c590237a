"""Queries that make old history small: who changed what and when stays, the ops go."""

from persistence.pool import Executor

BATCH_ENTRIES = 5_000
"""Entries emptied in one transaction: a few tenths of a second, in which nothing waits for it."""

# Compaction makes a snapshot the base of history; thinning must see that, or be seen by it.
LOCK_STORED_STATES = """
SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 5064))
"""

# From here on nobody reads those entries, so no reader can take an emptied one for what it was.
BEGIN_COMPACTION = """
UPDATE studio_projects AS p SET compacted_seq = s.seq
FROM (
    SELECT max(s.seq) AS seq
    FROM project_snapshots AS s
    JOIN studio_projects AS p ON p.id = s.project_id AND p.epoch = s.epoch
    WHERE s.project_id = $1 AND s.seq <= p.state_seq
        AND s.created_at < timestamptz 'epoch' + $2::float8 * interval '1 millisecond'
) AS s
WHERE p.id = $1 AND p.compacted_seq < s.seq AND s.seq <= p.state_seq
"""

RANGE_TO_EMPTY = """
SELECT emptied_seq, compacted_seq FROM studio_projects WHERE id = $1
"""

EMPTY = """
UPDATE project_deltas SET ops = '[]', effective = NULL
WHERE project_id = $1 AND seq > $2 AND seq <= $3 AND aspect = 'document'
"""

NOTE_EMPTIED = """
UPDATE studio_projects SET emptied_seq = $2 WHERE id = $1 AND emptied_seq < $2
"""

PROJECTS_TO_COMPACT = """
SELECT p.id, p.emptied_seq < p.compacted_seq OR EXISTS (
    SELECT FROM project_snapshots AS s
    WHERE s.project_id = p.id AND s.epoch = p.epoch
        AND s.created_at < timestamptz 'epoch' + $1::float8 * interval '1 millisecond'
        AND s.seq > p.compacted_seq AND s.seq <= p.state_seq) AS is_due
FROM studio_projects AS p
WHERE p.id > $2::uuid
ORDER BY p.id
LIMIT $3
"""

NOWHERE = "00000000-0000-0000-0000-000000000000"
"""Before the first id."""

LOOKED_AT_ONCE = 1_000
"""Projects, by one statement."""


async def projects_to_compact(db: Executor, before_ms: float, limit: int) -> list[str]:
    """Projects with history older than a snapshot from before that time (ms since 1970)."""
    due_projects: list[str] = []
    last = NOWHERE
    while rows := await db.fetch(PROJECTS_TO_COMPACT, before_ms, last, LOOKED_AT_ONCE):
        due_projects += [row["id"] for row in rows if row["is_due"]]
        if len(due_projects) >= limit:
            return due_projects[:limit]
        last = rows[-1]["id"]
    return due_projects


async def compact(db: Executor, project: str, before_ms: float) -> int:
    """Drop the ops up to the newest snapshot from before that time; returns of how many entries.

    Ids and payload hashes stay, so an old delta sent again is still a duplicate (rule D3). Cut off
    in the middle, the next call goes on.
    """
    async with db.transaction() as transaction:
        await transaction.execute(LOCK_STORED_STATES, project)
        await transaction.execute(BEGIN_COMPACTION, project, before_ms)
    seq_range = await db.fetchrow(RANGE_TO_EMPTY, project)
    if seq_range is None:
        return 0
    emptied, compacted = seq_range["emptied_seq"], seq_range["compacted_seq"]
    count = 0
    for after in range(emptied, compacted, BATCH_ENTRIES):
        count += await _empty(db, project, after, min(after + BATCH_ENTRIES, compacted))
    return count


async def _empty(db: Executor, project: str, after: int, up_to: int) -> int:
    """The row that appends wait for is locked by itself: emptied twice, an entry stays empty."""
    status = await db.execute(EMPTY, project, after, up_to)
    await db.execute(NOTE_EMPTIED, project, up_to)
    return int(status.split()[-1])
