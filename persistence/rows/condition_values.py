"""Values that a client compares columns with: checked, and made what PostgreSQL takes."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import inspect

from schema.columns.json_maps import LARGEST
from schema.limits import (
    MAX_IN,
    MAX_LEAVES_ASKED,
    MAX_PATH_KEYS,
    MAX_PATTERN_LENGTH,
    MAX_PATTERN_WILDCARDS,
    MAX_TEXT_ASKED,
)
from schema.tables.description import SEARCHING, Column, Operator, SqlType
from schema.text.enumerations import NAMED, WORDS
from schema.text.text_rules import (
    OF_EVERY_OBJECT,
    PROJECT_ID,
    SHOWN,
    SHOWN_NOT_EMPTY,
    UUID_IN_WORDS,
    in_nfc,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999, in ms since 1970."""

BITS = {SqlType.INTEGER: 31, SqlType.BIGINT: 63}

ITEMS = {SqlType.TEXTS: SqlType.TEXT, SqlType.UUIDS: SqlType.UUID}
"""A list -> what is in it."""

PATTERNS = (Operator.LIKE, Operator.ILIKE)

IS_UUID = re.compile(PROJECT_ID).match
_PLAIN = re.compile(r"[A-Za-z0-9_]{1,64}")
_ESCAPED = re.compile(r"\\.", re.DOTALL)


class WrongValue(ValueError):
    """A value that cannot be; `place` is where in it, as `[3]`."""

    def __init__(self, text: str, place: str = "") -> None:
        super().__init__(text)
        self.place = place


def shown(word: Any) -> str:
    """A name that a client made up, as a place in an error: nothing in it can do harm there."""
    return word if isinstance(word, str) and _PLAIN.fullmatch(word) else "[...]"


def read_value(column: Column, operator: Operator, value: Any) -> Any:
    """The value, as on the wire; raises `WrongValue`, which says what is allowed."""
    match operator:
        case Operator.IS_NULL:
            return _boolean(value)
        case Operator.IN:
            return _list_values(column, column.sql, value)
        case Operator.OVERLAP | Operator.CONTAINS if column.sql in ITEMS:
            return _list_values(column, ITEMS[column.sql], value)
        case Operator.CONTAINS:
            return _map(value)
        case _ if value is None:
            raise WrongValue(
                'null is equal to nothing; ask {"is_null": true} of a column that has it'
            )
        case _ if operator in SEARCHING:
            text = in_nfc(_text(value))
            return _pattern(text) if operator in PATTERNS else text
    return _one_value(column, column.sql, value)


def read_path(at: Any) -> tuple[str, ...]:
    """The keys that lead to a leaf; raises `WrongValue`."""
    if not isinstance(at, list | tuple) or not 1 <= len(at) <= MAX_PATH_KEYS:
        raise WrongValue(f"must be a list of 1 to {MAX_PATH_KEYS} keys", ".at")
    for n, key in enumerate(at):
        try:
            _key(key)
        except WrongValue as wrong:
            raise WrongValue(str(wrong), f".at[{n}]") from None
    return tuple(at)


def read_leaf(value: Any, place: str, *, ordered: bool) -> Any:
    """What a leaf is compared with; raises `WrongValue`, with this place."""
    try:
        return _leaf(value, ordered=ordered)
    except WrongValue as wrong:
        raise WrongValue(str(wrong), place) from None


def _leaf(value: Any, *, ordered: bool) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    if ordered or not (value is None or isinstance(value, bool)):
        allowed_words = "a text or a number" if ordered else "a text, a number, true, false or null"
        raise WrongValue(f"must be compared with {allowed_words}")
    return value


def argument(column: Column, value: Any) -> Any:
    """A value of the wire as what PostgreSQL is given."""
    if value is None:
        return None
    if column.sql is SqlType.TIME:
        return [as_time(item) for item in value] if isinstance(value, list) else as_time(value)
    return as_json(value) if column.sql is SqlType.JSON else value


