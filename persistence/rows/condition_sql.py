"""Conditions as SQL. Names come from descriptions and values are arguments: nothing is input."""

from collections.abc import Iterator
from typing import Any

from persistence.rows.condition_values import argument, as_json
from persistence.rows.conditions import AllOf, AnyOf, Compare, Condition, Leaf, Not, asked_in
from schema.tables.description import Column, Operator, SqlType, Table

COMPARISONS = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
}

ASKED = {
    Operator.EQ: "{place} = ${n}::{type}",
    Operator.NE: "{place} <> ${n}::{type}",
    Operator.LT: "{order} < ${n}::{type}",
    Operator.LTE: "{order} <= ${n}::{type}",
    Operator.GT: "{order} > ${n}::{type}",
    Operator.GTE: "{order} >= ${n}::{type}",
    Operator.IN: "{place} = ANY (${n}::{type}[])",
    Operator.LIKE: "{place} LIKE ${n}::text",
    Operator.ILIKE: "{place} ILIKE ${n}::text",
    Operator.SIMILAR: "{place} % ${n}::text",
    Operator.SEARCH: "to_tsvector('simple', {place}) @@ websearch_to_tsquery('simple', ${n}::text)",
    Operator.OVERLAP: "{place} && ${n}::{type}",
    Operator.CONTAINS: "{place} @> ${n}::{type}",
}
"""`place`: the column; `order`: the same in the order that does not depend on a locale."""


class ArgumentNumbers:
    """Numbers of arguments, one after the other."""

    def __init__(self, last: int) -> None:
        self.last_number = last
        """The one that was given out last."""

    def next(self) -> int:
        """One more."""
        self.last_number += 1
        return self.last_number


def place_of(table: Table, column: Column) -> str:
    """The SQL of a column, that can stand in any place."""
    reads = column.reads or column.name
    return f"{table.relation}.{reads}" if reads.isidentifier() else f"({reads})"


def ordered_by(table: Table, column: Column) -> str:
    """The same where it is compared or sorted: by characters, whatever the database's locale."""
    column_sql = place_of(table, column)
    return f'{column_sql} COLLATE "C"' if column.sql is SqlType.TEXT else column_sql


def wire_value(table: Table, column: Column) -> str:
    """The SQL of a column as it goes over the wire."""
    column_sql = place_of(table, column)
    if column.sql is SqlType.TIME:
        return f"(extract(epoch FROM {column_sql}) * 1000)::float8"
    return column_sql


def condition_sql(table: Table, condition: Condition, numbers: ArgumentNumbers) -> str:
    """The text; its arguments, from the next number on, are those of `arguments_of`."""
    match condition:
        case Compare(operator=Operator.IS_NULL, value=is_null):
            column_sql = place_of(table, condition.column)
            return f"{column_sql} IS NULL" if is_null else f"{column_sql} IS NOT NULL"
        case Compare():
            return _compare(table, condition, numbers)
        case Leaf():
            return _leaf(table, condition, numbers)
        case Not(part=part):
            return f"NOT ({condition_sql(table, part, numbers)})"
        case AllOf(parts=()):
            return "true"
        case AllOf() | AnyOf():
            word = " AND " if isinstance(condition, AllOf) else " OR "
            parts = (condition_sql(table, part, numbers) for part in condition.parts)
            return word.join([f"({part})" for part in parts])


def arguments_of(condition: Condition) -> Iterator[Any]:
    """In the order in which the text names them."""
    for asked in asked_in(condition):
        if isinstance(asked, Leaf):
            yield from _leaf_arguments(asked)
        elif asked.operator is not Operator.IS_NULL:
            yield argument(asked.column, asked.value)


def _compare(table: Table, comparison: Compare, numbers: ArgumentNumbers) -> str:
    return ASKED[comparison.operator].format(
        place=place_of(table, comparison.column),
        order=ordered_by(table, comparison.column),
        n=numbers.next(),
        type=comparison.column.sql.value,
    )


# A leaf that is equal is found by containment, which an index knows; one that is less or more is
# first looked at for its kind, as a cast of another kind would raise. Both say false where there is
# no such leaf, and null where there is no map.


def _leaf(table: Table, leaf_condition: Leaf, numbers: ArgumentNumbers) -> str:
    column_sql = place_of(table, leaf_condition.column)
    if leaf_condition.operator is Operator.EQ:
        return f"{column_sql} @> ${numbers.next()}::jsonb"
    if leaf_condition.operator is Operator.NE:
        return f"NOT ({column_sql} @> ${numbers.next()}::jsonb)"
    leaf = column_sql + "".join(f" -> ${numbers.next()}::text" for _ in leaf_condition.path)
    if isinstance(leaf_condition.value, str):
        kind, value_sql = "string", f"(({leaf}) #>> '{{}}') COLLATE \"C\""
        value = f"${numbers.next()}::text"
    else:
        kind, value_sql = "number", f"({leaf})::numeric"
        value = f"(${numbers.next()}::jsonb)::numeric"
    return (
        f"CASE WHEN jsonb_typeof({leaf}) = '{kind}'"
        f" THEN {value_sql} {COMPARISONS[leaf_condition.operator]} {value}"
        f" WHEN {column_sql} IS NOT NULL THEN false END"
    )


def _leaf_arguments(leaf_condition: Leaf) -> Iterator[Any]:
    if leaf_condition.operator in (Operator.EQ, Operator.NE):
        contained = leaf_condition.value
        for key in reversed(leaf_condition.path):
            contained = {key: contained}
        yield as_json(contained)
        return
    yield from leaf_condition.path
    yield (
        leaf_condition.value
        if isinstance(leaf_condition.value, str)
        else as_json(leaf_condition.value)
    )
