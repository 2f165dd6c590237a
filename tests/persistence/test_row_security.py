"""The second wall by itself: queries without any predicate of our own see nothing of others."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from persistence.caller_role import ROLE
from persistence.lanes import Lanes, LaneSizes
from persistence.migrate import _pg_dump
from persistence.row_security import (
    BY_SETTING,
    ColumnGrants,
    Policy,
    condition,
    granted,
    grants,
    holding_triggers,
    policies,
)
from persistence.rows.rights_sql import BY_ARGUMENT, tie
from schema.roles import RIGHTS, ROLES_OF, Rights, Whom
from schema.tables.all_tables import TABLES
from schema.tables.description import Table
from tests.databases import execute
from tests.persistence.rows.strangers import REACHED, make_stranger

pytestmark = pytest.mark.postgres

SPELLED = (
    (BY_ARGUMENT.user, BY_SETTING.user),
    (BY_ARGUMENT.peers, BY_SETTING.peers),
    *((BY_ARGUMENT.projects(roles), BY_SETTING.projects(roles)) for roles in ROLES_OF.values()),
)
"""What ties the caller to rows: by an argument, and by the setting of a transaction."""


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_both_walls_tie_the_same_to_a_row(table: Table) -> None:
    for whom in Whom:
        said, wanted = tie(table, whom, BY_ARGUMENT), tie(table, whom, BY_SETTING)
        for by_argument, by_setting in sorted(SPELLED, key=lambda pair: -len(pair[0])):
            said = said.replace(by_argument, by_setting)
        assert said.replace(f"{table.relation}.", "") == wanted


CALLER = "(SELECT set_config('prime.caller', $1, true)) IS NOT NULL"

HIDDEN = (
    "auth_credentials", "change_log", "server_secrets", "project_states", "project_deltas",
    "login_tries", "mail_outbox", "member_fences", "staged_deltas", "state_parts",
    "prime_migrations",
)  # fmt: skip

HIDDEN_COLUMNS = {
    "project_snapshots": "state",
    "studio_projects": "state_digest",
    "prime_users": "email",
    "auth_sessions": "counter",
    "collaboration_sessions": "invite_code",
}

VIEWS = {"own_account", "whole_audit"}

NO_CALLER = ["", "nobody", "00000000-0000-0000-0000-000000000000", "'; SELECT 1; --", "{}"]


@dataclass
class Strangers:
    """Ids of two users who share nothing, and of a project of each."""

    ann: str
    song: str
    bob: str
    track: str


@pytest.fixture
async def lanes(database_url: str) -> AsyncIterator[Lanes]:
    opened = await Lanes.open(database_url, LaneSizes())
    yield opened
    await opened.close()


@pytest.fixture
async def strangers(lanes: Lanes) -> Strangers:
    return Strangers(
        *await make_stranger(lanes.calls, "ann"), *await make_stranger(lanes.calls, "bob")
    )


async def seen(lanes: Lanes, caller: str, table: str) -> int:
    count: int = await lanes.callers.fetchval(
        f"SELECT count(*) FROM {table} WHERE {CALLER}", caller
    )
    return count


@pytest.mark.usefixtures("strangers")
async def test_without_a_caller_no_table_shows_a_row(lanes: Lanes) -> None:
    for table in (*REACHED, "own_account"):
        assert await lanes.callers.fetchval(f"SELECT count(*) FROM {table}") == 0, table


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("caller", NO_CALLER)
async def test_a_caller_who_is_no_user_sees_nothing_and_no_policy_raises(
    lanes: Lanes, caller: str
) -> None:
    for table in (*REACHED, "own_account"):
        assert await seen(lanes, caller, table) == 0, table


async def test_of_two_strangers_each_sees_one_half(lanes: Lanes, strangers: Strangers) -> None:
    for table in REACHED:
        everything = await lanes.calls.fetchval(f"SELECT count(*) FROM {table}")
        for caller in (strangers.ann, strangers.bob):
            assert await seen(lanes, caller, table) == everything / 2 > 0, table
            assert await seen(lanes, caller, "own_account") == 1


async def test_the_caller_ends_with_the_statement(lanes: Lanes, strangers: Strangers) -> None:
    for _ in range(8):
        assert await seen(lanes, strangers.ann, "mixx_recall") == 1
        assert await lanes.callers.fetchval("SELECT count(*) FROM mixx_recall") == 0


async def test_nothing_of_others_is_changed_or_deleted(lanes: Lanes, strangers: Strangers) -> None:
    for words in (
        "UPDATE plugin_presets SET name = 'x'",
        "UPDATE audio_files SET name = 'x'",
        "UPDATE mixx_recall SET data = '{}'",
        "UPDATE own_account SET name = 'x'",
        "DELETE FROM plugin_presets",
        "DELETE FROM audio_files",
    ):
        status = await lanes.callers.execute(f"{words} WHERE {CALLER}", strangers.ann)
        assert status.split()[-1] == "1", words
    left = await lanes.calls.fetchval(
        """
        SELECT count(*) FROM plugin_presets AS p, audio_files AS a, mixx_recall AS r,
            studio_projects AS s, project_members AS m, prime_users AS u
        WHERE p.owner_id = $1 AND a.owner_id = $1 AND r.user_id = $1 AND s.owner_id = $1
            AND m.user_id = $1 AND u.id = $1 AND 'x' NOT IN (p.name, a.name, s.name, u.name)
            AND m.role = 'owner'
        """,
        strangers.bob,
    )
    assert left == 1


async def test_no_row_is_made_for_others_or_given_away(lanes: Lanes, strangers: Strangers) -> None:
    for words in (
        f"INSERT INTO plugin_presets (owner_id, plugin, name) SELECT '{strangers.bob}', 'O', 'x'",
        f"INSERT INTO audio_files (project_id, name) SELECT '{strangers.track}', 'x'",
    ):
        with pytest.raises(Exception, match="42501"):
            await lanes.callers.execute(f"{words} WHERE {CALLER}", strangers.ann)


async def test_a_viewer_sees_and_does_not_write(lanes: Lanes, strangers: Strangers) -> None:
    await lanes.calls.execute(
        "INSERT INTO project_members (project_id, user_id, role) VALUES ($1, $2, 'viewer')",
        strangers.track, strangers.ann,
    )  # fmt: skip
    for table in ("audio_files", "session_states", "studio_projects"):
        assert await seen(lanes, strangers.ann, table) == 2, table
    assert await seen(lanes, strangers.ann, "prime_users") == 2
    assert await seen(lanes, strangers.ann, "own_account") == 1
    for words in ("UPDATE audio_files SET name = 'x'", "DELETE FROM audio_files"):
        status = await lanes.callers.execute(
            f"{words} WHERE project_id = $2 AND {CALLER}", strangers.ann, strangers.track
        )
        assert status.split()[-1] == "0", words


async def test_what_is_not_granted_is_refused(lanes: Lanes) -> None:
    columns = [f"SELECT {name} FROM {table}" for table, name in HIDDEN_COLUMNS.items()]
    for words in (*(f"SELECT 1 FROM {table}" for table in HIDDEN), *columns):
        with pytest.raises(Exception, match="permission denied"):
            await lanes.callers.execute(words)


async def test_triggers_write_what_the_caller_may_not(lanes: Lanes, strangers: Strangers) -> None:
    before = await lanes.calls.fetchval("SELECT count(*) FROM change_log")
    await lanes.callers.execute(f"UPDATE audio_files SET name = 'y' WHERE {CALLER}", strangers.ann)
    await lanes.callers.execute(f"DELETE FROM audio_files WHERE {CALLER}", strangers.ann)
    assert await lanes.calls.fetchval("SELECT count(*) FROM change_log") == before + 2


async def test_functions_with_the_rights_of_their_owner_look_for_no_table_of_the_caller(
    lanes: Lanes,
) -> None:
    """`pg_temp` comes first where it is not named, and there anyone may make tables."""
    rows = await lanes.calls.fetch(
        """
        SELECT p.proname, p.proconfig FROM pg_proc AS p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.prosqlbody IS NULL
        """,
    )
    assert {"caller_projects", "caller_peers", "lock_project"} <= {row["proname"] for row in rows}
    for row in rows:
        settings = [words for words in row["proconfig"] or () if words.startswith("search_path=")]
        assert [words.endswith(", pg_temp") for words in settings] == [True], row["proname"]


async def test_a_table_that_is_granted_has_row_level_security(lanes: Lanes) -> None:
    open_ = await lanes.calls.fetch(
        """
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
            AND NOT c.relrowsecurity AND (
                has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE')
                OR has_table_privilege($1, c.oid, 'DELETE, TRUNCATE')
            )
        """,
        ROLE,
    )
    assert [row["relname"] for row in open_] == []


POLICIES = """
SELECT policyname, cmd, qual, with_check FROM pg_policies
WHERE tablename = $1 AND roles = '{prime_caller}' AND policyname ~ $2
"""

COLUMNS = """
SELECT a.attname, has_column_privilege($2, a.attrelid, a.attnum, 'SELECT') AS reads,
    has_column_privilege($2, a.attrelid, a.attnum, 'INSERT') AS creates,
    has_column_privilege($2, a.attrelid, a.attnum, 'UPDATE') AS changes
