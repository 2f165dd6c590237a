"""Queries on `login_tries`: how often a password or a code was tried, counted by all nodes."""

from collections.abc import Callable
from typing import Any

from persistence import slices
from persistence.pool import Executor
from rooms.limits import code_tries
from rooms.limits.login_tries import (
    Tries,
    after_a_login,
    after_a_try,
    after_no_look,
    seconds_to_wait,
)

EVERYWHERE = ""
"""The address under which tries from all addresses that are not known are counted."""

# One at a time for each account: many tries come at once, and the row may not be there yet.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('login tries ' || encode($1, 'hex'), 0))
"""

GET = """
SELECT asked.address, t.wrong,
    extract(epoch FROM t.free_at)::float8 AS free_at,
    extract(epoch FROM t.known_until)::float8 AS known_until,
    extract(epoch FROM clock_timestamp())::float8 AS now
FROM unnest($2::text[]) AS asked (address)
LEFT JOIN login_tries AS t ON t.account = $1 AND t.address = asked.address
"""

IS_KNOWN = """
SELECT known_until > clock_timestamp() FROM login_tries WHERE account = $1 AND address = $2
"""

PUT = """
INSERT INTO login_tries (account, address, wrong, free_at, known_until)
VALUES ($1, $2, $3, to_timestamp($4), to_timestamp($5))
ON CONFLICT (account, address) DO UPDATE
SET wrong = excluded.wrong, free_at = excluded.free_at, known_until = excluded.known_until
"""

TRIM = slices.deleting(
    "login_tries", "free_at < now() - interval '1 day' AND known_until < now()", "free_at", 1
)

WRONG = """
SELECT coalesce(max(wrong), 0) FROM login_tries WHERE account = $1
"""

Step = Callable[[Tries, Tries, float], tuple[Tries, Tries]]
Wait = Callable[[Tries, Tries, float], float]


async def is_known(db: Executor, account: bytes, address: str) -> bool:
    """Whether the account has logged in from this address lately."""
    return bool(await db.fetchval(IS_KNOWN, account, address))


async def count_try(db: Executor, account: bytes, address: str) -> tuple[float, int]:
    """Count one as wrong, until `count_login`: seconds to wait (then nothing is counted), and how
    many were wrong in a row. `account`: 16 bytes made of its e-mail address, also of none there is.
    """
    return await _step(db, account, address, after_a_try, seconds_to_wait)


async def count_login(db: Executor, account: bytes, address: str) -> None:
    """The try was right: the address is known from now on."""
    await _step(db, account, address, after_a_login)


async def count_nothing(db: Executor, account: bytes, address: str) -> None:
    """There was no time to look at the try."""
    await _step(db, account, address, after_no_look)


async def count_code(db: Executor, account: bytes, address: str) -> float:
    """The same for a code of a second factor, at a pace of its own (rule A58): seconds to wait."""
    tried = code_tries.after_a_try
    return (await _step(db, account, address, tried, code_tries.seconds_to_wait))[0]


async def count_right_code(db: Executor, account: bytes, address: str) -> None:
    """The code was right: the address is known from now on."""
    await _step(db, account, address, code_tries.after_a_code)


async def wrong_in_a_row(db: Executor, account: bytes) -> int:
    """From the address, or from all that are not known, that had most."""
    count: int = await db.fetchval(WRONG, account)
    return count


async def trim(db: Executor) -> None:
    """Forget what has no meaning any more."""
    await slices.delete(db, TRIM)


async def _step(
    db: Executor, account: bytes, address: str, step: Step, waits: Wait | None = None
) -> tuple[float, int]:
    async with db.transaction() as transaction:
        await transaction.execute(LOCK, account)
        rows = {
            r["address"]: r for r in await transaction.fetch(GET, account, [address, EVERYWHERE])
        }
        here, all_over = _tries(rows[address]), _tries(rows[EVERYWHERE])
        now: float = rows[address]["now"]
        wait = 0.0 if waits is None else waits(here, all_over, now)
        if wait:
            return wait, here.wrong
        new_here, new_all_over = step(here, all_over, now)
        await _put(transaction, account, address, new_here)
        if new_all_over != all_over:
            await _put(transaction, account, EVERYWHERE, new_all_over)
        return 0.0, new_here.wrong


async def _put(db: Executor, account: bytes, address: str, tries: Tries) -> None:
    await db.execute(PUT, account, address, tries.wrong, tries.free_at, tries.known_until)


def _tries(row: Any) -> Tries:
    if row["wrong"] is None:
        return Tries()
    return Tries(row["wrong"], row["free_at"], row["known_until"])
