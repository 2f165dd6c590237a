"""What is asked of a database before anything is started."""

import time

import pytest

from persistence.migrate import known_migrations
from persistence.pool import Database
from persistence.starting import database_status

pytestmark = pytest.mark.postgres


async def test_a_database_says_what_it_is(database: Database) -> None:
    facts = await database_status.facts(database)
    assert facts.most_connections > facts.open_connections > 0
    known = [migration.name for migration in known_migrations()]
    assert await database_status.applied(database) == known


async def test_an_empty_one_has_nothing_of_prime(empty_database_url: str) -> None:
    database = await Database.open(empty_database_url, max_size=1)
    try:
        assert await database_status.applied(database) == []
        assert not await database_status.has_table(database, "server_secrets")
    finally:
        await database.close()


@pytest.mark.parametrize("ahead", [0, 90, -90])
async def test_how_far_our_clock_is_from_the_servers(
    database: Database, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    assert await database_status.clock_ahead(database) == 0.0  # both are this machine's
    true = time.time
    monkeypatch.setattr("persistence.starting.database_status.time.time", lambda: true() + ahead)
    assert await database_status.clock_ahead(database) == pytest.approx(ahead, abs=1.0)
