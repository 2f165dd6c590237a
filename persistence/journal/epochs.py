"""New epochs for all projects, and signs in the database that nodes are still running."""

from dataclasses import dataclass

from persistence.errors import Refused
from persistence.pool import NODE_NAME, Executor

SIGN_SECONDS = 30.0
"""A node marks the sessions in its rooms as alive, every 20 seconds at least."""

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
WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()
"""

SESSIONS_ALIVE = """
SELECT count(*) FROM collaboration_sessions
WHERE status = 'active' AND last_activity_at >= now() - $1 * interval '1 second'
"""

IS_READ_ONLY = """
SELECT current_setting('transaction_read_only')::boolean
"""


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many rows have an epoch that they had not before."""

    projects: int
    snapshots: int


async def renew(db: Executor) -> Renewed:
    """A new epoch for each project, and for those of its snapshots that had the epoch it had.

    All or nothing; done once more it harms nothing. Clients then start from fresh state (rule J4).
    """
    async with db.transaction() as transaction:
        await transaction.execute(LOCK)
        row = await transaction.fetchrow(RENEW)
        assert row is not None
        return Renewed(row["projects"], row["snapshots"])


async def renew_without_nodes(db: Executor) -> Renewed:
    """The same, but raises `Refused` where nodes seem to be running, or one starts meanwhile."""
    async with db.transaction() as transaction:
        await _refuse_nodes(transaction)
        renewed = await renew(transaction)
        await _refuse_nodes(transaction)
        return renewed


async def refuse_standby(db: Executor) -> None:
    """Raises `Refused` where nothing can be written."""
    if await db.fetchval(IS_READ_ONLY):
        raise Refused("the database is read-only; if it is a standby, promote it first")


async def signs_of_nodes(db: Executor) -> list[str]:
    """What speaks for running nodes, each in words; empty: nothing does.

    Open connections; and sessions, which also tell of a node that still writes to the primary
    whose standby this was.
    """
    await db.fetchval(LOOK_ANEW)
    signs = []
    row = await db.fetchrow(NODES, NODE_NAME)
    if row is not None and row["connections"]:
        origin = f" from {', '.join(row['addresses'])}" if row["addresses"] else ""
        signs.append(f"{counted(row['connections'], 'connection')}{origin}")
    sessions = int(await db.fetchval(SESSIONS_ALIVE, SIGN_SECONDS))
    if sessions:
        signs.append(f"{counted(sessions, 'session')} alive within the last {SIGN_SECONDS:.0f} s")
    return signs


def counted(number: int, noun: str) -> str:
    """`1 project`, `2 projects`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


async def _refuse_nodes(db: Executor) -> None:
    signs = await signs_of_nodes(db)
    if signs:
        raise Refused(
            f"nodes seem to be running ({'; '.join(signs)}); stop them first, or use --force"
        )
