"""A node whose schema is current only reads; one that may not migrate says who may."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from persistence import migrate
from persistence.errors import Unfit
from persistence.migrate import known_migrations, make_ready
from persistence.starting.roles_sql import roles_sql
from persistence.starting.serving_rights import GRANTS
from persistence.starting.table_ownership import in_words
from tests.databases import drop_database, execute, other_database
from tests.three_roles import ThreeRoles, fetch, owners, three_roles

pytestmark = pytest.mark.postgres


async def test_a_current_schema_is_only_read(
    parted: ThreeRoles, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a role that may read the list of migrations and nothing else, in read-only sessions."""
    said: list[str] = []
    connect: Any = asyncpg.connect

    async def listened(*args: Any, **words: Any) -> Any:
        connection = await connect(*args, **words)
        connection.add_query_logger(lambda record: said.append(record.query))
        return connection

    monkeypatch.setattr(asyncpg, "connect", listened)
    assert await make_ready(parted.app) == []
    asked = " ".join(said).upper()
    assert "PRIME_MIGRATIONS" in asked
    for word in ("CREATE ", "LOCK(", "XACT_LOCK", "INSERT", "UPDATE ", "ALTER", "GRANT "):
        assert word not in asked


def test_who_may_not_migrate_is_told_who_may(debian_dsn: str) -> None:
    with three_roles(debian_dsn, is_migrated=False) as made:
        owner, app, _ = made.names
        told = refused(made.app)
        assert "migrations, from 0001_accounts on, and" in told
        assert told.endswith(f"run ./run migrate with a DATABASE_URL of {owner}")
        asyncio.run(migrate.migrate(made.owner, known_migrations()[:-1]))
        asyncio.run(execute(made.owner, f"GRANT SELECT ON prime_migrations TO {app}"))
        told = refused(made.app)
        assert f"lacks {known_migrations()[-1].name}, and {app} may not change" in told
        assert "nothing was changed" in told
        assert asyncio.run(make_ready(made.owner)) == [known_migrations()[-1].name]
        assert asyncio.run(make_ready(made.app)) == []
        with pytest.raises(Unfit, match=f"{app} may not change tables .* of {owner}$"):
            asyncio.run(migrate.bring_up_to_date(made.app))


@pytest.fixture(scope="module")
def half(debian_dsn: str) -> Iterator[ThreeRoles]:
    """Of three roles; a superuser has made all tables but the last few."""
    with three_roles(debian_dsn, is_migrated=False) as made:
        asyncio.run(migrate.migrate(made.admin, known_migrations()[:-3]))
        assert asyncio.run(owners(made.admin)) == {made.names[0]}
        yield made


@pytest.mark.parametrize("login", ["superuser", "member"])
@pytest.mark.parametrize("act", [migrate.bring_up_to_date, make_ready])
def test_what_another_login_makes_is_the_owners(
    half: ThreeRoles, debian_dsn: str, login: str, act: Any
) -> None:
    owner, app, _ = half.names
    copy = f"{half.database}_copy"
    made = ThreeRoles(other_database(half.admin, copy), half.names)
    member = f"member_{half.database}"
    create = f"CREATE DATABASE {copy} TEMPLATE {half.database} OWNER {owner}"
    asyncio.run(execute(debian_dsn, create, f"CREATE ROLE {member} LOGIN IN ROLE {owner}"))
    try:
        asyncio.run(act(made.admin if login == "superuser" else made.of(member)))
        assert asyncio.run(owners(made.admin)) == {owner}
        assert asyncio.run(make_ready(made.app)) == []
        assert asyncio.run(fetch(made.admin, LACKS.format(app))) == []
        assert asyncio.run(migrate.bring_up_to_date(made.owner)).applied == []
    finally:
        asyncio.run(drop_database(debian_dsn, copy))
        asyncio.run(execute(debian_dsn, f"DROP ROLE {member}"))


LACKS = """
SELECT relname FROM pg_class WHERE relname IN ('closed_rooms', 'server_nodes', 'backup_runs')
    AND NOT has_table_privilege('{}', oid, 'SELECT')
"""


def test_tables_of_two_owners_are_named_with_the_sql_that_gives_them_back(debian_dsn: str) -> None:
    with three_roles(debian_dsn) as made:
        owner = made.names[0]
        strange = "ALTER FUNCTION touch() OWNER TO postgres", "ALTER TABLE {} OWNER TO postgres"
        asyncio.run(execute(made.admin, strange[0], strange[1].format("server_nodes")))
        asyncio.run(execute(made.admin, "CREATE TABLE notes (a int)"))  # what is not ours may be
        for address in (made.owner, made.admin):
            told = migrate_refused(address)
            assert f"server_nodes is postgres's, touch is postgres's, all else is {owner}'s" in told
        asyncio.run(execute(made.admin, told.partition("administrator run: ")[2]))
        asyncio.run(migrate.bring_up_to_date(made.owner))
        asyncio.run(execute(made.admin, *(strange[1].format(name) for name in GRANTS)))
        asyncio.run(execute(made.admin, f"ALTER TABLE prime_migrations OWNER TO {owner}"))
        told = migrate_refused(made.owner)
        assert told.endswith(f"run what ./run migrate --roles {owner},APP,CALLER prints")
        asyncio.run(execute(made.admin, roles_sql(*made.names)))
        asyncio.run(migrate.bring_up_to_date(made.owner))


def migrate_refused(address: str) -> str:
    with pytest.raises(Unfit) as error:
        asyncio.run(migrate.bring_up_to_date(address))
    return str(error.value)


def refused(address: str) -> str:
    with pytest.raises(Unfit) as error:
        asyncio.run(make_ready(address))
    return str(error.value)


def test_an_owner_who_may_not_create_is_told_what_lets_it(debian_dsn: str) -> None:
    with three_roles(debian_dsn, is_migrated=False) as made:
        closed = (
            "ALTER SCHEMA public OWNER TO postgres",
            f"REVOKE CREATE ON SCHEMA public FROM {made.names[0]}",
        )
        asyncio.run(execute(made.admin, *closed))
        told = refused(made.owner)
        cure = told.partition("let an administrator run: ")[2]
        asyncio.run(execute(made.admin, cure))
        asyncio.run(execute(made.owner, "CREATE TABLE one (a int)"))


def test_many_are_counted() -> None:
    assert in_words(["0001_a"]) == "0001_a"
    assert in_words(["0001_a", "0002_b"]) == "2 migrations, from 0001_a on"
