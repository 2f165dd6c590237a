import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import asyncpg
import pytest

from machine.embedded_postgres import EmbeddedPostgres
from persistence import pool as pool_module
from persistence.errors import BadSetting, BadValue, Busy, Faulty, Unavailable, Unfit
from persistence.pool import Database

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of this module's own, to be stopped and stalled."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("adversity"))
    yield server
    server.stop()


@pytest.fixture
def running_dsn(server: EmbeddedPostgres) -> str:
    server.stop()
    return server.start()


async def test_the_four_ways_to_ask(database: Database) -> None:
    assert [row["n"] for row in await database.fetch("SELECT generate_series(1, 2) AS n")] == [1, 2]
    row = await database.fetchrow("SELECT $1::uuid AS id", "00000000-0000-0000-0000-000000000001")
    assert row is not None
    assert row["id"] == "00000000-0000-0000-0000-000000000001"
    assert await database.fetchval("SELECT $1::int", 3) == 3
    assert await database.execute("CREATE TABLE t (a int)") == "CREATE TABLE"


async def test_a_transaction_is_all_or_nothing(database: Database) -> None:
    await database.execute("CREATE TABLE t (a int)")
    with pytest.raises(BadValue, match="division by zero"):  # noqa: PT012 - the block is the transaction
        async with database.transaction() as transaction:
            await transaction.execute("INSERT INTO t VALUES (1)")
            await transaction.execute("SELECT 1 / 0")
    async with database.transaction() as transaction, transaction.transaction() as inner:
        await inner.execute("INSERT INTO t VALUES (2)")
        assert await transaction.fetchval("SELECT a FROM t") == 2
    assert await database.fetchval("SELECT a FROM t") == 2


async def test_a_transaction_that_gave_up_is_rolled_back(database_url: str) -> None:
    """Else the driver does it when the connection is given back, and calls that our error."""
    complaints: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    db = await Database.open(database_url, max_size=1, statement_timeout_seconds=0.1)
    with pytest.raises(Busy):
        async with db.transaction() as transaction:
            await transaction.execute("SELECT pg_sleep(5)")
    assert await db.fetchval("SELECT 1") == 1
    await db.close()
    assert complaints == []


async def test_a_mistake_of_ours_is_not_called_an_outage(database: Database) -> None:
    with pytest.raises(Faulty, match="42601"):
        await database.fetch("SELECTT")
    with pytest.raises(Faulty, match="error of its driver"):
        await database.fetch("SELECT 1", "too many arguments")
    with pytest.raises(BadValue, match="22000"):
        await database.fetch("SELECT $1::int", "no number")
    assert await database.fetchval("SELECT 1") == 1


async def until_running(db: Database) -> None:
    """Until somebody uses a connection."""
    async with asyncio.timeout(30):
        while not db.busy:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


async def test_a_cancelled_query_gives_its_connection_back(database_url: str) -> None:
    db = await Database.open(database_url, max_size=1)
    query = asyncio.create_task(db.fetchval("SELECT pg_sleep(300)"))
    await until_running(db)
    query.cancel()
    with suppress(asyncio.CancelledError):
        await query
    assert await db.fetchval("SELECT 1") == 1
    await db.close()


async def test_a_cancelled_transaction_leaves_nothing_and_frees_its_connection(
    database_url: str,
) -> None:
    db = await Database.open(database_url, max_size=1)
    await db.execute("CREATE TABLE t (a int)")

    has_inserted = asyncio.Event()

    async def insert_and_wait() -> None:
        async with db.transaction() as transaction:
            await transaction.execute("INSERT INTO t VALUES (1)")
            has_inserted.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(insert_and_wait())
    await has_inserted.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert await db.fetchval("SELECT count(*) FROM t") == 0
    await db.close()


