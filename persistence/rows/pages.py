"""Pages of a list by the place of a row in its order: a page costs the same however deep it lies.

A cursor names the list it belongs to, and the place of a row in it, exact to the last bit.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from persistence.errors import BadCursor, BadQuery
from persistence.rows.condition_sql import ArgumentNumbers, ordered_by
from persistence.rows.condition_values import EPOCH, problem_with_text, read_value
from persistence.rows.conditions import Condition, Leaf, asked_in
from schema.limits import MAX_ORDER
from schema.tables.description import Column, Operator, SqlType, Table
from schema.text import base64url

DIGEST_SIZE = 12
MICROSECOND = timedelta(microseconds=1)

_ENCODER = msgspec.msgpack.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Sort:
    """One column of an order."""

    column: Column
    goes_down: bool


Order = tuple[Sort, ...]
"""It ends in the columns that name a row, so that each row has its place."""


def read_order(table: Table, order: Sequence[Any] | None) -> Order:
    """Of names of columns, `-` before one that goes down; raises `BadQuery`."""
    names = list(order) if order else list(table.order)
    if len(names) > MAX_ORDER:
        raise BadQuery("order", f"must be at most {MAX_ORDER} columns")
    sorts: list[Sort] = []
    for n, name in enumerate(names):
        sort = _sort(table, name, f"order[{n}]")
        if any(sort.column is before.column for before in sorts):
            raise BadQuery(f"order[{n}]", "names a column a second time")
        sorts.append(sort)
    sorted_names = {sort.column.name for sort in sorts}
    goes_down = sorts[-1].goes_down
    remaining_columns = [table.by_name[name] for name in table.names if name not in sorted_names]
    return (*sorts, *[Sort(column, goes_down) for column in remaining_columns])


def _sort(table: Table, name: Any, path: str) -> Sort:
    column_name = name.removeprefix("-") if isinstance(name, str) else ""
    column = table.by_name.get(column_name)
    if column is None or not (column.sorts or column_name in table.names):
        sortable = [column.name for column in table.columns if column.sorts]
        raise BadQuery(
            path,
            f"is nothing that {table.calls} are sorted by; allowed: "
            f"{', '.join(sorted({*sortable, *table.names}))}, with - before one that goes down",
        )
    return Sort(column, name.startswith("-"))


def turned(order: Order) -> Order:
    """The same from the other end."""
    return tuple([Sort(sort.column, not sort.goes_down) for sort in order])


def order_shape(order: Order) -> str:
    """All that its SQL depends on."""
    return ",".join([f"{'-' if s.goes_down else '+'}{s.column.name}" for s in order])


def order_sql(table: Table, order: Order) -> str:
    """What stands behind ORDER BY."""
    return ", ".join(
        f"{ordered_by(table, sort.column)} {'DESC' if sort.goes_down else 'ASC'}" for sort in order
    )


def behind_sql(table: Table, order: Order, numbers: ArgumentNumbers) -> str:
    """Whether a row lies behind the place whose values the next arguments are."""
    places = [ordered_by(table, sort.column) for sort in order]
    values = [f"${numbers.next()}::{sort.column.sql.value}" for sort in order]
    signs = ["<" if sort.goes_down else ">" for sort in order]
    if len(set(signs)) == 1:
        if len(order) == 1:
            return f"{places[0]} {signs[0]} {values[0]}"
        return f"({', '.join(places)}) {signs[0]} ({', '.join(values)})"
    condition_sql = f"{places[-1]} {signs[-1]} {values[-1]}"
    for expression, sign, value in reversed(list(zip(places, signs, values, strict=True))[:-1]):
        # The first half can use an index, the second alone could not.
        condition_sql = (
            f"{expression} {sign}= {value} AND ({expression} {sign} {value} OR ({condition_sql}))"
        )
    return condition_sql


# Cursors.


def list_digest(table: Table, user: str, condition: Condition, order: Order) -> bytes:
    """What tells one list of one user from all others."""
    digested = (table.relation, user, condition.shape, list(_values(condition)), order_shape(order))
    return hashlib.blake2b(_ENCODER.encode(digested), digest_size=DIGEST_SIZE).digest()


def write_cursor(digest: bytes, values: Sequence[Any]) -> str:
    """`values`: those of a row by which the list is sorted, as PostgreSQL gave them."""
    encoded_values = _ENCODER.encode([_cursor_value(v) for v in values])
    return base64url.encode(_sealed(digest, encoded_values) + encoded_values)


def read_cursor(digest: bytes, order: Order, cursor: str, field: str) -> list[Any]:
    """The arguments of `behind_sql`; raises `BadCursor` for all that this list has not given."""
    try:
        data = base64url.decode(cursor)
        seal, encoded_values = data[:DIGEST_SIZE], data[DIGEST_SIZE:]
        if seal != _sealed(digest, encoded_values):
            raise BadCursor(field)
        values = msgspec.msgpack.decode(encoded_values, type=list[Any])
        return [_sql_value(sort.column, item) for sort, item in zip(order, values, strict=True)]
    except (ValueError, OverflowError, TypeError):
        raise BadCursor(field) from None


def _sealed(digest: bytes, encoded_values: bytes) -> bytes:
    return hashlib.blake2b(encoded_values, key=digest, digest_size=DIGEST_SIZE).digest()


def _cursor_value(value: Any) -> Any:
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value


_PYTHON_TYPES: dict[SqlType, type] = {
    SqlType.UUID: str,
    SqlType.TEXT: str,
    SqlType.FLOAT: float,
    SqlType.INTEGER: int,
    SqlType.BIGINT: int,
    SqlType.BOOLEAN: bool,
    SqlType.TIME: int,
}


def _sql_value(column: Column, value: Any) -> Any:
    """As PostgreSQL takes it; raises `ValueError` or `OverflowError` where it cannot be."""
    kind: Any = type(value)
    if kind is not _PYTHON_TYPES[column.sql]:
        raise ValueError(f"{column.name} is of another kind")
    if column.sql is SqlType.TIME:
        return EPOCH + value * MICROSECOND
    if column.sql in (SqlType.UUID, SqlType.INTEGER, SqlType.BIGINT):
        read_value(column, Operator.EQ, value)
    elif column.sql is SqlType.TEXT and problem_with_text(value):
        raise ValueError(f"{column.name} is no text")
    return value


def _values(condition: Condition) -> Iterator[Any]:
    """All that clients have sent in it."""
    for asked in asked_in(condition):
        if isinstance(asked, Leaf):
            yield asked.path
        yield asked.value
