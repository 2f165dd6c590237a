"""Queries on `collaboration_sessions`: who worked on a project together, and when."""

from collections.abc import Collection

from persistence.errors import NotFound
from persistence.pool import Executor

OPEN_SESSION = """
SELECT open_collaboration_session($1, $2)
"""

TOUCH = """
UPDATE collaboration_sessions
SET last_activity_at = now(),
    participants = ARRAY(SELECT DISTINCT p FROM unnest(participants || $2::uuid[]) AS p ORDER BY p)
WHERE id = $1 AND status = 'active'
"""

CLOSE_SESSION = """
UPDATE collaboration_sessions SET status = 'ended', ended_at = now()
WHERE id = $1 AND status = 'active'
"""

CLOSE_ORPHANS = """
UPDATE collaboration_sessions SET status = 'ended', ended_at = last_activity_at
WHERE status = 'active' AND last_activity_at < now() - $1 * interval '1 second'
"""


async def open_session(db: Executor, project: str, host: str) -> str:
    """Begin one, unless another node has; who is there counts as a participant for good."""
    session_id: str | None = await db.fetchval(OPEN_SESSION, project, host)
    if session_id is None:
        raise NotFound("there is no such project")
    return session_id


async def touch(db: Executor, session_id: str, participants: Collection[str]) -> bool:
    """It goes on, with these users there, who are added; False: it has ended."""
    return await db.execute(TOUCH, session_id, list(participants)) == "UPDATE 1"


async def close_session(db: Executor, session_id: str) -> None:
    """The last one left; closing twice changes nothing."""
    await db.execute(CLOSE_SESSION, session_id)


async def close_orphans(db: Executor, older_than_seconds: float) -> int:
    """Close what a node that vanished left open; returns how many."""
    status = await db.execute(CLOSE_ORPHANS, older_than_seconds)
    return int(status.split()[-1])
