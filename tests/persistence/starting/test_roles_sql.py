"""The SQL of the three roles: run by a superuser or the owner, once or often, on what is there."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from persistence import migrate
from persistence.caller_role import ROLE
from persistence.errors import BadSetting
from persistence.lanes import Lanes, LaneSizes
from persistence.starting.roles_sql import DEFAULTS, names_in, roles_sql
from tests.databases import execute
from tests.three_roles import ThreeRoles, three_roles

ROOT = Path(__file__).parents[3]

STATE = """
SELECT string_agg(thing, ' ' ORDER BY thing) FROM (
    SELECT concat_ws(' ', relname, relowner::regrole, relacl) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', oid::regprocedure, proowner::regrole, proacl) FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', nspname, nspowner::regrole, nspacl) FROM pg_namespace
    UNION ALL SELECT concat_ws(' ', datname, datdba::regrole, datacl) FROM pg_database
    WHERE datname = current_database()
    UNION ALL SELECT defaclacl::text FROM pg_default_acl
    UNION ALL SELECT concat_ws(' ', roleid::regrole, member::regrole) FROM pg_auth_members
) AS it (thing)
"""


async def state_of(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval(STATE))
    finally:
        await connection.close()


@pytest.mark.postgres
async def test_again_it_changes_nothing_whoever_runs_it(parted: ThreeRoles) -> None:
    before = await state_of(parted.admin)
    for address in (parted.admin, parted.owner):
        await execute(address, roles_sql(*parted.names))
        assert await state_of(parted.admin) == before


@pytest.mark.postgres
def test_a_database_of_one_role_is_parted_with_all_that_is_in_it(debian_dsn: str) -> None:
    """Also one whose schema `public` belongs to someone else, as those of PostgreSQL 14 do."""
    with three_roles(debian_dsn, is_migrated=False) as made:
        _, app, _ = made.names
        before = (
            "ALTER SCHEMA public OWNER TO postgres",
            f"ALTER DATABASE {made.database} OWNER TO {app}",
            f"GRANT CREATE ON SCHEMA public TO {app}",
            f"GRANT {ROLE} TO {app}",
        )
        asyncio.run(execute(made.admin, *before))
        asyncio.run(migrate.migrate(made.app))
        after = (
            f"REVOKE CREATE ON SCHEMA public FROM {app}",
            f"REVOKE {ROLE} FROM {app}",
        )
        asyncio.run(execute(made.admin, *after, roles_sql(*made.names)))
        done = asyncio.run(migrate.bring_up_to_date(made.owner))
        assert done.applied == []
        assert done.given[0].endswith(f"to {app}")
        asyncio.run(served(made))


async def served(made: ThreeRoles) -> None:
    lanes = await Lanes.open(made.app, LaneSizes(), made.caller)
    await lanes.close()


@pytest.mark.postgres
async def test_the_login_for_what_users_ask_for_becomes_the_role(parted: ThreeRoles) -> None:
    connection = await asyncpg.connect(parted.caller)
    try:
        me = await connection.fetchrow(
            "SELECT current_user::text AS me, session_user::text AS login"
        )
        assert me is not None
        assert (me["me"], me["login"]) == (ROLE, parted.names[2])
        await connection.execute("RESET ROLE")
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("SET ROLE NONE; SELECT FROM public.prime_users")
    finally:
        await connection.close()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("revoked", "who"),
    [
        ("CONNECT ON DATABASE {database} FROM {app}", "app"),
        ("USAGE ON SCHEMA public FROM {app}", "app"),
        ("CONNECT ON DATABASE {database} FROM {calls}", "caller"),
        ("USAGE ON SCHEMA public FROM prime_caller", "caller"),
        ("CREATE ON SCHEMA public FROM {owner}", "owner"),
    ],
)
async def test_each_right_that_it_gives_is_needed(
    parted: ThreeRoles, revoked: str, who: str
) -> None:
    owner, app, calls = parted.names
    database = parted.database
    words = revoked.format(owner=owner, app=app, calls=calls, database=database)
    probe = {
        "app": "SELECT count(*) FROM prime_users",
        "caller": "SELECT count(id) FROM prime_users",
        "owner": "CREATE TABLE one_more (a int); DROP TABLE one_more",
    }[who]
    address = getattr(parted, who)
    await execute(address, probe)
    await execute(parted.admin, "ALTER SCHEMA public OWNER TO postgres", f"REVOKE {words}")
    try:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedTableError)):
            await execute(address, probe)
    finally:
        await execute(
            parted.admin,
            "ALTER SCHEMA public OWNER TO pg_database_owner",
            roles_sql(*parted.names),
        )
    await execute(address, probe)


def test_the_page_has_the_same_sql() -> None:
    page = (ROOT / "docs" / "operating" / "database.md").read_text(encoding="utf-8")
    assert f"$ ./run migrate --roles\n{roles_sql(*DEFAULTS)}```\n" in page


def test_it_is_printed_by_the_command() -> None:
    command = [sys.executable, "-m", "persistence.migrate", "--roles"]
    told = subprocess.run(
        [*command, "studio_owner,studio_app,studio_calls"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert told.stdout == roles_sql("studio_owner", "studio_app", "studio_calls")
    refused = subprocess.run(
        [*command, "a,b"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)


def test_there_is_no_password_in_it() -> None:
    text = roles_sql(*DEFAULTS)
    assert " PASSWORD " not in text
    assert "\\password prime_owner, \\password prime_app, \\password prime_caller" in text


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ("a,b", "three names"),
        ("a,b,c,d", "three names"),
        ("a,a,b", "two of these are the same"),
        ("a,b,", "'' is no name"),
        ("pg_a,b,c", "is no name"),
        ("a,b,c;drop", "is no name"),
        ("public,b,c", "is no name"),
        ("prime_caller,b,c", "is the third name"),
        ("a,prime_caller,c", "is the third name"),
    ],
)
def test_names_that_will_not_do_are_refused(names: str, why: str) -> None:
    with pytest.raises(BadSetting, match=why):
        roles_sql(*names_in(names))
