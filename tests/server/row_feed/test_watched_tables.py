"""Every table that can be watched, and every column of it: what one sees by `get` is watched."""

from typing import Any

import asyncpg
import pytest

from persistence.rows.watched_rows import STORED_IN
from schema.calls import METHODS
from schema.tables.all_tables import TABLES
from schema.tables.description import Column, SqlType, Table, Verb
from tests.persistence.rows.strangers import ROWS
from tests.server.conftest import Node, create_project
from tests.server.row_feed.watching import Shown
from tests.server.wire import marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]

LAST = "SELECT max(position) FROM change_log"

OTHER_USER = """
INSERT INTO prime_users (email, username) VALUES ('other@example.org', 'other') RETURNING id::text
"""

WATCHED = [table for table in TABLES.values() if f"{table.calls}.{Verb.WATCH}" in METHODS]

QUIET = {
    "usage_count",
    "shown_count",
    "taken_count",
    "last_used_at",
    "last_activity_at",
    "seen_at",
    "network",
    "head",
}
"""Counters that go up with use, and when something was last used: said to be no changes."""

OTHER: dict[SqlType, str] = {
    SqlType.TEXT: "coalesce({c}, '') || '1'",
    SqlType.TEXTS: "ARRAY['other']",
    SqlType.JSON: "'{{\"other\": 1}}'",
    SqlType.TIME: "coalesce({c}, now()) - interval '1 hour'",
    SqlType.BOOLEAN: "NOT {c}",
    SqlType.UUID: "$1",
}
"""Another value of a type, but for those below; of numbers: one more."""

OTHERWISE = {
    "audio_files.content_hash": "repeat('b', 64)",
    "audio_files.status": "'failed', failure = 'lost'",
    "audio_files.failure": "'lost', status = 'failed'",
    "audio_files.format": "'wav'",
    "auth_sessions.revoked_at": "now(), revoked_reason = 'why'",
    "auth_sessions.revoked_reason": "'why', revoked_at = now()",
    "collaboration_sessions.ended_at": "now(), status = 'ended'",
    "collaboration_sessions.participants": "ARRAY[$1::uuid]",
    "collaboration_sessions.status": "'ended', ended_at = now()",
    "prime_users.devices": "'[{}, {}]'",
    "project_members.role": "'viewer'",
    "project_snapshots.digest": "repeat('a', 16)",
    "project_snapshots.kind": "'auto'",
    "studio_projects.default_role": "'editor'",
    "studio_projects.member_limit": "7",
    "studio_projects.signature": "'3/4'",
}
"""Columns that not every value is allowed of."""

NEVER = {
    "audio_files.project", "audio_files.parent", "audio_files.stem_kind",
    "collaboration_sessions.project", "plugin_presets.forked_from", "project_members.project",
    "project_snapshots.project",
}  # fmt: skip
"""Columns of which no other value is taken: fixed, or ids of rows that there are none of."""


def statement(table: Table, column: Column) -> str:
    place = column.reads or column.name
    name = f"{stored(table)}.{column.name}"
    value = OTHERWISE.get(name) or OTHER.get(column.sql, "coalesce({c}, 1) + 1").format(c=place)
    return f"UPDATE {stored(table)} SET {place} = {value}"


async def rows_of_all(node: Node, psql: Any) -> Any:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await psql.execute(
        ROWS.replace("$1", f"'{ann.user}'::uuid").replace("$2", f"'{project}'::uuid")
    )
    return ann


def stored(table: Table) -> str:
    return STORED_IN.get(table.relation, table.relation)


def asked(table: Table) -> list[Column]:
    """Columns of the table's own, but for ids, the quiet ones and what triggers write."""
    return [
        column
        for column in table.columns
        if not (column.name in QUIET or column.of_caller)
        and (column.reads or column.name).isidentifier()
        and column.name not in ("id", "updated_at")
    ]


async def test_V1_V3_every_column_that_is_shown_counts_whoever_writes_it(
    node: Node, database_url: str
) -> None:
    psql = await asyncpg.connect(database_url, timeout=10)
    await rows_of_all(node, psql)
    other = await psql.fetchval(OTHER_USER)
    silent, refused = set(), set()
    for table in WATCHED:
        for column in asked(table):
            name, text = f"{table.relation}.{column.name}", statement(table, column)
            before = await psql.fetchval(LAST)
            transaction = psql.transaction()
            await transaction.start()
            try:
                await psql.execute(text, *([other] if "$1" in text else []))
                if await psql.fetchval(LAST) == before:
                    silent.add(name)
            except asyncpg.PostgresError as error:
                refused.add(f"{name} {error}")
            await transaction.rollback()
    await psql.close(timeout=10)
    assert silent == set()
    assert {name.split()[0] for name in refused} <= NEVER, sorted(refused)


