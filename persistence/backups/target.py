"""The database that a backup is restored into: empty before, and with the roles that it needs."""

import re
from collections.abc import Sequence
from typing import Any

import asyncpg

from persistence.backups.contents import Server, close, connect, server_of
from persistence.caller_role import ROLE, make_role
from persistence.errors import Refused
from persistence.sqlstates import own_errors
from persistence.starting import owning

# What extensions have brought is not the operator's.
THINGS = """
SELECT count(*) FROM (
    SELECT oid, 'pg_class'::regclass AS class FROM pg_class
    WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND relnamespace IN (SELECT oid FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
    UNION ALL SELECT oid, 'pg_proc'::regclass FROM pg_proc WHERE pronamespace IN
        (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
) AS things WHERE NOT EXISTS (SELECT FROM pg_depend AS d
    WHERE d.classid = things.class AND d.objid = things.oid AND d.deptype = 'e')
"""

MISSING = """
SELECT name FROM unnest($1::text[]) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles) ORDER BY name
"""

NAME = re.compile(r"[a-z0-9_]+")


async def prepare(dsn: str, roles: Sequence[str], *, makes_roles: bool = False) -> Server:
    """Refuse what is not empty, and see to the roles; changes nothing else. Raises `Refused`.

    `makes_roles`: all that are missing, on a server that is for a rehearsal alone.
    """
    connection = await connect(dsn)
    try:
        with own_errors():
            server = await server_of(connection)
            things = await connection.fetchval(THINGS)
            if things:
                raise Refused(
                    f"the database {server.database} is not empty ({things:,} tables, sequences "
                    "and functions); nothing was done: restore into a new one (createdb -O OWNER "
                    "NAME)"
                )
            await _see_to_roles(connection, roles, makes=makes_roles)
            return server
    finally:
        await close(connection)


async def owner_to_become(dsn: str) -> str | None:
    """Whose all must be that is restored; None: this login's own."""
    connection = await connect(dsn)
    try:
        with own_errors():
            return await owning.owner_to_become(connection)
    finally:
        await close(connection)


async def _see_to_roles(connection: Any, roles: Sequence[str], *, makes: bool) -> None:
    if ROLE in roles:
        await make_role(connection)
    missing = [row["name"] for row in await connection.fetch(MISSING, list(roles))]
    statements = "; ".join(f'CREATE ROLE "{name}"' for name in missing)
    if missing and makes:
        await connection.execute(statements)
    elif missing:
        raise Refused(
            f"the backup grants to roles that this server has not ({', '.join(missing)}); nothing "
            f"was done: let an administrator run {statements}; (./run migrate --roles prints how "
            "Prime's are made)"
        )


async def create(dsn: str, name: str) -> None:
    """A database of that name on the same server. Raises `Refused` where one may not."""
    connection = await connect(dsn)
    try:
        with own_errors():
            try:
                await connection.execute(f"CREATE DATABASE {_checked(name)} TEMPLATE template0")
            except asyncpg.InsufficientPrivilegeError as error:
                raise Refused(
                    "this login may not make a database beside; nothing was done: ALTER ROLE ... "
                    "CREATEDB, or --on embedded, or --on the URL of another server"
                ) from error
    finally:
        await close(connection)


async def drop(dsn: str, name: str) -> None:
    """The database that `create` made, whoever is connected to it."""
    connection = await connect(dsn)
    try:
        with own_errors():
            await connection.execute(f"DROP DATABASE IF EXISTS {_checked(name)} WITH (FORCE)")
    finally:
        await close(connection)


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"no name of ours: {name}")
    return name
