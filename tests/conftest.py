"""Databases for tests: one server and one migrated template a session, an empty database a test."""

import asyncio
import gc
import os
import signal
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

from machine.embedded_postgres import EmbeddedPostgres
from persistence.migrate import migrate
from persistence.pool import Database
from tests.databases import Databases, create_database, drop_database, other_database
from tests.session.handed_on import hand_on
from tests.session.longest_first import longest_first
from tests.session.temporary_files import write_to_memory

# The same examples at every run: a failure is a change's doing, never the day's.
settings.register_profile("prime", derandomize=True, deadline=None)
settings.load_profile("prime")

write_to_memory(os.environ)

# Where they are ignored, as behind `&` or `nohup`, what tests start would ignore them, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

hand_on()

gc.disable()  # what is made until `pytest_collection_finish` stays, all of it

YOUNG = 20_000
"""Objects made before the young are looked at: at Python's 700 that is a tenth of all time."""

pytest.register_assert_rewrite("tests.persistence.journal.journal_contract")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest goes first, in each process its share of it."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = longest_first(items, _seconds_of, processes)


def pytest_collection_finish() -> None:
    """Thousands of tests stay to the end: no collection of garbage is to look at them again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    gc.enable()


def _seconds_of(item: pytest.Item) -> float:
    marker = item.get_closest_marker("longest")
    return 0.0 if marker is None else float(marker.args[0])


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
    asyncio.run(create_database(postgres_dsn, name))
    asyncio.run(migrate(other_database(postgres_dsn, name)))
    yield name
    asyncio.run(drop_database(postgres_dsn, name))


@pytest.fixture
async def empty_database_url(postgres_dsn: str) -> AsyncIterator[str]:
    """A database without a single table."""
    name = f"prime_test_{uuid.uuid4().hex[:12]}"
    await create_database(postgres_dsn, name)
    yield other_database(postgres_dsn, name)
    await drop_database(postgres_dsn, name)


@pytest.fixture(scope="session")
def databases(postgres_dsn: str, template_name: str) -> Iterator[Databases]:
    """Those that tests take and give back."""
    made = Databases(postgres_dsn, template_name)
    yield made
    asyncio.run(made.drop_all())


@pytest.fixture
async def database_url(
    request: pytest.FixtureRequest, postgres_dsn: str, databases: Databases
) -> AsyncIterator[str]:
    """A migrated database without a row, of this test's own."""
    is_new = request.node.get_closest_marker("new_database") is not None
    name = await databases.take(new=is_new)
    yield other_database(postgres_dsn, name)
    await databases.give_back(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open pool on `database_url`."""
    db = await Database.open(database_url, max_size=5, statement_timeout_seconds=60)
    yield db
    await db.close()
