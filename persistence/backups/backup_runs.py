"""The last backup and the last rehearsal that succeeded, as the database remembers them."""

from dataclasses import dataclass

from persistence.backups.contents import close, connect
from persistence.pool import Executor
from persistence.sqlstates import own_errors

IS_THERE = """
SELECT to_regclass('public.backup_runs') IS NOT NULL
    AND NOT current_setting('transaction_read_only')::boolean
"""

NOTE = """
INSERT INTO backup_runs (kind, name, ended_at, seconds, bytes) VALUES ($1, $2, now(), $3, $4)
ON CONFLICT (kind) DO UPDATE SET name = excluded.name, ended_at = excluded.ended_at,
    seconds = excluded.seconds, bytes = excluded.bytes
"""

AGES = """
SELECT kind, greatest(0, extract(epoch FROM now() - ended_at))::float8 AS age FROM backup_runs
"""


@dataclass(frozen=True, slots=True)
class BackupRun:
    """`kind`: `backup` or `rehearsal`. `name`: the file's. `seconds`: how long it took."""

    kind: str
    name: str
    seconds: float
    bytes: int


async def note(dsn: str, run: BackupRun) -> bool:
    """Remember it; False: on a standby, or without the table. Raises `PersistenceError`."""
    connection = await connect(dsn)
    try:
        with own_errors():
            if not await connection.fetchval(IS_THERE):
                return False
            await connection.execute(NOTE, run.kind, run.name, run.seconds, run.bytes)
            return True
    finally:
        await close(connection)


async def ages(db: Executor) -> dict[str, float]:
    """Kind -> seconds since the last one that succeeded; without those that never did."""
    return {row["kind"]: row["age"] for row in await db.fetch(AGES)}
