"""A database whose rights are parted among three roles, as `./run migrate --roles` does it."""

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from persistence.migrate import bring_up_to_date
from persistence.starting.roles_sql import roles_sql
from tests.databases import create_database, drop_database, execute, other_database

OWNERS = """
SELECT DISTINCT pg_get_userbyid(owner)::text AS owner FROM (
    SELECT relowner AS owner, oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proowner, oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS it WHERE NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = it.oid AND d.deptype = 'e')
"""


@dataclass(frozen=True)
class ThreeRoles:
    """Addresses of one database."""

    admin: str
    """Of a superuser."""
    names: tuple[str, str, str]
    """Of the owner, of who serves, and of the login for what users ask for."""

    @property
    def database(self) -> str:
        """Its name."""
        return urlsplit(self.admin).path[1:]

    @property
    def owner(self) -> str:
        return self.of(self.names[0])

    @property
    def app(self) -> str:
        return self.of(self.names[1])

    @property
    def caller(self) -> str:
        return self.of(self.names[2])

    def of(self, role: str) -> str:
        """The same database for another role; nobody here has a password."""
        parts = urlsplit(self.admin)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role}@{host}"))


@contextmanager
def three_roles(
    server: str, *, is_migrated: bool = True, template: str = "template1"
) -> Iterator[ThreeRoles]:
    """On the server of this superuser's address; dropped with its roles at the end.

    `template`: a database there, which has been migrated by another role.
    """
    mark = uuid.uuid4().hex[:8]
    database = f"three_{mark}"
    names = (f"owner_{mark}", f"app_{mark}", f"calls_{mark}")
    made = ThreeRoles(other_database(server, database), names)
    asyncio.run(create_database(server, database, template))
    try:
        asyncio.run(execute(made.admin, roles_sql(*names)))
        if is_migrated:
            asyncio.run(bring_up_to_date(made.owner))
        yield made
    finally:
        asyncio.run(drop_database(server, database))
        asyncio.run(execute(server, *(f"DROP ROLE {name}" for name in reversed(names))))


async def fetch(address: str, statement: str) -> list[Any]:
    connection = await asyncpg.connect(address)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def owners(address: str) -> set[str]:
    """Of all that is there and no extension's."""
    return {row["owner"] for row in await fetch(address, OWNERS)}
