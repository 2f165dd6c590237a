"""Databases for tests: one server and one migrated template a session, one database a test."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from hypothesis import settings

from persistence.embedded_postgres import EmbeddedPostgres
from persistence.migrate import migrate
from persistence.pool import Database

# The same examples at every run: a failure is a change's doing, never the day's.
settings.register_profile("prime", derandomize=True, deadline=None)
settings.load_profile("prime")

pytest.register_assert_rewrite("tests.persistence.journal_contract")


def other_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


async def execute(dsn: str, *statements: str) -> None:
    """Run statements outside any transaction, on a connection of their own."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close(timeout=10)


async def drop_database(dsn: str, name: str) -> None:
    """Whoever is still connected is put out, but for the autovacuum: that is waited for."""
    for _ in range(40):
        try:
            await execute(dsn, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.InsufficientPrivilegeError:
            await asyncio.sleep(0.25)
        else:
            return
    raise TimeoutError(f"{name} is in use by a process of the database server itself")


@pytest.fixture(scope="session")
def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server to make databases on: PRIME_TEST_DATABASE_URL, else an embedded one."""
    given = os.environ.get("PRIME_TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def template_name(postgres_dsn: str) -> Iterator[str]:
    """A migrated database that is only ever copied."""
    name = f"prime_template_{uuid.uuid4().hex[:12]}"
    asyncio.run(execute(postgres_dsn, f"CREATE DATABASE {name}"))
    asyncio.run(migrate(other_database(postgres_dsn, name)))
    yield name
    asyncio.run(drop_database(postgres_dsn, name))


@pytest.fixture
async def empty_database_url(postgres_dsn: str) -> AsyncIterator[str]:
    """A database without a single table."""
    name = f"prime_test_{uuid.uuid4().hex[:12]}"
    await execute(postgres_dsn, f"CREATE DATABASE {name}")
    yield other_database(postgres_dsn, name)
    await drop_database(postgres_dsn, name)


@pytest.fixture
async def database_url(postgres_dsn: str, template_name: str) -> AsyncIterator[str]:
    """A migrated database of this test's own."""
    name = f"prime_test_{uuid.uuid4().hex[:12]}"
    await execute(postgres_dsn, f"CREATE DATABASE {name} TEMPLATE {template_name}")
    yield other_database(postgres_dsn, name)
    await drop_database(postgres_dsn, name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open pool on `database_url`."""
    db = await Database.open(database_url, max_size=5)
    yield db
    await db.close()
