"""The SDK's calls: a method for each, with a TypedDict of its parameters and one of its result."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, UnsetType

from schema.calling.row_calls import Call
from schema.calling.writing_calls import READS, WRITES
from schema.calls import METHODS, ROW_CALLS
from schema.generating.json_structs import result_name
from schema.generating.sdk_methods import (
    GOES_ON,
    PARTIAL,
    all_groups,
    docstring,
    group_class,
    method_of,
)
from schema.generating.sdk_queries import query_names
from schema.messages import Presence
from schema.text.enumerations import AMONG, NAMED

NO_BOUND = 2**53
"""Where a number is bounded by what JSON can hold, there is nothing to tell."""

BY_HAND = (
    "auth.login", "auth.logout", "auth.refresh", "auth.register", "auth.second_factor",
    "batch", "watch.",
)  # fmt: skip
"""What logs the client in or out, is many calls, or ends a watch: it has methods of its own."""

ASKED_OTHERWISE = ("fields", "from")
"""Parameters of what shows rows: what is answered depends on `fields`, and a watch knows `from`."""

HEAD = '''\
"""Every call by name: what it takes and what it answers.

A call raises `CallFailed`, `CallTimedOut`, `CallInterrupted`, `ConnectionOver`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, NotRequired, TypedDict, Unpack, overload

from prime_client.copy.state_ops import Op
from prime_client.schema.queries import (
    {queries},
)
from prime_client.watching.watch import Watch

Call = Callable[..., Awaitable[Any]]
Begin = Callable[..., Watch[Any]]
'''


PRESENCE_HEAD = '''\
"""Where a member is: what it looks at and works with."""

