"""Queries on `login_challenges`: logins that lack the second factor."""

from dataclasses import dataclass

from persistence import sliced_deletes
from persistence.pool import Executor

CREATE = """
INSERT INTO login_challenges (token_hash, user_id, login_by, device, expires_at)
VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second')
"""

# Counted before the code is looked at: many at once are not looked at more often.
COUNT_TRY = """
UPDATE login_challenges SET tries = tries + 1
WHERE token_hash = $1 AND device = $2 AND expires_at > now() AND tries < $3
RETURNING user_id, login_by
"""

GET = """
SELECT user_id, login_by FROM login_challenges
WHERE token_hash = $1 AND device = $2 AND expires_at > now() AND tries < $3
"""

TAKE = """
DELETE FROM login_challenges WHERE token_hash = $1 AND expires_at > now() RETURNING true
"""

END_ALL = """
DELETE FROM login_challenges WHERE user_id = $1
"""

TRIM = sliced_deletes.deleting("login_challenges", "expires_at < now()", "expires_at", 1)


@dataclass(frozen=True, slots=True)
class LoginChallenge:
    """Whose login it is, and what has shown the first factor."""

    user_id: str
    login_by: str


async def create(
    db: Executor, token_hash: bytes, user_id: str, login_by: str, device: str, seconds: float
) -> None:
    await db.execute(CREATE, token_hash, user_id, login_by, device, seconds)


async def count_try(
    db: Executor, token_hash: bytes, device: str, most: int
) -> LoginChallenge | None:
    """One more code for it; None: there is no such challenge of this device, or no try is left."""
    row = await db.fetchrow(COUNT_TRY, token_hash, device, most)
    return LoginChallenge(row["user_id"], row["login_by"]) if row else None


async def get(db: Executor, token_hash: bytes, device: str, most: int) -> LoginChallenge | None:
    """Without counting a try."""
    row = await db.fetchrow(GET, token_hash, device, most)
    return LoginChallenge(row["user_id"], row["login_by"]) if row else None


async def take(db: Executor, token_hash: bytes) -> bool:
    """Use it up; False: another call was faster."""
    return bool(await db.fetchval(TAKE, token_hash))


async def end_all(db: Executor, user_id: str) -> None:
    """None of this user's is good any more: what they began with has changed."""
    await db.execute(END_ALL, user_id)


async def trim(db: Executor) -> None:
    """Forget those whose time is over."""
    await sliced_deletes.delete(db, TRIM)
