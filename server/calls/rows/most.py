"""How many rows of a table a user or a project may have (rule Q9)."""

from math import inf

from persistence.rows import owned
from schema.tables.description import Table
from server.calls.context import Context, within


def most_of(context: Context, table: Table) -> float:
    """As the operator has set it."""
    if table.most is None:
        return inf
    most: float = getattr(context.usage.limits, table.most.limit)
    return most


async def require_room(context: Context, table: Table, user: str, id: str | None) -> None:
    """Raises `Refused` if this user has as many as there may be, beside the one with this id."""
    most = most_of(context, table)
    if table.most is None or most == inf:
        return
    count = await owned.count_others(
        context.rows.callers, table, user, table.most.column, user, id, most
    )
    within(count, most, table.most.says)