async def test_a_long_statement_is_ended_by_the_server(database_url: str) -> None:
    db = await Database.open(database_url, max_size=1, statement_timeout_seconds=0.2)
    with pytest.raises(Unavailable, match="too long"):
        await db.execute("SELECT pg_sleep(30)")
    async with db.transaction() as transaction:
        assert await transaction.fetchval("SELECT 1") == 1
    await db.close()


async def test_the_first_read_after_an_unseen_restart_succeeds(
    server: EmbeddedPostgres, running_dsn: str
) -> None:
    db = await Database.open(running_dsn, max_size=3)
    await asyncio.gather(*(db.fetchval("SELECT pg_sleep(0.05)") for _ in range(3)))
    # The restart blocks the event loop on purpose: it must not see its connections close.
    server.stop()
    server.start()
    assert await db.fetchval("SELECT 1") == 1
    async with db.transaction() as transaction:
        assert await transaction.fetchval("SELECT 2") == 2
    await db.close()


async def test_a_transaction_after_an_unseen_restart_succeeds(
    server: EmbeddedPostgres, running_dsn: str
) -> None:
    db = await Database.open(running_dsn, max_size=1)
    server.stop()
    server.start()
    async with db.transaction() as transaction:
        assert await transaction.fetchval("SELECT 1") == 1
    await db.close()


async def test_a_write_on_a_dead_connection_is_unavailable_once(
    server: EmbeddedPostgres, running_dsn: str
) -> None:
    db = await Database.open(running_dsn, max_size=3)
    await db.execute("CREATE TABLE IF NOT EXISTS t (a int)")
    await asyncio.gather(*(db.fetchval("SELECT pg_sleep(0.05)") for _ in range(3)))
    server.stop()
    server.start()
    with pytest.raises(Unavailable):
        await db.execute("INSERT INTO t VALUES (1)")
    for _ in range(3):
        await db.execute("INSERT INTO t VALUES (1)")
    await db.close()


async def test_a_server_that_is_down_is_unavailable_and_comes_back(
    server: EmbeddedPostgres, running_dsn: str
) -> None:
    db = await Database.open(running_dsn)
    server.stop()
    for _ in range(3):
        with pytest.raises(Unavailable):
            await db.fetchval("SELECT 1")
    with pytest.raises(Unavailable):
        async with db.transaction():
            pytest.fail("there is nothing to begin on")
    with pytest.raises(Unavailable):
        await Database.open(running_dsn)
    server.start()
    assert await db.fetchval("SELECT 1") == 1
    await db.close()


@pytest.mark.skipif(sys.platform != "linux", reason="stops a backend by its process id")
async def test_a_stalled_server_is_unavailable_in_time_and_nothing_hangs(
    running_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "ACQUIRE_SECONDS", 1.0)
    db = await Database.open(running_dsn, max_size=2, statement_timeout_seconds=0.2)
    backend = await db.fetchval("SELECT pg_backend_pid()")
    os.kill(backend, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await db.fetchval("SELECT 1")
        assert time.monotonic() - began > 1
        assert await db.fetchval("SELECT 1") == 1
        await db.close()  # for ever, if it waited for the backend
    finally:
        os.kill(backend, signal.SIGCONT)


async def test_a_full_pool_is_unavailable_in_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "ACQUIRE_SECONDS", 0.2)
    db = await Database.open(database_url, max_size=1)
    async with db.transaction():
        with pytest.raises(Unavailable):
            await db.fetchval("SELECT 1")
    await db.close()


async def test_after_close_everything_is_unavailable(database_url: str) -> None:
    db = await Database.open(database_url)
    await db.close()
    await db.close()
    with pytest.raises(Unavailable):
        await db.fetchval("SELECT 1")


async def test_close_does_not_wait_for_a_long_query(database_url: str) -> None:
    db = await Database.open(database_url)
    query = asyncio.create_task(db.fetchval("SELECT pg_sleep(300)"))
    await until_running(db)
    await db.close()
    with pytest.raises(Unavailable):
        await query


