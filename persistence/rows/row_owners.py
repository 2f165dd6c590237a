"""What rows belong to: how many to one user or project, and which project one belongs to."""

from persistence.pool import Executor
from persistence.rows.condition_sql import place_of
from persistence.rows.statements import CALLER_IS_SET, others_text
from schema.tables.description import Table

LARGEST = 2**31


async def count_others(
    callers: Executor, table: Table, user: str, value: str, id: str | None, most: float
) -> int:
    """Rows of this user or project, beside the one with this id; counted up to `most`.

    Behind the second wall, and in a transaction with what it has made itself: nobody hears how
    many there are of a project that is not theirs to see.
    """
    text = others_text(table, "$2", "$3", "$4::int8", CALLER_IS_SET)
    count: int = await callers.fetchval(text, user, value, id, int(min(most, LARGEST)))
    return count


async def project_of(db: Executor, table: Table, id: str) -> str | None:
    """The project that a row belongs to; None: there is no such row."""
    column_sql = place_of(table, table.by_name[table.project])
    key = place_of(table, table.by_name[table.key])
    text = f"SELECT {column_sql} FROM {table.relation} WHERE {key} = $1::uuid"
    project: str | None = await db.fetchval(text, id)
    return project
