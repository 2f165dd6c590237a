import msgspec
import pytest

from persistence.backups.contents import TableContent, differences, snapshot
from persistence.caller_role import ROLE
from persistence.errors import Unfit
from persistence.pool import Database
from tests.databases import execute
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres


async def test_what_changes_behind_the_snapshot_is_not_in_it(
    database: Database, database_url: str
) -> None:
    ann = await make_user(database)
    await make_project(database, ann, "Song")
    async with snapshot(database_url) as taken:
        await make_project(database, ann, "Another")
        first = await taken.read()
        assert len(await taken.heads()) == 1
    assert first.projects.count == 1
    assert first.tables["prime_users"].rows == 1
    assert first.roles == ["prime_caller"]
    async with snapshot(database_url) as later:
        told = differences(first, await later.read())
        assert "studio_projects has 2 rows, not 1" in told


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE prime_users SET name = 'x'", "prime_users has 1 rows, and not the same ones"),
        ("UPDATE studio_projects SET head_seq = 7", "heads or epochs of projects are not the same"),
        ("DELETE FROM project_members", "project_members has 0 rows, not 1"),
    ],
)
async def test_a_row_that_is_another_one_is_told(
    database: Database, database_url: str, statement: str, told: str
) -> None:
    await make_project(database, await make_user(database), "Song")
    async with snapshot(database_url) as taken:
        before = await taken.read()
    await database.execute(statement)
    async with snapshot(database_url) as taken:
        assert told in differences(before, await taken.read())


async def test_a_table_that_is_missing_is_told(database_url: str) -> None:
    async with snapshot(database_url) as taken:
        found = await taken.read()
    more = msgspec.structs.replace(found, tables=found.tables | {"songs": TableContent(1, "1")})
    assert differences(more, found) == ["the table songs is missing"]
    assert differences(found, more) == ["the table songs is too many"]


async def test_rows_that_a_crash_may_take_are_not_compared(
    database: Database, database_url: str
) -> None:
    """Older manifests count them: that is no difference."""
    async with snapshot(database_url) as taken:
        before = await taken.read()
    await database.execute("INSERT INTO node_questions (asks) VALUES ('x')")
    async with snapshot(database_url) as taken:
        found = await taken.read()
    assert {"node_answers", "node_questions", "staged_deltas", "state_parts"} == {*found.unlogged}
    assert not found.tables.keys() & {*found.unlogged}
    assert differences(before, found) == []
    counted = dict.fromkeys(found.unlogged, TableContent(1, "1"))
    older = msgspec.structs.replace(before, tables=before.tables | counted, unlogged=[])
    assert differences(older, found) == []


async def test_a_database_of_something_else_is_refused(empty_database_url: str) -> None:
    with pytest.raises(Unfit, match="holds no tables of Prime"):
        async with snapshot(empty_database_url):
            pass


async def test_a_server_says_which_it_is_where_it_may_be_asked(database_url: str) -> None:
    superuser = database_url.replace("//prime@", "//postgres@", 1)
    right = "EXECUTE ON FUNCTION pg_control_system()"
    async with snapshot(database_url) as taken:
        assert taken.server.system is not None
        assert taken.server.system.isdecimal()
    await execute(superuser, f"REVOKE {right} FROM public")
    try:
        async with snapshot(database_url) as taken:
            assert taken.server.system is None
    finally:
        await execute(superuser, f"GRANT {right} TO public")


async def test_who_may_not_read_all_is_told_which_role_backs_up(
    database: Database, database_url: str
) -> None:
    me = await database.fetchval("SELECT current_user::text")
    said = rf"{ROLE} may not read all .*: log in as their owner, {me}"
    with pytest.raises(Unfit, match=said):
        async with snapshot(database_url.replace(f"//{me}", f"//{ROLE}", 1)):
            pass
