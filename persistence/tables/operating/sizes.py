"""How large tables, indexes, the journal and the largest projects are; nothing is read whole."""

from dataclasses import dataclass

from persistence.pool import Executor

TABLES = """
SELECT c.relname AS name, greatest(c.reltuples, 0)::float8 AS rows,
    pg_relation_size(c.oid)::float8 AS heap_bytes, pg_indexes_size(c.oid)::float8 AS index_bytes,
    pg_total_relation_size(c.oid)::float8 AS total_bytes
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r'
ORDER BY total_bytes DESC, name
"""

DATABASE = """
SELECT pg_database_size(current_database())::float8
"""

# By the index of the journal alone: how many entries a project has kept, not what they hold.
PROJECTS = """
SELECT p.id AS project, p.name, p.head_seq::float8 AS deltas,
    (p.head_seq - greatest(p.compacted_seq, p.emptied_seq))::float8 AS kept
FROM studio_projects AS p
ORDER BY kept DESC, p.id LIMIT $1
"""

BYTES = """
SELECT project_id AS project, sum(bytes)::float8 AS journal_bytes FROM project_deltas
WHERE project_id = ANY ($1::uuid[]) GROUP BY project_id
"""


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table; `rows` as PostgreSQL estimates them."""

    name: str
    rows: float
    heap_bytes: float
    index_bytes: float
    total_bytes: float


@dataclass(frozen=True, slots=True)
class ProjectSize:
    """A project; `kept`: deltas of which the ops are still there."""

    project: str
    name: str
    deltas: float
    kept: float
    journal_bytes: float


async def tables(db: Executor) -> list[TableSize]:
    """The largest first."""
    return [TableSize(**row) for row in await db.fetch(TABLES)]


async def database_bytes(db: Executor) -> float:
    """All of it, on the disk."""
    size: float = await db.fetchval(DATABASE)
    return size


async def largest_projects(db: Executor, limit: int) -> list[ProjectSize]:
    """Those with the most that is kept of their journal."""
    rows = await db.fetch(PROJECTS, limit)
    found = await db.fetch(BYTES, [row["project"] for row in rows])
    weights = {row["project"]: row["journal_bytes"] for row in found}
    return [ProjectSize(**row, journal_bytes=weights.get(row["project"], 0.0)) for row in rows]
