"""Who waits for whom in a database."""

from persistence.pool import Executor
from tests.server.conftest import eventually

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def somebody_waits(db: Executor) -> None:
    """Until a statement waits for a lock of another transaction."""
    await eventually(lambda: db.fetchval(WAITING))
