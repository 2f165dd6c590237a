"""What the tests themselves stand on: a database that is used again is as one that is new."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.databases import TABLES, Databases, execute, other_database

pytestmark = pytest.mark.postgres

CHANGED = "INSERT INTO change_log (table_name, row_id, action) VALUES ('t', '1', 'update')"

USERS = """
INSERT INTO prime_users (email, username)
SELECT 'u' || n || '@example.org', 'user' || n FROM generate_series(1, 3) AS n
"""

TRIES = """
INSERT INTO login_tries
SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'here', 1, now(), now()
FROM generate_series(1, 9000) AS n
"""

OTHER_FUNCTION = """
CREATE OR REPLACE FUNCTION lock_key(user_id uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1::bigint'
"""

OTHER_SETTING = """
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET jit = on', current_database()); END $$
"""


@pytest.fixture
async def own(postgres_dsn: str, template_name: str) -> AsyncIterator[Databases]:
    """Not those of the session: they and their connections end with the test."""
    made = Databases(postgres_dsn, template_name)
    yield made
    await made.drop_all()


async def _rows(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        tables = [row["name"] for row in await connection.fetch(TABLES, 1)]
        return {
            table: count
            for table in tables
            if (count := await connection.fetchval(f"SELECT count(*) FROM {table}"))
        }
    finally:
        await connection.close(timeout=10)


async def test_one_that_is_given_back_is_as_a_migrated_one(
    own: Databases, postgres_dsn: str, template_name: str
) -> None:
    name = await own.take()
    dsn = other_database(postgres_dsn, name)
    connected = await asyncpg.connect(dsn, timeout=10)
    await execute(dsn, USERS, CHANGED, TRIES)
    assert len(await _rows(dsn)) == 3
    await own.give_back(name)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await connected.execute("SELECT 1")  # whoever was left is out
    connected.terminate()
    assert await own.take() == name
    assert await _rows(dsn) == await _rows(other_database(postgres_dsn, template_name)) == {}
    connection = await asyncpg.connect(dsn, timeout=10)
    assert await connection.fetchval(f"{CHANGED} RETURNING position") == 1
    await connection.close(timeout=10)
    await own.give_back(name)


async def test_what_triggers_write_while_it_is_emptied_is_not_left_either(
    own: Databases, postgres_dsn: str
) -> None:
    name = await own.take()
    dsn = other_database(postgres_dsn, name)
    await execute(dsn, USERS, "TRUNCATE change_log")
    assert (await _rows(dsn)).keys() == {"prime_users"}, "the log of changes is empty"
    await own.give_back(name)
    assert await _rows(dsn) == {}


@pytest.mark.parametrize(
    "changed",
    [
        "CREATE TABLE another (a int)",
        "ALTER TABLE studio_projects ADD COLUMN a int",
        "DROP INDEX audio_files_hash_idx",
        "ALTER TABLE studio_projects DISABLE TRIGGER touch_fields",
        OTHER_FUNCTION,
        "INSERT INTO prime_migrations (number, name, breaking) VALUES (9999, 'x', false)",
        OTHER_SETTING,
    ],
)
async def test_one_of_another_shape_is_not_used_again(
    own: Databases, postgres_dsn: str, changed: str
) -> None:
    name = await own.take()
    await execute(other_database(postgres_dsn, name), changed)
    await own.give_back(name)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(other_database(postgres_dsn, name), timeout=10)
