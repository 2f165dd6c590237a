"""The tables of PROTOCOL.md, made from what `schema/` says."""

import json
import re
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, get_args

import msgspec

from schema.accounts.audit_events import AUDIT_EVENTS, COUNTED_TOGETHER, DETAILS_OF
from schema.calling.writing_calls import WRITES
from schema.calls import METHODS, ROW_CALLS, WITHOUT_LOGIN
from schema.close_codes import CLOSE_CODES
from schema.entities import ENTITY_TYPES, PARENTS, Field
from schema.errors import DETAILS, DROP_REASONS, ERRORS, RETRIES, ErrorMeaning
from schema.generating.examples import examples
from schema.generating.protocol_rows import columns_rows, rights_rows
from schema.invariants import INVARIANTS, Invariant
from schema.limits import BOUNDS
from schema.messages import ClientMessage, ServerMessage
from schema.ops import Op
from schema.recall.categories import CATEGORIES
from schema.text.colors import COLORS, TEXT_ON_COLOR
from schema.text.one_line import one_line


def _table(heads: str, rows: Iterable[Iterable[object]]) -> str:
    names = [head.strip() for head in heads.split("|")]
    lines = [names, ["---"] * len(names)]
    lines += [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _structs_table(heads: str, union: Any) -> str:
    rows = []
    for struct in get_args(union):
        tag = struct.__struct_config__.tag
        rows.append((f"`{tag}`", _fields(struct), _meaning(struct)))
    return _table(heads, rows)


def _fields(struct: type[msgspec.Struct]) -> str:
    """Its fields; a question mark follows what may be left out."""
    fields = msgspec.structs.fields(struct)
    return ", ".join(f"`{field.encode_name}{'' if field.required else '?'}`" for field in fields)


def _meaning(struct: type) -> str:
    return one_line(struct.__doc__ or "")


def _calls_table() -> str:
    rows = (
        (
            f"`{method}`",
            _fields(params),
            _result(result),
            _yes(method not in WITHOUT_LOGIN),
            _yes(method in WRITES),
            _meaning(params),
        )
        for method, (params, result) in METHODS.items()
    )
    return _table("call | params | result | needs login | takes a key (C10) | meaning", rows)


def _result(result: type[msgspec.Struct]) -> str:
    """Its name and fields; those of rows have a table of their own."""
    if result in ROW_CALLS.rows():
        return f"`{result.__name__}` (a row)"
    return f"`{result.__name__}`: {_fields(result)}" if _fields(result) else "nothing"


def _errors_table() -> str:
    rows = ((f"`{code}`", row.meaning, row.retry, _details(row)) for code, row in ERRORS.items())
    return _table("code | meaning | retry | `details`", rows)


def _details(row: ErrorMeaning) -> str:
    """Its keys; a question mark follows what may be left out."""
    return ", ".join([f"`{key}`" for key in row.has] + [f"`{key}?`" for key in row.may_have])


def _retries_table() -> str:
    rows = ((f"`{retry}`", meaning) for retry, meaning in RETRIES.items())
    return _table("retry | what to do", rows)


def _details_table() -> str:
    rows = ((f"`{key}`", kind, meaning) for key, (kind, meaning) in DETAILS.items())
    return _table("key of `details` | type | what it says", rows)


def _drop_reasons_table() -> str:
    rows = ((f"`{reason}`", meaning) for reason, meaning in DROP_REASONS.items())
    return _table("reason | meaning", rows)


def _invariants_table() -> str:
    rows = (
        (row.of if row.of[0] in "`a" else _ticked(row.of), row.holds, _says(row), f"`{row.code}`")
        for row in INVARIANTS
    )
    return _table("of | what must hold | what is said | code, or reason of the drop", rows)


def _ticked(properties: str) -> str:
    return ", ".join(f"`{name}`" for name in properties.split(", "))


def _says(row: Invariant) -> str:
    """Its sentence, with dots for what varies."""
    return re.sub(r"\{[^}]*\}", "...", row.says)


def _parents_table() -> str:
    rows = ((f"`{collection}`", f"`{name}`") for collection, name in PARENTS.items())
    return _table("a `move` in | sets by `parent` | ".rstrip(" |"), rows)


def _examples() -> str:
    lines: list[str] = []
    for heading, group in groupby(examples(), key=itemgetter(0)):
        example_lines = [f"{'->' if is_clients else '<-'} {text}" for _, is_clients, text in group]
        lines += [heading, "", "```text", *example_lines, "```", ""]
    return "\n".join(lines).rstrip()


def _colors_table() -> str:
    listed_colors = ", ".join(f"`{color}`" for color in COLORS)
    return f"{listed_colors}; text on them `{TEXT_ON_COLOR}`"


def _close_codes_table() -> str:
    codes = sorted(CLOSE_CODES, key=lambda code: code.code)
    rows = ((code.code, f"`{code.name}`", _yes(code.reconnect), code.meaning) for code in codes)
    return _table("code | name | reconnect | meaning", rows)


def _audit_events_table() -> str:
    rows = (
        (f"`{event}`", _names(DETAILS_OF.get(event, ())), _yes(event in COUNTED_TOGETHER), meaning)
        for event, meaning in AUDIT_EVENTS.items()
    )
    return _table("event | in `details` | counted together | meaning", rows)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _limits_table() -> str:
    rows = (
        (f"`{row.name}`", f"{row.value:,.0f}", row.unit, row.door, row.past_it, row.why)
        for row in BOUNDS.rows.values()
    )
    return _table("limit | value | unit | where | past it | of what, and why", rows)


def _recall_table() -> str:
    rows = (
        (
            f"`{name}`",
            category.says,
            category.key,
            ", ".join(f"`{context}`" for context in category.contexts),
            days,
        )
        for name, category in CATEGORIES.items()
        for days in (f"{category.half_life_days:g}",)
    )
    return _table("category | holds | a key is | contexts that tell most | half-life, days", rows)


def _entity_types_table() -> str:
    rows = (
        (f"`{collection}`", f"`{name}`", _allowed(field), field.unit, _default(field))
        for collection, fields in ENTITY_TYPES.items()
        for name, field in fields.items()
    )
    return _table("collection | property | holds | unit | default", rows)


def _allowed(field: Field) -> str:
    description = _described(field) + (", or null" if field.nullable else "")
    return description + (f"; {_ON_DELETE[field.on_delete]}" if field.points_to else "")


def _described(field: Field) -> str:
    if field.choices:
        some_of = "some of " if field.kind == "choices" else ""
        return some_of + ", ".join(f"`{choice}`" for choice in field.choices)
    match field.kind:
        case "number" | "integer":
            bound_word = "above " if field.exclusive_minimum else ""
            return f"{field.kind}, {bound_word}{_short(field.minimum)} to {_short(field.maximum)}"
        case "text":
            return f"text, at most {field.max_length:,} characters"
        case "path":
            return "text `collection/id/property`"
        case "params":
            return f"map of at most {field.max_length:,} leaves"
        case "order":
            return "order key"
        case "pointer":
            return f"id in `{field.points_to}`"
        case _:
            return "true or false"


_ON_DELETE = {
    "cascade": "deleted with it",
    "clear": "cleared with it",
    "reparent": "goes to the grandparent",
    "master": "goes to the master",
}


def _short(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:g}"


def _default(field: Field) -> str:
    if field.required:
        return "required"
    return f"`{json.dumps({} if field.kind == 'params' else field.default)}`"


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


TABLES: dict[str, Callable[[], str]] = {
    "messages from client": lambda: _structs_table("`t` | fields | meaning", ClientMessage),
    "messages from server": lambda: _structs_table("`t` | fields | meaning", ServerMessage),
    "ops": lambda: _structs_table("`op` | fields | meaning", Op),
    "calls": _calls_table,
    "tables of rows": lambda: _table(
        "calls | rows | verbs | named by | seen by | made by | changed by | deleted by",
        rights_rows(),
    ),
    "columns of rows": lambda: _table(
        "calls | column | holds | `create` | `update` | `where` | sorts | `embed`", columns_rows()
    ),
    "errors": _errors_table,
    "retries": _retries_table,
    "details": _details_table,
    "drop reasons": _drop_reasons_table,
    "close codes": _close_codes_table,
    "audit events": _audit_events_table,
    "limits": _limits_table,
    "colors": _colors_table,
    "examples": _examples,
    "invariants": _invariants_table,
    "parents": _parents_table,
    "categories of recall": _recall_table,
    "entity types": _entity_types_table,
}
"""The name in a marker `<!-- generated: NAME -->` -> what makes the table."""