def as_time(milliseconds: float) -> datetime:
    """Of ms since 1970, exact to the microsecond."""
    return EPOCH + timedelta(microseconds=round(milliseconds * 1000))


def as_json(value: Any) -> str:
    """A JSON text; raises `WrongValue` for what jsonb cannot keep."""
    try:
        text = msgspec.json.encode(value).decode()
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise WrongValue(
            "must be JSON: texts, numbers, true, false, null, lists and maps"
        ) from None
    if "\\u0000" in text and has_nul(value):
        raise WrongValue("no text may hold the character NUL")
    return text


def has_nul(value: Any) -> bool:
    """Whether a text in it holds NUL, which PostgreSQL cannot keep."""
    match value:
        case str():
            return "\0" in value
        case Mapping():
            return any(has_nul(key) or has_nul(item) for key, item in value.items())
        case list() | tuple():
            return any(has_nul(one) for one in value)
    return False


def problem_with_text(text: str) -> str | None:
    """Why it is no text for PostgreSQL, or None."""
    if "\0" in text:
        return "no text may hold the character NUL"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half a surrogate pair is no text"
    return None


# Of one column.


def _one_value(column: Column, kind: SqlType, value: Any) -> Any:
    reads = _READS.get(kind)
    if reads is None:
        raise WrongValue("cannot be compared as a whole; ask `contains` or `path`")
    checked_value = reads(value)
    if kind is SqlType.TEXT:
        return _of_its_kind(column, checked_value)
    if kind in BITS and not -(2 ** BITS[kind]) <= checked_value < 2 ** BITS[kind]:
        raise WrongValue(f"must be a whole number of {BITS[kind] + 1} bits")
    return checked_value


