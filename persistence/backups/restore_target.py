"""The database that a backup is restored into: empty before, and with the roles that it needs."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from persistence.backups.contents import ServerFacts, close, connect, server_of
from persistence.caller_role import ROLE, make_role
from persistence.errors import Unavailable, Unfit
from persistence.sqlstates import own_errors
from persistence.starting import database_requirements, table_ownership

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

REHEARSAL = "prime_rehearsal_"
"""How the names of databases begin that are for a rehearsal."""

# A rehearsal that runs is connected to its own, and drops it at its end.
DEAD = """
SELECT datname AS name FROM pg_database AS d
WHERE datname ~ '^prime_rehearsal_[0-9a-f]{12}$' AND pg_has_role(datdba, 'USAGE')
    AND NOT EXISTS (SELECT FROM pg_stat_activity AS a
        WHERE a.datid = d.oid AND a.backend_type = 'client backend')
ORDER BY datname
"""

# Between its making and the first connection to it nobody takes it for a dead one.
ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('prime rehearsal'))"

DROP_SECONDS = 60.0

DROP_TRIES = 6
"""While a process of the server itself is in a database: a plain DROP waits five seconds for it."""

PUTS_OUT = "TerminateOtherDBBackends"
"""Where in PostgreSQL it is refused to end a process of the server itself, as an autovacuum is."""


async def prepare(dsn: str, roles: Sequence[str], *, makes_roles: bool = False) -> ServerFacts:
    """Refuse what is unfit or not empty, and see to the roles; changes nothing else.

    Raises `PersistenceError`.

    `makes_roles`: all that are missing, on a server that is for a rehearsal alone.
    """
    connection = await connect(dsn)
    try:
        with own_errors():
            server = await server_of(connection)
            database_requirements.check_facts(
                await connection.fetchrow(database_requirements.FACTS)
            )
            thing_count = await connection.fetchval(THINGS)
            if thing_count:
                raise Unfit(
                    f"the database {server.database} is not empty ({thing_count:,} tables, "
                    "sequences and functions); nothing was done: restore into a new one "
                    "(createdb -O OWNER NAME)"
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
            return await table_ownership.owner_to_become(connection)
    finally:
        await close(connection)


async def _see_to_roles(connection: Any, roles: Sequence[str], *, makes: bool) -> None:
    if ROLE in roles:
        await make_role(connection)
    missing_roles = [row["name"] for row in await connection.fetch(MISSING, list(roles))]
    statements = "; ".join(f'CREATE ROLE "{name}"' for name in missing_roles)
    if missing_roles and makes:
        await connection.execute(statements)
    elif missing_roles:
        raise Unfit(
            f"the backup grants to roles that this server has not ({', '.join(missing_roles)}); "
            f"nothing was done: let an administrator run {statements}; (./run migrate --roles "
            "prints how Prime's are made)"
        )


@asynccontextmanager
async def new_database(dsn: str, name: str) -> AsyncIterator[str]:
    """The address of a new database on the same server, which is not dead until the end."""
    new_dsn = urlunsplit(urlsplit(dsn)._replace(path=f"/{_checked(name)}"))
    holder = await _create(dsn, name, new_dsn)
    try:
        yield new_dsn
    finally:
        await close(holder)


async def _create(dsn: str, name: str, new_dsn: str) -> Any:
    """A connection to the new one. Raises `Unfit` where one may not."""
    connection = await connect(dsn)
    try:
        with own_errors():
            await connection.execute(ONE_AT_A_TIME, timeout=DROP_SECONDS)
            try:
                await connection.execute(f"CREATE DATABASE {_checked(name)} TEMPLATE template0")
            except asyncpg.InsufficientPrivilegeError as error:
                raise Unfit(
                    "this login may not make a database beside; nothing was done: ALTER ROLE ... "
                    "CREATEDB, or give the URL of another server"
                ) from error
        return await connect(new_dsn)
    finally:
        await close(connection)


async def clear(dsn: str) -> None:
    """Drop what rehearsals that were killed have left on this server."""
    connection = await connect(dsn)
    try:
        with own_errors():
            await connection.execute(ONE_AT_A_TIME, timeout=DROP_SECONDS)
            for row in await connection.fetch(DEAD):
                statement = f"DROP DATABASE IF EXISTS {_checked(row['name'])}"
                with suppress(asyncpg.ObjectInUseError):
                    await connection.execute(statement, timeout=DROP_SECONDS)
    finally:
        await close(connection)


async def drop(dsn: str, name: str) -> None:
    """A database of ours, whoever is connected to it. Raises `PersistenceError`.

    With FORCE only a superuser gets past an autovacuum; without, the server puts that out itself.
    """
    statement = f"DROP DATABASE IF EXISTS {_checked(name)}"
    connection = await connect(dsn)
    try:
        with own_errors():
            for _ in range(DROP_TRIES):
                try:
                    await connection.execute(f"{statement} WITH (FORCE)", timeout=DROP_SECONDS)
                except asyncpg.InsufficientPrivilegeError as error:
                    if error.server_source_function != PUTS_OUT:
                        raise
                else:
                    return
                with suppress(asyncpg.ObjectInUseError):
                    await connection.execute(statement, timeout=DROP_SECONDS)
                    return
        raise Unavailable(f"could not drop {name}: the database server itself is using it")
    finally:
        await close(connection)


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"no name of ours: {name}")
    return name
