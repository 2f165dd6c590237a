"""What a call `watch` asks for, read: which rows of a table, and which of their columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from persistence.errors import BadQuery
from persistence.rows.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    Leaf,
    Not,
    read_where,
)
from persistence.rows.matching import matcher, steps
from persistence.rows.reading import read_fields
from persistence.rows.watched_rows import naming
from schema.limits import MAX_WATCH_STEPS
from schema.tables.description import Column, Operator, Table
from server.row_feed.visibility import deciding_columns
from server.row_feed.watches import WatchedList

STEPS = (
    "one for a comparison, a value of `overlap` or `contains`, 8 values of `in`, a name in the path"
    " to a value of a map, a part of a pattern between `%`"
)

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")


def read_listed(
    table: Table,
    where: Mapping[str, Any] | None,
    scope_values: Mapping[str, Any],
    fields: Sequence[str] | None,
) -> WatchedList:
    """`scope_values`: column -> the value that it must have, beside `where`. Raises `BadQuery`."""
    row_condition = read_where(table, where)
    parts = [
        Compare(table.by_name[name], Operator.EQ, scope_values[name])
        for name in sorted(scope_values)
    ]
    condition = AllOf((*parts, row_condition)) if parts else row_condition
    columns = _chosen(table, fields)
    names_looked_at = {column.name for column in _columns(condition)} | set(deciding_columns(table))
    needed_columns = [c for c in table.columns if c in columns or c.name in names_looked_at]
    key = _ENCODER.encode(
        (table.relation, [c.name for c in columns], sorted(scope_values.items()), where or {})
    )
    step_count = steps(condition)
    if step_count > MAX_WATCH_STEPS:
        raise BadQuery(
            "where", f"takes {step_count} steps for a row; at most {MAX_WATCH_STEPS}: {STEPS}"
        )
    return WatchedList(
        table, columns, tuple(needed_columns), condition, matcher(condition), key, step_count
    )


def _chosen(table: Table, fields: Sequence[str] | None) -> tuple[Column, ...]:
    names_read = read_fields(table, fields)
    for column in names_read:
        if column.of_caller and fields is not None and column.name in fields:
            field_path = f"fields[{list(fields).index(column.name)}]"
            text = f"{column.name} says something of who asks, and is in no feed"
            raise BadQuery(field_path, text)
    names = naming(table)
    return tuple([c for c in table.columns if c in names or (c in names_read and not c.of_caller)])


def _columns(condition: Condition) -> list[Column]:
    match condition:
        case Compare(column=column) | Leaf(column=column):
            return [column]
        case Not(part=part):
            return _columns(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return [column for part in parts for column in _columns(part)]
