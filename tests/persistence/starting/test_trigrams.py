"""The extension that finds parts of names: where it cannot be made, one is told what to run."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from persistence.errors import Unfit
from persistence.migrate import known_migrations, migrate
from persistence.starting.trigrams import CREATE, make_trigrams, refuse
from tests.databases import execute

pytestmark = pytest.mark.postgres


def as_administrator(dsn: str) -> str:
    return dsn.replace("//prime@", "//postgres@")


@pytest.fixture
async def connection(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(empty_database_url)
    yield opened
    await opened.close()


async def test_it_is_made_once(connection: asyncpg.Connection) -> None:
    for _ in range(2):
        await make_trigrams(connection)
    assert await connection.fetchval("SELECT 'reese' % 'reeze'")


async def test_one_in_another_schema_is_named_with_what_moves_it(
    connection: asyncpg.Connection, empty_database_url: str
) -> None:
    await connection.execute("CREATE SCHEMA elsewhere; CREATE EXTENSION pg_trgm SCHEMA elsewhere")
    with pytest.raises(Unfit) as refused:
        await make_trigrams(connection)
    said = str(refused.value)
    told = said.partition(": ")[2]
    assert "\n" not in said
    await execute(as_administrator(empty_database_url), told)
    await make_trigrams(connection)


async def test_the_migration_is_refused_by_it_and_goes_on_later(empty_database_url: str) -> None:
    await execute(
        empty_database_url, "CREATE SCHEMA elsewhere; CREATE EXTENSION pg_trgm SCHEMA elsewhere"
    )
    with pytest.raises(Unfit, match="pg_trgm"):
        await migrate(empty_database_url)
    await execute(as_administrator(empty_database_url), "ALTER EXTENSION pg_trgm SET SCHEMA public")
    later = [m.name for m in known_migrations() if m.number >= 22]
    assert await migrate(empty_database_url) == later


def test_where_it_is_missing_the_statement_that_makes_it_is_told() -> None:
    with pytest.raises(Unfit) as refused:
        refuse({"me": "prime", "database": "studio", "is_there": False})
    assert str(refused.value).endswith(f"in the database studio: {CREATE};")
