"""The types of the TypeScript SDK, out of the JSON Schema: one for each definition, of its name.

Made by ourselves, for generators that are to be had lose the methods of calls, units and defaults.
"""

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from schema.generating.json_structs import Schema

_WIDTH = 110

_PLAIN = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}


def types_module(schema: Schema) -> str:
    """`schema`: that of `json_schema()`."""
    definitions: dict[str, Schema] = schema["$defs"]
    return "\n\n".join(_definition(name, each) for name, each in definitions.items()) + "\n"


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
            return _union(type_of(each, indent) for each in schema[combined])
    if schema.get("contentEncoding") == "base64":
        return "string | Uint8Array"
    return _by_kind(schema, indent)


def _by_kind(schema: Schema, indent: str) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union("null" if each == "null" else _PLAIN[each] for each in kind)
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


def _comment(schema: Schema, indent: str) -> str:
    """What is said of it, its unit and its default, as a comment before it; or nothing."""
    said = [str(schema[key]) for key in ("description",) if key in schema]
    if "x-unit" in schema:
        said.append(f"In {schema['x-unit']}.")
    if "default" in schema:
        said.append(f"Default: {json.dumps(schema['default'], ensure_ascii=False)}.")
    if not said:
        return ""
    lines = textwrap.wrap(" ".join(said).replace("*/", "* /"), _WIDTH - len(indent))
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return "".join(
        [f"{indent}/** {lines[0]}\n", *(f"{indent} * {line}\n" for line in lines[1:-1]),
         f"{indent} * {lines[-1]} */\n"]
    )  # fmt: skip
