"""Queries on `second_factors`, `more_apps` and `recovery_codes`: what a login takes beside the
first factor.

The first app of a user is the row of `second_factors`, any others are rows of `more_apps`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from persistence.pool import Executor
from persistence.tables.internal import counting

APPS = """
SELECT app_id, name, sealed, last_step, (extract(epoch FROM confirmed_at) * 1000)::float8 AS since
FROM (
    SELECT app_id, name, sealed, last_step, confirmed_at FROM second_factors WHERE user_id = $1
    UNION ALL
    SELECT app_id, name, sealed, last_step, confirmed_at FROM more_apps WHERE user_id = $1
) AS apps
WHERE confirmed_at IS NOT NULL ORDER BY confirmed_at, app_id
"""

BEGUN = """
SELECT sealed FROM second_factors WHERE user_id = $1 AND confirmed_at IS NULL
UNION ALL
SELECT sealed FROM more_apps WHERE user_id = $1 AND confirmed_at IS NULL
"""

IS_CONFIRMED = """
SELECT EXISTS (SELECT FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL)
"""

# One that is not confirmed counts for nothing, and is begun anew.
BEGIN = """
INSERT INTO second_factors (user_id, sealed) VALUES ($1, $2)
ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, last_step = 0
    WHERE second_factors.confirmed_at IS NULL
RETURNING true
"""

BEGIN_ONE_MORE = """
INSERT INTO more_apps (user_id, sealed)
SELECT $1, $2 WHERE (SELECT count(*) FROM more_apps
    WHERE user_id = $1 AND confirmed_at IS NOT NULL) < $3::bigint - 1
ON CONFLICT (user_id) WHERE confirmed_at IS NULL
    DO UPDATE SET sealed = excluded.sealed, last_step = 0
RETURNING true
"""

# Of two that use a code at once, one waits for the other's row and finds the step used.
USE_STEP = """
WITH first AS (
    UPDATE second_factors SET last_step = $3
    WHERE user_id = $1 AND app_id = $2 AND last_step < $3 AND confirmed_at IS NOT NULL
    RETURNING true
), others AS (
    UPDATE more_apps SET last_step = $3
    WHERE user_id = $1 AND app_id = $2 AND last_step < $3 AND confirmed_at IS NOT NULL
    RETURNING true
)
SELECT true FROM first UNION ALL SELECT true FROM others
"""

CONFIRM = """
WITH first AS (
    UPDATE second_factors SET last_step = $2, confirmed_at = now(), name = $4
    WHERE user_id = $1 AND sealed = $3 AND last_step < $2 AND confirmed_at IS NULL
    RETURNING true
), others AS (
    UPDATE more_apps SET last_step = $2, confirmed_at = now(), name = $4
    WHERE user_id = $1 AND sealed = $3 AND last_step < $2 AND confirmed_at IS NULL
    RETURNING true
)
SELECT true FROM first UNION ALL SELECT true FROM others
"""

APPS_COUNTED = "authenticator apps"

REMOVE = """
DELETE FROM second_factors WHERE user_id = $1
"""

REMOVE_ONE_MORE = """
DELETE FROM more_apps WHERE user_id = $1 AND app_id = $2 AND confirmed_at IS NOT NULL
RETURNING true
"""

# The oldest of the others takes the place of the first: what is stored there is asked for by all.
REPLACE_FIRST = """
WITH next AS (
    DELETE FROM more_apps WHERE app_id = (
        SELECT app_id FROM more_apps WHERE user_id = $1 AND confirmed_at IS NOT NULL
            AND EXISTS (SELECT FROM second_factors WHERE user_id = $1 AND app_id = $2)
        ORDER BY confirmed_at, app_id LIMIT 1)
    RETURNING app_id, name, sealed, confirmed_at, last_step, created_at
)
UPDATE second_factors AS f
SET app_id = next.app_id, name = next.name, sealed = next.sealed,
    confirmed_at = next.confirmed_at, last_step = next.last_step, created_at = next.created_at
