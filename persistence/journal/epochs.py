"""New epochs for all projects, and whether nodes are still running on the database."""

import asyncio
import time
from dataclasses import dataclass

from persistence.errors import Unfit
from persistence.pool import NODE_NAME, Executor

OLD_NODE_NAME = "prime"
"""`application_name` of connections of nodes that know nothing of `server_nodes`."""

SIGN_SECONDS = 30.0
"""A node marks the sessions in its rooms as alive, every 20 seconds at least."""

LOOK_SECONDS = 5.0
"""A node that lost its database connects again within that: it asks at least twice a second."""

LOOK_EVERY_SECONDS = 0.1

# Nobody may create a project or keep a snapshot meanwhile, and of two that renew one waits: else a
# snapshot could be left with an epoch that is no longer its project's.
LOCK = """
SET LOCAL lock_timeout = '30s';
LOCK TABLE studio_projects, project_snapshots IN SHARE ROW EXCLUSIVE MODE
"""

# The same function as an append calls when it finds that a journal went back.
RENEW = """
SELECT projects, snapshots FROM renew_epochs(NULL, NULL)
"""

# Without it a transaction sees the connections that there were when it first looked.
LOOK_ANEW = """
SELECT pg_stat_clear_snapshot()
"""

NODES = """
SELECT count(*) AS connections, array_agg(DISTINCT host(client_addr) ORDER BY host(client_addr))
    FILTER (WHERE client_addr IS NOT NULL) AS addresses
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND (application_name = $1 OR starts_with(application_name, $2))
"""

SESSIONS_ALIVE = """
SELECT EXISTS (
    SELECT FROM collaboration_sessions
    WHERE status = 'active' AND last_activity_at >= now() - $1 * interval '1 second'
)
"""

IS_READ_ONLY = """
SELECT current_setting('transaction_read_only')::boolean
"""


@dataclass(frozen=True, slots=True)
class RenewedEpochs:
    """How many rows have an epoch that they had not before."""

    projects: int
    snapshots: int


async def renew(db: Executor) -> RenewedEpochs:
    """A new epoch for each project, and for those of its snapshots that had the epoch it had.

    All or nothing; done once more it harms nothing. Clients then start from fresh state (rule J4).
    """
    async with db.transaction() as transaction:
        await transaction.execute(LOCK)
        row = await transaction.fetchrow(RENEW)
        assert row is not None
        return RenewedEpochs(row["projects"], row["snapshots"])


async def renew_without_nodes(db: Executor) -> RenewedEpochs:
    """The same, but raises `Unfit` where nodes are running, or one starts meanwhile."""
    await _wait_for_nodes(db)
    async with db.transaction() as transaction:
        await refuse_nodes(transaction)
        renewed = await renew(transaction)
        await refuse_nodes(transaction)
        return renewed


async def refuse_standby(db: Executor) -> None:
    """Raises `Unfit` where nothing can be written."""
    if await db.fetchval(IS_READ_ONLY):
        raise Unfit("the database is read-only; if it is a standby, promote it first")


async def refuse_nodes(db: Executor) -> None:
    """Raises `Unfit` where nodes are connected to this very database.

    What its rows say of nodes proves nothing: a dump has the rows, and not the nodes.
    """
    await db.fetchval(LOOK_ANEW)
    row = await db.fetchrow(NODES, OLD_NODE_NAME, NODE_NAME)
    if row is not None and row["connections"]:
        origin = f" from {', '.join(row['addresses'])}" if row["addresses"] else ""
        raise Unfit(
            f"nodes are running ({counted(row['connections'], 'connection')}{origin}); stop them "
            "first, or use --force"
        )


def counted(number: int, noun: str) -> str:
    """`1 project`, `2 projects`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


async def _wait_for_nodes(db: Executor) -> None:
    """Where sessions were alive just now: give nodes the time to connect again, and refuse them.

    The database may have been away for a moment, or may be a standby that was promoted.
    """
    if not await db.fetchval(SESSIONS_ALIVE, SIGN_SECONDS):
        return
    until = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < until:
        await refuse_nodes(db)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
