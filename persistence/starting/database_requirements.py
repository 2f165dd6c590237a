"""Whether a database can be Prime's at all, looked at before anything is done there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from persistence.database_url import named_by, none_at_all
from persistence.errors import Unavailable, Unfit
from persistence.pool import CONNECT_SECONDS, Executor
from persistence.sqlstates import DRIVER, SESSION_MODE, own_errors

FACTS = """
SELECT current_setting('server_version_num')::int AS version,
    current_setting('server_encoding') AS encoding,
    current_setting('transaction_read_only')::boolean AS is_read_only,
    pg_backend_pid() AS pid, current_schema() IS NOT NULL AS has_schema,
    current_user::text AS me, current_database()::text AS database
"""

OLDEST_SERVER = 140_000
"""PostgreSQL 14: it has lz4 for stored values and xid8."""

ROUNDS = 3
"""How often two connections take turns, where a pooler is between; others may use it as well."""

POOLED = (
    "what DATABASE_URL names is a pooler that gives each transaction another connection; Prime"
    f" needs a connection of its own until it closes it: {SESSION_MODE}, or name the server itself"
)


@asynccontextmanager
async def connected(dsn: str, name: str = "prime migrate") -> AsyncIterator[Any]:
    """A connection to a database that is fit; raises `PersistenceError` else.

    One that can only be read is `Unavailable`: a standby may be promoted at any moment.
    """
    connection = await connect(dsn, name)
    try:
        with own_errors():
            await _check(connection, dsn)
        yield connection
    finally:
        await close(connection)


async def look_at(dsn: str, name: str, variable: str) -> None:
    """That what `variable` names is fit; raises `PersistenceError` with the name of it."""
    with named_by(variable):
        async with connected(dsn, name):
            pass  # it can be written, and no pooler shares its connections


async def connect(dsn: str, name: str = "prime migrate") -> Any:
    """Without a look at what is there."""
    with own_errors():
        try:
            return await asyncpg.connect(
                dsn, timeout=CONNECT_SECONDS, server_settings={"application_name": name}
            )
        except ValueError as error:
            raise none_at_all(error) from error


async def close(connection: Any) -> None:
    """Whatever the connection has been through."""
    with suppress(*DRIVER):
        await connection.close(timeout=CONNECT_SECONDS)


async def _check(connection: Any, dsn: str) -> None:
    async with connection.transaction():
        facts = await connection.fetchrow(FACTS, timeout=CONNECT_SECONDS)
    check_facts(facts)
    if facts["pid"] != connection.get_server_pid() and await _is_shared(connection, dsn):
        raise Unfit(POOLED)


def check_facts(facts: Any) -> None:
    """Raises what speaks against a server; `facts`: the row of `FACTS`."""
    _check_version(facts["version"])
    if facts["encoding"] != "UTF8":
        raise Unfit(
            f"the database {facts['database']} is encoded in {facts['encoding']}, and Prime keeps"
            " texts of all languages; make another one: createdb -E UTF8 -T template0"
        )
    if not facts["has_schema"]:
        raise Unfit(
            f"{facts['me']} has no schema to work in (search_path names none that is there, or no"
            " right to use it); let the owner run: GRANT USAGE ON SCHEMA public TO ...; what"
            " ./run migrate --roles prints has it"
        )
    if facts["is_read_only"]:
        error = Unavailable("the database can only be read; it is a standby, or set to read-only")
        error.cure = (
            "name the primary in DATABASE_URL (?target_session_attrs=read-write), or promote it"
        )
        raise error


async def check_durability(db: Executor) -> None:
    """Refuse a server that could forget what it has committed."""
    rows = await db.fetch(
        """
        SELECT name, setting FROM pg_settings WHERE name IN
            ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version_num')
        """
    )
    settings = {row["name"]: row["setting"] for row in rows}
    _check_version(int(settings["server_version_num"]))
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if settings[name] == "off":
            raise Unfit(f"{name} is off, so a crash would lose what was committed; turn it on")


def _check_version(version: int) -> None:
    if version < OLDEST_SERVER:
        raise Unfit("the server is older than PostgreSQL 14; use a newer one")


async def _is_shared(connection: Any, dsn: str) -> bool:
    """Whether the server's side of this connection is given to others between transactions.

    A pooler answers with a process number of its own, so the server is asked for its.
    """
    process = await _process(connection)
    for _ in range(ROUNDS):
        second_connection = await connect(dsn)
        try:
            if process == await _process(second_connection):
                return True
            if process != await _process(connection):
                return True
        except (asyncpg.DuplicatePreparedStatementError, asyncpg.InvalidSQLStatementNameError):
            return True
        finally:
            await close(second_connection)
    return False


async def _process(connection: Any) -> int:
    async with connection.transaction():
        number: int = await connection.fetchval("SELECT pg_backend_pid()", timeout=CONNECT_SECONDS)
        return number
