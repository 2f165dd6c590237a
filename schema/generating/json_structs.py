"""Structs as JSON Schema: names that no language has taken, and shapes that generators can read."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from schema.calling.row_calls import Call
from schema.calls import METHODS, ROW_CALLS
from schema.messages import ClientMessage, ServerMessage
from schema.text.enumerations import AMONG, NAMED
from schema.text.one_line import one_line

Schema = dict[str, Any]

MADE_OTHERWISE = frozenset({"Set", "Insert", "Delete", "Move", "Previewed"})
"""Structs that the schema has once for each collection (`json_entities`)."""

RENAMED = {"Position": "JournalPosition", "Range": "FoundRange"}
"""Structs that are not messages or parameters, and whose names are those of things of browsers."""

PARTIAL_ROWS = " With `fields` an answer has a part of these (rule Q4): a `Partial` of this type."
"""In the schema a row has all its columns, or every program would have to ask for each of them."""

_RENAMED_KEYWORDS = {"minItems": "x-min-items", "maxItems": "x-max-items"}
"""Generators spell an array with bounds as a tuple of each length."""

_LOOSE = {
    "Call": {"method": {"$ref": "#/$defs/Method"}, "params": {"type": "object"}},
    "BatchedCall": {"method": {"$ref": "#/$defs/Method"}, "params": {"type": "object"}},
    "CallError": {"details": {"$ref": "#/$defs/ErrorDetails"}},
    "Error": {"details": {"$ref": "#/$defs/ErrorDetails"}},
    "Found": {"entity": {"type": "object"}},
}
"""Fields of which msgspec cannot say what the decoder or the table of calls knows."""


def ref(name: str, **beside: Any) -> Schema:
    """A reference to a definition. With something beside it generators would make a copy of it."""
    reference = {"$ref": f"#/$defs/{name}"}
    return {"allOf": [reference], **beside} if beside else reference


def messages(side: str) -> Schema:
    """All that one side says: `Client` or `Server`."""
    union = ClientMessage if side == "Client" else ServerMessage
    return {"oneOf": [ref(message_name(side, struct)) for struct in get_args(union)]}


def message_name(side: str, struct: type[msgspec.Struct]) -> str:
    """The name of a message's type: who says it, and its `t`."""
    tag = str(struct.__struct_config__.tag)
    return side + _pascal(tag.removeprefix(f"{side.lower()}_"))


def params_name(method: str) -> str:
    """The name of the type of a call's parameters."""
    return _pascal(method.replace(".", "_")) + "Params"


def result_name(struct: type[msgspec.Struct]) -> str:
    """The name of the type of a call's result."""
    return RENAMED.get(struct.__name__, struct.__name__)


def struct_definitions(methods: Mapping[str, Call] = METHODS) -> Schema:
    """Every message, and the parameters and results of every call, by name."""
    structs = [*get_args(ClientMessage), *get_args(ServerMessage)]
    structs += [struct for pair in methods.values() for struct in pair]
    _, components = msgspec.json.schema_components(structs, ref_template="#/$defs/{name}")
    names = _names(methods)
    rows = {struct.__name__ for struct in ROW_CALLS.rows()}  # some are written out in `calls`
    definitions: Schema = {}
    for struct_name, component in components.items():
        if struct_name in MADE_OTHERWISE:
            continue
        name = names.get(struct_name, struct_name)
        schema = _portable(component, names)
        schema["title"] = name
        schema["properties"] |= _LOOSE.get(struct_name, {})
        if struct_name in rows and not schema["required"]:
            schema["required"] = list(schema["properties"])
            schema["description"] += PARTIAL_ROWS
        definitions[name] = schema
    return definitions


def _names(methods: Mapping[str, Call]) -> dict[str, str]:
    """Struct -> the name of its definition, where that is another one."""
    names = dict(RENAMED)
    for side, union in (("Client", ClientMessage), ("Server", ServerMessage)):
        names |= {struct.__name__: message_name(side, struct) for struct in get_args(union)}
    return names | {pair[0].__name__: params_name(method) for method, pair in methods.items()}


def _pascal(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("_"))


def _portable(part: Any, names: dict[str, str]) -> Any:
    """What msgspec says, as generators and validators of other languages read it."""
    if isinstance(part, list):
        return [_portable(value, names) for value in part]
    if not isinstance(part, dict):
        return part
    if "anyOf" in part:
        part = _union(part)
    if NAMED in part or "$ref" in part:
        return _reference(part, names)
    if AMONG in part:
        return {"type": "string", "pattern": f"^({'|'.join(part[AMONG][1:])})$"}
    return {_RENAMED_KEYWORDS.get(key, key): _value(key, part[key], names) for key in part}


def _union(part: Schema) -> Schema:
    """Without the integers of a union that has all numbers; a union of ops is `Op`."""
    if "discriminator" in part:
        return ref("Op")
    has_numbers = {"type": "number"} in part["anyOf"]
    kinds = [k for k in part["anyOf"] if not (has_numbers and k == {"type": "integer"})]
    return part | {"anyOf": kinds}


def _reference(part: Schema, names: dict[str, str]) -> Schema:
    """A reference by its new name, with the default that stood beside it."""
    name: str = part.get(NAMED) or part["$ref"].rpartition("/")[2]
    annotations = {key: part[key] for key in ("default", "description") if key in part}
    return ref(names.get(name, name), **annotations)


def _value(key: str, value: Any, names: dict[str, str]) -> Any:
    match key:
        case "pattern":
            return re.sub(r"\\Z$", "$", value)  # Python's end of a text, and JSON Schema's
        case "description":
            return one_line(value)
        case "properties":
            return {name: _property(schema, names) for name, schema in value.items()}
        case _:
            return _portable(value, names)


def _property(schema: Schema, names: dict[str, str]) -> Any:
    enum_words = schema.get("enum", ())
    if len(enum_words) == 1:
        return {"const": enum_words[0]}
    if schema.get("contentEncoding") == "base64":
        return schema | {"description": "Base64 in JSON, bytes in MessagePack."}
    return _portable(schema, names)
