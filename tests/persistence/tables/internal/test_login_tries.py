"""Tries counted by all nodes together."""

import asyncio

import pytest

from persistence.pool import Database
from persistence.tables.internal import login_tries
from persistence.tables.internal.login_tries import Try
from schema.limits import MAX_FREE_GUESSES, MAX_GUESSES_PER_HOUR

pytestmark = pytest.mark.postgres

ANN, BEN = b"a" * 16, b"b" * 16
AT_ONCE = int(MAX_GUESSES_PER_HOUR / 5)


async def begun(database: Database, account: bytes, *addresses: str) -> list[tuple[str, Try]]:
    """Those of tries that come all at once which are looked at, with their addresses."""
    tries = [login_tries.count_try(database, account, address) for address in addresses]
    made = zip(addresses, await asyncio.gather(*tries), strict=True)
    return [(at, one) for at, one in made if one.wait == 0 and not one.is_undecided]


async def wrong(database: Database, account: bytes, *addresses: str) -> int:
    """How many of wrong passwords that come all at once are looked at."""
    looked_at = await begun(database, account, *addresses)
    await asyncio.gather(
        *(login_tries.count_wrong(database, account, at, one) for at, one in looked_at)
    )
    return len(looked_at)


async def test_A4_of_tries_that_come_at_once_as_many_are_heard_as_one_by_one(
    database: Database,
) -> None:
    assert await wrong(database, ANN, *["here"] * 20) == MAX_FREE_GUESSES
    refused = await login_tries.count_try(database, ANN, "here")
    assert 0 < refused.wait <= 1
    assert await wrong(database, BEN, "here") == 1


async def test_A4_many_addresses_are_counted_together(database: Database) -> None:
    addresses = [f"address {n}" for n in range(AT_ONCE + 10)]
    assert await wrong(database, ANN, *addresses) == AT_ONCE
    assert await wrong(database, BEN, *addresses[:5]) == 5


async def test_A4_where_the_owner_was_before_it_is_heard(database: Database) -> None:
    home = await login_tries.count_try(database, ANN, "home")
    await login_tries.count_login(database, ANN, "home", home)
    assert await wrong(database, ANN, *(f"address {n}" for n in range(AT_ONCE))) == AT_ONCE
    assert await wrong(database, ANN, "elsewhere") == 0
    assert await wrong(database, ANN, "home") == 1


async def test_A4_what_was_not_looked_at_does_not_count(database: Database) -> None:
    for _ in range(3 * MAX_FREE_GUESSES):
        [(_, one)] = await begun(database, ANN, "here")
        await login_tries.count_nothing(database, ANN, "here", one)


async def test_A4_right_ones_that_come_at_once_wait_for_each_other(database: Database) -> None:
    """Whoever is not looked at is told no time, and is heard once the others were right."""
    first = await begun(database, ANN, *["here"] * 12)
    assert len(first) == MAX_FREE_GUESSES
    assert await login_tries.count_try(database, ANN, "here") == Try(is_undecided=True)
    for at, one in first:
        await login_tries.count_login(database, ANN, at, one)
    assert len(await begun(database, ANN, *["here"] * 12)) == MAX_FREE_GUESSES


async def test_A4_who_proves_it_otherwise_takes_no_guess_back(database: Database) -> None:
    assert await wrong(database, ANN, *(f"address {n}" for n in range(AT_ONCE))) == AT_ONCE
    await login_tries.count_owner(database, ANN, "home")
    assert await wrong(database, ANN, "elsewhere") == 0
    assert await wrong(database, ANN, "home") == 1


async def test_what_has_no_meaning_any_more_is_forgotten(database: Database) -> None:
    await login_tries.count_try(database, ANN, "here")
    home = await login_tries.count_try(database, BEN, "home")
    await login_tries.count_login(database, BEN, "home", home)
    await login_tries.trim(database)
    assert await database.fetchval("SELECT count(*) FROM login_tries") == 4
    await database.execute("UPDATE login_tries SET free_at = free_at - interval '25 hours'")
    await login_tries.trim(database)
    left = await database.fetch("SELECT account, address FROM login_tries")
    assert [tuple(row) for row in left] == [(BEN, "home")]
