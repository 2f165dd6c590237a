"""What the triggers of every table write into the change log, whoever changes the row."""

import uuid
from typing import Any

import asyncpg
import pytest

from persistence.pool import Database
from persistence.row_security import WORD
from schema.tables.all_tables import TABLES
from schema.tables.description import Verb
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres

WATCHED = {table.relation for table in TABLES.values() if Verb.WATCH in table.verbs}
LOGGED = sorted(WATCHED - {"own_account"} | {"session_states"})
"""`own_account` is prime_users once more; who comes and goes is logged though nobody watches it."""

KEYS = """
SELECT table_name, row_id, project_id, user_id, old_project_id, old_user_id, everyone, action
FROM change_log WHERE table_name = $1 ORDER BY position
"""


OTHER_VALUES = {
    "username": "'anna'",
    "name": "'Another'",
    "avatar_url": "'https://example.org/a.png'",
    "favorite_genres": "'{dub}'",
    "is_guest": "NOT is_guest",
    "email": "'anna@example.org'",
    "email_verified_at": "now()",
    "is_operator": "NOT is_operator",
    "default_bpm": "99",
    "target_lufs": "-9",
    "preferences": """'{"a": 1}'""",
    "devices": "'[{}]'",
}
"""Columns of `prime_users` -> another value."""

UNVERSIONED = sorted(
    name for name in WATCHED - {"prime_users", "own_account"} if not TABLES[name].version
)

COLUMNS = """
SELECT column_name::text AS name, udt_name::text AS kind FROM information_schema.columns
WHERE table_name = $1
"""

HIDDEN_VALUES = {
    "text": "coalesce({c}, '') || '12345678'",
    "timestamptz": "now()",
    "bool": "NOT {c}",
    "bytea": "decode(repeat('ab', 32), 'hex')",
    "uuid": "id",
}
"""Another value of a type; of numbers: one more."""


async def logged(db: Database, table: str) -> list[tuple[Any, ...]]:
    """Since the last time: key, owner of now and before, whether everyone sees it, action."""
    rows = await db.fetch(KEYS, table)
    await db.execute("DELETE FROM change_log")
    names = ("row_id", "user_id", "old_user_id", "everyone", "action")
    return [tuple(row[name] for name in names) for row in rows]


async def test_every_watched_table_is_logged_and_refuses_truncate(database: Database) -> None:
    rows = await database.fetch(
        "SELECT tgrelid::regclass::text AS name, array_agg(tgname::text ORDER BY tgname) AS names"
        " FROM pg_trigger WHERE tgname IN"
        " ('log_insert', 'log_update', 'log_delete', 'refuse_truncate') GROUP BY 1"
    )
    found = {row["name"]: row["names"] for row in rows}
    assert sorted(found) == LOGGED
    for name, triggers in found.items():
        assert triggers == ["log_delete", "log_insert", "log_update", "refuse_truncate"], name


async def test_who_writes_a_row_need_not_be_able_to_write_the_log(database: Database) -> None:
    rows = await database.fetch(
        "SELECT proname, prosecdef, proconfig FROM pg_proc WHERE proname ~ '^log_'"
    )
    assert len(rows) == len(LOGGED)
    for row in rows:
        assert row["prosecdef"], row["proname"]
        assert row["proconfig"] == ["search_path=pg_catalog, public, pg_temp"], row["proname"]


@pytest.mark.parametrize("table", LOGGED)
async def test_truncate_is_refused(database_url: str, table: str) -> None:
    connection = await asyncpg.connect(database_url, timeout=10)
    try:
        with pytest.raises(asyncpg.FeatureNotSupportedError, match="use DELETE"):
            await connection.execute(f"TRUNCATE {table} CASCADE")
    finally:
        await connection.close(timeout=10)


