"""A node's session of PostgreSQL goes to the next test as new, and no other session does."""

import asyncio
import secrets
from typing import Any

import asyncpg
import pytest

from persistence.errors import PersistenceError
from persistence.pool import NODE_NAME, Database
from tests.databases import execute
from tests.session.handed_on import KEPT_NAME, SESSIONS

pytestmark = pytest.mark.postgres


async def opened(url: str, name: str, **more: Any) -> Database:
    """A lane of one connection."""
    return await Database.open(url, max_size=1, application_name=name, **more)


@pytest.fixture
def name() -> str:
    """A node's that no other test has."""
    return f"{NODE_NAME}{secrets.token_hex(6)}"


async def process(db: Database) -> int:
    return int(await db.fetchval("SELECT pg_backend_pid()"))


async def test_what_a_node_has_closed_is_the_next_ones_as_new(database_url: str, name: str) -> None:
    first = await opened(database_url, name)
    before = await process(first)
    plain = await first.fetchval("SHOW work_mem")
    for changing in (
        "SET work_mem = '1MB'",
        "CREATE TEMPORARY TABLE mine (n int)",
        "LISTEN news",
        "SELECT pg_advisory_lock(7)",
        "PREPARE two AS SELECT 2",
    ):
        await first.execute(changing)
    await first.close()
    second = await opened(database_url, name)
    assert await process(second) == before
    assert await second.fetchval("SHOW work_mem") == plain
    assert await second.fetchval("SHOW application_name") == name
    for left in (
        "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'",
        "SELECT count(*) FROM pg_listening_channels()",
        "SELECT count(*) FROM pg_prepared_statements WHERE name = 'two'",
        "SELECT count(*) FROM pg_class WHERE relname = 'mine' AND pg_table_is_visible(oid)",
    ):
        assert await second.fetchval(left) == 0, left
    await second.close()


@pytest.mark.parametrize("other", ["name", "seconds"])
async def test_who_begins_with_other_words_gets_another(
    database_url: str, name: str, other: str
) -> None:
    first = await opened(database_url, name)
    before = await process(first)
    await first.close()
    second = await (
        opened(database_url, name + "x")
        if other == "name"
        else opened(database_url, name, statement_timeout_seconds=77)
    )
    assert await process(second) != before
    await second.close()


async def test_of_what_is_no_node_none_is_kept(database_url: str) -> None:
    first = await opened(database_url, "prime command")
    before = await process(first)
    await first.close()
    second = await opened(database_url, "prime command")
    assert await process(second) != before
    await second.close()


async def test_one_that_is_in_a_transaction_or_was_ended_is_not_kept(
    database_url: str, name: str
) -> None:
    settings = {"application_name": name}
    connection = await asyncpg.connect(database_url, server_settings=settings)
    inside = connection.get_server_pid()
    await connection.execute("BEGIN")
    await connection.close()
    first = await opened(database_url, name)
    ended = await process(first)
    assert ended != inside
    await first.close()
    await execute(database_url, f"SELECT pg_terminate_backend({ended}, 10000)")
    second = await opened(database_url, name)
    assert await process(second) != ended
    await second.close()


async def test_two_at_once_have_one_each(database_url: str, name: str) -> None:
    for _ in range(2):
        both = await asyncio.gather(*(opened(database_url, name) for _ in range(2)))
        assert len({await process(db) for db in both}) == 2
        with pytest.raises(PersistenceError):
            await both[0].fetch("SELECT nothing_like_it")
        for db in both:
            await db.close()


async def test_those_that_nobody_has_are_named_so_and_go_with_their_database(
    database_url: str, name: str
) -> None:
    first = await opened(database_url, name)
    before = await process(first)
    await first.close()
    looking = await opened(database_url, "prime command")
    said = f"SELECT application_name FROM pg_stat_activity WHERE pid = {before}"
    assert await looking.fetchval(said) == KEPT_NAME
    SESSIONS.close(database_url.split("/")[3].split("?")[0])
    await looking.execute(f"SELECT pg_terminate_backend({before}, 10000)")
    assert await looking.fetchval(said) is None
    await looking.close()
