"""Queries on `project_states`: where the state of a project is written, apart from its row.

The row of a project is locked by every append to it. So a state goes to a row of its own first,
however long that takes; then the project's row is pointed at it, which takes a moment.
"""

import uuid

from persistence.errors import NotFound, OtherHistory
from persistence.journal.contract import NOT_OURS, Checkpoint
from persistence.journal.state_slices import aspects_json, checkpoint_of, joined, sliced
from persistence.pool import Executor

# As bytes: of a large state there is never a str.
PUT_PART = """
INSERT INTO state_parts (state_id, part, data) VALUES ($1, $2, $3)
"""

# Where someone else keeps the row for himself, that shows before a large state is written in vain.
# No append waits for this lock, nor this for an append.
SEE_THAT_IT_IS_FREE = """
SELECT FROM studio_projects WHERE id = $1 FOR KEY SHARE
"""

# Locks nothing that an append needs: to point at a project (a foreign key) is no such lock.
WRITE = """
INSERT INTO project_states (id, project_id, project_state, aspects)
SELECT $1, id, convert_from((
        SELECT string_agg(data, '' ORDER BY part) FROM state_parts WHERE state_id = $1
    ), 'UTF8')::jsonb, $3::jsonb
FROM studio_projects WHERE id = $2
"""

CLEAR_PARTS = """
DELETE FROM state_parts WHERE state_id = $1
"""

POINT_AT = """
UPDATE studio_projects
SET state_id = $6, state_seq = $3, state_digest = $4
WHERE id = $1 AND epoch = $2 AND state_seq < $3
    AND EXISTS (
        SELECT FROM journal_stands(
            ARRAY[$1::uuid], ARRAY[$3::bigint], ARRAY[$2::text], ARRAY[$5::text])
        WHERE verdict IS NULL)
"""

STATE_SEQ = """
SELECT p.state_seq, s.verdict
FROM journal_stands(ARRAY[$1::uuid], ARRAY[$3::bigint], ARRAY[$2::text], ARRAY[$4::text]) AS s
JOIN studio_projects AS p ON p.id = s.project
"""

# A young row may be one that another server is about to point at.
SWEEP = """
DELETE FROM project_states AS s USING studio_projects AS p
WHERE p.id = $1 AND s.project_id = p.id AND s.id <> p.state_id
    AND (s.id = $2 OR s.written_at < now() - interval '10 minutes')
"""

POINTED_AT = """
SELECT state_id FROM studio_projects WHERE id = $1
"""


NEWEST = sliced(
    """
    SELECT p.id AS project_id, p.epoch, p.state_seq AS seq, p.state_digest AS digest,
        t.project_state AS state, t.aspects
    FROM studio_projects AS p LEFT JOIN project_states AS t ON t.id = p.state_id
    WHERE p.id = $1
    """
)


async def newest(db: Executor, project: str) -> Checkpoint:
    """The newest stored state and its position; raises `NotFound`."""
    checkpoint = checkpoint_of(await db.fetch(NEWEST, project))
    if checkpoint is None:
        raise NotFound("there is no such project")
    return checkpoint


async def save(db: Executor, checkpoint: Checkpoint) -> None:
    """Store a checkpoint unless one as new is there; raises `OtherHistory`."""
    if await _is_stored(db, checkpoint):
        return
    project, state_id = checkpoint.project, str(uuid.uuid4())
    async with db.transaction() as transaction:
        await transaction.execute(SEE_THAT_IT_IS_FREE, project)
        for number, part in enumerate(joined(checkpoint.slices)):
            await transaction.execute(PUT_PART, state_id, number, part)
        await transaction.execute(WRITE, state_id, project, aspects_json(checkpoint))
        await transaction.execute(CLEAR_PARTS, state_id)
    before = await db.fetchval(POINTED_AT, project)
    pointed = await db.execute(
        POINT_AT,
        project,
        checkpoint.epoch,
        checkpoint.seq,
        checkpoint.digest,
        checkpoint.delta_id,
        state_id,
    )
    is_pointed = pointed == "UPDATE 1"
    await db.execute(SWEEP, project, before if is_pointed else state_id)
    if not is_pointed and not await _is_stored(db, checkpoint):
        raise OtherHistory(NOT_OURS)


async def _is_stored(db: Executor, checkpoint: Checkpoint) -> bool:
    """Whether a state as new as this is there already; raises `OtherHistory`."""
    row = await db.fetchrow(
        STATE_SEQ, checkpoint.project, checkpoint.epoch, checkpoint.seq, checkpoint.delta_id
    )
    if row is None or row["verdict"] is not None:
        raise OtherHistory(NOT_OURS)
    return bool(row["state_seq"] >= checkpoint.seq)
