"""`python -m schema.generate`: write what is made from this folder, or check that it is up to date.

Made are prime.v1.json, the tables of PROTOCOL.md, and the plain data that the SDK brings along.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec

from schema.calls import METHODS, WITHOUT_LOGIN
from schema.entities import ENTITY_TYPES, SINGLETONS, Field
from schema.messages import ClientMessage, ServerMessage
from schema.ops import Op
from schema.protocol_page import BrokenPage, with_tables
from schema.sdk_modules import sdk_modules

ROOT = Path(__file__).parent.parent
JSON_SCHEMA = Path("schema/prime.v1.json")
PROTOCOL = Path("PROTOCOL.md")

UNIONS = {"ClientMessage": ClientMessage, "ServerMessage": ServerMessage, "Op": Op}
"""The structs that travel: each class has one docstring, which is its row in the tables."""

Schema = dict[str, Any]


def main(words: list[str] | None = None, root: Path = ROOT) -> int:
    """Write what is stale; with --check only name it, and return 1 if there is any."""
    parser = argparse.ArgumentParser(prog="python -m schema.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if stale")
    arguments = parser.parse_args(words)
    try:
        stale = stale_files(root)
    except BrokenPage as problem:
        print(f"prime: {problem}", file=sys.stderr)
        return 1
    for path, (content, what) in stale.items():
        if arguments.check:
            print(f"stale: {path}: {what} (run: python -m schema.generate)", file=sys.stderr)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content, encoding="utf-8")
            print(f"wrote {path}: {what}")
    return 1 if arguments.check and stale else 0


def stale_files(root: Path) -> dict[Path, tuple[str, str]]:
    """Path -> what it should contain, and in words what of it is not so."""
    stale: dict[Path, tuple[str, str]] = {}
    text = json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
    before = _read(root / JSON_SCHEMA)
    if before != text:
        stale[JSON_SCHEMA] = (text, _changed_definitions(before, json.loads(text)["$defs"]))
    page = _read(root / PROTOCOL)
    renewed, changed = with_tables(page)
    if changed:
        stale[PROTOCOL] = (renewed, "tables " + ", ".join(changed))
    for path, module in sdk_modules().items():
        if _read(root / path) != module:
            stale[path] = (module, "the SDK's copy")
    return stale


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _changed_definitions(before: str, definitions: Schema) -> str:
    try:
        old = json.loads(before)["$defs"]
    except (ValueError, KeyError, TypeError):
        return "all of it"
    changed = {name for name in {*old, *definitions} if old.get(name) != definitions.get(name)}
    return "definitions " + ", ".join(sorted(changed)) if changed else "its outer parts"


# The JSON Schema.


def json_schema() -> Schema:
    """The protocol as one JSON Schema (2020-12), for clients in other languages."""
    definitions = {name: _union(union) for name, union in UNIONS.items()}
    definitions |= _structs()
    definitions |= {entity_name(collection): _entity(collection) for collection in ENTITY_TYPES}
    definitions["ProjectState"] = _project_state()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "prime.v1",
        "description": "Every message, call, op and entity type. The rules are in PROTOCOL.md.",
        "anyOf": [_ref("ClientMessage"), _ref("ServerMessage")],
        "x-calls": {
            method: {
                "params": _ref(params.__name__),
                "result": _ref(result.__name__),
                "login": method not in WITHOUT_LOGIN,
            }
            for method, (params, result) in METHODS.items()
        },
        "$defs": definitions,
    }


def entity_name(collection: str) -> str:
    """The name of a collection's entity type in the JSON Schema."""
    return f"{collection.capitalize()}Entity"


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _union(union: Any) -> Schema:
    return {"oneOf": [_ref(struct.__name__) for struct in get_args(union)]}


def _structs() -> Schema:
    structs = [struct for union in UNIONS.values() for struct in get_args(union)]
    structs += [struct for pair in METHODS.values() for struct in pair]
    _, components = msgspec.json.schema_components(structs, ref_template="#/$defs/{name}")
    portable: Schema = _portable(components)
    return portable


def _portable(part: Any) -> Any:
    """Python writes the end of a text as \\Z, JSON Schema as $."""
    if isinstance(part, dict):
        return {
            name: re.sub(r"\\Z$", "$", value) if name == "pattern" else _portable(value)
            for name, value in part.items()
        }
    return [_portable(value) for value in part] if isinstance(part, list) else part


def _entity(collection: str) -> Schema:
    fields = ENTITY_TYPES[collection]
    return {
        "title": entity_name(collection),
        "description": f"An entity of `{collection}`; what is not required has a default.",
        "type": "object",
        "properties": {name: _property(field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _project_state() -> Schema:
    maps: Schema = {}
    for collection in ENTITY_TYPES:
        names: Schema = {"pattern": "^[A-Za-z0-9_-]{8,32}$"}
        if collection in SINGLETONS:
            names = {"const": collection}
        maps[collection] = {
            "type": "object",
            "propertyNames": names,
            "additionalProperties": _ref(entity_name(collection)),
        }
    return {
        "title": "ProjectState",
        "description": "A whole project: collection -> id -> entity.",
        "type": "object",
        "properties": maps,
        "required": list(maps),
    }


def _property(field: Field) -> Schema:
    schema = _SHAPES[field.kind](field)
    if field.nullable:
        schema = {"anyOf": [schema, {"type": "null"}]}
    if not field.required:
        schema["default"] = {} if field.kind == "params" else field.default
    if field.unit:
        schema["x-unit"] = field.unit
    if field.points_to:
        schema["x-points-to"] = field.points_to
        schema["x-on-delete"] = field.on_delete
    return schema


def _number(field: Field) -> Schema:
    if field.choices:
        return {"type": field.kind, "enum": [int(choice) for choice in field.choices]}
    low = "exclusiveMinimum" if field.exclusive_minimum else "minimum"
    return {"type": field.kind, low: field.minimum, "maximum": field.maximum}


def _choices(field: Field) -> Schema:
    items = {"enum": list(field.choices)}
    return {"type": "array", "items": items, "minItems": 1, "uniqueItems": True}


def _params(field: Field) -> Schema:
    leaf = {"type": ["boolean", "number", "string", "null"]}
    return {"type": "object", "additionalProperties": leaf, "maxProperties": field.max_length}


_SHAPES: dict[str, Callable[[Field], Schema]] = {
    "number": _number,
    "integer": _number,
    "boolean": lambda _: {"type": "boolean"},
    "text": lambda field: {"type": "string", "maxLength": field.max_length},
    "choice": lambda field: {"type": "string", "enum": list(field.choices)},
    "choices": _choices,
    "pointer": lambda _: {"type": "string", "pattern": "^[A-Za-z0-9_-]{7,32}$"},
    "path": lambda _: {"type": "string", "description": "collection/id/property"},
    "order": lambda _: {"type": "string", "pattern": "^[A-Za-z][0-9A-Za-z]{1,63}$"},
    "params": _params,
}


if __name__ == "__main__":
    sys.exit(main())
