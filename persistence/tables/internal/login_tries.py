"""Queries on `login_tries`: how often a password or a code was tried, counted by all nodes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from persistence import sliced_deletes
from persistence.guessing import code_tries
from persistence.guessing.password_tries import (
    TryCounts,
    after_a_beginning,
    after_a_login,
    after_a_wrong_one,
    after_another_proof,
    after_no_look,
    is_alone,
    is_undecided,
    seconds_to_wait,
)
from persistence.pool import Executor

KNOWN_DEVICE_SECONDS = 3_600.0
"""So long its count is kept: whoever comes with it shows it again."""

EVERYWHERE = ""
"""The address under which tries from all addresses that are not known are counted."""

DEVICES = "devices"
"""The address under which tries on all known devices are counted, beside each for itself."""

# One at a time for each account: many tries come at once, and the row may not be there yet.
LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('login tries ' || encode($1, 'hex'), 0))
"""

GET = """
SELECT asked.address, t.wrong,
    extract(epoch FROM t.free_at)::float8 AS free_at,
    extract(epoch FROM t.known_until)::float8 AS known_until,
    t.under_way, extract(epoch FROM t.lost_at)::float8 AS lost_at,
    extract(epoch FROM clock_timestamp())::float8 AS now
FROM unnest($2::text[]) AS asked (address)
LEFT JOIN login_tries AS t ON t.account = $1 AND t.address = asked.address
"""

IS_KNOWN = """
SELECT known_until > clock_timestamp() FROM login_tries WHERE account = $1 AND address = $2
"""

FORGET_KNOWN = """
UPDATE login_tries SET known_until = to_timestamp(0)
WHERE account = $1 AND known_until > clock_timestamp()
"""

PUT = """
INSERT INTO login_tries (account, address, wrong, free_at, known_until, under_way, lost_at)
VALUES ($1, $2, $3, to_timestamp($4), to_timestamp($5), $6, to_timestamp($7))
ON CONFLICT (account, address) DO UPDATE
SET wrong = excluded.wrong, free_at = excluded.free_at, known_until = excluded.known_until,
    under_way = excluded.under_way, lost_at = excluded.lost_at
"""

TRIM = sliced_deletes.deleting(
    "login_tries", "free_at < now() - interval '1 day' AND known_until < now()", "free_at", 1
)

WRONG = """
SELECT coalesce(max(wrong), 0) FROM login_tries WHERE account = $1
"""

Step = Callable[[TryCounts, TryCounts, float], tuple[TryCounts, TryCounts]]


class Try(NamedTuple):
    """What becomes of a try that has come: it may be looked at, unless `wait` or `is_undecided`."""

    wait: float = 0.0
    """Seconds, by those that were wrong."""
    is_undecided: bool = False
    """Others are being looked at: come again once it is known what became of them."""
    was_alone: bool = False
    """It counts for its address only; to be said with what became of it."""
    all_over: str = EVERYWHERE
    """Where it counts as well, if it does not."""


async def is_known(db: Executor, account: bytes, address: str) -> bool:
    """Whether the account has logged in from this address lately."""
    return bool(await db.fetchval(IS_KNOWN, account, address))


async def count_try(db: Executor, account: bytes, address: str, *, is_known: bool = False) -> Try:
    """Count one as under way, if it may be looked at, until one of the three below says what became
    of it. `account`: 16 bytes made of its e-mail address, also of none there is. `is_known`: what
    stands for the address is a device that has shown that the account has logged in on it.
    """
    shared_place = DEVICES if is_known else EVERYWHERE
    async with db.transaction() as tx:
        own_tries, all_tries, now = await _locked(tx, account, address, shared_place)
        if is_known:
            own_tries = replace(
                own_tries, known_until=max(own_tries.known_until, now + KNOWN_DEVICE_SECONDS)
            )
        if wait := seconds_to_wait(own_tries, all_tries, now):
            return Try(wait)
        if is_undecided(own_tries, all_tries, now):
            return Try(is_undecided=True)
        after = after_a_beginning(own_tries, all_tries, now)
        await _put_both(tx, account, (address, shared_place), (own_tries, all_tries), after)
        return Try(was_alone=is_alone(own_tries, all_tries, now), all_over=shared_place)


