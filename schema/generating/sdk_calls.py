"""The SDK's calls: a method for each, with a TypedDict of its parameters and one of its result."""

import re
import textwrap
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, UnsetType

from schema.calling.row_calls import Call
from schema.calling.writes import READS, WRITES
from schema.calls import METHODS
from schema.generating.sdk_queries import query_names
from schema.messages import Presence
from schema.text.words import AMONG, NAMED

WIDTH = 100

NO_BOUND = 2**53
"""Where a number is bounded by what JSON can hold, there is nothing to tell."""

BY_HAND = ("auth.", "batch", "watch.")
"""What changes the client, is many calls, or goes on: it has methods of its own for these."""

GOES_ON = ".watch"
"""How the names of calls end whose reply is only the beginning: the client's `watch` calls them."""

HEAD = '''\
"""Every call by name: what it takes and what it answers.

A call raises `CallFailed`, `CallTimedOut`, `CallInterrupted`, `ConnectionOver`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NotRequired, TypedDict, Unpack

from prime_client.copy.state_ops import Op
from prime_client.schema.queries import (
    {queries},
)

Call = Callable[..., Awaitable[Any]]
'''


PRESENCE_HEAD = '''\
"""Where a member is: what it looks at and works with."""

from typing import NotRequired, TypedDict
'''


def calls_module(methods: Mapping[str, Call] = METHODS) -> str:
    """The Python of it, formatted as `ruff format` would."""
    structs: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for method, (params, result) in methods.items():
        if method.startswith(BY_HAND) or method.endswith(GOES_ON):
            continue
        group, name = method.split(".")
        _add(structs, params, is_heard=False)
        _add(structs, result, is_heard=True)
        groups.setdefault(group, []).append(_method(method, name, params, result))
    classes = [_group(group, methods) for group, methods in groups.items()]
    body = "\n\n".join([*structs.values(), *classes, _all(groups)])
    named = query_names() & set(re.findall(r"\w+", body))
    head = HEAD.replace("{queries}", ",\n    ".join(sorted(named)))
    return "\n\n".join([head + _kinds(), body])


def _kinds() -> str:
    """Which calls may be sent again, and how."""
    sets = (
        ("WRITES", WRITES, "Sent again with the same `idempotency_key`, each is done once."),
        ("READS", READS, "They change nothing."),
    )
    lines = []
    for name, methods, says in sets:
        lines += ["", f"{name} = frozenset(", "    {"]
        lines += [f'        "{method}",' for method in sorted(methods)]
        lines += ["    }", ")", f'"""{says}"""', ""]
    return "\n".join(lines)


def presence_module() -> str:
    """The Python of what a member says of where it is."""
    structs: dict[str, str] = {}
    _add(structs, Presence, is_heard=False)
    return "\n\n".join([PRESENCE_HEAD, *structs.values()])


def _add(structs: dict[str, str], struct: type[Struct], *, is_heard: bool) -> None:
    """Its TypedDict, behind those of the structs that it is made of."""
    if struct.__name__ in structs:
        return
    hints = get_type_hints(struct, include_extras=True)
    for part in _structs_in(hints.values()):
        _add(structs, part, is_heard=is_heard)
    lines = [f"class {struct.__name__}(TypedDict):", *_docstring(struct, 4)]
    fields = msgspec.structs.fields(struct)
    lines += [""] if fields else []
    for field in fields:
        hint = hints[field.name]
        may_lack = struct.__struct_config__.omit_defaults if is_heard else True
        told = "" if is_heard else _bounds(hint, field)
        lines += [f"    # {told}"] if told else []
        shape = _shape(hint)
        if may_lack and not field.required:
            shape = f"NotRequired[{shape}]"
        lines.append(f"    {field.name}: {shape}")
    structs[struct.__name__] = "\n".join(lines) + "\n"


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
        in_order = sorted(dict.fromkeys(shapes), key=lambda shape: shape == "None")
        return " | ".join(in_order)
    if origin is Literal:
        words = ", ".join(f'"{word}"' for word in parts)
        return f"Literal[{words}]"
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
    return "Op" if issubclass(hint, Struct) and _is_op(hint) else str(hint.__name__)


def _bounds(hint: Any, field: Any) -> str:
    """The range of a number, and what is taken if it is left out."""
    told = [
        f"{_number(meta.ge)} to {_number(meta.le)}"
        for meta in getattr(hint, "__metadata__", ())
        if isinstance(meta, Meta) and meta.ge is not None and (meta.le or NO_BOUND) < NO_BOUND
    ]
    if not field.required and field.default not in (None, "", msgspec.NODEFAULT, msgspec.UNSET):
        told.append(f"{field.default!r} if left out".replace("'", '"'))
    return "; ".join(told)


def _number(value: float | None) -> str:
    assert value is not None
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _docstring(struct: type, indent: int) -> list[str]:
    """In lines that fit, however far it is indented."""
    pad = " " * indent
    text = " ".join((struct.__doc__ or "").split())
    wrapped = textwrap.wrap(text, WIDTH - indent - len('""""""'))
    if len(wrapped) == 1:
        return [f'{pad}"""{text}"""']
    return [f'{pad}"""{wrapped[0]}', *[pad + line for line in wrapped[1:]], f'{pad}"""']


def _method(method: str, name: str, params: type[Struct], result: type[Struct]) -> str:
    answer = result.__name__ if msgspec.structs.fields(result) else "None"
    lines = [f"    async def {name}(self, **params: Unpack[{params.__name__}]) -> {answer}:"]
    lines += _docstring(params, 8)
    if answer == "None":
        lines.append(f'        await self._call("{method}", **params)')
    else:
        lines.append(f'        result: {answer} = await self._call("{method}", **params)')
        lines.append("        return result")
    return "\n".join(lines) + "\n"


def _group(group: str, methods: list[str]) -> str:
    head = f'class {_class_name(group)}:\n    """`client.{group}`."""\n'
    init = "    def __init__(self, call: Call) -> None:\n        self._call = call\n"
    return "\n".join([head, init, *methods])


def _class_name(group: str) -> str:
    return "".join(word.capitalize() for word in group.split("_"))


def _all(groups: Iterable[str]) -> str:
    lines = ["class Calls:", '    """All calls, by what they are about."""', ""]
    lines.append("    def __init__(self, call: Call) -> None:")
    lines += [f"        self.{group} = {_class_name(group)}(call)" for group in groups]
    return "\n".join(lines) + "\n"
