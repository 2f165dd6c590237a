"""Whatever a writer of SQL may store is of the type that its column is described with."""

import math
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from persistence import migrate
from persistence.errors import BadValue, Faulty
from persistence.migrate import known_migrations
from persistence.pool import Database
from persistence.rows import reading
from persistence.rows.statements import selected
from persistence.rows.watched_rows import STORED_IN
from schema.tables.all_tables import TABLES
from schema.tables.description import Column, SqlType, Table
from tests.databases import execute
from tests.persistence.rows.strangers import make_stranger

pytestmark = pytest.mark.postgres

MIGRATIONS_BEFORE = 52

STRANGE = {
    SqlType.TEXTS: (
        "ARRAY['abcdefgh', NULL]",
        "ARRAY[NULL]::text[]",
        "'{{abcdefgh,abcdefgi},{abcdefgj,abcdefgk}}'",
        "'{{abcdefgh},{NULL}}'",
        "'{abcdefgh}'",
        "'{}'",
    ),
    SqlType.UUIDS: (
        "ARRAY[NULL]::uuid[]",
        "ARRAY[ARRAY[gen_random_uuid()]]",
        "ARRAY[gen_random_uuid()]",
        "'{}'",
    ),
    SqlType.FLOAT: ("'NaN'", "'Infinity'", "'-Infinity'", "11", "-11"),
    SqlType.TIME: (
        "'infinity'",
        "'-infinity'",
        "'4000-01-01 BC'",
        "'1969-12-31 23:59:59Z'",
        "'20000-01-01'",
        "'1970-01-01Z'",
        "'9999-12-30'",
    ),
    SqlType.JSON: (
        "'null'",
        "'1'",
        "'[]'",
        "'[1]'",
        "'[null]'",
        "'[[{}]]'",
        "'{}'",
        "'[{}]'",
        """'"a"'""",
    ),
}
"""Values that PostgreSQL takes for a type, the last ones as they should be."""

BESIDE = {
    "auth_sessions.revoked_at": ", revoked_reason = 'why'",
    "collaboration_sessions.ended_at": ", status = 'ended'",
    "invitations.tracks": ", role = 'contributor'",
}
"""What must be set beside a column."""

ROWS_BEFORE = """
INSERT INTO prime_users (id, email, username, favorite_genres, devices) VALUES
    ('10000000-0000-0000-0000-000000000001', 'ann@example.com', 'ann', '{{dub,NULL},{dnb,dub}}',
        '[1, {"name": "SP-404"}, [{}]]'),
    ('10000000-0000-0000-0000-000000000002', 'ben@example.com', 'ben', '{dub}', '[]');
INSERT INTO studio_projects (id, owner_id, name, tags, created_at) VALUES
    ('20000000-0000-0000-0000-000000000001', '10000000-0000-0000-0000-000000000001', 'song',
        ARRAY[NULL, 'b', NULL, 'a'], '-infinity');
INSERT INTO plugin_presets (owner_id, plugin, name, tags) VALUES
    ('10000000-0000-0000-0000-000000000001', 'OTT', 'a', '{{x,y},{NULL,z}}'),
    ('10000000-0000-0000-0000-000000000001', 'OTT', 'b', '{x,y}');
INSERT INTO auth_sessions (user_id, expires_at) VALUES
    ('10000000-0000-0000-0000-000000000001', 'infinity');
INSERT INTO audio_files (project_id, name, duration_seconds) VALUES
    ('20000000-0000-0000-0000-000000000001', 'a', 'NaN'),
    ('20000000-0000-0000-0000-000000000001', 'b', 3.5);
INSERT INTO mixx_recall (user_id, category, key, data) VALUES
    ('10000000-0000-0000-0000-000000000001', 'eq', 'airy', '[1]');
"""


def stored(table: Table) -> str:
    name = STORED_IN.get(table.relation, table.relation)
    return "audit_log" if name == "whole_audit" else name


def columns() -> Iterator[tuple[Table, Column]]:
    """All that hold lists, maps, numbers with a fraction, or times, and that are stored as such."""
    for table in TABLES.values():
        for column in table.columns:
            if column.sql in STRANGE and (column.reads or column.name).isidentifier():
                yield table, column


