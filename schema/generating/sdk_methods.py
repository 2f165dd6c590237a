"""The methods of the SDK: one for each call, in a class for each thing that calls are about."""

import textwrap
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from schema.calling.row_calls import Call
from schema.calling.writing_calls import WRITES
from schema.generating.json_structs import result_name
from schema.text.one_line import one_line

WIDTH = 100

GOES_ON = ".watch"
"""How the names of calls end whose reply is only the beginning: their methods give a `Watch`."""

PARTIAL = "Partial"
"""How the types of rows begin of which `fields` has left some out."""

_KEY = ("*", "idempotency_key: str | None = None")


def method_of(method: str, call: Call, row: type[Struct] | None) -> str:
    """The Python of one. `row`: the type of its rows, if `fields` chooses columns of them."""
    params, result = call
    if row is not None:
        return _with_fields(method, params, result, row)
    name = method.partition(".")[2]
    answer = result_name(result) if msgspec.structs.fields(result) else "None"
    is_write = method in WRITES
    parameters = ["self", *(_KEY if is_write else ()), _unpacked(params)]
    lines = _wrapped(f"    async def {name}", parameters, f" -> {answer}:")
    lines += docstring(params, 8)
    call_arguments = [
        f'"{method}"',
        *(("idempotency_key=idempotency_key",) if is_write else ()),
        "**params",
    ]
    if answer == "None":
        lines += _wrapped("        await self._call", call_arguments)
    else:
        lines += _wrapped(f"        result: {answer} = await self._call", call_arguments)
        lines.append("        return result")
    return "\n".join(lines) + "\n"


def _with_fields(method: str, params: type[Struct], result: type[Struct], row: type[Struct]) -> str:
    """Two signatures: with `fields` a row may lack what they do not name."""
    group, _, name = method.partition(".")
    goes_on = method.endswith(GOES_ON)
    result_type = f"Watch[{row.__name__}]" if goes_on else result.__name__
    partial_type = f"Watch[{PARTIAL}{row.__name__}]" if goes_on else f"{PARTIAL}{result.__name__}"
    head = f"    def {name}" if goes_on else f"    async def {name}"
    unpacked = _unpacked(params)
    fields = ("*", f"fields: Sequence[{row.__name__}Column] | None")
    lines = ["    @overload", *_wrapped(head, ["self", unpacked], f" -> {result_type}: ...")]
    lines += ["", "    @overload"]
    lines += [*_wrapped(head, ["self", *fields, unpacked], f" -> {partial_type}: ..."), ""]
    lines += [f"{head}(self, **params: Any) -> Any:", *docstring(params, 8)]
    called = (
        f'self._watch("{group}", **params)'
        if goes_on
        else f'await self._call("{method}", **params)'
    )
    lines.append(f"        return {called}")
    return "\n".join(lines) + "\n"


def _unpacked(params: type[Struct]) -> str:
    return f"**params: Unpack[{params.__name__}]"


def _wrapped(head: str, parts: Sequence[str], tail: str = "") -> list[str]:
    """In brackets behind the head: on one line, or inside on one, or each on its own."""
    line = f"{head}({', '.join(parts)}){tail}"
    if len(line) <= WIDTH:
        return [line]
    pad = " " * (len(head) - len(head.lstrip()))
    one_line = f"{pad}    {', '.join(parts)}"
    if len(one_line) <= WIDTH:
        return [f"{head}(", one_line, f"{pad}){tail}"]
    return [f"{head}(", *(f"{pad}    {part}," for part in parts), f"{pad}){tail}"]


def docstring(struct: type, indent: int) -> list[str]:
    """In lines that fit, however far it is indented."""
    pad = " " * indent
    text = one_line(struct.__doc__ or "")
    wrapped = textwrap.wrap(text, WIDTH - indent - len('""""""'))
    if len(wrapped) == 1:
        return [f'{pad}"""{text}"""']
    return [f'{pad}"""{wrapped[0]}', *[pad + line for line in wrapped[1:]], f'{pad}"""']


def group_class(group: str, methods: Sequence[str]) -> str:
    """The class of the calls that are about one thing."""
    head = f'class {_class_name(group)}:\n    """`client.{group}`."""\n'
    init = [
        "    def __init__(self, call: Call, watch: Begin) -> None:",
        "        self._call = call",
    ]
    if any("self._watch(" in method for method in methods):
        init.append("        self._watch = watch")
    return "\n".join([head, "\n".join(init) + "\n", *methods])


def _class_name(group: str) -> str:
    return "".join(word.capitalize() for word in group.split("_"))


def all_groups(groups: Iterable[str]) -> str:
    """The class that has them all."""
    lines = ["class Calls:", '    """All calls, by what they are about."""', ""]
    lines.append("    def __init__(self, call: Call, watch: Begin) -> None:")
    lines += [f"        self.{group} = {_class_name(group)}(call, watch)" for group in groups]
    return "\n".join(lines) + "\n"
