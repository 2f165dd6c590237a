"""How many rows of a table a user or a project may have (rule Q9)."""

from math import inf

from schema.tables.description import Table
from server.calls.context import Context


def row_limit_of(context: Context, table: Table) -> float:
    """As the operator has set it."""
    if table.most is None:
        return inf
    most: float = getattr(context.usage.limits, table.most.limit)
    return most