from typing import NotRequired, TypedDict
'''


WIDTH = 100


def calls_module(methods: Mapping[str, Call] = METHODS) -> str:
    """The Python of it, formatted as `ruff format` would."""
    structs: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for method, (params, result) in methods.items():
        if method.startswith(BY_HAND):
            continue
        group = method.partition(".")[0]
        row = shown_row(method, methods)
        _add(structs, params, is_heard=False, but=ASKED_OTHERWISE if row else ())
        if row is not None:
            _add_rows(structs, result, row, is_page=not method.endswith((".get", GOES_ON)))
        else:
            _add(structs, result, is_heard=True)
        groups.setdefault(group, []).append(method_of(method, (params, result), row))
    classes = [group_class(group, methods) for group, methods in groups.items()]
    body = "\n\n".join([*structs.values(), *classes, all_groups(groups)])
    names_used = query_names() & set(re.findall(r"\w+", body))
    head = HEAD.replace("{queries}", ",\n    ".join(sorted(names_used)))
    return "\n\n".join([head + _kinds(), body])


def shown_row(method: str, methods: Mapping[str, Call] = METHODS) -> type[Struct] | None:
    """The type of the rows of which the parameter `fields` of a call chooses columns, if any."""
    params, result = methods[method]
    if "fields" not in params.__struct_fields__:
        return None
    rows = get_type_hints(result).get(method.partition(".")[0])
    row_type: type[Struct] = result if rows is None else get_args(rows)[0]
    return row_type


def _add_rows(
    structs: dict[str, str], result: type[Struct], row: type[Struct], *, is_page: bool
) -> None:
    """Whole rows, and those of which some columns were asked for; the same of a page of them."""
    [table] = [
        candidate for candidate in ROW_CALLS.tables.values() if candidate.row == row.__name__
    ]
    _add(structs, row, is_heard=True)
    part = f"{PARTIAL}{row.__name__}"
    if part not in structs:
        description = (
            f"Of a row `{row.__name__}` the columns that `fields` names, and those that name it."
        )
        shapes = {
            name: shape if name in table.names else f"NotRequired[{shape}]"
            for name, shape in _shapes(row, is_heard=True).items()
        }
        structs[part] = _typed_dict(part, [f'    """{description}"""'], shapes)
    if is_page:
        _add(structs, result, is_heard=True)
        name = f"{PARTIAL}{result.__name__}"
        shapes = _shapes(result, is_heard=True) | {table.calls: f"list[{part}]"}
        structs[name] = _typed_dict(name, docstring(result, 4), shapes)


def _kinds() -> str:
    """Which calls may be sent again, and how."""
    sets = (
        ("WRITES", WRITES, "Sent again with the same `idempotency_key`, each is done once."),
        ("READS", READS, "They change nothing."),
    )
    lines = []
    for name, methods, description in sets:
        lines += ["", f"{name} = frozenset(", "    {"]
        lines += [f'        "{method}",' for method in sorted(methods)]
        lines += ["    }", ")", f'"""{description}"""', ""]
    return "\n".join(lines)


def presence_module() -> str:
    """The Python of what a member says of where it is."""
    structs: dict[str, str] = {}
    _add(structs, Presence, is_heard=False)
    return "\n\n".join([PRESENCE_HEAD, *structs.values()])


def _add(
    structs: dict[str, str], struct: type[Struct], *, is_heard: bool, but: Container[str] = ()
) -> None:
    """Its TypedDict, behind those of the structs that it is made of."""
    if (name := result_name(struct)) in structs:
        return
    hints = get_type_hints(struct, include_extras=True)
    for part in _structs_in(hints.values()):
        _add(structs, part, is_heard=is_heard)
    shapes = _shapes(struct, is_heard=is_heard)
    bounds = None if is_heard else _bounds_of(struct)
    fields = {name: shape for name, shape in shapes.items() if name not in but}
    structs[name] = _typed_dict(name, docstring(struct, 4), fields, bounds)


def _shapes(struct: type[Struct], *, is_heard: bool) -> dict[str, str]:
    """Of each field its type in Python."""
    hints = get_type_hints(struct, include_extras=True)
    may_lack = struct.__struct_config__.omit_defaults if is_heard else True
    shapes = {}
    for field in msgspec.structs.fields(struct):
        shape = _shape(hints[field.name])
        is_lacking = may_lack and not field.required
        shapes[field.encode_name] = f"NotRequired[{shape}]" if is_lacking else shape
    return shapes


def _bounds_of(struct: type[Struct]) -> dict[str, str]:
    hints = get_type_hints(struct, include_extras=True)
    fields = msgspec.structs.fields(struct)
    return {field.encode_name: _bounds(hints[field.name], field) for field in fields}


def _typed_dict(
    name: str,
    docstring_lines: Sequence[str],
    shapes: Mapping[str, str],
    comments: Mapping[str, str] | None = None,
) -> str:
    """`comments`: of some fields, to stand above them."""
    lines = [f"class {name}(TypedDict):", *docstring_lines, *([""] if shapes else [])]
    for field, shape in shapes.items():
        lines += [f"    # {comments[field]}"] if comments and comments.get(field) else []
        lines += _folded(f"    {field}: {shape}")
    return "\n".join(lines) + "\n"


def _folded(line: str) -> list[str]:
    """A word a line, where a field has more words than a line holds."""
    if len(line) <= WIDTH or not line.endswith("]"):
        return [line]
    field, _, literal_words = line[:-1].partition("Literal[")
    return [
        f"{field}Literal[",
        *(f"        {word}," for word in literal_words.split(", ")),
        "    ]",
    ]


def _structs_in(hints: Iterable[Any]) -> Iterable[type[Struct]]:
    for hint in hints:
        if isinstance(hint, type) and issubclass(hint, Struct) and not _is_op(hint):
            yield hint
        yield from _structs_in(get_args(hint) if get_origin(hint) is not Literal else ())


def _is_op(struct: type[Struct]) -> bool:
    return struct.__struct_config__.tag_field == "op"


def _shape(hint: Any) -> str:
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _named_shape(hint) or _shape(parts[0])
    if origin in (Union, UnionType):
        shapes = [_shape(part) for part in parts if part is not UnsetType]
        shapes_in_order = sorted(dict.fromkeys(shapes), key=lambda shape: shape == "None")
        return " | ".join(shapes_in_order)
    if origin is Literal:
        literal_words = ", ".join(f'"{word}"' for word in parts)
        return f"Literal[{literal_words}]"
    if origin in (list, dict):
        return f"{origin.__name__}[{', '.join(_shape(part) for part in parts)}]"
    return _plain_shape(hint)


def _named_shape(hint: Any) -> str:
    """The name of a type of the module of queries, where it is one; else empty."""
    for meta in hint.__metadata__:
        extra = getattr(meta, "extra_json_schema", None) or {}
        name: str = extra.get(AMONG, [""])[0] or extra.get(NAMED, "")
        if name in query_names():
            return name
    return ""


def _plain_shape(hint: Any) -> str:
    if hint is bytes:
        return "bytes | str"  # base64 in JSON
    if hint is NoneType:
        return "None"
    if hint is Any:
        return "Any"
    if issubclass(hint, Struct):
        return "Op" if _is_op(hint) else result_name(hint)
    return str(hint.__name__)


def _bounds(hint: Any, field: Any) -> str:
    """The range of a number, and what is taken if it is left out."""
    comments = [
        f"{_number(meta.ge)} to {_number(meta.le)}"
        for meta in getattr(hint, "__metadata__", ())
        if isinstance(meta, Meta) and meta.ge is not None and (meta.le or NO_BOUND) < NO_BOUND
    ]
    if not field.required and field.default not in (None, "", msgspec.NODEFAULT, msgspec.UNSET):
        comments.append(f"{field.default!r} if left out".replace("'", '"'))
    return "; ".join(comments)


def _number(value: float | None) -> str:
    assert value is not None
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
