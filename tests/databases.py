"""Databases for tests: emptied and used again, as making one takes half a second.

A test gets one that is as a migrated one was at first. Where a test has changed more than rows, its
database is dropped and not used again: tables, functions and settings are compared behind each.
"""

import asyncio
import threading
import uuid
from collections.abc import Coroutine
from graphlib import TopologicalSorter
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from persistence.backups import restore_target
from tests.session.handed_on import KEPT_NAME, SESSIONS

T = TypeVar("T")

LARGE_BYTES = 262_144
"""A table that has grown past this is cut off: the next test would read through what is dead."""

OTHERS_OUT = f"""
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND application_name <> '{KEPT_NAME}'
"""

SHAPE = """
SELECT md5(string_agg(thing, E'\\n' ORDER BY thing)) FROM (
    SELECT concat_ws(' ', 'relation', oid, relname, relkind, relpersistence, reloptions,
        relowner, relacl, relrowsecurity, relforcerowsecurity)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull, attcollation,
        attacl)
    FROM pg_attribute WHERE attnum > 0
        AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', 'function', oid, xmin)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgrelid, tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', 'policy', oid, xmin) FROM pg_policy
    UNION ALL SELECT concat_ws(' ', 'constraint', oid, conname, convalidated) FROM pg_constraint
    UNION ALL SELECT concat_ws(' ', 'index', indexrelid, indisvalid) FROM pg_index
    UNION ALL SELECT concat_ws(' ', 'schema', oid, nspname) FROM pg_namespace
        WHERE nspname !~ '^pg_(toast_)?temp_'
    UNION ALL SELECT concat_ws(' ', 'setting', setconfig) FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
    UNION ALL SELECT concat_ws(' ', 'migration', number, name) FROM prime_migrations
) AS shape (thing)
"""

TABLES = """
SELECT quote_ident(relname) AS name, pg_relation_size(oid) > 0 AS is_used,
    pg_relation_size(oid) > 0 AND pg_total_relation_size(oid) > $1 AS is_large
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND relname <> 'prime_migrations'
"""

REFERENCES = """
SELECT DISTINCT conrelid::regclass::text AS from_table, confrelid::regclass::text AS to_table
FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid
"""

SEQUENCES = """
SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
WHERE pg_sequence_last_value(seqrelid) IS NOT NULL
"""


def other_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


async def execute(dsn: str, *statements: str) -> None:
    """Run statements outside any transaction, on a connection of their own."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close(timeout=10)


async def create_database(dsn: str, name: str, template: str = "template1") -> None:
    """Copied as files: page by page through the log takes four times as much."""
    await execute(dsn, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")


async def drop_database(dsn: str, name: str) -> None:
    """Whoever is still connected is put out."""
    SESSIONS.close(name)
    await restore_target.drop(dsn, name)


class Beside:
    """An event loop in a thread of its own, which outlives those of the tests."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def run(self, what: Coroutine[Any, Any, T]) -> T:
        """There; what it came to."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(what, self._loop))

    def end(self) -> None:
        """Nothing runs there any more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Databases:
    """Those of this process on one server, each a copy of `template`.

    To each goes one connection by which it is emptied, again and again: what PostgreSQL reads of
    the catalog for a new one is most of the work.
    """

    def __init__(self, dsn: str, template: str) -> None:
        self._dsn = dsn
        self._template = template
        self._shape = ""
        """Of a database that nobody has used, as `SHAPE` says it."""
        self._order: list[str] = []
        """Tables: what refers to others first, the change log last."""
        self._ready: list[str] = []
        """Names of those that are as at first, and nobody has."""
        self._beside = Beside()
        self._connections: dict[str, Any] = {}
        """By name of the database."""

    async def take(self, *, new: bool = False) -> str:
        """The name of one that is nobody else's; `new`: and that no test has used."""
        if self._ready and not new:
            return self._ready.pop()
        name = f"prime_test_{uuid.uuid4().hex[:12]}"
        await create_database(self._dsn, name, self._template)
        if not self._shape:
            self._shape = await self._beside.run(self._emptied(name))
        return name

    async def give_back(self, name: str) -> None:
        """Empty it for the next test, or drop it if that will not do."""
        try:
            shape = await self._beside.run(self._emptied(name))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            shape = ""
        if shape and shape == self._shape:
            self._ready.append(name)
        else:
            await self._drop(name)

    async def drop_all(self) -> None:
        """At the end."""
        while self._ready:
            await self._drop(self._ready.pop())
        self._beside.end()

    async def _drop(self, name: str) -> None:
        await self._beside.run(self._close(name))
        await drop_database(self._dsn, name)

    async def _close(self, name: str) -> None:
        connection = self._connections.pop(name, None)
        if connection is not None and not connection.is_closed():
            await connection.close(timeout=10)

    async def _connection(self, name: str) -> Any:
        """The one that is kept, or a new one where a test has ended it."""
        kept = self._connections.get(name)
        if kept is None or kept.is_closed():
            kept = await asyncpg.connect(other_database(self._dsn, name), timeout=10)
            self._connections[name] = kept
        return kept

    async def _emptied(self, name: str) -> str:
        """Take out all rows; the shape it has."""
        connection = await self._connection(name)
        await connection.execute(OTHERS_OUT)
        self._order = self._order or await _order(connection)
        emptied: set[str] = set()
        while emptying := await _emptying(connection, self._order, emptied):
            await connection.execute(";".join(emptying))
        await connection.execute(SEQUENCES)
        return str(await connection.fetchval(SHAPE))


async def _order(connection: Any) -> list[str]:
    before: dict[str, set[str]] = {row["name"]: set() for row in await connection.fetch(TABLES, 0)}
    for reference in await connection.fetch(REFERENCES):
        before[reference["to_table"]].add(reference["from_table"])
    before["change_log"] = before.keys() - {"change_log"}  # triggers write it
    return list(TopologicalSorter(before).static_order())


async def _emptying(connection: Any, order: list[str], emptied: set[str]) -> list[str]:
    """Statements that take out all rows; those of tables that no row was ever in are not opened.

    `emptied`: tables that are done. To be asked again until nothing is left: triggers write rows.
    """
    found = await connection.fetch(TABLES, LARGE_BYTES)
    used = {row["name"] for row in found if row["is_used"]} - emptied
    large = [row["name"] for row in found if row["is_large"] and row["name"] in used]
    if not used:
        return []
    used.add("change_log")  # triggers write it
    emptied |= used
    deletes = [f"DELETE FROM {name}" for name in order if name in used]
    return deletes if not large else [*_truncating(order, large), *deletes]


def _truncating(tables: list[str], large: list[str]) -> list[str]:
    """Triggers refuse it, of each table that is emptied along: they are put aside for it."""
    return [
        *(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in tables),
        f"TRUNCATE {', '.join(large)} CASCADE",
        *(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in tables),
    ]
