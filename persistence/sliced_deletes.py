"""Work on rows of any number, a slice a statement: none takes long, or holds many rows locked."""

from persistence.pool import Executor

ROWS_AT_ONCE = 2_000
"""Of a slice: some tens of milliseconds."""


def deleting(table: str, condition: str, order: str, rows: int) -> str:
    """The statement that deletes the first `rows` of those. One that another holds is left to it.

    `rows`: the number of the argument that says how many.
    """
    return f"""
DELETE FROM {table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM {table} WHERE {condition}
    ORDER BY {order} LIMIT ${rows} FOR UPDATE SKIP LOCKED
))
"""


async def delete(
    db: Executor, text: str, *arguments: object, rows_at_once: int = ROWS_AT_ONCE
) -> int:
    """Run a statement of `deleting` until nothing is left for it; how many rows went."""
    deleted_count = 0
    while True:
        status = await db.execute(text, *arguments, rows_at_once)
        deleted = int(status.split()[-1])
        deleted_count += deleted
        if deleted < rows_at_once:
            return deleted_count