async def count_wrong(db: Executor, account: bytes, address: str, begun_try: Try) -> int:
    """The try was wrong: how many were in a row, with this one."""
    was_alone = begun_try.was_alone
    own_tries = await _count_step(
        db,
        account,
        (address, begun_try.all_over),
        lambda *tries: after_a_wrong_one(*tries, was_alone=was_alone),
    )
    return own_tries.wrong_in_a_row


async def count_login(db: Executor, account: bytes, address: str, begun_try: Try) -> None:
    """The try was right: the address is known from now on."""
    was_alone = begun_try.was_alone
    where = (address, begun_try.all_over)
    await _count_step(db, account, where, lambda *tries: after_a_login(*tries, was_alone=was_alone))


async def count_nothing(db: Executor, account: bytes, address: str, begun_try: Try) -> None:
    """There was no time to look at the try."""
    was_alone = begun_try.was_alone
    where = (address, begun_try.all_over)
    await _count_step(db, account, where, lambda *tries: after_no_look(*tries, was_alone=was_alone))


async def count_owner(db: Executor, account: bytes, address: str) -> None:
    """The owner was here without a try: the address is known from now on."""

    def known(
        own_tries: TryCounts, all_tries: TryCounts, now: float
    ) -> tuple[TryCounts, TryCounts]:
        return after_another_proof(own_tries, now), all_tries

    await _count_step(db, account, (address, EVERYWHERE), known)


async def forget_known(db: Executor, account: bytes) -> None:
    """No address is one any more where the account has logged in."""
    await db.execute(FORGET_KNOWN, account)


async def count_code(db: Executor, account: bytes, address: str) -> float:
    """Count a code of a second factor as wrong, until `count_right_code`: seconds to wait.

    At a pace of its own (rule A58); then nothing is counted. A right one is good once, so that no
    two right ones are looked at at once.
    """
    async with db.transaction() as tx:
        own_tries, other_tries, now = await _locked(tx, account, address, EVERYWHERE)
        if wait := code_tries.seconds_to_wait(own_tries, other_tries, now):
            return wait
        after = code_tries.after_a_try(own_tries, other_tries, now)
        await _put_both(tx, account, (address, EVERYWHERE), (own_tries, other_tries), after)
        return 0.0


async def count_right_code(db: Executor, account: bytes, address: str) -> None:
    """The code was right: the address is known from now on."""
    await _count_step(db, account, (address, EVERYWHERE), code_tries.after_a_code)


async def wrong_in_a_row(db: Executor, account: bytes) -> int:
    """From the address, or from all that are not known, that had most."""
    count: int = await db.fetchval(WRONG, account)
    return count


async def trim(db: Executor) -> None:
    """Forget what has no meaning any more."""
    await sliced_deletes.delete(db, TRIM)


async def _count_step(
    db: Executor, account: bytes, where: tuple[str, str], step: Step
) -> TryCounts:
    """What is then counted of the address, the first of both."""
    async with db.transaction() as tx:
        own_tries, all_tries, now = await _locked(tx, account, *where)
        after = step(own_tries, all_tries, now)
        await _put_both(tx, account, where, (own_tries, all_tries), after)
        return after[0]


async def _locked(
    tx: Executor, account: bytes, address: str, shared_place: str
) -> tuple[TryCounts, TryCounts, float]:
    """Of the address and of all over, which nobody else changes until the end of `tx`; and now."""
    await tx.execute(LOCK, account)
    rows = {row["address"]: row for row in await tx.fetch(GET, account, [address, shared_place])}
    all_tries = replace(_tries(rows[shared_place]), is_of_devices=shared_place == DEVICES)
    return _tries(rows[address]), all_tries, rows[address]["now"]


async def _put_both(
    tx: Executor,
    account: bytes,
    addresses: tuple[str, str],
    before: tuple[TryCounts, TryCounts],
    after: tuple[TryCounts, TryCounts],
) -> None:
    for where, tries_before, tries_after in zip(addresses, before, after, strict=True):
        if tries_after != tries_before:
            times = (
                tries_after.free_at,
                tries_after.known_until,
                tries_after.under_way_count,
                tries_after.under_way_until,
            )
            await tx.execute(PUT, account, where, tries_after.wrong_in_a_row, *times)


def _tries(row: Any) -> TryCounts:
    if row["wrong"] is None:
        return TryCounts()
    times = (row["free_at"], row["known_until"], row["under_way"], row["lost_at"])
    return TryCounts(row["wrong"], *times)
