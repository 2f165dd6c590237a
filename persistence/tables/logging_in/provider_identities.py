"""Queries on `provider_identities`: who someone is at a provider, by issuer and subject."""

from dataclasses import dataclass
from typing import Any

from persistence.pool import Executor
from schema.text.email_addresses import as_kept

# Each login looks the user up by issuer and subject alone.
USE = """
UPDATE provider_identities SET last_used_at = now(), email = coalesce($3, email)
WHERE issuer = $1 AND subject = $2
RETURNING user_id
"""

# Of two that link it at once, one waits for the other and finds whose it is.
IS_LINKED = """
SELECT EXISTS (SELECT FROM provider_identities
    WHERE issuer = $1 AND subject = $2 AND user_id = $3)
"""

LINK = """
INSERT INTO provider_identities (user_id, provider, issuer, subject, email)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (issuer, subject) DO UPDATE SET last_used_at = now()
    WHERE provider_identities.user_id = excluded.user_id
RETURNING id, provider, email, created_at, last_used_at
"""

OF_USER = """
SELECT id, provider, email, created_at, last_used_at FROM provider_identities
WHERE user_id = $1 ORDER BY created_at, id LIMIT $2
"""

COUNT = """
SELECT count(*) FROM provider_identities WHERE user_id = $1
"""

# The user's row is held: of two calls that take a way in each, one finds that it is the last.
LOCK_USER = """
SELECT FROM prime_users WHERE id = $1 FOR NO KEY UPDATE
"""

UNLINK = """
DELETE FROM provider_identities WHERE user_id = $1 AND id = $2 RETURNING provider
"""

# Of an account that was made by a provider, one moment has proved the address and linked it.
UNLINK_UNPROVED = """
DELETE FROM provider_identities AS i USING prime_users AS u
WHERE u.id = $1 AND i.user_id = u.id
    AND (u.email_verified_at IS NULL OR i.created_at < u.email_verified_at)
RETURNING i.provider
"""


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """`email`: as the provider proved it; times are seconds since 1970."""

    id: str
    provider: str
    email: str | None
    linked_at: float
    last_used_at: float


async def use(db: Executor, issuer: str, subject: str, email: str | None) -> str | None:
    """Whose account it is linked to; None: to none."""
    user: str | None = await db.fetchval(USE, issuer, subject, email and as_kept(email))
    return user


async def is_linked(db: Executor, issuer: str, subject: str, user_id: str) -> bool:
    """Whether it is this user's."""
    return bool(await db.fetchval(IS_LINKED, issuer, subject, user_id))


async def link(
    db: Executor, user_id: str, provider: str, issuer: str, subject: str, email: str | None
) -> ProviderIdentity | None:
    """Link it, or find it linked already; None: it is linked to another account."""
    email_as_kept = email and as_kept(email)
    row = await db.fetchrow(LINK, user_id, provider, issuer, subject, email_as_kept)
    return _identity(row) if row else None


async def of_user(db: Executor, user_id: str, most: int) -> list[ProviderIdentity]:
    return [_identity(row) for row in await db.fetch(OF_USER, user_id, most)]


async def count_of(db: Executor, user_id: str) -> int:
    count: int = await db.fetchval(COUNT, user_id)
    return count


async def lock_user(db: Executor, user_id: str) -> None:
    """In a transaction: one at a time changes by what this user logs in."""
    await db.execute(LOCK_USER, user_id)


async def unlink(db: Executor, user_id: str, identity: str) -> str | None:
    """Take it off; its provider, or None if it is not this user's."""
    provider: str | None = await db.fetchval(UNLINK, user_id, identity)
    return provider


async def unlink_unproved(db: Executor, user_id: str) -> list[str]:
    """Take off those linked before the address was proved; the providers that they were of."""
    return [row["provider"] for row in await db.fetch(UNLINK_UNPROVED, user_id)]


def _identity(row: Any) -> ProviderIdentity:
    return ProviderIdentity(
        row["id"],
        row["provider"],
        row["email"],
        row["created_at"].timestamp(),
        row["last_used_at"].timestamp(),
    )
