"""Large changes in the journal: their parts are staged, then stored all or none."""

from collections.abc import Sequence

from persistence import sliced_deletes
from persistence.errors import BadValue, Unavailable
from persistence.journal import overtaken_proposals
from persistence.journal.contract import KnownHead
from persistence.journal.entry_rows import OUTCOMES
from persistence.journal.storable import is_storable
from persistence.pool import Executor
from rooms.journal.entry import Outcome, Proposal

STAGE = """
INSERT INTO staged_deltas (staging, part, delta_id, ops, bytes, payload_hash)
VALUES ($1, $2, $3, $4::json, octet_length($4::json::text), $5)
ON CONFLICT (staging, part) DO NOTHING
"""

APPEND_GROUP = """
SELECT outcome, seq
FROM append_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
"""

STAGED_AT_ONCE = 200
"""Parts that one statement deletes: each may be large."""

CLEAR_STAGED = sliced_deletes.deleting(
    "staged_deltas", "staged_at < now() - $1::float8 * interval '1 second'", "staged_at", 2
)


async def append_group(
    db: Executor, staging: str, parts: Sequence[Proposal], known_head: KnownHead
) -> tuple[Outcome, int | None]:
    """Stage them a statement each, then store all of them in one; see `Journal`."""
    if not all(map(is_storable, parts)):
        return Outcome.INVALID, None
    try:
        appended = await _append_staged(db, staging, parts, known_head)
        if appended is None:
            for number, part in enumerate(parts, start=1):
                row = part.delta_id, part.payload.decode(), part.payload_hash
                await db.execute(STAGE, staging, number, *row)
            appended = await _append_staged(db, staging, parts, known_head)
    except BadValue:
        return Outcome.INVALID, None
    if appended is None:
        raise Unavailable("what was staged is gone: the database has crashed meanwhile")
    return appended


async def _append_staged(
    db: Executor, staging: str, parts: Sequence[Proposal], known_head: KnownHead
) -> tuple[Outcome, int | None] | None:
    """None: not all of it is staged."""
    last = parts[-1]
    if last.margin is None:
        return await _store_staged(db, staging, parts, known_head)
    async with db.transaction() as tx:
        if await overtaken_proposals.find_overtaken(tx, [last], {last.project: known_head}):
            return Outcome.OVERTAKEN, None
        return await _store_staged(tx, staging, parts, known_head)


async def _store_staged(
    db: Executor, staging: str, parts: Sequence[Proposal], known_head: KnownHead
) -> tuple[Outcome, int | None] | None:
    last = parts[-1]
    row = await db.fetchrow(
        APPEND_GROUP,
        staging,
        len(parts),
        last.project,
        last.delta_id,
        last.author,
        last.auth_session,
        last.member,
        last.atomic,
        last.payload_hash,
        last.purpose.value,
        last.reverts,
        last.step,
        last.fence,
        last.reach,
        known_head.seq,
        known_head.epoch,
        known_head.delta_id,
    )
    if row is None or row["outcome"] == "unstaged":
        return None
    return OUTCOMES[row["outcome"]], row["seq"]


async def clear_staged(db: Executor, older_than_seconds: float) -> None:
    """Drop what nodes have staged and not stored, because they died meanwhile."""
    await sliced_deletes.delete(db, CLEAR_STAGED, older_than_seconds, rows_at_once=STAGED_AT_ONCE)
