"""How large tables, indexes, the journal and the largest projects are; nothing is read whole."""

from dataclasses import dataclass

from persistence.pool import Executor

TABLES = """
SELECT c.relname AS name, nullif(c.reltuples, -1)::float8 AS rows,
    pg_relation_size(c.oid)::float8 AS heap_bytes, pg_indexes_size(c.oid)::float8 AS index_bytes,
    pg_total_relation_size(c.oid)::float8 AS total_bytes
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r'
ORDER BY total_bytes DESC, name
"""

DATABASE = """
SELECT pg_database_size(current_database())::float8
"""

# Of its journal a project has about the part that it has of all deltas that are kept: what each of
# them weighs is only known to who reads the journal.
PROJECTS = """
SELECT p.id AS project, p.name, p.head_seq::float8 AS deltas, k.kept,
    coalesce(k.kept / nullif(sum(k.kept) OVER (), 0) * pg_table_size('project_deltas'), 0)::float8
        AS journal_bytes
FROM studio_projects AS p CROSS JOIN LATERAL (
    SELECT (p.head_seq - greatest(p.compacted_seq, p.emptied_seq))::float8 AS kept
) AS k
ORDER BY kept DESC, p.id LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table; `rows` as PostgreSQL estimates them, None before it has looked."""

    name: str
    rows: float | None
    heap_bytes: float
    index_bytes: float
    total_bytes: float


@dataclass(frozen=True, slots=True)
class ProjectSize:
    """A project; `kept`: deltas of which the ops are still there; `journal_bytes`: about."""

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
    return [ProjectSize(**row) for row in await db.fetch(PROJECTS, limit)]
