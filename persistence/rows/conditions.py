"""What a client asks of rows (`where`), read into a tree that queries and the feed are made from.

`{"name": {"ilike": "%bass%"}, "plugin": "OTT", "or": [{...}, {...}], "not": {...}}`: a value by
itself is `eq`, and what stands side by side must all be true.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from persistence.errors import BadQuery
from persistence.rows.condition_values import WrongValue, read_leaf, read_path, read_value, shown
from schema.limits import MAX_WHERE_DEPTH, MAX_WHERE_NODES
from schema.tables.description import Column, Operator, SqlType, Table

LEAF_OPERATORS = (
    Operator.EQ,
    Operator.NE,
    Operator.LT,
    Operator.LTE,
    Operator.GT,
    Operator.GTE,
)
"""What can be asked of a leaf of a map."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A column beside a value, which is as on the wire."""

    column: Column
    operator: Operator
    value: Any

    @property
    def shape(self) -> str:
        """All that its SQL depends on, but for the value."""
        comparison = f"{self.column.name}.{self.operator}"
        return f"{comparison}.{self.value}" if self.operator is Operator.IS_NULL else comparison


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of a map, found by the keys `path`, beside a text, a number, a boolean or null.

    One that is missing or of another kind is equal to nothing, and neither less nor more.
    """

    column: Column
    path: tuple[str, ...]
    operator: Operator
    value: Any

    @property
    def shape(self) -> str:
        """All that its SQL depends on, but for keys and value."""
        kind = "text" if isinstance(self.value, str) else "number"
        return f"{self.column.name}.path.{len(self.path)}.{self.operator}.{kind}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these; of nothing: true."""

    parts: "tuple[Condition, ...]"

    @property
    def shape(self) -> str:
        """Of its parts, which stand in the order of their shapes."""
        return f"and({','.join([part.shape for part in self.parts])})"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of these."""

    parts: "tuple[Condition, ...]"

    @property
    def shape(self) -> str:
        """Of its parts, which stand in the order of their shapes."""
        return f"or({','.join([part.shape for part in self.parts])})"


@dataclass(frozen=True, slots=True)
class Not:
    """Not this. As in SQL, what is unknown (a null beside a value) stays unknown."""

    part: "Condition"

    @property
    def shape(self) -> str:
        """Of its part."""
        return f"not({self.part.shape})"


Condition = Compare | Leaf | AllOf | AnyOf | Not

EVERYTHING = AllOf(())


def read_where(
    table: Table, where: Mapping[str, Any] | None, beside: Mapping[str, Any] | None = None
) -> Condition:
    """The condition that a client has sent; raises `BadQuery` with its place and what is allowed.

    `beside`: columns that have a parameter of their own, and must be equal to its value. The same
    condition in another order of keys is the same condition.
    """
    reader = _Reader(table)
    parts = [reader.equal(name, value) for name, value in (beside or {}).items()]
    if where:
        parts.append(reader.read(where, "where", 1))
    return parts[0] if len(parts) == 1 else AllOf(_sorted(parts)) if parts else EVERYTHING


def asked_in(condition: Condition) -> Iterator[Compare | Leaf]:
    """All that it asks of columns, in the order of its text."""
    match condition:
        case Compare() | Leaf():
            yield condition
        case Not(part=part):
            yield from asked_in(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from asked_in(part)


def operators_in(condition: Condition) -> frozenset[Operator]:
    """Of all that it asks; of what is in a map by a path: `path`."""
    return frozenset(
        asked.operator if isinstance(asked, Compare) else Operator.PATH
        for asked in asked_in(condition)
    )


GUESSED = frozenset((Operator.LIKE, Operator.ILIKE, Operator.SIMILAR))


def is_guessed(condition: Condition) -> bool:
    """Whether PostgreSQL tries any of it on a sample of the rows to know how many match.

    Patterns and what is in maps; of words and lists it counts the frequent ones.
    """
    return any(
        isinstance(asked, Leaf)
        or asked.operator in GUESSED
        or (asked.operator is Operator.CONTAINS and asked.column.sql is SqlType.JSON)
        for asked in asked_in(condition)
    )


class _Reader:
    """Reads one `where`, and counts what is in it."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._conditions_left = MAX_WHERE_NODES
        """How many conditions may still come."""

    def read(self, where: Any, place: str, depth: int) -> Condition:
        if not isinstance(where, Mapping):
            raise BadQuery(place, "must be a map of columns to what is asked of them")
        if depth > MAX_WHERE_DEPTH:
            raise BadQuery(place, f"is nested too deep: `where` has at most {MAX_WHERE_DEPTH} maps")
        if not where:
            self._count(place)  # it asks for nothing, and is looked at all the same
        parts: list[Condition] = []
        for key, key_condition in where.items():
            at = f"{place}.{shown(key)}"
            match key:
                case "and" | "or":
                    parts.append(self._and_or_condition(key, key_condition, at, depth))
                case "not":
                    self._count(at)
                    parts.append(Not(self.read(key_condition, at, depth + 1)))
                case _:
                    parts.extend(self._column_conditions(key, key_condition, place))
        return parts[0] if len(parts) == 1 else AllOf(_sorted(parts))

    def equal(self, name: str, value: Any) -> Condition:
        """Of a parameter that is called like the column."""
        column = self._table.by_name[name]
        try:
            return Compare(column, Operator.EQ, read_value(column, Operator.EQ, value))
        except WrongValue as wrong:
            raise BadQuery(name, str(wrong)) from None

    def _and_or_condition(self, key: str, conditions: Any, path: str, depth: int) -> Condition:
        if not isinstance(conditions, list | tuple) or not conditions:
            raise BadQuery(path, "must be a list of at least one map")
        self._count(path)
        parts = [
            self.read(part_condition, f"{path}[{n}]", depth + 1)
            for n, part_condition in enumerate(conditions)
        ]
        return AllOf(_sorted(parts)) if key == "and" else AnyOf(_sorted(parts))

    def _column_conditions(self, key: Any, filters_asked: Any, path: str) -> list[Condition]:
        """What is asked of one column."""
        column = self._column(key, path)
        path = f"{path}.{column.name}"
        if not isinstance(filters_asked, Mapping):
            filters_asked = {Operator.EQ.value: filters_asked}
        if not filters_asked:
            raise BadQuery(path, f"asks nothing; allowed: {_operator_words(column.filters)}")
        return [
            self._comparison(column, word, value, path) for word, value in filters_asked.items()
        ]

    def _column(self, key: Any, path: str) -> Column:
        column = self._table.by_name.get(key) if isinstance(key, str) else None
        if column is None or not column.filters:
            names = [one.name for one in self._table.columns if one.filters]
            raise BadQuery(
                f"{path}.{shown(key)}",
                f"is nothing that {self._table.calls} are filtered by; allowed: "
                f"{', '.join(sorted(names))}, and, or, not",
            )
        return column

    def _comparison(self, column: Column, word: Any, value: Any, path: str) -> Condition:
        at = f"{path}.{shown(word)}"
        self._count(at)
        if word not in column.filters:
            raise BadQuery(at, f"cannot be asked here; allowed: {_operator_words(column.filters)}")
        operator = Operator(word)
        try:
            if operator is Operator.PATH:
                return _leaf(column, value)
            return Compare(column, operator, read_value(column, operator, value))
        except WrongValue as wrong:
            raise BadQuery(at + wrong.place, str(wrong)) from None

    def _count(self, path: str) -> None:
        self._conditions_left -= 1
        if self._conditions_left < 0:
            raise BadQuery(
                path, f"is one too many: `where` has at most {MAX_WHERE_NODES} conditions"
            )


def _leaf(column: Column, leaf_asked: Any) -> Leaf:
    """What is asked of a leaf: `{"at": ["filter", "cutoff"], "gte": 200}`."""
    allowed_words = [operator.value for operator in LEAF_OPERATORS]
    words = [word for word in leaf_asked if word != "at"] if isinstance(leaf_asked, Mapping) else []
    if len(words) != 1 or len(leaf_asked) != 2 or words[0] not in allowed_words:
        raise WrongValue(
            f"must be a map of `at` and exactly one of: {', '.join(allowed_words)}; a range is two"
            " conditions in an `and`"
        )
    operator = Operator(words[0])
    is_ordered = operator not in (Operator.EQ, Operator.NE)
    value = read_leaf(leaf_asked[operator.value], f".{operator.value}", ordered=is_ordered)
    return Leaf(column, read_path(leaf_asked["at"]), operator, value)


def _sorted(parts: list[Condition]) -> tuple[Condition, ...]:
    return tuple(sorted(parts, key=lambda part: part.shape))


def _operator_words(operators: frozenset[Operator]) -> str:
    return ", ".join(operator for operator in Operator if operator in operators)
