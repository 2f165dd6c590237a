"""A session that is none of Prime's, and gets in its way.

Run as `python -m persistence.tools.foreign_session`.

Prints a JSON line when it is in the way, and goes out of it when its input ends: for `./run chaos`.
"""

import argparse
import asyncio
import json
import os
import sys
import uuid
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from persistence.database_url import from_environment
from persistence.errors import PersistenceError
from persistence.pool import CONNECT_SECONDS
from persistence.sqlstates import own_errors

APPLICATION = "prime foreign session"

LOCK_PROJECT = """
SELECT state_seq, head_seq FROM studio_projects WHERE id = $1 FOR UPDATE
"""

TAKE_XID = """
SELECT pg_current_xact_id()::text
"""


async def lock_project(dsn: str, project: str) -> None:
    """Hold the row of a project until the input ends."""
    connection = await _connect(dsn)
    try:
        async with connection.transaction():
            with own_errors():
                row = await connection.fetchrow(LOCK_PROJECT, uuid.UUID(project))
            await _stay({"found": row is not None})
    finally:
        connection.terminate()


async def open_transaction(dsn: str, database: str) -> None:
    """Hold a transaction with a number open in another database of the cluster, made if need be."""
    connection = await _connect(dsn)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database):
            await connection.execute(f'CREATE DATABASE "{database}"')
    finally:
        await connection.close(timeout=CONNECT_SECONDS)
    other_dsn = urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
    connection = await _connect(other_dsn)
    try:
        async with connection.transaction():
            xid = await connection.fetchval(TAKE_XID)
            await _stay({"xid": xid})
    finally:
        connection.terminate()


async def _connect(dsn: str) -> "asyncpg.Connection":
    with own_errors():
        return await asyncpg.connect(
            dsn, timeout=CONNECT_SECONDS, server_settings={"application_name": APPLICATION}
        )


async def _stay(answer: dict[str, object]) -> None:
    print(json.dumps(answer | {"pid": os.getpid()}), flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> int:
    """Exit 0 once out of the way, 1 when the database refuses."""
    parser = argparse.ArgumentParser(
        prog="python -m persistence.tools.foreign_session", description=__doc__
    )
    subparsers = parser.add_subparsers(required=True, dest="word")
    subparsers.add_parser("lock").add_argument("project")
    subparsers.add_parser("transaction").add_argument("database")
    arguments = parser.parse_args()
    try:
        dsn = from_environment()
        if arguments.word == "lock":
            asyncio.run(lock_project(dsn, arguments.project))
        else:
            asyncio.run(open_transaction(dsn, arguments.database))
    except (PersistenceError, asyncpg.PostgresError, OSError) as error:
        print(f"foreign_session: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, PersistenceError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