FROM pg_attribute AS a
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""


@pytest.mark.parametrize("relation", sorted(TABLES.keys() - VIEWS))
async def test_the_policies_are_those_that_the_rights_say(database_url: str, relation: str) -> None:
    connection = await asyncpg.connect(database_url)
    wanted = policies(TABLES[relation], RIGHTS[relation])
    try:
        found = await connection.fetch(POLICIES, relation, "^callers_")
        transaction = connection.transaction()
        await transaction.start()
        for policy in wanted:
            await connection.execute(policy.sql.replace("callers_", "expected_", 1))
        expected = await connection.fetch(POLICIES, relation, "^expected_")
        await transaction.rollback()
    finally:
        await connection.close()
    said = "\n".join(policy.sql for policy in wanted)
    assert _by_name(found) == _by_name(expected), f"a migration must make these:\n{said}"


@pytest.mark.parametrize("relation", sorted(TABLES))
async def test_the_columns_granted_are_those_that_the_description_says(
    database_url: str, relation: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch(COLUMNS, relation, ROLE)
        deletes = await connection.fetchval(
            "SELECT has_table_privilege($1, $2::text::regclass, 'DELETE')", ROLE, relation
        )
    finally:
        await connection.close()
    wanted = granted(TABLES[relation], RIGHTS[relation], {row["attname"] for row in rows})
    found = ColumnGrants(
        reads=frozenset(row["attname"] for row in rows if row["reads"]),
        creates=frozenset(row["attname"] for row in rows if row["creates"]),
        changes=frozenset(row["attname"] for row in rows if row["changes"]),
        deletes=deletes,
    )
    said = "\n".join(grants(relation, wanted))
    assert found == wanted, f"a migration must see to these, and revoke what is more:\n{said}"


TRIGGERS = """
SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger
WHERE tgrelid = $1::text::regclass AND tgname ~ $2 ORDER BY tgname
"""


@pytest.mark.parametrize("relation", sorted(TABLES.keys() - VIEWS))
async def test_R6_a_role_by_which_rows_are_written_is_held(
    database_url: str, relation: str
) -> None:
    connection = await asyncpg.connect(database_url)
    table, rights = TABLES[relation], RIGHTS[relation]
    try:
        rows = await connection.fetch(COLUMNS, relation, ROLE)
        wanted = holding_triggers(
            table, rights, granted(table, rights, {row["attname"] for row in rows})
        )
        found = await connection.fetch(TRIGGERS, relation, "^hold_role_")
        transaction = connection.transaction()
        await transaction.start()
        for words in wanted:
            await connection.execute(words.replace("hold_role_", "expected_", 1))
        expected = await connection.fetch(TRIGGERS, relation, "^expected_")
        await transaction.rollback()
    finally:
        await connection.close()
    said = [row["definition"].replace("expected_", "hold_role_", 1) for row in expected]
    assert [row["definition"] for row in found] == said, f"a migration must make these: {wanted}"


def _by_name(rows: list[asyncpg.Record]) -> dict[str, tuple[str, ...]]:
    return {
        row["policyname"].partition("_")[2]: (row["cmd"], row["qual"], row["with_check"])
        for row in rows
    }


def test_each_right_is_said_in_a_form_that_is_looked_up_once() -> None:
    presets = TABLES["plugin_presets"]
    assert condition(presets, (Whom.SELF, Whom.EVERYONE)) == (
        "owner_id = (SELECT caller_id()) OR is_public"
    )
    made = policies(presets, Rights(see=(Whom.EVERYONE,), delete=(Whom.PEER,)))
    assert made == [
        Policy("plugin_presets", "callers_see", "SELECT", using="is_public"),
        Policy(
            "plugin_presets",
            "callers_delete",
            "DELETE",
            using="owner_id = ANY ((SELECT caller_peers())::uuid[])",
        ),
    ]


def test_with_force_the_owner_could_not_dump_the_database(database_url: str) -> None:
    """Why the owner is not under the policies (decision 0035)."""
    dump = [_pg_dump(), "--data-only", "--table=mixx_recall", f"--dbname={database_url}"]
    assert subprocess.run(dump, capture_output=True, check=False).returncode == 0
    asyncio.run(execute(database_url, "ALTER TABLE mixx_recall FORCE ROW LEVEL SECURITY"))
    finished = subprocess.run(dump, capture_output=True, text=True, check=False)
    assert finished.returncode != 0
    assert "row-level security" in finished.stderr
