"""What a database holds, so that a copy of it can be proved: read from one snapshot of it."""

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import msgspec

from persistence.database_url import none_at_all
from persistence.errors import Unfit
from persistence.pool import CONNECT_SECONDS
from persistence.sqlstates import own_errors

APPLICATION = "prime backup"

# Texts of values must not hang on how a server, a database or a role is set.
SETTINGS = {
    "application_name": APPLICATION,
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "row_security": "off",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "jit": "off",
}

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

EXPORT = "SELECT pg_export_snapshot()"

# Unlogged tables are empty after a crash, and a standby cannot read them: nobody misses their rows.
TABLES = """
SELECT quote_ident(relname) AS quoted, relname AS name, relpersistence = 'p' AS is_kept
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
ORDER BY relname COLLATE "C"
"""

# In any order: a restored table has the same rows elsewhere.
ROWS = """
SELECT count(*) AS rows,
    coalesce(sum(('x' || left(md5((r.*)::text), 16))::bit(64)::bigint::numeric), 0)::text AS digest
FROM {table} AS r
"""

MIGRATIONS = "SELECT name FROM prime_migrations ORDER BY number"

HEADS = """
SELECT id::text AS id, epoch, head_seq FROM studio_projects ORDER BY id
"""

ROLES = """
SELECT rolname FROM (
    SELECT (aclexplode(relacl)).grantee AS oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
    UNION SELECT (aclexplode(attacl)).grantee FROM pg_attribute AS a JOIN pg_class AS c
        ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION SELECT (aclexplode(proacl)).grantee FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
    UNION SELECT (aclexplode(nspacl)).grantee FROM pg_namespace WHERE nspname = 'public'
    UNION SELECT (aclexplode(defaclacl)).grantee FROM pg_default_acl
    UNION SELECT unnest(polroles) FROM pg_policy
    EXCEPT SELECT datdba FROM pg_database WHERE datname = current_database()
    UNION SELECT defaclrole FROM pg_default_acl
) AS named JOIN pg_roles USING (oid)
WHERE rolname !~ '^pg_' ORDER BY rolname
"""
"""Those that grants and policies name: they must be on a server before a restore."""

SERVER = """
SELECT current_database() AS database, current_setting('server_version_num')::int / 10000 AS major,
    current_setting('server_version') AS version, pg_is_in_recovery() AS is_standby
"""

# All may, unless an administrator has taken the right away.
MAY_ASK_WHICH = "SELECT has_function_privilege('pg_control_system()', 'execute')"

WHICH = "SELECT system_identifier::text FROM pg_control_system()"

HAS_PRIME = "SELECT to_regclass('public.prime_migrations') IS NOT NULL"

WHO_READS = """
SELECT current_user::text AS me,
    (SELECT pg_get_userbyid(relowner)::text FROM pg_class
        WHERE oid = 'public.prime_migrations'::regclass) AS owner,
    NOT EXISTS (
        SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND CASE relkind
            WHEN 'S' THEN NOT has_sequence_privilege(oid, 'SELECT')
            WHEN 'r' THEN NOT has_table_privilege(oid, 'SELECT') OR row_security_active(oid)
            ELSE false END
    ) AS reads_all
"""

PAGE = 1_000


class TableContent(msgspec.Struct, frozen=True):
    """`digest`: over the text of each row, in any order."""

    rows: int
    digest: str


class ProjectsContent(msgspec.Struct, frozen=True):
    """`digest`: SHA-256 over id, epoch and head of each, by ids. `deltas`: the sum of heads."""

    count: int
    deltas: int
    digest: str


class Contents(msgspec.Struct, frozen=True):
    """All that is compared. `unlogged`: tables whose rows are in no backup."""

    tables: dict[str, TableContent]
    projects: ProjectsContent
    migrations: list[str]
    roles: list[str]
    unlogged: list[str] = []


class ServerFacts(msgspec.Struct, frozen=True):
    """Of which PostgreSQL, and which of its databases.

    `system`: the number that it and its standbys have, and no other; None: it does not say.
    """

    database: str
    major: int
    version: str
    is_standby: bool
    system: str | None = None


