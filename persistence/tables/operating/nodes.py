"""Queries on `server_nodes`: which nodes run, and what each holds."""

from dataclasses import dataclass

from persistence.pool import NODE_NAME, Executor
from persistence.tables.operating.running_nodes import OLD_NODE_NAME

SEEN = """
INSERT INTO server_nodes AS n
    (name, host, address, pid, version, connections, rooms, members, load, drains)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (name) DO UPDATE SET seen_at = clock_timestamp(), connections = excluded.connections,
    rooms = excluded.rooms, members = excluded.members, load = excluded.load,
    drains = excluded.drains
"""

ALL = """
SELECT name, host, address, pid, version, connections, rooms, members, load,
    is_drained OR drains AS is_drained,
    extract(epoch FROM started_at)::float8 * 1000 AS started_at,
    extract(epoch FROM clock_timestamp() - seen_at)::float8 * 1000 AS silent_ms
FROM server_nodes ORDER BY started_at, name
"""

ALIVE = """
SELECT name FROM server_nodes WHERE seen_at > now() - $1 * interval '1 second'
"""

SET_DRAINED = """
UPDATE server_nodes AS n SET is_drained = $2, drains = $2, drain_words = n.drain_words + 1
FROM (
    SELECT name, is_drained OR drains AS is_drained FROM server_nodes WHERE name = $1 FOR UPDATE
) AS before
WHERE n.name = before.name
RETURNING before.is_drained
"""

GONE = """
DELETE FROM server_nodes WHERE name = $1
"""

FORGET = """
DELETE FROM server_nodes WHERE seen_at < now() - $1 * interval '1 second'
"""


# A node that starts has connections before a row, and reads what operators say before it serves.
UNAWARE = """
WITH connections AS (
    SELECT application_name AS name, backend_start FROM pg_stat_activity
    WHERE datname = current_database() AND application_name IS NOT NULL
), named AS (
    SELECT name, seen_at, $2 || pid || '@' || left(host, 30) AS of_connections FROM server_nodes
)
SELECT
    (
        SELECT count(*) FROM connections AS c
        WHERE c.name = $1 OR (
            starts_with(c.name, $2) AND c.backend_start < now() - interval '1 minute'
            AND NOT EXISTS (SELECT FROM named AS n WHERE n.of_connections = c.name)
        )
    )::int AS connections,
    ARRAY(
        SELECT n.name FROM named AS n WHERE n.seen_at < now() - $3 * interval '1 second'
            AND EXISTS (SELECT FROM connections AS c WHERE c.name = n.of_connections)
            AND NOT EXISTS (
                SELECT FROM named AS o WHERE o.of_connections = n.of_connections
                    AND o.seen_at >= now() - $3 * interval '1 second'
            )
        ORDER BY n.name
    ) AS silent
"""


@dataclass(frozen=True, slots=True)
class Unaware:
    """Nodes that are connected to this database and do not do what operators say."""

    connections: int
    """Of nodes that have no row: older ones, that know of none."""
    silent: list[str]
    """Those that have said nothing for a while: stopped, or hanging."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a node holds just now."""

    connections: int
    rooms: int
    members: int
    load: float
    """Part of a core."""
    drains: bool = False
    """Whether it takes nobody in, and sends its members elsewhere."""


@dataclass(frozen=True, slots=True)
class RunningNode:
    """A node as it says of itself; `started_at` in ms since 1970."""

    name: str
    host: str
    address: str
    pid: int
    version: str
    connections: int
    rooms: int
    members: int
    load: float
    is_drained: bool
    started_at: float
    silent_ms: float
    """How long it has said nothing."""


async def seen(
    db: Executor, name: str, host: str, address: str, pid: int, version: str, figures: Figures
) -> None:
    """A node is there; the first time a row is made of it."""
    counts = figures.connections, figures.rooms, figures.members, figures.load, figures.drains
    await db.execute(SEEN, name, host, address, pid, version, *counts)


async def all_nodes(db: Executor) -> list[RunningNode]:
    """Those that run, and those that ended a while ago without a word."""
    return [RunningNode(**row) for row in await db.fetch(ALL)]


async def alive(db: Executor, within_seconds: float) -> set[str]:
    """Those that have said that they are there."""
    return {row["name"] for row in await db.fetch(ALIVE, within_seconds)}


async def unaware(db: Executor, silent_seconds: float) -> Unaware:
    """By their connections, whatever they say; those of other roles are hidden from us."""
    row = await db.fetchrow(UNAWARE, OLD_NODE_NAME, NODE_NAME, silent_seconds)
    assert row is not None
    return Unaware(row["connections"], row["silent"])


async def set_drained(tx: Executor, name: str, is_drained: bool) -> bool | None:
    """Whether it was so before; None: there is no such node."""
    before: bool | None = await tx.fetchval(SET_DRAINED, name, is_drained)
    return before


async def gone(db: Executor, name: str) -> None:
    """It ends in good order."""
    await db.execute(GONE, name)


async def forget(db: Executor, silent_seconds: float) -> None:
    """Those that ended without a word."""
    await db.execute(FORGET, silent_seconds)