def _list_values(column: Column, kind: SqlType, value: Any) -> list[Any]:
    """Of a list; what is wrong with one of them is told with its place."""
    checked_values: list[Any] = []
    for n, item in enumerate(_items(value)):
        try:
            checked_values.append(_one_value(column, kind, item))
        except WrongValue as wrong:
            raise WrongValue(str(wrong), f"[{n}]{wrong.place}") from None
    return checked_values


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise WrongValue("must be a list")
    if len(value) > MAX_IN:
        raise WrongValue(f"must be a list of at most {MAX_IN}, and is one of {len(value)}")
    return list(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongValue("must be a text")
    if len(value) > MAX_TEXT_ASKED:
        raise WrongValue(f"must be a text of at most {MAX_TEXT_ASKED} characters")
    if problem := problem_with_text(value):
        raise WrongValue(problem)
    return value


def _uuid(value: Any) -> str:
    if not isinstance(value, str) or not IS_UUID(value):
        raise WrongValue(f"must be an id, {UUID_IN_WORDS}")
    return value


def _number(value: Any) -> int | float:
    _require_number(value)
    if not -LARGEST <= value <= LARGEST:  # NaN is not either
        raise WrongValue("must be a number within 2^53, and no NaN")
    number: int | float = value
    return number


def _require_number(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValue("must be a number")


def _float(value: Any) -> float:
    return float(_number(value))


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongValue("must be a whole number")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongValue("must be true or false")
    return value


def _milliseconds(value: Any) -> int | float:
    _require_number(value)
    if not EARLIEST <= value <= LATEST:
        raise WrongValue("must be a time in ms since 1970, of the years 1 to 9999")
    number: int | float = value
    return number


_READS: dict[SqlType, Callable[[Any], Any]] = {
    SqlType.UUID: _uuid,
    SqlType.TEXT: _text,
    SqlType.FLOAT: _float,
    SqlType.INTEGER: _whole,
    SqlType.BIGINT: _whole,
    SqlType.BOOLEAN: _boolean,
    SqlType.TIME: _milliseconds,
}


def _pattern(text: str) -> str:
    if len(text) > MAX_PATTERN_LENGTH:
        raise WrongValue(f"must be a pattern of at most {MAX_PATTERN_LENGTH} characters")
    if _ESCAPED.sub("", text).count("%") > MAX_PATTERN_WILDCARDS:
        raise WrongValue(f"must be a pattern with at most {MAX_PATTERN_WILDCARDS} `%`")
    if _ESCAPED.sub("", text).endswith("\\"):
        raise WrongValue(
            "must not end in a `\\`: that stands before the `%`, `_` or `\\` it escapes"
        )
    return text


def _map(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise WrongValue("must be a map of leaves")
    _count_leaves(value, "", MAX_PATH_KEYS, MAX_LEAVES_ASKED)
    as_json(value)
    return value


def _count_leaves(value: Any, place: str, deeper: int, leaves_left: int) -> int:
    """How many leaves may still come behind this value, an empty one is one.

    Raises `WrongValue`.
    """
    is_inner = isinstance(value, Mapping | list)
    if not (is_inner and value):
        if not is_inner:
            read_leaf(value, place, ordered=False)
        if leaves_left < 1:
            raise WrongValue(f"has too many leaves; allowed are {MAX_LEAVES_ASKED}")
        leaves_left -= 1
    if not is_inner:
        return leaves_left
    if not deeper:
        raise WrongValue(f"is nested too deep; allowed are {MAX_PATH_KEYS} levels")
    for inner_place, part in _parts(value, place):
        leaves_left = _count_leaves(part, inner_place, deeper - 1, leaves_left)
    return leaves_left


def _parts(value: Mapping[Any, Any] | list[Any], place: str) -> Iterator[tuple[str, Any]]:
    """What is in a map or a list, each with its place; `WrongValue` for a key that cannot be."""
    if isinstance(value, list):
        yield from ((f"{place}[{n}]", item) for n, item in enumerate(value))
        return
    for key, item in value.items():
        key_place = f"{place}.{shown(key)}"
        try:
            _key(key)
        except WrongValue as wrong:
            raise WrongValue(str(wrong), key_place) from None
        yield key_place, item


def _key(key: Any) -> None:
    if not isinstance(key, str):
        raise WrongValue("a key must be a text")
    if key in OF_EVERY_OBJECT:
        raise WrongValue("no key has a name that every JavaScript object has")
    _text(key)


# Of a text, what the column's own type says.


def _of_its_kind(column: Column, text: str) -> str:
    words, is_name = _text_rules(column)
    if words and text not in words:
        raise WrongValue(f"must be one of: {', '.join(words)}")
    return in_nfc(text) if is_name else text


_TOLD: dict[int, tuple[Column, tuple[tuple[str, ...], bool]]] = {}
"""Of columns by their identity, as they cannot be hashed: what `_text_rules` found."""


def _text_rules(column: Column) -> tuple[tuple[str, ...], bool]:
    """The words that it can be, if only some; and whether it is a name, which is kept in NFC."""
    known_rules = _TOLD.get(id(column))
    if known_rules is not None and known_rules[0] is column:
        return known_rules[1]
    words: list[str] = []
    patterns: list[str | None] = []
    for kind in _kinds(inspect.type_info(column.type)):
        match kind:
            case inspect.Metadata(extra_json_schema=dict() as extra):
                words += WORDS.get(extra.get(NAMED, ""), ())
            case inspect.LiteralType(values=values):
                words += [str(value) for value in values if str(value) not in words]
            case inspect.StrType(pattern=pattern):
                patterns.append(pattern)
    rules = tuple(words), any(pattern in (SHOWN, SHOWN_NOT_EMPTY) for pattern in patterns)
    _TOLD[id(column)] = (column, rules)
    return rules


def _kinds(kind: inspect.Type) -> Iterator[inspect.Type]:
    yield kind
    match kind:
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner):
            yield from _kinds(inner)
        case inspect.UnionType(types=types):
            for type_arg in types:
                yield from _kinds(type_arg)
