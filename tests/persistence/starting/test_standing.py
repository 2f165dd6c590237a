"""What is asked of a database before anything is started."""

import pytest

from persistence.migrate import known_migrations
from persistence.pool import Database
from persistence.starting import standing

pytestmark = pytest.mark.postgres


async def test_a_database_says_what_it_is(database: Database) -> None:
    facts = await standing.facts(database)
    assert facts.connections > facts.taken > 0
    known = [migration.name for migration in known_migrations()]
    assert await standing.applied(database) == known


async def test_an_empty_one_has_nothing_of_prime(empty_database_url: str) -> None:
    database = await Database.open(empty_database_url, max_size=1)
    try:
        assert await standing.applied(database) == []
        assert not await standing.has_table(database, "server_secrets")
    finally:
        await database.close()