def problem_with(column: Column, value: Any) -> str:
    """Why a client is not told a value of the type of the column; empty: it is."""
    for codec in (msgspec.json, msgspec.msgpack):
        try:
            told = codec.decode(codec.encode(value), type=column.type)
        except msgspec.ValidationError as error:
            return str(error)
        if isinstance(told, float) and not math.isfinite(told):
            return str(told)
        if told is None and value is not None:
            return f"{value} is told as null"
    return ""


class _Undone(Exception):
    """Ends a transaction that is not to be committed."""


async def told(database: Database, table: Table, column: Column, value: str) -> tuple[Any, ...]:
    """What is told of the column where somebody stores this, and nothing where that is refused."""
    place, found = column.reads or column.name, tuple[Any, ...]()
    also = BESIDE.get(f"{table.relation}.{column.name}", "")
    wire = selected(table, [column]).replace(f"{table.relation}.", "")
    with suppress(_Undone, BadValue, Faulty):
        async with database.transaction() as tx:
            await tx.execute(f"UPDATE {stored(table)} SET {place} = {value}{also}")
            records = await tx.fetch(f"SELECT {wire} FROM {stored(table)}")
            row = reading.as_row(reading.read_as(table, [column]), records[0])
            found = (row[column.name],)
            raise _Undone
    return found


async def test_Q1_no_row_that_a_writer_of_sql_may_store_breaks_the_types_of_its_table(
    database: Database,
) -> None:
    await make_stranger(database, "ann")
    broken, untaken = list[str](), set[str]()
    for table, column in columns():
        name = f"{table.relation}.{column.name}"
        untaken.add(name)
        for value in STRANGE[column.sql]:
            for told_value in await told(database, table, column, value):
                untaken.discard(name)
                if why := problem_with(column, told_value):
                    broken.append(f"{name} = {value}: {why}")
    assert broken == []
    assert untaken == set(), "of each column some value is taken: it was tried"


async def test_rows_of_before_are_made_the_nearest_that_is_one_and_can_be_written_again(
    empty_database_url: str,
) -> None:
    await migrate.migrate(empty_database_url, known_migrations()[:MIGRATIONS_BEFORE])
    await execute(empty_database_url, ROWS_BEFORE, "DELETE FROM change_log")
    await migrate.migrate(empty_database_url)
    db = await Database.open(empty_database_url, max_size=1)
    try:
        people = await db.fetch(
            "SELECT favorite_genres, devices FROM prime_users ORDER BY username"
        )
        assert people[0]["favorite_genres"] == ["dub", "dnb", "dub"]
        assert people[0]["devices"] == '[{"name": "SP-404"}]'
        assert (people[1]["favorite_genres"], people[1]["devices"]) == (["dub"], "[]")
        project = await db.fetchrow("SELECT tags, created_at FROM studio_projects")
        assert project is not None
        assert (project["tags"], project["created_at"].timestamp()) == (["b", "a"], 0)
        presets = await db.fetch("SELECT tags, version FROM plugin_presets ORDER BY name")
        assert [row["tags"] for row in presets] == [["x", "y", "z"], ["x", "y"]]
        assert [row["version"] for row in presets] == [2, 1], "only what was another one is written"
        expires = "SELECT extract(year FROM expires_at AT TIME ZONE 'UTC')::int FROM auth_sessions"
        assert await db.fetchval(expires) == 9999
        files = await db.fetch("SELECT duration_seconds FROM audio_files ORDER BY name")
        assert [row["duration_seconds"] for row in files] == [None, 3.5]
        assert await db.fetchval("SELECT data FROM mixx_recall") == "{}"
        told = await db.fetch("SELECT DISTINCT table_name FROM change_log ORDER BY 1")
        assert [row["table_name"] for row in told] == [
            "audio_files", "auth_sessions", "mixx_recall", "plugin_presets", "prime_users",
            "studio_projects",
        ]  # fmt: skip
        await db.execute("UPDATE studio_projects SET head_seq = head_seq + 1")
        with pytest.raises(BadValue):
            await db.execute("UPDATE plugin_presets SET tags = ARRAY[NULL]::text[]")
    finally:
        await db.close()
