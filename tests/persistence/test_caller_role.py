"""The role that users' calls run as: it can do little; where it is missing one is told why."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from persistence import migrate
from persistence.caller_role import ROLE, check_lane, check_owner, refuse_without
from persistence.errors import Unfit
from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Database
from tests.databases import execute, other_database

pytestmark = pytest.mark.postgres


def as_caller(dsn: str) -> str:
    return dsn.replace("//prime@", f"//{ROLE}@")


@pytest.fixture
async def lanes(database_url: str) -> AsyncIterator[Lanes]:
    opened = await Lanes.open(database_url, LaneSizes())
    yield opened
    await opened.close()


async def test_only_the_lane_of_callers_runs_as_it(lanes: Lanes) -> None:
    roles = {
        name: await db.fetchval("SELECT current_user::text") for name, db in lanes.by_name.items()
    }
    callers = roles.pop("callers")
    assert callers == ROLE
    assert ROLE not in roles.values()


async def test_logged_in_as_it_no_other_role_can_be_taken(database_url: str) -> None:
    connection = await asyncpg.connect(as_caller(database_url))
    try:
        for words in ("SET ROLE prime", "SET SESSION AUTHORIZATION prime"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(words)
        await connection.execute("SET ROLE NONE")
        await connection.execute("RESET ROLE")
        assert await connection.fetchval("SELECT current_user::text") == ROLE
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"ALTER ROLE {ROLE} BYPASSRLS")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE mine (a int)")
    finally:
        await connection.close()


async def test_a_login_of_its_own_is_used_where_there_is_one(database_url: str) -> None:
    opened = await Lanes.open(database_url, LaneSizes(), as_caller(database_url))
    try:
        assert await opened.callers.fetchval("SELECT session_user::text") == ROLE
        assert await opened.calls.fetchval("SELECT session_user::text") == "prime"
    finally:
        await opened.close()


async def test_an_address_that_logs_in_as_another_is_refused(database_url: str) -> None:
    with pytest.raises(Unfit, match="runs as prime"):
        await Lanes.open(database_url, LaneSizes(), database_url)


async def test_an_address_of_another_database_is_refused(database_url: str) -> None:
    elsewhere = other_database(as_caller(database_url), "postgres")
    with pytest.raises(Unfit, match="another database than DATABASE_URL"):
        await Lanes.open(database_url, LaneSizes(), elsewhere)


async def test_a_role_that_owns_a_table_is_refused(database_url: str) -> None:
    administrator = database_url.replace("//prime@", "//postgres@")
    await execute(administrator, f"CREATE TABLE theirs (a int); ALTER TABLE theirs OWNER TO {ROLE}")
    db = await Database.open(database_url, max_size=1, role=ROLE)
    try:
        with pytest.raises(Unfit, match="does not hold"):
            await check_lane(db)
    finally:
        await db.close()


STRANGER = "prime_test_owner"
"""The owner of a database who may not act as the role."""


@pytest.fixture
async def without_role(postgres_dsn: str, empty_database_url: str) -> AsyncIterator[str]:
    """An empty database whose owner may neither use nor grant the role."""
    administrator = postgres_dsn.replace("//prime@", "//postgres@")
    name = empty_database_url.split("?")[0].rpartition("/")[2]
    await execute(
        administrator, f"CREATE ROLE {STRANGER} LOGIN", f"ALTER DATABASE {name} OWNER TO {STRANGER}"
    )
    yield empty_database_url.replace("//prime@", f"//{STRANGER}@")
    await execute(administrator, f"ALTER DATABASE {name} OWNER TO prime")
    await execute(
        other_database(administrator, name), f"DROP OWNED BY {STRANGER}", f"DROP ROLE {STRANGER}"
    )


async def test_who_may_not_grant_it_is_told_what_to_run(without_role: str) -> None:
    with pytest.raises(Unfit) as refused:
        await migrate.migrate(without_role)
    said = str(refused.value)
    assert said.endswith(f'let an administrator run: GRANT {ROLE} TO "{STRANGER}";')
    assert "\n" not in said
    db = await Database.open(without_role, max_size=1)
    try:
        with pytest.raises(Unfit, match="let an administrator run"):
            await check_owner(db)
    finally:
        await db.close()


async def test_what_is_told_is_enough(without_role: str, postgres_dsn: str) -> None:
    with pytest.raises(Unfit) as refused:
        await migrate.migrate(without_role)
    told = str(refused.value).partition("let an administrator run: ")[2]
    await execute(postgres_dsn.replace("//prime@", "//postgres@"), told)
    assert "0021_callers" in await migrate.migrate(without_role)
    opened = await Lanes.open(without_role, LaneSizes())
    await opened.close()


@pytest.mark.parametrize(
    ("is_there", "is_mine", "told"),
    [
        (False, False, f'CREATE ROLE {ROLE} LOGIN; GRANT {ROLE} TO "o""x";'),
        (True, False, f'GRANT {ROLE} TO "o""x";'),
    ],
)
def test_the_statements_are_whole(is_there: bool, is_mine: bool, told: str) -> None:
    with pytest.raises(Unfit) as refused:
        refuse_without({"me": 'o"x', "is_there": is_there, "is_mine": is_mine})
    assert str(refused.value).endswith(f"let an administrator run: {told}")
