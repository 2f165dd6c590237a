"""Queries on `collaboration_sessions`: who worked on a project together, and when."""

from collections.abc import Collection, Mapping

from persistence.errors import NotFound
from persistence.pool import Executor

OPEN_SESSION = """
SELECT open_collaboration_session($1, $2)
"""

# Locked in order, so that two nodes that touch the same rows wait for each other, not in a circle.
TOUCH_MANY = """
WITH here AS (
    SELECT session, array_agg(member) AS members
    FROM unnest($1::uuid[], $2::uuid[]) AS there (session, member) GROUP BY session
), locked AS (
    SELECT s.id, here.members
    FROM collaboration_sessions AS s JOIN here ON s.id = here.session
    WHERE s.status = 'active' ORDER BY s.id FOR NO KEY UPDATE OF s
)
UPDATE collaboration_sessions AS touched
SET last_activity_at = now(),
    participants = ARRAY(
        SELECT DISTINCT member FROM unnest(touched.participants || locked.members) AS member
        ORDER BY member
    )
FROM locked WHERE touched.id = locked.id
RETURNING touched.id
"""

CLOSE_SESSION = """
UPDATE collaboration_sessions SET status = 'ended', ended_at = now()
WHERE id = $1 AND status = 'active'
"""

# One that is locked is being touched: it is no orphan.
CLOSE_ORPHANS = """
WITH orphans AS (
    SELECT id FROM collaboration_sessions
    WHERE status = 'active' AND last_activity_at < now() - $1 * interval '1 second'
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE collaboration_sessions AS s SET status = 'ended', ended_at = last_activity_at
FROM orphans WHERE s.id = orphans.id
"""


async def open_session(db: Executor, project: str, host: str) -> str:
    """Begin one, unless another node has; who is there counts as a participant for good."""
    session_id: str | None = await db.fetchval(OPEN_SESSION, project, host)
    if session_id is None:
        raise NotFound("there is no such project")
    return session_id


async def touch_many(db: Executor, participants: Mapping[str, Collection[str]]) -> set[str]:
    """These sessions go on; who is there is added. Returns those that have not ended meanwhile."""
    there = [(session, user) for session, users in participants.items() for user in users]
    sessions, users = [session for session, _ in there], [user for _, user in there]
    return {row["id"] for row in await db.fetch(TOUCH_MANY, sessions, users)}


async def close_session(db: Executor, session_id: str) -> None:
    """The last one left; closing twice changes nothing."""
    await db.execute(CLOSE_SESSION, session_id)


async def close_orphans(db: Executor, older_than_seconds: float) -> int:
    """Close what a node that vanished left open; returns how many."""
    status = await db.execute(CLOSE_ORPHANS, older_than_seconds)
    return int(status.split()[-1])
