"""The role that serves has what a node does, and each of its rights is one that a node uses."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from persistence import migrate
from persistence.errors import Unfit
from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Database
from persistence.starting.serving_rights import (
    CHANGED,
    GRANTS,
    SEQUENCES,
    check_own,
    in_words,
    missing,
)
from tests.databases import execute
from tests.persistence.starting.statements import FUNCTIONS, done_by, is_denied, statements
from tests.three_roles import ThreeRoles

pytestmark = pytest.mark.postgres

IN_FUNCTIONS = {
    ("collaboration_sessions", "INSERT"), ("fences", "USAGE"), ("member_fences", "INSERT"),
    ("preset_usage_counts", "INSERT"), ("preset_usage_counts", "SELECT"),
    ("preset_usage_counts", "UPDATE"), ("preset_uses", "INSERT"), ("preset_uses", "SELECT"),
    ("preset_uses", "UPDATE"), ("project_deltas", "INSERT"), ("project_snapshots", "UPDATE"),
    ("fences", "SELECT"),
}  # fmt: skip
"""What only functions of the database do, whose insides PostgreSQL does not explain."""

ELSEWHERE = {("prime_migrations", "SELECT"), ("backup_runs", "SELECT")}
"""What the start reads, and a statement of backups; that table may not be there."""


def granted() -> list[tuple[str, str]]:
    both = GRANTS | SEQUENCES
    return [(name, verb) for name, verbs in both.items() for verb in verbs.split(", ")]


def changed() -> list[tuple[str, str]]:
    """Relation and column, of those of which not all columns may be changed."""
    return [(name, column) for name, columns in CHANGED.items() for column in columns]


@pytest.fixture
async def owner(parted: ThreeRoles) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(parted.admin, statement_cache_size=0)
    yield connection
    await connection.close()


async def denied(connection: Any, role: str, revoked: str = "", about: str = "") -> list[str]:
    """Which statements (of those that name `about`) the role may not do without what is revoked."""
    outer = connection.transaction()
    await outer.start()
    try:
        if revoked:
            await connection.execute(revoked)
        await connection.execute(f"SET LOCAL ROLE {role}")
        return [
            where
            for where, statement in statements().items()
            if re.search(rf"\b{about}\b", statement) and await is_denied(connection, statement)
        ]
    finally:
        await outer.rollback()


async def test_every_statement_of_ours_may_be_done(parted: ThreeRoles, owner: Any) -> None:
    assert len(statements()) > 250
    assert await denied(owner, parted.names[1]) == []


async def test_each_grant_is_one_that_a_statement_needs(parted: ThreeRoles, owner: Any) -> None:
    """Taken away one by one: a statement that names the table is refused."""
    role = parted.names[1]
    unused = [
        (table, verb)
        for table, verb in granted()
        if (table, verb) not in IN_FUNCTIONS | ELSEWHERE
        and not await denied(owner, role, f"REVOKE {verb} ON {table} FROM {role}", about=table)
    ]
    assert unused == []


async def test_each_column_is_one_that_a_statement_changes(parted: ThreeRoles, owner: Any) -> None:
    role = parted.names[1]
    unused = [
        (table, column)
        for table, column in changed()
        if (table, column) not in {("project_deltas", "seq")}  # a function's
        and not await denied(
            owner, role, f"REVOKE UPDATE ({column}) ON {table} FROM {role}", about=table
        )
    ]
    assert unused == []


async def test_what_versions_before_gave_of_a_whole_table_is_taken_away(
    parted: ThreeRoles, owner: Any
) -> None:
    app = parted.names[1]
    await execute(parted.owner, *(f"GRANT UPDATE ON {table} TO {app}" for table in CHANGED))
    done = await migrate.bring_up_to_date(parted.owner)
    assert done.given == [f"{len(changed())} grants to {app}"]
    assert await denied(owner, app) == []
    for table, column in (("audit_log", "details"), ("project_deltas", "author")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(parted.app, f"UPDATE {table} SET {column} = NULL")


async def test_what_functions_do_is_granted_and_nothing_else(owner: Any) -> None:
    relations = {row["relname"] for row in await owner.fetch("SELECT relname FROM pg_class")}
    done = set[tuple[str, str]]()
    for row in await owner.fetch(FUNCTIONS):
        done |= {(name, verb) for name, verb in done_by(row["body"]) if name in relations}
    partly = {(table, "UPDATE") for table in CHANGED}
    assert done - set(granted()) - partly == set()
    assert IN_FUNCTIONS - done == {("preset_usage_counts", "SELECT"), ("preset_uses", "SELECT")}


async def test_it_has_these_rights_and_no_others(parted: ThreeRoles, owner: Any) -> None:
    found = await owner.fetch(
        """
        SELECT c.relname AS name, acl.privilege_type AS verb
        FROM pg_class AS c, aclexplode(c.relacl) AS acl
        WHERE acl.grantee = to_regrole($1) AND c.relnamespace = 'public'::regnamespace
        """,
        parted.names[1],
    )
    sequences = {("change_log_position_seq", "USAGE"), ("mail_outbox_id_seq", "USAGE")}
    lacking = set(granted()) - {(row["name"], row["verb"]) for row in found}
    assert lacking <= {("backup_runs", "SELECT")}
    assert {(row["name"], row["verb"]) for row in found} - sequences <= set(granted())
    columns = await owner.fetch(
        """
        SELECT c.relname AS name, a.attname AS column, acl.privilege_type AS verb
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid,
            aclexplode(a.attacl) AS acl
        WHERE acl.grantee = to_regrole($1) AND c.relnamespace = 'public'::regnamespace
        """,
        parted.names[1],
    )
    assert {row["verb"] for row in columns} == {"UPDATE"}
    assert {(row["name"], row["column"]) for row in columns} == set(changed())


FORBIDDEN = (
    "CREATE TABLE mine (a int)",
    "CREATE TEMPORARY TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE prime_users ADD COLUMN mine int",
    "ALTER TABLE prime_users DISABLE ROW LEVEL SECURITY",
    "DROP TABLE prime_users",
    "TRUNCATE prime_users",
    "UPDATE audit_log SET event = 'login'",
    "UPDATE project_deltas SET author = NULL",
    "CREATE INDEX ON prime_users (id)",
    "DELETE FROM prime_migrations",
    "DELETE FROM server_secrets",
    "DELETE FROM backup_runs",
    "INSERT INTO change_log (position) VALUES (1)",
    "SELECT setval('fences', 1)",
    "SET ROLE {owner}",
    "SET ROLE prime_caller",
    "SET SESSION AUTHORIZATION {owner}",
    "GRANT {owner} TO {app}",
    "ALTER ROLE {app} CREATEROLE",
    "CREATE ROLE mine",
    "COPY prime_users TO PROGRAM 'cat'",
    "ALTER DATABASE {database} SET jit = on",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_it_may_do_nothing_else(parted: ThreeRoles, statement: str) -> None:
    owner, app, _ = parted.names
    with pytest.raises(asyncpg.PostgresError) as refused:
        await execute(parted.app, statement.format(owner=owner, app=app, database=parted.database))
    said = str(refused.value)
    assert refused.value.sqlstate == "42501" or "role" in said, said


async def test_a_node_that_lacks_a_right_says_who_gives_it(parted: ThreeRoles) -> None:
    owner, app, _ = parted.names
    await execute(
        parted.owner,
        f"REVOKE INSERT ON server_secrets FROM {app}",
        f"REVOKE USAGE ON SEQUENCE fences FROM {app}",
        f"DROP POLICY serves_{app} ON prime_users",
    )
    db = await Database.open(parted.app, max_size=1)
    try:
        with pytest.raises(Unfit) as refused:
            await check_own(db)
        assert str(refused.value).startswith(f"{app} lacks 2 grants and 1 policy in this database")
        assert f"./run migrate as {owner}" in str(refused.value)
        done = await migrate.bring_up_to_date(parted.owner)
        assert done.given == [f"2 grants and 1 policy to {app}"]
        await check_own(db)
        assert await missing(db, app) == []
    finally:
        await db.close()


async def test_tables_of_a_new_migration_are_given_along(parted: ThreeRoles) -> None:
    """Asked of one that comes again: a table that is dropped and made anew has lost its grants."""
    await execute(
        parted.owner,
        "ALTER TABLE recall_popular RENAME TO before",
        "CREATE TABLE recall_popular (LIKE before INCLUDING ALL)",
        "ALTER TABLE recall_popular ENABLE ROW LEVEL SECURITY",
        "DROP TABLE before",
    )
    app = parted.names[1]
    done = await migrate.bring_up_to_date(parted.owner)
    assert done.given == [f"4 grants and 1 policy to {app}"]


async def test_all_lanes_open(parted: ThreeRoles) -> None:
    lanes = await Lanes.open(parted.app, LaneSizes(), parted.caller)
    await lanes.close()


def test_counts_are_words() -> None:
    assert in_words(["GRANT x"]) == "1 grant"
    assert in_words(["CREATE POLICY x", "CREATE POLICY y"]) == "2 policies"
