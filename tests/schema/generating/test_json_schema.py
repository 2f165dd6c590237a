"""The JSON Schema says what the structs, the entity types and the server say."""

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.changes.diff import ADDED, CHANGED, REMOVED
from rooms.journal.entry import Purpose
from rooms.roles import Role
from schema.calls import METHODS
from schema.entities import ENTITY_TYPES, PARENTS, SINGLETONS, Field, defaults
from schema.generating.json_entities import entity_name
from schema.generating.json_schema import json_schema
from schema.generating.json_structs import message_name, params_name, result_name
from schema.generating.sdk_calls import shown_row
from schema.limits import MAX_ENTITIES
from schema.messages import ClientMessage, ServerMessage
from schema.order_keys import DIGITS, PATTERN, is_order_key
from schema.text.enumerations import NAMED, WORDS

SCHEMA = json_schema()
DEFINITIONS: dict[str, Any] = SCHEMA["$defs"]

SAID = [("Client", struct) for struct in get_args(ClientMessage)]
SAID += [("Server", struct) for struct in get_args(ServerMessage)]


def test_every_reference_leads_somewhere_and_the_root_leads_to_everything() -> None:
    names = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(DEFINITIONS)))
    assert names <= set(DEFINITIONS)
    root = {name: {"$ref": f"#/$defs/{name}"} for name in DEFINITIONS}
    assert SCHEMA["properties"] == root
    assert SCHEMA["required"] == list(root)


def test_nothing_stands_beside_a_reference() -> None:
    # json-schema-to-typescript makes a numbered copy of a type of each one.
    for place in re.findall(r'\{[^{}]*"\$ref"[^{}]*\}', json.dumps(SCHEMA)):
        assert list(json.loads(place)) == ["$ref"]


def test_what_generators_spell_as_tuples_is_a_word_of_our_own() -> None:
    text = json.dumps(SCHEMA)
    assert '"minItems"' not in text
    assert '"maxItems"' not in text
    assert DEFINITIONS["ClientDelta"]["properties"]["ops"]["x-max-items"] == 10_000


def test_patterns_are_those_of_json_schema() -> None:
    text = json.dumps(SCHEMA)
    assert "\\\\Z" not in text
    assert '"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"' in text


@pytest.mark.parametrize(("side", "struct"), SAID, ids=lambda value: str(value))
def test_a_message_is_told_by_its_t(side: str, struct: type[msgspec.Struct]) -> None:
    described = DEFINITIONS[message_name(side, struct)]
    fields = msgspec.structs.fields(struct)
    assert described["properties"]["t"] == {"const": struct.__struct_config__.tag}
    assert set(described["properties"]) == {"t"} | {field.encode_name for field in fields}
    must = {"t"} | {field.encode_name for field in fields if field.required}
    assert set(described["required"]) == must
    # What a client says is closed; what a server says may have more one day.
    assert (described.get("additionalProperties") is False) is (side == "Client")


@pytest.mark.parametrize("method", METHODS)
def test_a_call_leads_to_its_parameters_and_its_result(method: str) -> None:
    params, result = METHODS[method]
    call = DEFINITIONS["Calls"]["properties"][method]["properties"]
    assert call["params"] == {"$ref": f"#/$defs/{params_name(method)}"}
    assert call["result"] == {"$ref": f"#/$defs/{result_name(result)}"}
    described = DEFINITIONS[params_name(method)]["properties"]
    assert set(described) == {field.encode_name for field in msgspec.structs.fields(params)}


def test_programs_can_look_up_what_the_tables_say() -> None:
    assert list(SCHEMA["x-errors"]) == DEFINITIONS["ErrorCode"]["enum"]
    assert list(SCHEMA["x-drop-reasons"]) == DEFINITIONS["DropReason"]["enum"]
    assert SCHEMA["x-errors"]["rate_limited"]["retry"] == "wait"
    assert SCHEMA["x-close-codes"]["4500"]["reconnect"] is False
    assert SCHEMA["x-limits"]["MAX_ENTITIES"]["value"] == MAX_ENTITIES
    details = set(DEFINITIONS["ErrorDetails"]["properties"])
    for error in SCHEMA["x-errors"].values():
        assert {*error["has"], *error["may-have"]} <= details


