"""Queries on `signing_keys`: what access tokens are signed with, the same for every node."""

from collections.abc import Callable
from dataclasses import dataclass, field

from persistence.pool import Executor

LOCK = "LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE"

ALL = """
SELECT kid, public_key, private_key, extract(epoch FROM signs_from)::float8 AS signs_from,
    extract(epoch FROM retires_at)::float8 AS retires_at
FROM signing_keys ORDER BY signs_from, kid
"""

# Where nobody has ever logged in there is no node of before, which could not read such tokens.
FIRST = """
INSERT INTO signing_keys (kid, public_key, private_key, signs_from)
SELECT $1, $2, $3, CASE WHEN EXISTS (SELECT FROM auth_sessions)
    THEN now() + $4 * interval '1 second' ELSE now() - interval '1 minute' END
WHERE NOT EXISTS (SELECT FROM signing_keys)
"""

NEXT = """
INSERT INTO signing_keys (kid, public_key, private_key, signs_from)
SELECT $1, $2, $3, now() + $4 * interval '1 second'
WHERE NOT EXISTS (
    SELECT FROM signing_keys WHERE signs_from > now() - $5 * interval '1 second')
"""

RETIRE = """
UPDATE signing_keys SET retires_at = least(retires_at, now() + $2 * interval '1 second')
WHERE kid <> $1
"""

# Of those that have signed nothing yet.
FORGET_NEXT = """
DELETE FROM signing_keys WHERE signs_from > now()
"""

ERASE = """
UPDATE signing_keys SET private_key = NULL
WHERE retires_at < now() - interval '1 hour' AND private_key IS NOT NULL
"""

TRIM = """
DELETE FROM signing_keys WHERE retires_at < now() - interval '400 days'
"""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key; times in seconds since 1970."""

    kid: str
    public_key: bytes
    """The 32 bytes of an Ed25519 key (RFC 8032)."""
    private_key: bytes | None = field(repr=False)
    """None: it is retired."""
    signs_from: float
    retires_at: float | None
    """From when on nobody honours what it has signed; None: it has no successor yet."""


Made = tuple[str, bytes, bytes]
"""A new key: kid, public and private key."""


async def all_(db: Executor) -> list[KeyRow]:
    """Every key, the one that signs last at the end."""
    return [
        KeyRow(
            row["kid"],
            row["public_key"],
            row["private_key"],
            row["signs_from"],
            row["retires_at"],
        )
        for row in await db.fetch(ALL)
    ]


async def ensure(db: Executor, make: Callable[[], Made], old_nodes_seconds: float) -> None:
    """See that there is one; of many nodes that start at once, one makes it for all.

    Where people have logged in before, nodes of before may serve beside this one for
    `old_nodes_seconds`: it signs from then on.
    """
    async with db.transaction() as transaction:
        await transaction.execute(LOCK)
        await transaction.execute(FIRST, *make(), old_nodes_seconds)


async def rotate(
    db: Executor,
    make: Callable[[], Made],
    *,
    published_seconds: float,
    kept_seconds: float,
    older_than_seconds: float = 0.0,
) -> str | None:
    """Make the next key: it is published now and signs after `published_seconds`.

    Those before it are honoured for `kept_seconds` longer. The kid of the new one; None: the newest
    does not sign yet, or has not signed for `older_than_seconds`.
    """
    kid, public_key, private_key = make()
    async with db.transaction() as transaction:
        await transaction.execute(LOCK)
        status = await transaction.execute(
            NEXT, kid, public_key, private_key, published_seconds, older_than_seconds
        )
        if status != "INSERT 0 1":
            return None
        await transaction.execute(RETIRE, kid, published_seconds + kept_seconds)
    return kid


async def replace(db: Executor, make: Callable[[], Made]) -> str:
    """Make a key that signs at once; nothing that was signed before is honoured. Its kid."""
    kid, public_key, private_key = make()
    async with db.transaction() as transaction:
        await transaction.execute(LOCK)
        await transaction.execute(FORGET_NEXT)
        await transaction.execute(NEXT, kid, public_key, private_key, 0.0, 0.0)
        await transaction.execute(RETIRE, kid, 0.0)
    return kid


async def trim(db: Executor) -> None:
    """Erase the private parts of those that have retired, and forget them a year later.

    Until then their public parts tell a client that was away long from one with a forged token.
    """
    await db.execute(ERASE)
    await db.execute(TRIM)