async def test_of_prime_users_a_change_is_private_where_no_column_that_others_see_is_another_one(
    database: Database,
) -> None:
    """By the description of `users`: a column that is added to it counts, or this fails."""
    await make_user(database, "ann")
    shown = {column.reads or column.name for column in TABLES["prime_users"].columns} - {"id"}
    assert shown < OTHER_VALUES.keys()
    for column, value in OTHER_VALUES.items():
        await database.execute("DELETE FROM change_log")
        await database.execute(f"UPDATE prime_users SET {column} = {value}")
        rows = await database.fetch("SELECT private FROM change_log")
        assert [row["private"] for row in rows] == [column not in shown], column
    await database.execute("UPDATE prime_users SET id = gen_random_uuid()")
    await database.execute("DELETE FROM prime_users")
    rows = await database.fetch("SELECT DISTINCT private FROM change_log WHERE action <> 'update'")
    assert [row["private"] for row in rows] == [False]


async def test_what_no_column_of_a_row_shows_is_no_change_of_it(database: Database) -> None:
    """Of tables without a version: where there is one, it is a column that moves."""
    ann = await make_user(database, "ann")
    project = await make_project(database, ann)
    await database.execute(
        "INSERT INTO collaboration_sessions (project_id) VALUES ($1::uuid)", project.id
    )
    await database.execute(
        "INSERT INTO auth_sessions (user_id, expires_at) VALUES ($1::uuid, now())", ann.id
    )
    for name in UNVERSIONED:
        shown = {word for c in TABLES[name].columns for word in WORD.findall(c.reads or c.name)}
        found = await database.fetch(COLUMNS, name)
        hidden = [tuple(row) for row in found if row["name"] not in shown | {"updated_at"}]
        assert hidden or name == "project_members", name
        for column, kind in hidden:
            await database.execute("DELETE FROM change_log")
            value = HIDDEN_VALUES.get(kind, "coalesce({c}, 1) + 1").format(c=column)
            done = await database.execute(f"UPDATE {name} SET {column} = {value}")
            assert done == "UPDATE 1", (name, column)
            assert await database.fetchval("SELECT count(*) FROM change_log") == 0, (name, column)


async def test_of_a_project_a_checkpoint_is_a_change_of_its_content_alone(
    database: Database,
) -> None:
    await make_project(database, await make_user(database, "ann"))
    for text, is_content in (
        ("SET head_seq = 1", None),
        ("SET state_seq = 1", True),
        ("SET name = 'b'", False),
        ("SET head_seq = 2, epoch = 'e'", False),
    ):
        await database.execute("DELETE FROM change_log")
        await database.execute(f"UPDATE studio_projects {text}")
        rows = await database.fetch("SELECT content FROM change_log")
        assert [row["content"] for row in rows] == ([] if is_content is None else [is_content])


async def test_a_change_says_whose_the_row_is_and_was(database: Database) -> None:
    ann, bob = await make_user(database, "ann"), await make_user(database, "bob")
    insert = "INSERT INTO plugin_presets (owner_id, plugin, name) VALUES ($1, 'OTT', 'a')"
    preset = await database.fetchval(f"{insert} RETURNING id::text", ann.id)
    assert await logged(database, "plugin_presets") == [(preset, ann.id, None, False, "insert")]
    await database.execute("UPDATE plugin_presets SET name = 'b'")
    assert await logged(database, "plugin_presets") == [(preset, ann.id, None, False, "update")]
    await database.execute("UPDATE plugin_presets SET is_public = true, owner_id = $1", bob.id)
    assert await logged(database, "plugin_presets") == [(preset, bob.id, ann.id, True, "update")]
    await database.execute("UPDATE plugin_presets SET is_public = false")
    assert await logged(database, "plugin_presets") == [(preset, bob.id, None, True, "update")]
    new = str(uuid.uuid4())
    await database.execute("UPDATE plugin_presets SET id = $1", new)
    assert sorted(row[0::4] for row in await logged(database, "plugin_presets")) == sorted(
        [(preset, "delete"), (new, "insert")]
    )
    await database.execute("DELETE FROM prime_users WHERE id = $1", bob.id)
    assert await logged(database, "plugin_presets") == [(new, bob.id, None, False, "delete")]


