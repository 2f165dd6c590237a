"""Queries on `taken_roles`: who had a role taken away, which nothing of before gives back.

Whoever asks or writes holds the project's row, as all do who change members.
"""

from persistence.pool import Executor

# The clock, not the time of the transaction: an invitation that was committed before is older.
PUT = """
INSERT INTO taken_roles AS t (project_id, user_id, taken_at, by_owner)
VALUES ($1, $2, clock_timestamp(), $3)
ON CONFLICT (project_id, user_id) DO UPDATE
SET taken_at = excluded.taken_at, by_owner = t.by_owner OR excluded.by_owner
"""

LET_BACK = """
UPDATE taken_roles SET by_owner = false WHERE project_id = $1 AND user_id = $2 AND by_owner
"""

IS_OLDER = """
SELECT EXISTS (
    SELECT FROM invitations AS i
    JOIN taken_roles AS t ON t.project_id = i.project_id AND t.user_id = $2
    WHERE i.id = $1 AND i.created_at <= t.taken_at
)
"""

# The inviter answers for who comes: what was an owner's to open is open no more, for good.
VOID = """
UPDATE invitations SET withdrawn_at = now()
WHERE inviter_id = $1 AND ($2::uuid IS NULL OR project_id = $2) AND withdrawn_at IS NULL
"""


async def put(tx: Executor, project: str, user: str, *, by_owner: bool) -> None:
    """A role, or tracks, were taken away from the user, or given up (rules R45, R46)."""
    await tx.execute(PUT, project, user, by_owner)


async def let_back(tx: Executor, project: str, user: str) -> None:
    """An owner has let the user in again, as what the project's link gives or more."""
    await tx.execute(LET_BACK, project, user)


async def is_older(tx: Executor, invitation: str, user: str) -> bool:
    """Whether the invitation was made before the user had something taken away."""
    return bool(await tx.fetchval(IS_OLDER, invitation, user))


async def void_invitations(tx: Executor, inviter: str, project: str | None = None) -> None:
    """Nobody accepts those of this inviter any more, of one project or of all (rule R34)."""
    await tx.execute(VOID, inviter, project)
