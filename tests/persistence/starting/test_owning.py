"""A node whose schema is current only reads; one that may not migrate says who may."""

import asyncio
from typing import Any

import asyncpg
import pytest

from persistence import migrate
from persistence.errors import Refused
from persistence.migrate import known_migrations, make_ready
from persistence.starting.owning import in_words
from tests.databases import execute
from tests.three_roles import ThreeRoles, three_roles

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
        with pytest.raises(Refused, match=f"{app} may not change tables .* of {owner}$"):
            asyncio.run(migrate.bring_up_to_date(made.app))


def refused(address: str) -> str:
    with pytest.raises(Refused) as error:
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