async def test_many_rows_of_one_statement_are_each_logged(database: Database) -> None:
    ann = await make_user(database, "ann")
    insert = "INSERT INTO mixx_recall (user_id, category, key) SELECT $1, 'eq', n::text"
    await database.execute(f"{insert} FROM generate_series(1, 50) AS n", ann.id)
    assert len(await logged(database, "mixx_recall")) == 50
    await database.execute("UPDATE mixx_recall SET data = '{\"a\": 1}'")
    assert len(await logged(database, "mixx_recall")) == 50
    await database.execute("DELETE FROM mixx_recall")
    assert len(await logged(database, "mixx_recall")) == 50


async def test_what_only_counts_or_moves_a_head_is_not_logged(database: Database) -> None:
    ann = await make_user(database, "ann")
    project = (await make_project(database, ann)).id
    session = await database.fetchval(
        "INSERT INTO collaboration_sessions (project_id) VALUES ($1) RETURNING id", project
    )
    await database.execute(
        "INSERT INTO session_states (collaboration_session_id, project_id, user_id, device)"
        " VALUES ($1, $2, $3, 'd')",
        session,
        project,
        ann.id,
    )
    await database.execute(
        "INSERT INTO auth_sessions (user_id, expires_at) VALUES ($1, now())", ann.id
    )
    await database.execute("DELETE FROM change_log")
    for quiet in (
        "UPDATE studio_projects SET head_seq = head_seq + 1",
        "UPDATE collaboration_sessions SET last_activity_at = now()",
        "UPDATE session_states SET heartbeat_at = now(), cursor = '{}', view_state = '{}'",
        "UPDATE auth_sessions SET counter = counter + 1, last_used_at = now()",
        "UPDATE project_members SET role = role",
    ):
        await database.execute(quiet)
        assert await database.fetchval("SELECT count(*) FROM change_log") == 0, quiet
    for loud, table in (
        ("UPDATE studio_projects SET state_seq = head_seq", "studio_projects"),
        ("UPDATE studio_projects SET name = 'b'", "studio_projects"),
        (
            "UPDATE collaboration_sessions SET status = 'ended', ended_at = now()",
            "collaboration_sessions",
        ),
        ("UPDATE session_states SET active_tool = 'pen'", "session_states"),
        ("UPDATE auth_sessions SET device = 'phone'", "auth_sessions"),
        ("UPDATE project_members SET role = 'owner', tracks = '{a}'", "project_members"),
    ):
        await database.execute(loud)
        assert len(await logged(database, table)) == 1, loud


@pytest.mark.parametrize(
    ("table", "key", "column", "values"),
    [
        ("studio_projects", "id", "name", ("one", "two")),
        ("prime_users", "id", "username", ("one", "two")),
        ("project_members", "project_id", "role", ("viewer", "editor")),
    ],
)
async def test_V1_the_later_of_two_changes_has_the_later_updated_at(
    database: Database,
    database_url: str,
    table: str,
    key: str,
    column: str,
    values: tuple[str, str],
) -> None:
    """Also where its transaction is the older one, and where both are of one."""
    user, member = await make_user(database), await make_user(database)
    project = await make_project(database, user)
    await database.execute(
        "INSERT INTO project_members (project_id, user_id, role) VALUES ($1, $2, 'editor')",
        project.id,
        member.id,
    )
    row = user.id if table == "prime_users" else project.id
    others = f"AND user_id = '{member.id}'" if table == "project_members" else ""
    change = f"UPDATE {table} SET {column} = $1 WHERE {key} = $2 {others} RETURNING updated_at"
    older = await asyncpg.connect(database_url, timeout=10)
    try:
        async with older.transaction():
            await older.fetchval("SELECT now()")
            first = await database.fetchval(change, values[0], row)
            second = await older.fetchval(change, values[1], row)
            third = await older.fetchval(change, values[0], row)
    finally:
        await older.close()
    assert first < second < third
