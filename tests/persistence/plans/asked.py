"""Every list, filter and order that the descriptions of tables offer, as clients ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from persistence.rows.watched_rows import STORED_IN
from schema.tables.all_tables import TABLES
from schema.tables.description import Column, Operator, SqlType, Table

LISTED = {name: table for name, table in TABLES.items() if name not in STORED_IN}
"""Those of which there is more than one row."""

WORD = "reese"

BY_OPERATOR: dict[Operator, Any] = {
    Operator.IS_NULL: True,
    Operator.LIKE: "%Reese Tape%",
    Operator.ILIKE: "%reese tape%",
    Operator.SIMILAR: "reese tape 17",
    Operator.SEARCH: "reese tape",
    Operator.PATH: {"at": ["filter", "type"], "eq": "low"},
}

BY_TYPE: dict[SqlType, Any] = {
    SqlType.UUID: "$row",
    SqlType.TEXT: "Plugin 3",
    SqlType.FLOAT: 120.5,
    SqlType.INTEGER: 48_000,
    SqlType.BIGINT: 3,
    SqlType.BOOLEAN: True,
    SqlType.TIME: 1_000_000_000_000,
    SqlType.TEXTS: ["rare 3"],
    SqlType.UUIDS: ["$user"],
    SqlType.JSON: {"filter": {"type": "low"}},
}

BY_NAME: dict[str, Any] = {
    "kind": "manual", "status": "active", "role": "viewer", "device": "laptop",
}  # fmt: skip
"""Columns whose values are words of a list."""

STATUS_OF_AUDIO = "failed"


@dataclass(frozen=True, slots=True)
class Asked:
    """One list; `where` and `order` as in a call, with `$user`, `$project` and `$row`."""

    table: Table
    says: str
    where: dict[str, Any]
    order: tuple[str, ...]
    whole: bool = False
    """Whether it is one of those that no index can serve."""


def lists_of(table: Table) -> Iterator[Asked]:
    """Those that the product ships."""
    for shipped in table.lists:
        yield Asked(table, shipped.says, shipped.where, shipped.order or table.order)


def orders_of(table: Table) -> Iterator[Asked]:
    """Each order, in both directions."""
    for column in table.columns:
        if column.sorts:
            for name in (column.name, f"-{column.name}"):
                yield Asked(table, f"sorted by {name}", {}, (name,))


def filters_of(table: Table) -> Iterator[Asked]:
    """Each operator of each column."""
    for column in table.columns:
        for operator in sorted(column.filters):
            where = {column.name: {operator.value: _value(table, column, operator)}}
            yield Asked(table, f"{column.name} {operator}", where, table.order)


def _value(table: Table, column: Column, operator: Operator) -> Any:
    if operator in BY_OPERATOR:
        return BY_OPERATOR[operator]
    value = BY_TYPE[column.sql]
    if column.embeds:
        value = "$user" if column.embeds == "prime_users" else "$project"
    if column.sql is SqlType.TEXT and column.name in BY_NAME:
        value = BY_NAME[column.name]
    if (table.relation, column.name) == ("audio_files", "status"):
        value = STATUS_OF_AUDIO
    return [value] if operator is Operator.IN else value


def filled_in(value: Any, ids: dict[str, str]) -> Any:
    """The same with ids for the words that stand for them."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, list):
        return [filled_in(each, ids) for each in value]
    if isinstance(value, dict):
        return {key: filled_in(each, ids) for key, each in value.items()}
    return value