async def test_close_waits_for_a_short_query_and_no_longer(
    database_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that ends while the others are closed is given back, not kept at hand."""
    monkeypatch.setattr(pool_module, "RELEASE_SECONDS", 60.0)
    db = await Database.open(database_url)
    cut: list[object] = []
    monkeypatch.setattr(asyncpg.Pool, "terminate", lambda pool: cut.append(pool))
    async with database.transaction() as gate:
        await gate.fetchval("SELECT pg_advisory_xact_lock(1)")
        query = asyncio.create_task(db.fetchval("SELECT 1 FROM pg_advisory_xact_lock(1)"))
        await until_running(db)
        closing = asyncio.create_task(db.close())
        while not db._pool.is_closing():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0)
    await closing
    assert (await query, cut) == (1, [])


async def test_a_close_that_is_stopped_leaves_no_connection_open(database_url: str) -> None:
    db = await Database.open(database_url)
    query = asyncio.create_task(db.fetchval("SELECT pg_sleep(300)"))
    await until_running(db)
    closing = asyncio.create_task(db.close())
    while not db._is_closing:  # noqa: ASYNC110 -- nothing tells of it
        await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    with pytest.raises(Unavailable):
        await query
    assert db.size == 0


@pytest.mark.parametrize(
    "dsn", ["mysql://127.0.0.1/x", "postgresql://127.0.0.1:port/x", "no address"]
)
async def test_what_is_no_address_is_refused(dsn: str) -> None:
    with pytest.raises(BadSetting, match="must be a database URL"):
        await Database.open(dsn)


async def test_a_database_that_does_not_exist_is_refused(database_url: str) -> None:
    with pytest.raises(Unfit, match="does not exist"):
        await Database.open(database_url.replace("/prime_test_", "/no_such_"))


async def test_a_connection_stays_at_hand_and_counts_as_idle(database: Database) -> None:
    first = await database.fetchval("SELECT pg_backend_pid()")
    assert await database.fetchval("SELECT pg_backend_pid()") == first
    assert database.busy == 0


async def test_nobody_waits_for_a_connection_that_is_at_hand(running_dsn: str) -> None:
    db = await Database.open(running_dsn, max_size=2)
    try:
        for _ in range(3):
            pids = await asyncio.gather(
                *(db.fetchval("SELECT pg_backend_pid() FROM pg_sleep(0.001)") for _ in range(9))
            )
            assert len(set(pids)) == 2
        assert db.busy == 0
    finally:
        await db.close()


async def test_no_fewer_than_none_are_used_where_those_at_hand_have_died(
    server: EmbeddedPostgres, running_dsn: str
) -> None:
    db = await Database.open(running_dsn, max_size=3)
    try:
        await asyncio.gather(*(db.fetchval("SELECT pg_sleep(0.1)") for _ in range(3)))
        server.stop()
        async with asyncio.timeout(30):
            while db.size:  # noqa: ASYNC110 -- nothing tells of it
                await asyncio.sleep(0.01)
        assert db.busy == 0
        with pytest.raises(Unavailable):
            await db.fetchval("SELECT 1")
        assert db.busy == 0
        server.start()
        async with db.transaction() as transaction:
            await transaction.execute("SELECT 1")
            assert db.busy == 1
        assert db.busy == 0
    finally:
        await db.close()


async def test_one_at_hand_that_has_died_is_not_used_again(database: Database) -> None:
    pid = await database.fetchval("SELECT pg_backend_pid()")
    async with database.transaction() as other:
        assert await other.fetchval("SELECT pg_backend_pid()") == pid
        again = await database.fetchval("SELECT pg_backend_pid()")
        assert again != pid
        await other.execute("SELECT 1")
    await database.execute(
        f"SELECT pg_terminate_backend({again}) WHERE pg_backend_pid() <> {again}"
    )
    assert await database.fetchval("SELECT 1") == 1
