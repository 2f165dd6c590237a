"""Conditions asked of a row in Python, as PostgreSQL would answer: for feeds, row by row.

Three answers, as in SQL: true, false, and None for what is unknown, as a null beside a value.
"""

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from persistence.errors import BadQuery
from persistence.rows.conditions import AllOf, AnyOf, Compare, Condition, Leaf, Not
from schema.tables.description import Operator, SqlType

Row = Mapping[str, Any]
"""As on the wire, with every column that the condition asks about."""

Answer = bool | None

COMPARISONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.NE: operator.ne,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
    Operator.GT: operator.gt,
    Operator.GTE: operator.ge,
}

NOT_ROW_BY_ROW = (Operator.SIMILAR, Operator.SEARCH)


def matcher(condition: Condition) -> Callable[[Row], bool]:
    """Whether a row belongs to the list of this condition.

    Raises `BadQuery` for `similar` and `search`: only PostgreSQL knows those. What it costs is
    bounded by the condition and the row: no pattern makes it more.
    """
    answer = _answer(condition)
    return lambda row: answer(row) is True


def steps(condition: Condition) -> int:
    """What it costs to ask one row: a step for each comparison, part of a pattern, value asked for.

    A part of a pattern with `_` counts by its characters; of `in`, 8 values are one step.
    """
    match condition:
        case Compare(operator=Operator.LIKE | Operator.ILIKE, value=pattern):
            return Pattern(pattern).steps
        case Compare(operator=Operator.OVERLAP | Operator.CONTAINS, value=value):
            return max(1, _values(value))
        case Compare(operator=Operator.IN, value=value):
            return 1 + len(value) // 8
        case Compare():
            return 1
        case Leaf(path=path):
            return 1 + len(path)
        case Not(part=part):
            return steps(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return sum(map(steps, parts))


def _values(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(map(_values, value.values()))
    return sum(map(_values, value)) if isinstance(value, list | tuple) else 1


def _answer(condition: Condition) -> Callable[[Row], Answer]:
    match condition:
        case Compare():
            return _compare(condition)
        case Leaf():
            return _leaf(condition)
        case Not(part=part):
            return _negated(_answer(part))
        case AllOf(parts=parts):
            return _joined([_answer(part) for part in parts], decides=False)
        case AnyOf(parts=parts):
            return _joined([_answer(part) for part in parts], decides=True)


def _joined(parts: list[Callable[[Row], Answer]], *, decides: bool) -> Callable[[Row], Answer]:
    """One part with the answer `decides` is enough for it; else one that is unknown for that."""

    def answer(row: Row) -> Answer:
        is_unknown = False
        for part in parts:
            outcome = part(row)
            if outcome is decides:
                return decides
            is_unknown = is_unknown or outcome is None
        return None if is_unknown else not decides

    return answer


def _negated(part: Callable[[Row], Answer]) -> Callable[[Row], Answer]:
    def answer(row: Row) -> Answer:
        outcome = part(row)
        return None if outcome is None else not outcome

    return answer


def _compare(comparison: Compare) -> Callable[[Row], Answer]:
    name, value = comparison.column.name, comparison.value
    if comparison.operator in NOT_ROW_BY_ROW:
        raise BadQuery(
            f"where.{name}.{comparison.operator}",
            "cannot be watched, only listed; ask `ilike`, or watch more and choose yourself",
        )
    if comparison.operator is Operator.IS_NULL:
        return lambda row: (row[name] is None) is value
    if comparison.operator is Operator.IN and not value:
        return lambda row: False
    test = _test(comparison)

    def answer(row: Row) -> Answer:
        value = row[name]
        return None if value is None else test(value)

    return answer


def _test(comparison: Compare) -> Callable[[Any], bool]:
    """Of a value that is not null."""
    value, is_time = comparison.value, comparison.column.sql is SqlType.TIME
    match comparison.operator:
        case Operator.LIKE:
            return Pattern(value).matches
        case Operator.ILIKE:
            pattern = Pattern(small(value))
            return lambda held: pattern.matches(small(held))
        case Operator.OVERLAP:
            return lambda held: any(one in held for one in value)
        case Operator.CONTAINS if comparison.column.sql is SqlType.JSON:
            return lambda held: contains(held, value)
        case Operator.CONTAINS:
            return lambda held: all(one in held for one in value)
        case Operator.IN:
            values = [_microseconds(item) for item in value] if is_time else value
            return lambda held: (_microseconds(held) if is_time else held) in values
    compare = COMPARISONS[comparison.operator]
    if is_time:
        moment = _microseconds(value)
        return lambda held: compare(_microseconds(held), moment)
    return lambda held: compare(held, value)


def _microseconds(milliseconds: float) -> int:
    return round(milliseconds * 1000)


# Maps, as jsonb has them.


def _leaf(leaf_condition: Leaf) -> Callable[[Row], Answer]:
    name, at, value = leaf_condition.column.name, leaf_condition.path, leaf_condition.value
    if leaf_condition.operator in (Operator.EQ, Operator.NE):
        contained = value
        for key in reversed(at):
            contained = {key: contained}
        is_equal = leaf_condition.operator is Operator.EQ
        return lambda row: None if row[name] is None else contains(row[name], contained) is is_equal
    compare = COMPARISONS[leaf_condition.operator]
    wanted_value = value if isinstance(value, str) else number(value)

    def answer(row: Row) -> Answer:
        leaf_value = row[name]
        if leaf_value is None:
            return None
        for key in at:
            if not isinstance(leaf_value, dict) or key not in leaf_value:
                return False
            leaf_value = leaf_value[key]
        if isinstance(value, str):
            return isinstance(leaf_value, str) and compare(leaf_value, wanted_value)
        return is_number(leaf_value) and compare(number(leaf_value), wanted_value)

    return answer


def contains(held_value: Any, wanted_value: Any) -> bool:
    """Whether one JSON value contains another, as the operator `@>` has it within maps."""
    if isinstance(wanted_value, Mapping):
        return isinstance(held_value, dict) and all(
            key in held_value and contains(held_value[key], part)
            for key, part in wanted_value.items()
        )
    if isinstance(wanted_value, list):
        return isinstance(held_value, list) and all(
            any(contains(held_item, wanted_item) for held_item in held_value)
            for wanted_item in wanted_value
        )
    if is_number(wanted_value):
        return is_number(held_value) and number(held_value) == number(wanted_value)
    return type(held_value) is type(wanted_value) and bool(held_value == wanted_value)


def is_number(value: Any) -> bool:
    """Whether it is one in JSON, where true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: float) -> Decimal:
    """As jsonb has it: the digits that JSON writes, not the nearest power of two."""
    return Decimal(repr(value))


# Patterns.


def small(text: str) -> str:
    """In small letters, one for each: as PostgreSQL does it, without rules for words."""
    return (
        text.lower()
        if text.isascii()
        else "".join([_small_letter(character) for character in text])
    )


def _small_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 else lower[0]  # only İ has two


class Pattern:
    """Of `like`. Each part between two `%` is looked for once, from the left: no way back."""

    def __init__(self, pattern: str) -> None:
        self._parts: list[list[str | None]] = [[]]
        """Between the `%`: characters, None for any one."""
        self._texts: list[str | None] = []
        """The same parts where they are plain text; None: any one character is among it."""
        letters = iter(pattern)
        for letter in letters:
            if letter == "%":
                self._parts.append([])
            else:
                pattern_letter = (
                    next(letters) if letter == "\\" else None if letter == "_" else letter
                )
                self._parts[-1].append(pattern_letter)
        for part in self._parts:
            letters_of = [pattern_letter for pattern_letter in part if pattern_letter is not None]
            self._texts.append("".join(letters_of) if len(letters_of) == len(part) else None)

    @property
    def steps(self) -> int:
        """What it costs: one for each part that is looked for, by character where any may stand."""
        return sum(
            1 if text is not None else len(part)
            for part, text in zip(self._parts, self._texts, strict=True)
        )

    def matches(self, text: str) -> bool:
        """Whether all of the text is as the pattern has it."""
        first, last = self._parts[0], self._parts[-1]
        if len(self._parts) == 1:
            return len(text) == len(first) and _is_at(first, text, 0)
        end = len(text) - len(last)
        at = len(first)
        if at > end or not _is_at(first, text, 0) or not _is_at(last, text, end):
            return False
        for part, plain_text in zip(self._parts[1:-1], self._texts[1:-1], strict=True):
            position = _find(part, plain_text, text, at, end)
            if position < 0:
                return False
            at = position + len(part)
        return True


def _find(part: list[str | None], plain_text: str | None, text: str, at: int, end: int) -> int:
    """Where it is, between two places; less than zero: nowhere."""
    if plain_text is not None:
        return text.find(plain_text, at, end)
    while at + len(part) <= end:
        if _is_at(part, text, at):
            return at
        at += 1
    return -1


def _is_at(part: list[str | None], text: str, at: int) -> bool:
    return all(
        pattern_letter is None or text[at + n] == pattern_letter
        for n, pattern_letter in enumerate(part)
    )
