"""Queries on `auth_sessions`: logins on devices, and the turning of their refresh tokens."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from persistence import slices
from persistence.pool import Executor

CREATE = """
INSERT INTO auth_sessions (user_id, device, expires_at)
VALUES ($1, $2, now() + $3 * interval '1 second')
RETURNING id, user_id, device, counter, revoked_at IS NOT NULL AS revoked
"""

GET = """
SELECT id, user_id, device, counter, revoked_at IS NOT NULL AS revoked
FROM auth_sessions WHERE id = $1
"""

LOCK = """
SELECT id, user_id, device, counter, revoked_at IS NOT NULL AS revoked,
    expires_at <= now() AS expired
FROM auth_sessions WHERE id = $1 FOR NO KEY UPDATE
"""

ADVANCE = """
UPDATE auth_sessions
SET counter = counter + 1, rotated_at = now(), last_used_at = now()
WHERE id = $1
RETURNING id, user_id, device, counter, revoked_at IS NOT NULL AS revoked
"""

AGE = """
SELECT extract(epoch FROM now() - created_at)::float8 FROM auth_sessions WHERE id = $1
"""

REVOKE = """
UPDATE auth_sessions SET revoked_at = now(), revoked_reason = $2
WHERE id = $1 AND revoked_at IS NULL
"""

REVOKE_ALL = """
UPDATE auth_sessions SET revoked_at = now(), revoked_reason = $3
WHERE user_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2::uuid
RETURNING id
"""

END_OLDEST = """
UPDATE auth_sessions SET revoked_at = now(), revoked_reason = 'too many logins'
WHERE id IN (
    SELECT id FROM auth_sessions
    WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
    ORDER BY last_used_at DESC, id
    OFFSET $2)
RETURNING id
"""

# Each by an index of its own.
TRIMS = tuple(
    slices.deleting("auth_sessions", f"{ended} < now() - interval '30 days'", ended, 1)
    for ended in ("expires_at", "revoked_at")
)

REVOKED_AMONG = """
SELECT asked.id FROM unnest($1::uuid[]) AS asked (id)
WHERE NOT EXISTS (
    SELECT FROM auth_sessions AS s WHERE s.id = asked.id AND s.revoked_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class AuthSession:
    """A login on a device; `counter` is that of its newest refresh token."""

    id: str
    user_id: str
    device: str
    counter: int
    revoked: bool


class RotationResult(StrEnum):
    """What became of a refresh token; after all but the first two, log in again."""

    ROTATED = "rotated"
    REPEATED = "repeated"
    REUSED = "reused"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rotation:
    """The result, and for the first two the session with the counter of the next token."""

    result: RotationResult
    session: AuthSession | None = None


async def create(db: Executor, user_id: str, device: str, lifetime_seconds: float) -> AuthSession:
    return _session(await db.fetchrow(CREATE, user_id, device, lifetime_seconds))


async def get(db: Executor, session_id: str) -> AuthSession | None:
    row = await db.fetchrow(GET, session_id)
    return _session(row) if row else None


async def age_of(db: Executor, session_id: str) -> float | None:
    """Seconds since the login was made; None: there is no such login."""
    seconds: float | None = await db.fetchval(AGE, session_id)
    return seconds


async def rotate(db: Executor, session_id: str, counter: int) -> Rotation:
    """Trade the refresh token of this counter.

    The one before the newest brings that again: its answer was lost, or another window was first.
    An older one was stolen, or the newest was: revokes all.
    """
    async with db.transaction() as transaction:
        row = await transaction.fetchrow(LOCK, session_id)
        if row is None:
            return Rotation(RotationResult.UNKNOWN)
        if row["revoked"]:
            return Rotation(RotationResult.REVOKED)
        if row["expired"]:
            return Rotation(RotationResult.EXPIRED)
        if row["counter"] == counter:
            advanced = await transaction.fetchrow(ADVANCE, session_id)
            return Rotation(RotationResult.ROTATED, _session(advanced))
        if row["counter"] == counter + 1:
            return Rotation(RotationResult.REPEATED, _session(row))
        await revoke(transaction, session_id, "refresh_reuse")
        return Rotation(RotationResult.REUSED)


async def revoke(db: Executor, session_id: str, reason: str) -> None:
    """End a login: when this returns, no delta of it can be stored any more."""
    await db.execute(REVOKE, session_id, reason)


async def revoke_all(db: Executor, user_id: str, but: str | None, reason: str) -> list[str]:
    """End all logins of a user, `but` this one; which ones they were."""
    return [row["id"] for row in await db.fetch(REVOKE_ALL, user_id, but, reason)]


async def end_oldest(db: Executor, user_id: str, most: float) -> list[str]:
    """Revoke those logins of a user that were not used for longest; which ones they were."""
    if math.isinf(most):
        return []
    return [row["id"] for row in await db.fetch(END_OLDEST, user_id, int(most))]


async def trim(db: Executor) -> None:
    """Forget logins that ended a month ago."""
    for text in TRIMS:
        await slices.delete(db, text)


async def revoked_among(db: Executor, session_ids: Collection[str]) -> set[str]:
    """Those of the sessions that are revoked, or no longer known."""
    return {row["id"] for row in await db.fetch(REVOKED_AMONG, list(session_ids))}


def _session(row: Any) -> AuthSession:
    return AuthSession(row["id"], row["user_id"], row["device"], row["counter"], row["revoked"])
