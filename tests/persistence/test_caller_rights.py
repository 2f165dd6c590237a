"""What `prime_caller` must have: told where it is missing, and given back."""

from collections.abc import AsyncIterator

import pytest

from persistence import caller_rights, migrate
from persistence.caller_rights import FILE, as_file, found, in_words, missing, wanted
from persistence.caller_role import ROLE
from persistence.errors import NotGranted, Unfit
from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Database
from persistence.rows import writing
from persistence.rows.row_lanes import RowLanes
from schema.tables.all_tables import TABLES
from server.calls.failures import as_error
from tests.databases import execute

pytestmark = pytest.mark.postgres

LOST = f"DROP OWNED BY {ROLE}"
"""Takes every grant and policy of the database from the role, as a restore without it does."""


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url, max_size=1)
    yield opened
    await opened.close()


async def test_the_file_has_what_the_migrations_give(db: Database) -> None:
    said = "run: python -m persistence.migrate --dump-current"
    assert FILE.read_text() == as_file(await found(db)), said
    assert await missing(db) == []


async def test_a_database_restored_before_the_role_was_there_is_repaired(
    database_url: str, db: Database
) -> None:
    administrator = database_url.replace("//prime@", "//postgres@")
    before = await found(db)
    await execute(administrator, LOST, "ALTER TABLE mixx_recall DISABLE ROW LEVEL SECURITY")
    with pytest.raises(Unfit, match="; run") as refused:
        await Lanes.open(database_url, LaneSizes())
    assert "\n" not in str(refused.value)
    done = await migrate.bring_up_to_date(database_url)
    assert [words.split(" ", 1)[1] for words in done.repaired] == [
        "grants",
        "policies",
        "tables' row-level security",
    ]
    assert await found(db) == before
    assert (await migrate.bring_up_to_date(database_url)).repaired == []
    lanes = await Lanes.open(database_url, LaneSizes())
    await lanes.close()


@pytest.mark.parametrize(
    "statement",
    [
        f"REVOKE SELECT (name) ON plugin_presets FROM {ROLE}",
        "DROP POLICY callers_see ON mixx_recall",
        "ALTER TABLE audio_files DISABLE ROW LEVEL SECURITY",
        f"REVOKE USAGE ON SCHEMA public FROM {ROLE}, PUBLIC",
    ],
)
async def test_each_thing_that_is_missing_is_noticed(
    database_url: str, db: Database, statement: str
) -> None:
    administrator = database_url.replace("//prime@", "//postgres@")
    await execute(administrator, statement)
    assert len(await missing(db)) == 1
    await caller_rights.repair(db)
    assert await missing(db) == []


async def test_a_right_that_goes_missing_at_run_time_is_not_the_users_fault(
    database_url: str,
) -> None:
    lanes = await Lanes.open(database_url, LaneSizes())
    access = RowLanes(lanes.callers, lanes.searches)
    presets, nobody = TABLES["plugin_presets"], "00000000-0000-0000-0000-000000000000"
    try:
        await execute(database_url, f"REVOKE ALL ON plugin_presets FROM {ROLE}")
        with pytest.raises(NotGranted) as raised:
            await writing.create(access, presets, nobody, {"plugin": "OTT", "name": "x"})
    finally:
        await lanes.close()
    told = as_error("1", raised.value)
    assert told.code == "unavailable"
    assert told.details["error_id"]


def test_what_is_missing_is_told_by_kind() -> None:
    lines = wanted()
    assert in_words(lines[:0]) == []
    assert in_words(["GRANT SELECT (a) ON t TO x", caller_rights.GRANT_SCHEMA]) == ["2 grants"]