def test_move_says_what_it_means_by_parent() -> None:
    for collection, name in PARENTS.items():
        parent = DEFINITIONS[f"Move{collection.capitalize()}"]["properties"]["parent"]
        assert parent["x-sets"] == name


def test_words_are_those_that_the_server_says() -> None:
    assert WORDS["Purpose"] == tuple(map(str, Purpose))
    assert WORDS["Role"] == get_args(Role)
    assert WORDS["ChangeAction"] == (ADDED, REMOVED, CHANGED)
    for name, words in WORDS.items():
        assert DEFINITIONS[name] == {"type": "string", "enum": list(words), "title": name}


@pytest.mark.parametrize("collection", ENTITY_TYPES)
def test_every_property_is_described_with_its_default(collection: str) -> None:
    described = DEFINITIONS[entity_name(collection)]
    fields = ENTITY_TYPES[collection]
    assert described["required"] == list(fields), "an entity of the state has all its properties"
    given = json.loads(json.dumps(described["properties"]))
    assert set(given) == set(fields)
    with_default = {name: p["default"] for name, p in given.items() if "default" in p}
    assert with_default == defaults(collection)
    for name, field in fields.items():
        _assert_bounds(given[name], field)


def _assert_bounds(described: dict[str, Any], field: Field) -> None:
    shape = described["anyOf"][0] if field.nullable else described
    assert described.get("x-unit", "") == field.unit
    if field.kind in ("number", "integer") and not field.choices:
        low = "exclusiveMinimum" if field.exclusive_minimum else "minimum"
        assert (shape[low], shape["maximum"]) == (field.minimum, field.maximum)
    if field.kind == "choice":
        assert shape["enum"] == list(field.choices)


@pytest.mark.parametrize("collection", ENTITY_TYPES)
def test_each_collection_has_the_ops_that_can_be_done_to_it(collection: str) -> None:
    name = collection.capitalize()
    kinds = {kind for kind in ("Set", "Insert", "Delete", "Move") if kind + name in DEFINITIONS}
    may_move = set(ENTITY_TYPES[collection]) & {"time", "order"}
    others = set() if collection in SINGLETONS else {"Insert", "Delete"}
    assert kinds == {"Set"} | others | ({"Move"} if others and may_move else kinds & {"Move"})
    union = {place["$ref"] for place in DEFINITIONS["Op"]["oneOf"]}
    assert {f"#/$defs/{kind}{name}" for kind in kinds} <= union


@given(st.text(DIGITS + "-", max_size=30) | st.from_regex(PATTERN, fullmatch=True))
def test_the_pattern_of_order_keys_is_the_rule(key: str) -> None:
    assert is_order_key(key) is (re.search(PATTERN, key) is not None and len(key) <= 64)


def test_no_pattern_has_an_escape_that_javascript_lacks() -> None:
    """What Python alone reads in a pattern, in a language that has no test here."""
    told = json.dumps(SCHEMA, ensure_ascii=False)
    assert not re.search(r"\\\\(?:U[0-9a-f]{8}|Z|A\b|N\{|a)", told)


@pytest.mark.parametrize("method", [name for name in METHODS if name.endswith((".get", ".watch"))])
def test_Q4_a_row_has_all_its_columns_and_says_that_with_fields_it_is_a_part(method: str) -> None:
    row = shown_row(method)
    if row is None:
        return
    described = DEFINITIONS[row.__name__]
    assert described["required"] == list(row.__struct_fields__) == list(described["properties"])
    assert "`Partial` of this type" in described["description"]


def named_words(hint: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where a type is some words and says whose they are: the name, and the words."""
    args = get_args(hint)
    if get_origin(hint) is Annotated and get_origin(args[0]) is Literal:
        for meta in args[1:]:
            if NAMED in (getattr(meta, "extra_json_schema", None) or {}):
                yield meta.extra_json_schema[NAMED], get_args(args[0])
    elif get_origin(hint) is not Literal:
        for inner in args:
            yield from named_words(inner)


def test_R10_what_a_call_takes_is_what_the_tables_say_of_it() -> None:
    found = [
        named
        for kind, _ in METHODS.values()
        for hint in get_type_hints(kind, include_extras=True).values()
        for named in named_words(hint)
    ]
    assert {"DefaultRole", "InvitedRole", "Role", "AudioStatus"} <= {name for name, _ in found}
    for name, words in found:
        assert sorted(WORDS[name]) == sorted(words), name