class Snapshot:
    """One moment of a database. `name`: for `pg_dump --snapshot`, while this is open."""

    def __init__(self, connection: Any, name: str, server: ServerFacts) -> None:
        self.name = name
        self.server = server
        self._connection = connection

    async def read(self, at_table: Callable[[str], None] = lambda _name: None) -> Contents:
        """Reads every row. Raises `PersistenceError`."""
        with own_errors():
            tables = {}
            found_tables = await self._connection.fetch(TABLES)
            for row in (row for row in found_tables if row["is_kept"]):
                at_table(row["name"])
                query = ROWS.format(table=f"public.{row['quoted']}")
                record = await self._connection.fetchrow(query)
                tables[row["name"]] = TableContent(record["rows"], record["digest"])
            return Contents(
                tables,
                await self._projects(),
                [row["name"] for row in await self._connection.fetch(MIGRATIONS)],
                [row["rolname"] for row in await self._connection.fetch(ROLES)],
                [row["name"] for row in found_tables if not row["is_kept"]],
            )

    async def heads(self) -> dict[str, int]:
        """Id of each project -> its head."""
        with own_errors():
            rows = await self._connection.fetch(HEADS)
        return {row["id"]: row["head_seq"] for row in rows}

    async def _projects(self) -> ProjectsContent:
        hashed, count, deltas = hashlib.sha256(), 0, 0
        async for row in self._connection.cursor(HEADS, prefetch=PAGE):
            hashed.update(f"{row['id']} {row['epoch']} {row['head_seq']}\n".encode())
            count, deltas = count + 1, deltas + row["head_seq"]
        return ProjectsContent(count, deltas, hashed.hexdigest())


@asynccontextmanager
async def snapshot(dsn: str) -> AsyncIterator[Snapshot]:
    """Held until the end of `async with`. Raises `PersistenceError`."""
    connection = await connect(dsn)
    try:
        with own_errors():
            if not await connection.fetchval(HAS_PRIME):
                raise Unfit("this database holds no tables of Prime; is DATABASE_URL right?")
            _refuse_if_blind(await connection.fetchrow(WHO_READS))
            server = await server_of(connection)
            await connection.execute(BEGIN)
            name = await connection.fetchval(EXPORT)
        yield Snapshot(connection, name, server)
    finally:
        await close(connection)


def _refuse_if_blind(role_row: Any) -> None:
    """Said before `pg_dump` starts, which says it of whatever it comes to first."""
    if not role_row["reads_all"]:
        raise Unfit(
            f"{role_row['me']} may not read all tables and sequences, so it cannot back them up:"
            f" log in as their owner, {role_row['owner']}"
        )


async def connect(dsn: str) -> Any:
    """One connection whose values are texts alike everywhere. Raises `PersistenceError`."""
    with own_errors():
        try:
            return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, server_settings=SETTINGS)
        except ValueError as error:
            raise none_at_all(error) from error


async def server_of(connection: Any) -> ServerFacts:
    """What answers at the other end."""
    system = None
    if await connection.fetchval(MAY_ASK_WHICH):
        system = await connection.fetchval(WHICH)
    return ServerFacts(**await connection.fetchrow(SERVER), system=system)


async def close(connection: Any) -> None:
    """Whatever state it is in."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        await connection.close(timeout=CONNECT_SECONDS)


def differences(expected: Contents, found: Contents) -> list[str]:
    """In words, table by table; empty: the two hold the same.

    Older manifests count rows of unlogged tables too.
    """
    sentences = []
    unlogged = {*expected.unlogged, *found.unlogged}
    for name in sorted((expected.tables.keys() | found.tables.keys()) - unlogged):
        expected_table, found_table = expected.tables.get(name), found.tables.get(name)
        if expected_table is None or found_table is None:
            sentences.append(
                f"the table {name} is {'missing' if found_table is None else 'too many'}"
            )
        elif expected_table.rows != found_table.rows:
            sentences.append(f"{name} has {found_table.rows:,} rows, not {expected_table.rows:,}")
        elif expected_table.digest != found_table.digest:
            sentences.append(f"{name} has {expected_table.rows:,} rows, and not the same ones")
    if expected.projects != found.projects:
        sentences.append("heads or epochs of projects are not the same")
    if expected.migrations != found.migrations:
        sentences.append("migrations are not the same")
    return sentences
