"""How many rows of a table a user or a project may have (rule Q9)."""

from collections.abc import Mapping
from typing import Any

from persistence.rows import owned
from schema.tables.description import Table
from server.calls.context import Context, within


async def require_room(
    context: Context, table: Table, user: str, values: Mapping[str, Any], id: str | None
) -> None:
    """Raises `Refused` if there are as many as there may be, not counting the one with this id."""
    if table.most is None:
        return
    most = getattr(context.usage.limits, table.most.limit)
    of = values.get(table.most.column, user)
    count = await owned.count_others(
        context.rows.callers, table, user, table.most.column, of, id, most
    )
    within(count, most, table.most.says)
