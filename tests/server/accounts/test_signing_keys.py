"""Keys in the database: made once, published before they sign, honoured after."""

import asyncio
import json

import pytest

from persistence.pool import Database
from persistence.tables.internal import signing_keys as table
from server.accounts.signing_keys import (
    JWKS_SECONDS,
    LOOKS_AT_ONCE,
    OLD_NODES_SECONDS,
    PUBLISHED_SECONDS,
    READ_SECONDS,
    SigningKeys,
    opened,
    replace,
    rotate,
)
from tests.persistence.planted_rows import make_login, make_user

pytestmark = pytest.mark.postgres

LIFE = 900.0


async def now(database: Database) -> float:
    return float(await database.fetchval("SELECT extract(epoch FROM now())::float8"))


async def test_A10_of_many_nodes_that_start_at_once_one_makes_the_first_key(
    database: Database,
) -> None:
    keys = await asyncio.gather(*(opened(database) for _ in range(5)))
    assert len(await table.all_(database)) == 1
    clock = await now(database)
    signers = [each.signer(clock) for each in keys]
    assert {signer.kid for signer in signers if signer} == {(await table.all_(database))[0].kid}
    assert all(signers)


async def test_A10_where_people_have_logged_in_the_first_key_waits_for_nodes_of_before(
    database: Database,
) -> None:
    await make_login(database, await make_user(database))
    keys, clock = await opened(database), await now(database)
    assert keys.signer(clock) is None
    assert keys.signer(clock + OLD_NODES_SECONDS + 1) is not None


async def test_A10_a_key_is_published_before_it_signs_and_honoured_after(
    database: Database,
) -> None:
    assert max(JWKS_SECONDS, READ_SECONDS) < PUBLISHED_SECONDS
    keys, clock = await opened(database), await now(database)
    first = keys.signer(clock)
    assert first is not None
    second = await rotate(database, LIFE)
    assert await rotate(database, LIFE) is None  # one at a time
    await keys.read(database)
    assert {key["kid"] for key in json.loads(keys.published(clock))["keys"]} == {first.kid, second}
    signs_later = keys.signer(clock + PUBLISHED_SECONDS + 1)
    assert keys.signer(clock) == keys.get(first.kid)
    assert signs_later is not None
    assert signs_later.kid == second
    retired = clock + PUBLISHED_SECONDS + LIFE + PUBLISHED_SECONDS + 1
    assert [key["kid"] for key in json.loads(keys.published(retired))["keys"]] == [second]


async def test_A10_a_key_that_somebody_may_have_is_replaced_at_once(database: Database) -> None:
    keys, clock = await opened(database), await now(database)
    await rotate(database, LIFE)  # which waits to sign, and may be known too
    only = await replace(database)
    await keys.read(database)
    later = await now(database)
    signer, behind = keys.signer(later), keys.signer(clock - 5)
    assert signer is not None
    assert signer.kid == only
    assert behind is None or behind.kid != only or behind == signer
    assert [key["kid"] for key in json.loads(keys.published(later))["keys"]] == [only]


async def test_A10_what_is_published_is_public(database: Database) -> None:
    keys, clock = await opened(database), await now(database)
    [key] = json.loads(keys.published(clock))["keys"]
    assert key.keys() == {"kty", "crv", "x", "kid", "alg", "use"}
    [row] = await table.all_(database)
    assert row.private_key is not None
    assert "private" not in repr(row)
    assert "private" not in repr(keys.get(row.kid))


async def test_a_key_gets_a_successor_when_it_is_old_and_loses_its_private_part(
    database: Database,
) -> None:
    await opened(database)
    assert await rotate(database, LIFE, older_than_seconds=3_600) is None
    await database.execute("UPDATE signing_keys SET signs_from = signs_from - interval '2 hours'")
    assert await rotate(database, LIFE, older_than_seconds=3_600) is not None
    await table.trim(database)
    assert all(row.private_key for row in await table.all_(database))
    await database.execute(
        "UPDATE signing_keys SET signs_from = signs_from - interval '3 days',"
        " retires_at = retires_at - interval '2 days'"
    )
    await table.trim(database)
    assert [row.private_key is None for row in await table.all_(database)] == [True, False]


async def test_A10_an_unknown_key_is_looked_for_and_no_flood_of_them_asks_the_database(
    database: Database,
) -> None:
    keys = SigningKeys()
    await table.ensure(database, lambda: ("kid", bytes(32), bytes(32)), 0)
    await keys.look(database, 0.0)
    assert keys.get("kid") is not None
    for _ in range(int(LOOKS_AT_ONCE) + 5):
        await keys.look(database, 0.0)
    await database.execute("UPDATE signing_keys SET kid = 'other'")
    await keys.look(database, 0.0)
    assert keys.get("other") is None
    await keys.look(database, 5.0)
    assert keys.get("other") is not None
