"""The change log, read by difference of snapshots: nothing missed or twice, and nobody waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from persistence.pool import Database
from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import NOWHERE, LoggedChange, LogPosition

pytestmark = pytest.mark.postgres

WRITE = "INSERT INTO change_log (table_name, row_id, action) VALUES ('rows', $1, 'update')"
LIMIT = 100


@asynccontextmanager
async def open_transaction(dsn: str, write: str, *args: object) -> AsyncIterator[None]:
    """A session with a transaction that has written, and goes on until the end."""
    connection = await asyncpg.connect(dsn, timeout=10)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(write, *args)
    try:
        yield
    finally:
        await transaction.commit()
        await connection.close(timeout=10)


async def read_on(db: Database, place: LogPosition) -> tuple[LogPosition, list[str]]:
    place, changes = await change_log.since(db, place, LIMIT)
    assert changes is not None
    return place, [change.row for change in changes]


async def start(db: Database) -> LogPosition:
    place, changes = await change_log.since(db, NOWHERE, LIMIT)
    assert changes is None
    return place


async def test_changes_come_once_and_in_order(database: Database) -> None:
    await database.execute(WRITE, "before")
    place = await start(database)
    for row in "abc":
        await database.execute(WRITE, row)
    place, rows = await read_on(database, place)
    assert rows == ["a", "b", "c"]
    place, rows = await read_on(database, place)
    assert rows == []


async def test_a_foreign_transaction_holds_up_nobody(database: Database, postgres_dsn: str) -> None:
    write = "CREATE TEMP TABLE foreign_work (a int)"
    async with open_transaction(postgres_dsn, write):
        place = await start(database)
        await database.execute(WRITE, "a")
        place, rows = await read_on(database, place)
        assert rows == ["a"]


async def test_a_long_writer_delays_its_own_changes_only(
    database: Database, database_url: str
) -> None:
    place = await start(database)
    async with open_transaction(database_url, WRITE, "late"):
        await database.execute(WRITE, "a")
        place, rows = await read_on(database, place)
        assert rows == ["a"]
        await database.execute(WRITE, "b")
        place, rows = await read_on(database, place)
        assert rows == ["b"]
    place, rows = await read_on(database, place)
    assert rows == ["late"]
    assert (await read_on(database, place))[1] == []


async def test_eight_writers_at_once_nothing_is_missed_or_twice(database: Database) -> None:
    place = await start(database)

    async def write(writer: int) -> None:
        for n in range(40):
            async with database.transaction() as transaction:
                await transaction.execute(WRITE, f"{writer}-{n}")
                if n % 3 == 0:
                    await asyncio.sleep(0)

    writing = asyncio.gather(*(write(writer) for writer in range(8)))
    seen: list[str] = []
    while not writing.done():
        place, rows = await read_on(database, place)
        seen += rows
        await asyncio.sleep(0)
    place, rows = await read_on(database, place)
    seen += rows
    assert len(seen) == len(set(seen)) == 320
    for writer in range(8):
        mine = [row for row in seen if row.startswith(f"{writer}-")]
        assert mine == [f"{writer}-{n}" for n in range(40)]


async def test_after_a_restore_the_place_leads_nowhere(database: Database) -> None:
    place = await start(database)
    low, _, _ = place.snapshot.split(":")
    ahead = replace(place, snapshot=f"{int(low) + 1_000_000}:{int(low) + 1_000_000}:")
    for other in (ahead, replace(place, cluster="another/1/00000001"), NOWHERE):
        assert (await change_log.since(database, other, LIMIT))[1] is None
    assert (await change_log.since(database, place, LIMIT))[1] == []


async def test_rows_of_a_cluster_that_was_further_are_no_news(database: Database) -> None:
    place = await start(database)
    await database.execute(
        "INSERT INTO change_log (table_name, row_id, action, xact)"
        " VALUES ('rows', 'restored', 'update', '9000000000'::xid8)"
    )
    await database.execute(WRITE, "a")
    assert (await read_on(database, place))[1] == ["a"]


async def test_more_than_can_be_read_is_everything(database: Database) -> None:
    place = await start(database)
    for n in range(4):
        await database.execute(WRITE, str(n))
    _, changes = await change_log.since(database, place, 3)
    assert changes is None
    _, changes = await change_log.since(database, place, 4)
    assert changes is not None
    first = replace(changes[0], xact=0, age=0.0)
    assert first == LoggedChange("rows", "0", None, None)


async def test_only_the_tables_that_are_asked_for(database: Database) -> None:
    place = await start(database)
    await database.execute(WRITE, "a")
    assert (await change_log.since(database, place, LIMIT, ["others"]))[1] == []
    changes = (await change_log.since(database, place, LIMIT, ["rows"]))[1]
    assert changes is not None
    assert [change.row for change in changes] == ["a"]


async def test_a_place_from_before_what_was_trimmed_leads_nowhere(database: Database) -> None:
    place = await start(database)
    await change_log.trim(database, 1)
    await database.execute(WRITE, "a")
    between, _ = await change_log.since(database, place, LIMIT)
    await change_log.trim(database, 1)
    assert (await change_log.since(database, place, LIMIT))[1] is not None
    await change_log.trim(database, -1)
    assert await database.fetchval("SELECT count(*) FROM change_log") == 0
    assert (await change_log.since(database, place, LIMIT))[1] is None
    assert (await change_log.since(database, between, LIMIT))[1] == []
    await database.execute(WRITE, "b")
    await change_log.trim(database, -1)
    assert (await change_log.since(database, between, LIMIT))[1] is None


@pytest.mark.parametrize(
    "snapshot", ["", "1", "0:1:", "5:4:", "5:9:4", "5:9:9", "5:9:6,6", "5:9:,", "a:b:", "5:9:6;"]
)
def test_what_is_no_snapshot_is_no_place(snapshot: str) -> None:
    with pytest.raises(ValueError, match="not a snapshot"):
        LogPosition("here", snapshot)


def test_a_place_knows_what_it_saw() -> None:
    place = LogPosition("here", "5:9:5,7")
    assert [xact for xact in range(1, 12) if place.saw(xact)] == [1, 2, 3, 4, 6, 8]
