"""Plain data of the TypeScript SDK: what errors and close codes ask for, how collections hang."""

import json
from typing import Any

from schema.calling.writing_calls import READS, WRITES
from schema.close_codes import FIRST_FINAL_CODE
from schema.generating.json_structs import Schema
from schema.limits import MAX_CALLS_IN_FLIGHT

_TEXT = """\
import type { Collection, ErrorCode, Method } from "./types.js";

/** After an error: `wait` and ask again, `mend` what is wrong with it, or `give up`. */
export type Retry = @retries@;

/** What to do after an error (rule E11): the last column of the table of errors. */
export const RETRY: { readonly [code in ErrorCode]: Retry } = @retry@;

export interface CloseCode {
  readonly name: string;
  /** Of those after which one does not come back, from FIRST_FINAL_CODE on (rule X1). */
  readonly meaning?: string;
}

/** Why a server closes a connection. */
export const CLOSE_CODES: { readonly [code: number]: CloseCode } = @close_codes@;

export const FIRST_FINAL_CODE = @first_final_code@;

/** Calls that change nothing: they may be asked again. */
export const READS: readonly Method[] = @reads@;

/** Calls that are done once by their key (C10): they may be asked again with it. */
export const WRITES: readonly Method[] = @writes@;

/** So many calls may be under way at once, of a connection. */
export const MAX_CALLS_IN_FLIGHT = @max_calls@;

export interface CollectionTable {
  /** What an insert leaves out. */
  readonly defaults: { readonly [property: string]: unknown };
  /** What an insert must give: these have no default. */
  readonly required: readonly string[];
  /** Property -> the collection it leads to, and what happens when that entity goes (rule O5). */
  readonly pointers: { readonly [property: string]: readonly [Collection, string] };
  /** The property that a `move` sets by `parent` (rule M5). */
  readonly parent: string | null;
}

export const COLLECTIONS: { readonly [name in Collection]: CollectionTable } = @collections@;

export interface PresenceTypes {
  /** Field -> the types that it may have; or those in a map, which may be null or not there. */
  readonly [name: string]: string | PresenceTypes;
}

export const PRESENCE: PresenceTypes = @presence@;
"""


def tables_module(schema: Schema) -> str:
    """`schema`: that of `json_schema()`."""
    codes = {int(code): _close_code(row) for code, row in schema["x-close-codes"].items()}
    errors = {code: row["retry"] for code, row in schema["x-errors"].items()}
    values = {
        "@retry@": errors,
        "@close_codes@": codes,
        "@first_final_code@": FIRST_FINAL_CODE,
        "@reads@": sorted(READS),
        "@writes@": sorted(WRITES),
        "@max_calls@": MAX_CALLS_IN_FLIGHT,
        "@collections@": _collections(schema["$defs"]),
        "@presence@": _presence_fields(schema["$defs"], "Presence"),
    }
    retries = " | ".join(json.dumps(retry) for retry in sorted(set(errors.values())))
    text = _TEXT.replace("@retries@", retries)
    for placeholder, value in values.items():
        text = text.replace(placeholder, json.dumps(value, indent=2, ensure_ascii=False))
    return text


def _close_code(row: dict[str, Any]) -> dict[str, Any]:
    """Nobody is told why a client comes back: such a sentence is not loaded."""
    return {"name": row["name"]} | ({} if row["reconnect"] else {"meaning": row["meaning"]})


def _collections(definitions: dict[str, Schema]) -> dict[str, Any]:
    return {name: _collection(definitions, name) for name in definitions["Collection"]["enum"]}


def _collection(definitions: dict[str, Schema], name: str) -> dict[str, Any]:
    title = name[0].upper() + name[1:]
    properties: dict[str, Schema] = definitions[f"{title}Entity"]["properties"]
    move = definitions.get(f"Move{title}", {"properties": {}})
    return {
        "defaults": {
            key: prop_schema["default"]
            for key, prop_schema in properties.items()
            if "default" in prop_schema
        },
        "required": [
            key for key, prop_schema in properties.items() if "default" not in prop_schema
        ],
        "pointers": {
            key: [prop["x-points-to"], prop["x-on-delete"]]
            for key, prop in properties.items()
            if "x-points-to" in prop
        },
        "parent": move["properties"].get("parent", {}).get("x-sets"),
    }


def _presence_fields(definitions: dict[str, Schema], name: str) -> dict[str, Any]:
    required = definitions[name]["required"]
    fields: dict[str, Schema] = definitions[name]["properties"]
    return {key: _presence_types(definitions, fields[key], key in required) for key in fields}


def _presence_types(definitions: dict[str, Schema], field: Schema, is_required: bool) -> Any:
    kinds = field.get("anyOf", [field])
    for kind in kinds:
        if "$ref" in kind:
            return _presence_fields(definitions, str(kind["$ref"]).rpartition("/")[2])
    return " or ".join([kind["type"] for kind in kinds] + ["undefined"] * (not is_required))
