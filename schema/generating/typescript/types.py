"""The types of the TypeScript SDK, out of the JSON Schema: one for each definition, of its name.

Made by ourselves, for generators that are to be had lose the methods of calls, units and defaults.
"""

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from schema.generating.json_structs import Schema

_WIDTH = 110

_ON_DELETE = {
    "cascade": ", and gone with it",
    "clear": ", and null once that is gone",
    "reparent": ", and that one's parent once that is gone",
    "master": ", and the master's once that is gone",
}
"""What becomes of a pointer when what it points at is deleted (rule O5)."""

_UNITS = {
    "linear": "as a linear factor", "normalized": "normalized", "MIDI key": "as a MIDI key",
}  # fmt: skip
"""Those that do not go with `in`."""

_LARGEST_INTEGER = 2**53 - 1
"""Of JavaScript: no bound that anybody meets."""

_PLAIN = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}


def types_module(schema: Schema) -> str:
    """`schema`: that of `json_schema()`."""
    definitions: dict[str, Schema] = schema["$defs"]
    return (
        "\n\n".join(_definition(name, definition) for name, definition in definitions.items())
        + "\n"
    )


def _definition(name: str, schema: Schema) -> str:
    return f"{_comment(schema, '')}export type {name} = {type_of(schema)};"


def type_of(schema: Schema, indent: str = "") -> str:
    """The TypeScript type of what a JSON Schema describes."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(word, ensure_ascii=False) for word in schema["enum"])
    for combined in ("oneOf", "anyOf", "allOf"):
        if combined in schema:
            return _union(type_of(part_schema, indent) for part_schema in schema[combined])
    if schema.get("contentEncoding") == "base64":
        return "string | Uint8Array"
    return _by_kind(schema, indent)


def _by_kind(schema: Schema, indent: str) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union("null" if word == "null" else _PLAIN[word] for word in kind)
    if kind == "array":
        item = type_of(schema.get("items", {}), indent)
        return f"readonly ({item})[]" if " " in item else f"readonly {item}[]"
    if kind == "object":
        return _map(schema, indent)
    return "null" if kind == "null" else _PLAIN.get(str(kind), "unknown")


def _map(schema: Schema, indent: str) -> str:
    properties: dict[str, Schema] = schema.get("properties", {})
    if properties:
        return _fields(properties, schema.get("required", ()), indent)
    if "properties" in schema:
        return "Record<string, never>"
    value = schema.get("additionalProperties", True)
    inner = type_of(value, indent) if isinstance(value, dict) else "unknown"
    if "const" in schema.get("propertyNames", {}):
        return f"{{ {schema['propertyNames']['const']}: {inner} }}"
    return f"{{ [key: string]: {inner} }}"


def _fields(properties: dict[str, Schema], required: Any, indent: str) -> str:
    deeper = indent + "  "
    lines = ["{"]
    for name, schema in properties.items():
        key = name if name.isidentifier() else json.dumps(name)
        mark = "" if name in required else "?"
        lines.append(_comment(schema, deeper) + f"{deeper}{key}{mark}: {type_of(schema, deeper)};")
    return "\n".join([*lines, indent + "}"])


def _union(types: Iterator[str]) -> str:
    return " | ".join(dict.fromkeys(types))


def _unit(schema: Schema) -> str:
    unit = schema.get("x-unit", "")
    return _UNITS.get(unit, f"in {unit}") if unit else ""


def _range(schema: Schema) -> str:
    """Of a number that has both ends."""
    bounds: Schema = next(
        (candidate for candidate in schema.get("anyOf", [schema]) if "maximum" in candidate), {}
    )
    if bounds.get("maximum", 0) >= _LARGEST_INTEGER:
        return ""
    if "minimum" in bounds:
        return f"{bounds['minimum']:,.15g} to {bounds['maximum']:,.15g}"
    if "exclusiveMinimum" in bounds:
        return f"above {bounds['exclusiveMinimum']:,.15g}, at most {bounds['maximum']:,.15g}"
    return ""


def _comment(schema: Schema, indent: str) -> str:
    """What is said of it, its unit, range and default, as a comment before it; or nothing."""
    descriptions = [str(schema[key]) for key in ("description",) if key in schema]
    measure = ", ".join(filter(None, (_unit(schema), _range(schema))))
    if measure:
        descriptions.append(f"{measure[0].upper()}{measure[1:]}.")
    if "x-points-to" in schema:
        descriptions.append(
            f"An id in `{schema['x-points-to']}`{_ON_DELETE[schema['x-on-delete']]}."
        )
    if "default" in schema:
        descriptions.append(f"Default: {json.dumps(schema['default'], ensure_ascii=False)}.")
    if not descriptions:
        return ""
    lines = textwrap.wrap(" ".join(descriptions).replace("*/", "* /"), _WIDTH - len(indent))
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return "".join(
        [f"{indent}/** {lines[0]}\n", *(f"{indent} * {line}\n" for line in lines[1:-1]),
         f"{indent} * {lines[-1]} */\n"]
    )  # fmt: skip
