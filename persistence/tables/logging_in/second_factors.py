"""Queries on `second_factors` and `recovery_codes`: what a login takes beside the first factor."""

from collections.abc import Sequence
from dataclasses import dataclass

from persistence.pool import Executor

GET = """
SELECT sealed, confirmed_at IS NOT NULL AS confirmed, last_step FROM second_factors
WHERE user_id = $1
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

# Of two that use a code at once, one waits for the other's row and finds the step used.
USE_STEP = """
UPDATE second_factors SET last_step = $2
WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL
RETURNING true
"""

CONFIRM = """
UPDATE second_factors SET last_step = $2, confirmed_at = now()
WHERE user_id = $1 AND sealed = $3 AND last_step < $2 AND confirmed_at IS NULL
RETURNING true
"""

REMOVE = """
DELETE FROM second_factors WHERE user_id = $1
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
class SecondFactor:
    """`sealed`: the secret, encrypted. `last_step`: codes of it and before it were used."""

    sealed: bytes
    confirmed: bool
    last_step: int


async def get(db: Executor, user_id: str) -> SecondFactor | None:
    row = await db.fetchrow(GET, user_id)
    return SecondFactor(row["sealed"], row["confirmed"], row["last_step"]) if row else None


async def is_confirmed(db: Executor, user_id: str) -> bool:
    """Whether logins of this user take a second factor."""
    return bool(await db.fetchval(IS_CONFIRMED, user_id))


async def begin(db: Executor, user_id: str, sealed: bytes) -> bool:
    """Keep a new secret until it is confirmed; False: there is one that is."""
    return bool(await db.fetchval(BEGIN, user_id, sealed))


async def use_step(db: Executor, user_id: str, step: int) -> bool:
    """A code of this step was shown; False: it, or a later one, was used before."""
    return bool(await db.fetchval(USE_STEP, user_id, step))


async def confirm(db: Executor, user_id: str, step: int, sealed: bytes) -> bool:
    """From now on it counts; False: another one was begun, or it counts already."""
    return bool(await db.fetchval(CONFIRM, user_id, step, sealed))


async def remove(db: Executor, user_id: str) -> None:
    """Also the recovery codes."""
    await db.execute(REMOVE, user_id)
    await db.execute(FORGET_CODES, user_id)


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
