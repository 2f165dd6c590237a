"""The protocol as one JSON Schema (2020-12), for clients in other languages."""

from schema.calls import METHODS, WITHOUT_LOGIN
from schema.generating.json_entities import entity_definitions
from schema.generating.json_rows import row_definitions
from schema.generating.json_structs import (
    Schema,
    messages,
    params_name,
    ref,
    result_name,
    struct_definitions,
)
from schema.generating.json_tables import error_details, tables
from schema.text.enumerations import WORDS

TITLE = "PrimeV1"

DESCRIPTION = (
    "Every message, call, op and entity type of prime.v1, by name; no message looks like this. "
    "The rules, and what to tell generators and validators, are in PROTOCOL.md."
)


def json_schema() -> Schema:
    """An object that has one property for each definition, so that generators find them all."""
    definitions = _definitions()
    for name, definition in definitions.items():
        definition["title"] = name
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLE,
        "description": DESCRIPTION,
        "type": "object",
        "properties": {name: ref(name) for name in definitions},
        "required": list(definitions),
        "additionalProperties": False,
        **tables(),
        "$defs": definitions,
    }


def _definitions() -> Schema:
    definitions = {f"{side}Message": messages(side) for side in ("Client", "Server")}
    definitions["Calls"] = _calls()
    definitions["Method"] = {"type": "string", "enum": list(METHODS)}
    definitions |= {name: {"type": "string", "enum": [*words]} for name, words in WORDS.items()}
    definitions["ErrorDetails"] = error_details()
    definitions |= row_definitions()
    return definitions | struct_definitions() | entity_definitions()


def _calls() -> Schema:
    calls = {
        method: {
            "type": "object",
            "properties": {
                "params": ref(params_name(method)),
                "result": ref(result_name(result)),
            },
            "required": ["params", "result"],
            "additionalProperties": False,
            "x-login": method not in WITHOUT_LOGIN,
        }
        for method, (_, result) in METHODS.items()
    }
    return {
        "description": "Method -> the parameters of the call, and the result in its reply.",
        "type": "object",
        "properties": calls,
        "required": list(calls),
        "additionalProperties": False,
    }
