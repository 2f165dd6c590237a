"""What rows belong to: how many to one user or project, and which project one belongs to."""

from persistence.pool import Executor
from persistence.rows.sql import place_of
from schema.tables.description import Table

LARGEST = 2**31


async def count_others(
    db: Executor, table: Table, column: str, value: str, id: str | None, most: float
) -> int:
    """Rows whose `column` is that, beside the one with this id; counted up to `most`."""
    place = place_of(table, table.by_name[column])
    key = place_of(table, table.by_name[table.key])
    text = (
        f"SELECT count(*) FROM (SELECT FROM {table.relation} WHERE {place} = $1::uuid"
        f" AND {key} IS DISTINCT FROM $2::uuid LIMIT $3::bigint) AS others"
    )
    count: int = await db.fetchval(text, value, id, int(min(most, LARGEST)))
    return count


async def project_of(db: Executor, table: Table, id: str) -> str | None:
    """The project that a row belongs to; None: there is no such row."""
    place = place_of(table, table.by_name[table.project])
    key = place_of(table, table.by_name[table.key])
    text = f"SELECT {place} FROM {table.relation} WHERE {key} = $1::uuid"
    project: str | None = await db.fetchval(text, id)
    return project
