"""What rows bring along, whoever sees them: the users that they name, and colours.

It is read as the owner. A watch looks at a row by the row's own columns; what is shown in the
places of some of them lies beside.
"""

from collections.abc import Collection, Iterable
from typing import Any

from persistence.pool import Executor
from persistence.rows import watched_rows
from persistence.rows.reading import Row, read_fields
from persistence.tables.internal import project_colors
from rooms.presence.colors import color_at, color_of
from schema.tables.all_tables import TABLES
from schema.tables.description import Column, Operator, SqlType, Table

BESIDE = ""
"""In a row that is watched: what is shown in the places of columns. No column is called so."""


async def bring(db: Executor, table: Table, rows: Collection[Row]) -> int:
    """Put beside the rows what they are shown with; how many questions that took."""
    query_count = 0
    for name in table.brings:
        rows_with_id = [row for row in rows if row.get(name) is not None]
        if rows_with_id:
            summary_by_id = await summaries(db, table, name, {row[name] for row in rows_with_id})
            query_count += 1
        for row in rows_with_id:
            row.setdefault(BESIDE, {})[name] = summary_by_id[row[name]]
    if "color" in table.by_name:
        query_count += await _color(db, table, [row for row in rows if "color" in row])
    return query_count


async def summaries(
    db: Executor, table: Table, name: str, ids: Collection[str]
) -> dict[str, Row | None]:
    """What the column of the table brings along, by the ids in it.

    What is gone by now is null, or the summary of nobody where that is not allowed.
    """
    embedded_table = TABLES[table.by_name[name].embeds]
    rows = await watched_rows.rows_by_id(
        db, embedded_table, read_fields(embedded_table, embedded_table.summary), ids
    )
    is_null = Operator.IS_NULL in table.by_name[name].filters
    kinds = {name: embedded_table.by_name[name].sql for name in embedded_table.summary}
    nobody = {name: False if kind is SqlType.BOOLEAN else "" for name, kind in kinds.items()}
    return {
        id: rows.get(id) or (None if is_null else nobody | {embedded_table.key: id}) for id in ids
    }


def shown(columns: Iterable[Column], row: Row) -> Row:
    """Some columns of a row, as they are on the wire."""
    values = {column.name: row[column.name] for column in columns}
    extra: dict[str, Any] = row.get(BESIDE, {})
    return values | {name: value for name, value in extra.items() if name in values}


async def _color(db: Executor, table: Table, rows: Collection[Row]) -> int:
    """Each member's in the project (rule P9)."""
    pairs = {(row[table.project], row[table.user]) for row in rows}
    places = await project_colors.places(db, pairs) if pairs else {}
    for row in rows:
        color_place = places.get((row[table.project], row[table.user]))
        color = color_of(row[table.user]) if color_place is None else color_at(color_place)
        row.setdefault(BESIDE, {})["color"] = color
    return 1 if pairs else 0
