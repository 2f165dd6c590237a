"""The SDK's types of what can be asked of rows: conditions, orders, columns, for each table."""

from collections.abc import Iterable, Sequence
from functools import cache
from keyword import iskeyword

from schema.calling.row_calls import embeddable, orders, where_name
from schema.generating.row_filters import Filter, Kind, filter_of, filters_of
from schema.tables.all_tables import TABLES
from schema.tables.description import Operator, Table, Verb

WIDTH = 100

HEAD = '''\
"""What can be asked of rows: conditions, orders and columns, for each table."""

from typing import Any, Literal, TypedDict


class Leaf(TypedDict, total=False):
    """A leaf of a map, found by the keys `at`."""

    at: list[str]
    eq: str | float | bool | None
    ne: str | float | bool | None
    lt: str | float
    lte: str | float
    gt: str | float
    gte: str | float

'''

_VALUES = {
    Kind.TEXT: "str",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.TEXTS: "list[str]",
    Kind.MAP: "dict[str, Any]",
}


def queries_module(tables: Sequence[Table] = tuple(TABLES.values())) -> str:
    """The Python of it, formatted as `ruff format` would."""
    parts = [HEAD, *(_filter(row_filter) for row_filter in filters_of(tables).values())]
    for table in tables:
        parts += _of_table(table)
    return "\n".join(parts)


@cache
def query_names() -> frozenset[str]:
    """Every type of the module that calls name."""
    return frozenset(name for table in TABLES.values() for name in _names(table))


def _names(table: Table) -> Iterable[str]:
    if table.verbs & {Verb.LIST, Verb.COUNT, Verb.WATCH}:
        yield where_name(table)
    if table.verbs & {Verb.LIST, Verb.WATCH}:
        yield f"{table.row}Order"
    if table.verbs & {Verb.LIST, Verb.WATCH, Verb.GET}:
        yield f"{table.row}Column"
        if embeddable(table, TABLES):
            yield f"{table.row}Embed"


def _of_table(table: Table) -> Iterable[str]:
    key_names = set(_names(table))
    words = {
        f"{table.row}Order": orders(table),
        f"{table.row}Column": [*table.by_name],
        f"{table.row}Embed": embeddable(table, TABLES),
    }
    if where_name(table) in key_names:
        yield _where(table)
    for name in words:
        if name in key_names:
            yield _literal(name, words[name])


def _literal(name: str, words: Iterable[str]) -> str:
    words = [f'"{word}"' for word in words]
    line = f"{name} = Literal[{', '.join(words)}]\n"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{name} = Literal[", *(f"    {word}," for word in words), "]\n"])


def _filter(column_filter: Filter) -> str:
    fields = {
        str(operator): _value(operator, column_filter.kind)
        for operator in Operator
        if operator in column_filter.operators
    }
    return _typed_dict(column_filter.name, fields)


def _value(operator: Operator, kind: Kind) -> str:
    match operator:
        case Operator.IN:
            return f"list[{_VALUES[kind]}]"
        case Operator.IS_NULL:
            return "bool"
        case Operator.PATH:
            return "Leaf"
    return _VALUES[kind]


def _where(table: Table) -> str:
    name = where_name(table)
    fields = {}
    for column in table.columns:
        if column.filters:
            filter_name = filter_of(column)
            has_equality = Operator.EQ in filter_name.operators
            fields[column.name] = (
                f"{_VALUES[filter_name.kind]} | {filter_name.name}"
                if has_equality
                else filter_name.name
            )
    fields |= {"and": f'list["{name}"]', "or": f'list["{name}"]', "not": f'"{name}"'}
    return _typed_dict(name, fields)


def _typed_dict(name: str, fields: dict[str, str]) -> str:
    """A class, where no field has the name of a keyword."""
    if not any(map(iskeyword, fields)):
        lines = [f"\nclass {name}(TypedDict, total=False):"]
        return "\n".join(
            [*lines, *(f"    {field}: {shape}" for field, shape in fields.items()), "\n"]
        )
    lines = [f"{name} = TypedDict(", f'    "{name}",', "    {"]
    lines += [f'        "{field}": {shape},' for field, shape in fields.items()]
    return "\n".join([*lines, "    },", "    total=False,", ")\n"])
