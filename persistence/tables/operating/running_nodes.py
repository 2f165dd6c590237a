"""Whether nodes are running on a database, by their connections to it."""

import asyncio
import time

from persistence.errors import Unfit
from persistence.pool import NODE_NAME, Executor
from schema.text.counted_nouns import counted

OLD_NODE_NAME = "prime"
"""`application_name` of connections of nodes that know nothing of `server_nodes`."""

SIGN_SECONDS = 30.0
"""A node marks the sessions in its rooms as alive, every 20 seconds at least."""

LOOK_SECONDS = 5.0
"""A node that lost its database connects again within that: it asks at least twice a second."""

LOOK_EVERY_SECONDS = 0.1

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


async def wait_for_nodes(db: Executor) -> None:
    """Where sessions were alive just now: give nodes the time to connect again, and refuse them.

    The database may have been away for a moment, or may be a standby that was promoted.
    """
    if not await db.fetchval(SESSIONS_ALIVE, SIGN_SECONDS):
        return
    until = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < until:
        await refuse_nodes(db)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
