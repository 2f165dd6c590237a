"""Queries on what operators have told all nodes: maintenance, closed rooms, and who is drained."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from persistence.pool import Executor

# One row, whatever there is: asked twice a second by each node. Questions of half a minute ago have
# nobody waiting for them.
READ = """
SELECT
    (SELECT message FROM maintenance) AS message,
    (SELECT coalesce(jsonb_object_agg(project_id, reason), '{}') FROM closed_rooms
        WHERE until IS NULL OR until > now()) AS closed,
    coalesce((SELECT is_drained FROM server_nodes WHERE name = $1), false) AS is_drained,
    coalesce((SELECT drain_words FROM server_nodes WHERE name = $1), 0) AS drain_words,
    (SELECT coalesce(
            jsonb_agg(jsonb_build_array(q.id, q.asks, q.params) ORDER BY q.asked_at, q.id), '[]')
        FROM node_questions AS q
        WHERE q.asked_at > now() - interval '30 seconds' AND NOT EXISTS (
            SELECT FROM node_answers AS a WHERE a.question_id = q.id AND a.node = $1
        )) AS questions
"""

MAINTENANCE = """
SELECT message, extract(epoch FROM began_at)::float8 * 1000 AS began_at FROM maintenance
"""

BEGIN_MAINTENANCE = """
INSERT INTO maintenance (message) VALUES ($1)
ON CONFLICT (is_on) DO UPDATE SET message = excluded.message
"""

END_MAINTENANCE = """
DELETE FROM maintenance
"""

# Locked first: of two operators the second sees what the first has done.
LOCK = """
LOCK TABLE maintenance IN SHARE ROW EXCLUSIVE MODE
"""

# The same for the room of one project.
HOLD_ROOM = """
SELECT FROM studio_projects WHERE id = $1 FOR NO KEY UPDATE
"""

CLOSE_ROOM = """
INSERT INTO closed_rooms (project_id, reason, until)
SELECT p.id, $2, clock_timestamp() + $3::float8 * interval '1 millisecond'
FROM studio_projects AS p WHERE p.id = $1
ON CONFLICT (project_id) DO UPDATE SET reason = excluded.reason, until = excluded.until,
    closed_at = CASE
        WHEN closed_rooms.until < now() THEN clock_timestamp() ELSE closed_rooms.closed_at
    END
RETURNING project_id
"""

CLOSED_ROOMS = """
SELECT c.project_id AS project, p.name, c.reason,
    extract(epoch FROM c.closed_at)::float8 * 1000 AS closed_at,
    extract(epoch FROM c.until)::float8 * 1000 AS until
FROM closed_rooms AS c JOIN studio_projects AS p ON p.id = c.project_id
WHERE (c.until IS NULL OR c.until > now()) AND c.project_id > $1
ORDER BY c.project_id LIMIT $2
"""

CLOSED_ROOM = """
SELECT reason, extract(epoch FROM closed_at)::float8 * 1000 AS closed_at,
    extract(epoch FROM until)::float8 * 1000 AS until
FROM closed_rooms WHERE project_id = $1 AND (until IS NULL OR until > now())
"""

OPEN_ROOM = """
DELETE FROM closed_rooms WHERE project_id = $1 RETURNING until IS NULL OR until > now()
"""

FORGET_OPENED = """
DELETE FROM closed_rooms WHERE until < now()
"""


@dataclass(frozen=True, slots=True)
class NodeQuestion:
    """What another node wants to know; `asks` says what."""

    id: str
    asks: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrdersRead:
    """All that operators have told one node, as it is now."""

    message: str | None
    """Why nobody edits; None: there is no maintenance."""
    closed: Mapping[str, str]
    """Project -> why its room is closed."""
    is_drained: bool
    """Whether this node is to have no members, as operators have said last."""
    drain_words: int
    """How often they have said it: a signal may have told the node otherwise since."""
    questions: list[NodeQuestion]
    """Those that it has not answered."""


@dataclass(frozen=True, slots=True)
class MaintenanceOrder:
    """Why nobody edits, and since when, in ms since 1970."""

    message: str
    began_at: float


@dataclass(frozen=True, slots=True)
class ClosedRoomRow:
    """A room that nobody joins; times in ms since 1970, `until` None: until it is opened."""

    reason: str
    closed_at: float
    until: float | None
    project: str = ""
    name: str = ""


async def read(db: Executor, node: str) -> OrdersRead:
    """What this node is told."""
    row = await db.fetchrow(READ, node)
    assert row is not None
    questions = [NodeQuestion(*load) for load in json.loads(row["questions"])]
    return OrdersRead(
        row["message"], json.loads(row["closed"]), row["is_drained"], row["drain_words"], questions
    )


async def maintenance(db: Executor) -> MaintenanceOrder | None:
    """That which goes on."""
    row = await db.fetchrow(MAINTENANCE)
    return None if row is None else MaintenanceOrder(**row)


async def set_maintenance(tx: Executor, message: str | None) -> MaintenanceOrder | None:
    """Begin it, say something else of it, or end it (None); what there was before."""
    await tx.execute(LOCK)
    before = await maintenance(tx)
    if message is None:
        await tx.execute(END_MAINTENANCE)
    else:
        await tx.execute(BEGIN_MAINTENANCE, message)
    return before


async def hold_room(tx: Executor, project: str) -> None:
    """Who else opens or closes it waits: what is read of it is what is changed."""
    await tx.execute(HOLD_ROOM, project)


async def close_room(tx: Executor, project: str, reason: str, for_ms: float | None) -> bool:
    """Nobody joins it from now on; False: there is no such project."""
    return await tx.fetchval(CLOSE_ROOM, project, reason, for_ms) is not None


async def closed_room(db: Executor, project: str) -> ClosedRoomRow | None:
    """Why and since when a room is closed; None: it is not."""
    row = await db.fetchrow(CLOSED_ROOM, project)
    return None if row is None else ClosedRoomRow(**row)


async def closed_rooms(db: Executor, after: str, limit: int) -> list[ClosedRoomRow]:
    """Those that are closed, in the order of their projects, behind that one."""
    return [ClosedRoomRow(**row) for row in await db.fetch(CLOSED_ROOMS, after, limit)]


async def open_room(tx: Executor, project: str) -> bool:
    """Who may, joins it again; whether it was closed."""
    return bool(await tx.fetchval(OPEN_ROOM, project))


async def forget_opened(db: Executor) -> None:
    """Rooms whose time is over are open; nothing needs their rows."""
    await db.execute(FORGET_OPENED)
