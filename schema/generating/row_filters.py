"""What can be asked of columns, as types: one for each kind of value and set of operators."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from schema.tables.description import (
    EQUALITY,
    LISTS,
    MAPS,
    NAMES,
    NULLABLE,
    ORDERED,
    Column,
    Operator,
    SqlType,
    Table,
)


class Kind(StrEnum):
    """What a value is in JSON."""

    TEXT = "Text"
    NUMBER = "Number"
    BOOLEAN = "Boolean"
    TEXTS = "Texts"
    MAP = "Map"


KINDS: dict[SqlType, Kind] = {
    SqlType.UUID: Kind.TEXT,
    SqlType.TEXT: Kind.TEXT,
    SqlType.FLOAT: Kind.NUMBER,
    SqlType.INTEGER: Kind.NUMBER,
    SqlType.BIGINT: Kind.NUMBER,
    SqlType.TIME: Kind.NUMBER,
    SqlType.BOOLEAN: Kind.BOOLEAN,
    SqlType.TEXTS: Kind.TEXTS,
    SqlType.UUIDS: Kind.TEXTS,
    SqlType.JSON: Kind.MAP,
}

_SETS: tuple[tuple[frozenset[Operator], str], ...] = (
    (EQUALITY, ""),
    (ORDERED, "Order"),
    (NAMES, "Search"),
    (LISTS, ""),
    (MAPS, ""),
)


class Filter(NamedTuple):
    """The type of what can be asked of some columns."""

    kind: Kind
    operators: frozenset[Operator]

    @property
    def name(self) -> str:
        """`TextFilter`, `NumberOrderOrNullFilter`."""
        other_operators = self.operators - NULLABLE
        null = "OrNull" if self.operators & NULLABLE else ""
        for operators, name in _SETS:
            if other_operators == operators:
                return f"{self.kind}{name}{null}Filter"
        operator_words = "".join(
            other_operator.title().replace("_", "") for other_operator in sorted(other_operators)
        )
        return f"{self.kind}{operator_words}{null}Filter"


def filter_of(column: Column) -> Filter:
    """Of a column that can be asked something."""
    return Filter(KINDS[column.sql], column.filters)


def filters_of(tables: Iterable[Table]) -> dict[str, Filter]:
    """All there are, by name."""
    filters = {
        row_filter.name: row_filter
        for table in tables
        for column in table.columns
        if column.filters
        for row_filter in (filter_of(column),)
    }
    return dict(sorted(filters.items()))
