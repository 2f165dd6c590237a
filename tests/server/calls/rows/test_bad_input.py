"""Whatever is asked wrongly of any table is refused with a code, a place, and what is allowed.

What is tried follows from the descriptions, so a table or a column that is new is tried too.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from schema.calls import METHODS
from schema.columns.json_maps import JSON_MAP
from schema.errors import ErrorCode
from schema.limits import MAX_MAP_BYTES
from schema.tables.all_tables import TABLES
from schema.tables.description import MAPS, Column, Operator, SqlType, Table, Verb
from schema.text.enumerations import NAMED
from tests.server.calls.rows.conftest import NOWHERE, Pair, Person, Refusal

pytestmark = pytest.mark.postgres

LISTED = [table for table in TABLES.values() if Verb.LIST in table.verbs]
GOOD: dict[SqlType, Any] = {
    SqlType.UUID: NOWHERE, SqlType.TEXT: "x", SqlType.FLOAT: 1.5, SqlType.INTEGER: 1,
    SqlType.BIGINT: 1, SqlType.BOOLEAN: True, SqlType.TIME: 1e12, SqlType.TEXTS: ["x"],
    SqlType.UUIDS: [NOWHERE], SqlType.JSON: {"a": 1},
}  # fmt: skip
WRONG: dict[SqlType, list[Any]] = {
    SqlType.UUID: ["no-uuid", 1, {}], SqlType.TEXT: [1, True, ["x"]], SqlType.FLOAT: ["1", True],
    SqlType.INTEGER: [1.5, "1", 2**40], SqlType.BIGINT: [0.5, "1"], SqlType.BOOLEAN: [1, "true"],
    SqlType.TIME: ["2026-01-01", 1e300], SqlType.TEXTS: ["x", [1]], SqlType.UUIDS: [["x"], NOWHERE],
    SqlType.JSON: ["x", 1, ["x"]],
}  # fmt: skip

HOSTILE_KEYS = ("__proto__", "constructor", "__class__", "a\0b", "")
HOSTILE_TEXTS = ("a\0b",)


async def refused(person: Person, method: str, **params: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await person.call(method, **params)
    assert caught.value.code is not ErrorCode.INTERNAL, (method, params)
    assert caught.value.message
    return caught.value


async def invalid(person: Person, method: str, field: str, **params: Any) -> str:
    """The sentence of a refusal as `validation` with this place."""
    told = await refused(person, method, **params)
    assert told.code is ErrorCode.VALIDATION, (method, params, str(told))
    assert told.details["field"] == field, (method, params, str(told))
    return told.message


def asked_of(table: Table, person: Person) -> dict[str, Any]:
    """What its lists cannot do without."""
    asks = dict(table.asks)
    return {"project": person.project} if "project" in asks else {}


async def test_Q7_a_column_an_operator_or_a_word_that_is_not_there(pair: Pair) -> None:
    for table in LISTED:
        listed, asked = f"{table.calls}.list", asked_of(table, pair.ann)
        told = await invalid(pair.ann, listed, "where.zzz", **asked, where={"zzz": 1})
        assert all(c.name in told for c in table.columns if c.filters), told
        place = "where.or[1].not.zzz"
        deep = {"or": [{}, {"not": {"zzz": 1}}]}
        await invalid(pair.ann, listed, place, **asked, where=deep)
        for name, words in (("order", table.by_name), ("fields", table.by_name)):
            told = await invalid(pair.ann, listed, f"{name}[0]", **asked, **{name: ["zzz"]})
            assert table.key in told, (words, told)
        if "embed" in METHODS[listed][0].__struct_fields__:
            await invalid(pair.ann, listed, "embed[0]", **asked, embed=["zzz"])
        for column in table.columns:
            await _wrong_operators(pair.ann, listed, asked, column)


async def _wrong_operators(
    person: Person, listed: str, asked: dict[str, Any], column: Column
) -> None:
    if not column.filters:
        await invalid(person, listed, f"where.{column.name}", **asked, where={column.name: 1})
        return
    wrong = [one for one in Operator if one not in column.filters]
    for operator in [*map(str, wrong), "zzz", "__proto__"]:
        where = {column.name: {operator: GOOD[column.sql]}}
        if column.sql is SqlType.JSON and operator in map(str, MAPS):
            continue
        told = await refused(person, listed, **asked, where=where)
        assert told.code is ErrorCode.VALIDATION, (where, str(told))
        assert told.details["field"].startswith(f"where.{column.name}"), (where, str(told))


def wrong_values(table: Table) -> Iterator[tuple[str, Any]]:
    """A place, and conditions whose value there is of another type."""
    for column in table.columns:
        for operator in sorted(column.filters):
            place = f"where.{column.name}.{operator}"
            match operator:
                case Operator.IS_NULL:
                    yield place, {column.name: {operator: 1}}
                case Operator.IN:
                    yield place, {column.name: {operator: "x"}}
                    yield f"{place}[0]", {column.name: {operator: [WRONG[column.sql][0]]}}
                case Operator.PATH:
                    yield f"{place}.at", {column.name: {operator: {"at": "x", "eq": 1}}}
                case _:
                    for value in WRONG[column.sql]:
                        yield place, {column.name: {operator: value}}
                    yield place, {column.name: {operator: None}}


@pytest.mark.parametrize("table", LISTED, ids=lambda table: table.calls)
async def test_Q7_a_value_of_another_type(pair: Pair, table: Table) -> None:
    for place, where in wrong_values(table):
        told = await refused(
            pair.ann, f"{table.calls}.list", **asked_of(table, pair.ann), where=where
        )
        assert told.code is ErrorCode.VALIDATION, (where, str(told))
        assert told.details["field"].startswith(place), (where, str(told))


async def test_Q3_a_page_that_is_too_large_or_of_another_list(pair: Pair) -> None:
    ann = pair.ann
    for n in range(2):
        await ann.call("presets.create", plugin="OTT", name=f"Preset {n}")
    cursor = (await ann.call("presets.list", limit=1))["next"]
    for table in LISTED:
        listed, asked = f"{table.calls}.list", asked_of(table, ann)
        told = await invalid(ann, listed, "limit", **asked, limit=table.rows[1] + 1)
        assert str(table.rows[1]) in told
        for name in ("after", "before"):
            for made_up in ("", "x", cursor if table.calls != "presets" else cursor[:-2]):
                await invalid(ann, listed, name, **asked, **{name: made_up})
    await invalid(ann, "presets.list", "after", where={"plugin": "OTT"}, after=cursor)
    await invalid(ann, "presets.list", "after", order=["name"], after=cursor)
    await invalid(pair.bob, "presets.list", "after", after=cursor)


def maps_of(table: Table) -> Iterator[Column]:
    for column in table.columns:
        if JSON_MAP in str(column.type) and NAMED in str(column.type):
            yield column


def hostile_maps() -> Iterator[tuple[Any, str]]:
    for key in HOSTILE_KEYS:
        shown = key if key.isidentifier() else "[...]"
        yield {key: 1}, f".{shown}"
        yield {"a": {"b": [{key: 1}]}}, f".a.b[0].{shown}"
    for text in HOSTILE_TEXTS:
        yield {"a": {"b": text}}, ".a.b"
    yield {"a": "x" * MAX_MAP_BYTES}, ""
    yield {"clipped": 300_000}, ""
    deep: Any = {}
    for _ in range(200):
        deep = {"a": deep}
    yield deep, ".a.a"


async def test_Q8_hostile_keys_in_maps_of_any_table(pair: Pair) -> None:
    tried = 0
    for table in TABLES.values():
        for column in maps_of(table):
            for verb, takes in ((Verb.CREATE, column.creates), (Verb.UPDATE, column.changes)):
                if takes and verb in table.verbs:
                    await _hostile(pair, table, column, verb)
                    tried += 1
    assert tried >= 5


async def test_C8_what_stands_for_a_map_is_written_back_to_no_column(pair: Pair) -> None:
    """Whatever else a map in JSON may be, its column is named; a list of maps is looked through."""
    tried = 0
    for table in TABLES.values():
        for column in table.columns:
            for verb, takes in ((Verb.CREATE, column.creates), (Verb.UPDATE, column.changes)):
                if column.sql is SqlType.JSON and takes and verb in table.verbs:
                    good = await good_params(pair, table, verb)
                    told = {"clipped": 300_000}
                    sent = [{"a": 1}, told] if column.name == "devices" else told
                    method = f"{table.calls}.{verb}"
                    await invalid(pair.ann, method, column.name, **good | {column.name: sent})
                    tried += 1
    assert tried >= 5


async def _hostile(pair: Pair, table: Table, column: Column, verb: Verb) -> None:
    method = f"{table.calls}.{verb}"
    good = await good_params(pair, table, verb)
    is_list = column.name == "devices"
    for value, place in hostile_maps():
        sent = [value] if is_list else value
        told = await refused(pair.ann, method, **good | {column.name: sent})
        assert told.code is ErrorCode.VALIDATION, (method, place, str(told))
        where = f"{column.name}{'[0]' if is_list and place else ''}{place}"
        assert told.details["field"].startswith(where), (where, str(told))


async def good_params(pair: Pair, table: Table, verb: Verb) -> dict[str, Any]:
    """Of a call that would be taken."""
    if verb is Verb.CREATE:
        plain = {"project": pair.ann.project, "plugin": "OTT", "name": "New", "key": "x"}
        taken = {column.name for column in table.creates}
        return {name: value for name, value in plain.items() if name in taken}
    return {**await pair.ann.named(pair.db, table), "version": 1}


async def test_Q7_half_a_character_and_nul_in_conditions(pair: Pair) -> None:
    for table in LISTED:
        for column in table.columns:
            if column.sql is SqlType.TEXT and Operator.EQ in column.filters:
                place = f"where.{column.name}.eq"
                for value in ('"a\\u0000b"', '"a\\ud800b"'):
                    where = f'{{"{column.name}": {{"eq": {value}}}}}'
                    asked = json.dumps(asked_of(table, pair.ann))[1:-1]
                    sent = f'{{"where": {where}{", " * bool(asked)}{asked}}}'
                    with pytest.raises(Refusal) as caught:
                        await pair.ann.call_raw(f"{table.calls}.list", sent.encode())
                    assert caught.value.code is ErrorCode.VALIDATION, sent
                    assert caught.value.details["field"] == place, (sent, str(caught.value))


async def test_Q6_a_stale_version_and_rows_of_others(pair: Pair) -> None:
    for table in TABLES.values():
        if Verb.UPDATE in table.verbs:
            column = next(c for c in table.changes if c.sql is not SqlType.UUID)
            sent = {column.name: _changed(column)}
            own = await pair.ann.named(pair.db, table)
            told = await refused(pair.ann, f"{table.calls}.update", **own, version=99, **sent)
            assert told.code is ErrorCode.CONFLICT, (table.calls, str(told))
            assert told.details["version"] >= 1
            foreign = await pair.bob.named(pair.db, table)
            for named in (foreign, dict.fromkeys(foreign, NOWHERE)):
                told = await refused(pair.ann, f"{table.calls}.update", **named, version=1, **sent)
                assert told.code is ErrorCode.NOT_FOUND, (table.calls, str(told))
        if Verb.DELETE in table.verbs:
            foreign = await pair.bob.named(pair.db, table)
            assert await pair.ann.call(f"{table.calls}.delete", **foreign) == {}
            assert await pair.bob.call(f"{table.calls}.get", **foreign)


def _changed(column: Column) -> Any:
    return {SqlType.TEXT: "new", SqlType.JSON: {"a": 1}, SqlType.TEXTS: ["x"]}.get(column.sql, 20)


async def test_Q7_what_must_be_unique_and_is_in_use(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    for table in TABLES.values():
        if Verb.CREATE not in table.verbs:
            continue
        good = await good_params(pair, table, Verb.CREATE)
        if "content_hash" in table.by_name:
            good["content_hash"] = "ab" * 32
        id = str(uuid.uuid4())
        await ann.call(f"{table.calls}.create", **good, id=id)
        unique = [at for name, (at, _) in table.refuses.items() if name.endswith("_key")]
        for field in unique:
            told = await refused(ann, f"{table.calls}.create", **good)
            assert (told.code, told.details["field"]) == (ErrorCode.TAKEN, field), table.calls
        theirs = good | ({"project": bob.project} if "project" in good else {})
        told = await refused(bob, f"{table.calls}.create", **theirs, id=id)
        assert (told.code, told.details["field"]) == (ErrorCode.TAKEN, "id"), table.calls