FROM next WHERE f.user_id = $1 AND f.app_id = $2
RETURNING true
"""

FORGET_CODES = """
DELETE FROM recovery_codes WHERE user_id = $1
"""

ADD_CODES = """
INSERT INTO recovery_codes (user_id, code_hash) SELECT $1, unnest($2::bytea[])
"""

TAKE_CODE = """
DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2 RETURNING true
"""

CODES_LEFT = """
SELECT count(*) FROM recovery_codes WHERE user_id = $1
"""


@dataclass(frozen=True, slots=True)
class AuthenticatorAppRow:
    """One that counts. `sealed_secret`: its secret, encrypted. `last_step`: codes of it and before
    it were
    used. `confirmed_at`: when it was confirmed, in ms since 1970."""

    id: str
    name: str
    sealed_secret: bytes
    last_step: int
    confirmed_at: float


async def apps(db: Executor, user_id: str) -> list[AuthenticatorAppRow]:
    """Those that count, the oldest first."""
    return [
        AuthenticatorAppRow(
            str(row["app_id"]), row["name"], row["sealed"], row["last_step"], row["since"]
        )
        for row in await db.fetch(APPS, user_id)
    ]


async def begun(db: Executor, user_id: str) -> bytes | None:
    """The sealed secret of the one that is set up just now."""
    sealed: bytes | None = await db.fetchval(BEGUN, user_id)
    return sealed


async def is_confirmed(db: Executor, user_id: str) -> bool:
    """Whether logins of this user take a second factor."""
    return bool(await db.fetchval(IS_CONFIRMED, user_id))


async def begin(db: Executor, user_id: str, sealed: bytes) -> bool:
    """Keep the secret of a first app until it is confirmed; False: there is one that is."""
    return bool(await db.fetchval(BEGIN, user_id, sealed))


async def begin_one_more(db: Executor, user_id: str, sealed: bytes, most: int) -> bool:
    """The same beside one that counts; False: the user has so many."""
    async with db.transaction() as transaction:
        await counting.hold(transaction, APPS_COUNTED, user_id)
        return bool(await transaction.fetchval(BEGIN_ONE_MORE, user_id, sealed, most))


async def use_step(db: Executor, user_id: str, app_id: str, step: int) -> bool:
    """A code of this step was shown; False: it, or a later one of the app, was used before."""
    return bool(await db.fetchval(USE_STEP, user_id, app_id, step))


async def confirm(db: Executor, user_id: str, step: int, sealed: bytes, name: str) -> bool:
    """In a transaction: it counts from now on; False: another one was begun, or it does already."""
    await counting.hold(db, APPS_COUNTED, user_id)
    return bool(await db.fetchval(CONFIRM, user_id, step, sealed, name))


async def remove(db: Executor, user_id: str) -> None:
    """All apps, also the recovery codes."""
    await db.execute(REMOVE, user_id)
    await db.execute(FORGET_CODES, user_id)


async def remove_app(db: Executor, user_id: str, app_id: str) -> bool:
    """One of several, in a transaction that holds the user; False: there is none such."""
    if await db.fetchval(REMOVE_ONE_MORE, user_id, app_id):
        return True
    return bool(await db.fetchval(REPLACE_FIRST, user_id, app_id))


async def replace_codes(db: Executor, user_id: str, hashes: Sequence[bytes]) -> None:
    """In a transaction: those of before are void."""
    await db.execute(FORGET_CODES, user_id)
    await db.execute(ADD_CODES, user_id, list(hashes))


async def take_code(db: Executor, user_id: str, code_hash: bytes) -> bool:
    """Use up a recovery code; False: there is none such."""
    return bool(await db.fetchval(TAKE_CODE, user_id, code_hash))


async def codes_left(db: Executor, user_id: str) -> int:
    count: int = await db.fetchval(CODES_LEFT, user_id)
    return count