COLUMNS = """
SELECT attname::text AS name, format_type(atttypid, atttypmod) AS kind FROM pg_attribute
WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attname
"""

OTHER_OF_TYPE = {
    "text": "coalesce({c}, '') || '12345678'",
    "text[]": "ARRAY['other']",
    "jsonb": "'{{\"other\": 1}}'",
    "timestamp with time zone": "now()",
    "boolean": "NOT {c}",
    "uuid": "id",
    "uuid[]": "ARRAY[id]",
    "bytea": "decode(repeat('ab', 32), 'hex')",
}
"""Another value of a type; of numbers: one more."""


async def test_V1_whatever_moves_updated_at_is_told(node: Node, database_url: str) -> None:
    """Also columns that no call shows, and writing what is there already."""
    psql = await asyncpg.connect(database_url, timeout=10)
    await rows_of_all(node, psql)
    await psql.execute("UPDATE studio_projects SET head_seq = head_seq + 5")
    silent, moved = set(), set()
    for table in WATCHED:
        if "updated_at" not in {column.name for column in table.columns}:
            continue
        name = stored(table)
        for column, kind in await psql.fetch(COLUMNS, name):
            other = OTHER_OF_TYPE.get(kind, "coalesce({c}, 1) + 1").format(c=column)
            for value in (column, OTHERWISE.get(f"{name}.{column}", other)):
                before = await psql.fetchval(f"SELECT array_agg(updated_at) FROM {name}")
                transaction = psql.transaction()
                await transaction.start()
                try:
                    place = await psql.fetchval(LAST)
                    await psql.execute(f"UPDATE {name} SET {column} = {value}")
                    if await psql.fetchval(f"SELECT array_agg(updated_at) FROM {name}") != before:
                        moved.add(f"{name}.{column}")
                        if await psql.fetchval(LAST) == place:
                            silent.add(f"{name}.{column}")
                except asyncpg.PostgresError:
                    pass  # no such value is taken
                await transaction.rollback()
    await psql.close(timeout=10)
    assert silent == set()
    assert {"studio_projects.state_seq", "project_members.role"} <= moved
    assert "collaboration_sessions.last_activity_at" not in moved


async def test_V1_a_list_of_projects_keeps_its_order_while_they_are_edited(node: Node) -> None:
    """By what is stored of their content, be it for a snapshot."""
    ann = await node.musician("ann")
    older, newer = await create_project(ann), await create_project(ann)
    shown = await Shown(ann, "projects", {}).begin()
    version = shown.rows[older]["version"]
    await ann.join(older)
    assert (await ann.edit(older, marker("marker_1")))["t"] == "ack"
    await ann.result("snapshots.create", project=older, name="a")
    while shown.rows[older]["updated_at"] <= shown.rows[newer]["updated_at"]:
        await shown.next()
    listed = (await ann.result("projects.list"))["projects"]
    assert [row["id"] for row in listed] == [older, newer]
    assert shown.rows == {row["id"]: {k: row[k] for k in row if k != "role"} for row in listed}
    assert shown.rows[older]["version"] == version


async def test_V1_what_one_gets_is_in_the_first_rows_of_every_table(
    node: Node, database_url: str
) -> None:
    psql = await asyncpg.connect(database_url, timeout=10)
    ann = await rows_of_all(node, psql)
    for table in WATCHED:
        shown = Shown(ann, table.calls, {})
        assert (await shown.begin()).rows, table.calls
        await ann.result("watch.end", watch=shown.watch)
    shown = await Shown(ann, "account", {}).begin()
    account = await ann.result("account.get")
    assert shown.rows == {ann.user: account}
    await ann.result("account.update", version=account["version"], name="Ann")
    assert await shown.said() == [("changed", "Ann")]
    await psql.execute("UPDATE prime_users SET default_bpm = 99 WHERE id = $1", ann.user)
    await shown.next()
    assert shown.rows == {ann.user: await ann.result("account.get")}
    await psql.close(timeout=10)
