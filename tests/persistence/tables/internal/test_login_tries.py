"""Tries counted by all nodes together."""

import asyncio

import pytest

from persistence.pool import Database
from persistence.tables.internal import login_tries
from schema.limits import MAX_FREE_GUESSES, MAX_GUESSES_PER_HOUR

pytestmark = pytest.mark.postgres

ANN, BEN = b"a" * 16, b"b" * 16
AT_ONCE = int(MAX_GUESSES_PER_HOUR / 5)


async def heard(database: Database, account: bytes, *addresses: str) -> int:
    """How many of tries that come all at once are heard."""
    tries = [login_tries.count_try(database, account, address) for address in addresses]
    return sum(wait == 0 for wait, _ in await asyncio.gather(*tries))


async def test_A4_of_tries_that_come_at_once_as_many_are_heard_as_one_by_one(
    database: Database,
) -> None:
    assert await heard(database, ANN, *["here"] * 20) == MAX_FREE_GUESSES
    wait, wrong = await login_tries.count_try(database, ANN, "here")
    assert 0 < wait <= 1
    assert wrong == MAX_FREE_GUESSES
    assert await heard(database, BEN, "here") == 1


async def test_A4_many_addresses_are_counted_together(database: Database) -> None:
    addresses = [f"address {n}" for n in range(AT_ONCE + 10)]
    assert await heard(database, ANN, *addresses) == AT_ONCE
    assert await heard(database, BEN, *addresses[:5]) == 5


async def test_A4_where_the_owner_was_before_it_is_heard(database: Database) -> None:
    await login_tries.count_try(database, ANN, "home")
    await login_tries.count_login(database, ANN, "home")
    assert await heard(database, ANN, *(f"address {n}" for n in range(AT_ONCE))) == AT_ONCE
    assert await heard(database, ANN, "elsewhere") == 0
    assert await heard(database, ANN, "home") == 1


async def test_A4_what_was_not_looked_at_does_not_count(database: Database) -> None:
    for _ in range(3 * MAX_FREE_GUESSES):
        assert (await login_tries.count_try(database, ANN, "here"))[0] == 0
        await login_tries.count_nothing(database, ANN, "here")


async def test_what_has_no_meaning_any_more_is_forgotten(database: Database) -> None:
    await login_tries.count_try(database, ANN, "here")
    await login_tries.count_try(database, BEN, "home")
    await login_tries.count_login(database, BEN, "home")
    await login_tries.trim(database)
    assert await database.fetchval("SELECT count(*) FROM login_tries") == 4
    await database.execute("UPDATE login_tries SET free_at = free_at - interval '25 hours'")
    await login_tries.trim(database)
    left = await database.fetch("SELECT account, address FROM login_tries")
    assert [tuple(row) for row in left] == [(BEN, "home")]
