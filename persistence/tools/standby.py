"""A primary and its standby, asked and set from outside.

Run as `python -m persistence.tools.standby WORD`.

For `./run chaos`, which needs to know when a copy follows, what it holds, and when it takes writes.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from persistence.database_url import from_environment
from persistence.errors import PersistenceError, Unavailable
from persistence.pool import CONNECT_SECONDS
from persistence.sqlstates import own_errors

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 30.0

FOLLOWERS = """
SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'
"""

SYNCHRONOUS_FOLLOWERS = """
SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')
"""

HEADS = """
SELECT id::text, head_seq, version FROM studio_projects
"""

PROMOTE = """
SELECT pg_promote(true, $1)
"""


async def followed(db: "asyncpg.Connection") -> dict[str, Any]:
    """Once a standby follows."""
    await _until(lambda: db.fetchval(FOLLOWERS))
    return {}


async def synchronous(db: "asyncpg.Connection") -> dict[str, Any]:
    """Commits wait for the standby from now on."""
    await db.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    await db.execute("SELECT pg_reload_conf()")
    await _until(lambda: db.fetchval(SYNCHRONOUS_FOLLOWERS))
    return {}


async def promoted(db: "asyncpg.Connection") -> dict[str, Any]:
    """A standby that is cut off takes writes from now on; head and version of what it had.

    These are read once it does: until then it replays what it has got, and that may end within a
    record, so nobody can say before that it has replayed all.
    """
    if not await db.fetchval(PROMOTE, int(PATIENCE_SECONDS)):
        raise Unavailable("the standby was not promoted in time")
    rows = await db.fetch(HEADS)
    return {
        "heads": {row["id"]: row["head_seq"] for row in rows},
        "versions": {row["id"]: row["version"] for row in rows},
    }


WORDS = {word.__name__: word for word in (followed, synchronous, promoted)}


async def _until(is_so: Callable[[], Awaitable[Any]]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await is_so():
        if time.monotonic() > deadline:
            raise Unavailable(f"not so after {PATIENCE_SECONDS:g} s")
        await asyncio.sleep(LOOK_SECONDS)


async def run(dsn: str, word: str) -> dict[str, Any]:
    """Raises `PersistenceError`."""
    with own_errors():
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
        try:
            return await WORDS[word](connection)
        finally:
            await connection.close(timeout=CONNECT_SECONDS)


def main() -> int:
    """A JSON line, and exit 0; 1 when it did not come to that."""
    parser = argparse.ArgumentParser(
        prog="python -m persistence.tools.standby", description=__doc__
    )
    parser.add_argument("word", choices=sorted(WORDS))
    arguments = parser.parse_args()
    try:
        answer = asyncio.run(run(from_environment(), arguments.word))
    except (PersistenceError, asyncpg.PostgresError) as error:
        print(f"standby: {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, PersistenceError) else 1
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
