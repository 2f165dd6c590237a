"""Attacks on rows (A14, A15, A17 to A19, A26, A27 of `./run attack`), on every table and verb."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from schema.errors import ErrorCode
from schema.tables.all_tables import TABLES
from schema.tables.description import REQUIRED, Column, Operator, Table, Verb
from tests.server.calls.rows.conftest import NOWHERE, Pair, Person, Refusal

pytestmark = pytest.mark.postgres

OTHERS = [table for table in TABLES.values() if table.verbs - {Verb.WATCH, Verb.COUNT}]
"""Those with calls that all tables have in common."""

LISTED = [table for table in OTHERS if Verb.LIST in table.verbs]

WRITTEN = [
    pytest.param(table, verb, id=f"{verb}-{table.calls}")
    for verb in (Verb.CREATE, Verb.UPDATE)
    for table in OTHERS
    if verb in table.verbs
]

OF_PROJECTS = [t for t in TABLES.values() if dict(t.asks).get(t.project) is REQUIRED]
"""Those whose lists are of one project, which is a parameter of its own."""

REFUSED = {ErrorCode.VALIDATION, ErrorCode.BAD_MESSAGE}

ROWS = {
    "audio_files": {"name": "mine.wav"},
    "plugin_presets": {"plugin": "OTT", "name": "Mine now"},
}
"""Relation -> what `create` needs beside the project."""

HOSTILE = ("__proto__", "constructor", "__class__", "../../etc/passwd", "id; DROP TABLE x", "a\0b")


async def refusal(person: Person, method: str, **params: Any) -> Refusal:
    """What a call is refused with; that it is not is the failure."""
    with pytest.raises(Refusal) as refused:
        await person.call(method, **params)
    assert refused.value.code is not ErrorCode.INTERNAL, refused.value
    return refused.value


async def rows_or_refusal(person: Person, method: str, **params: Any) -> Any:
    """The page, or None if the call is refused for what it says."""
    try:
        return await person.call(method, **params)
    except Refusal as told:
        if told.code not in REFUSED:
            raise
        return None


def changes_of(table: Table) -> dict[str, Any]:
    """What an update is to change, with the version that a new row has."""
    names = {column.name for column in table.changes}
    words = {"name": "mine now", "data": {"mine": True}}
    return {table.version: 1} | {name: words[name] for name in sorted(names & words.keys())[:1]}


async def all_rows(pair: Pair, table: Table) -> str:
    """Everything in a table, to be compared."""
    text: str = await pair.db.fetchval(
        f"SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM {table.relation} AS t"
    )
    return text


@pytest.mark.parametrize("table", OTHERS, ids=lambda table: table.calls)
async def test_attack_A14_a_row_of_a_stranger_is_as_one_that_is_not_there(
    pair: Pair, table: Table
) -> None:
    theirs = await pair.bob.named(pair.db, table)
    nowhere = {name: NOWHERE if len(id) == 36 else "nobodys" for name, id in theirs.items()}
    before = await all_rows(pair, table) if table.relation != "own_account" else ""
    for verb in sorted(table.verbs & {Verb.GET, Verb.UPDATE}):
        method = f"{table.calls}.{verb}"
        more = changes_of(table) if verb is Verb.UPDATE else {}
        if table.relation == "own_account":
            continue  # always one's own: the row is not named by the client
        found, absent = [
            await refusal(pair.ann, method, **ids, **more) for ids in (theirs, nowhere)
        ]
        assert (found.code, found.message) == (absent.code, absent.message), method
        assert found.code is ErrorCode.NOT_FOUND
    if Verb.DELETE in table.verbs:
        for ids in (theirs, nowhere):
            assert await pair.ann.call(f"{table.calls}.delete", **ids) == {}
    if Verb.CREATE in table.verbs and "project" in table.by_name:
        words = ROWS[table.relation]
        for project in (pair.bob.project, NOWHERE):
            told = await refusal(pair.ann, f"{table.calls}.create", project=project, **words)
            assert told.code is ErrorCode.NOT_FOUND
    if before:
        assert await all_rows(pair, table) == before


@pytest.mark.parametrize("table", LISTED, ids=lambda table: table.calls)
async def test_attack_A14_no_condition_finds_a_row_of_a_stranger(pair: Pair, table: Table) -> None:
    asked = {"project": pair.ann.project} if "project" in dict(table.asks) else {}
    method = f"{table.calls}.list"
    if table.relation == "whole_audit":  # she is no operator
        told = await refusal(pair.ann, method)
        assert told.code is ErrorCode.FORBIDDEN
        return
    mine = {json.dumps(row) for row in (await pair.ann.call(method, **asked))[table.calls]}
    assert mine
    wheres: list[dict[str, Any]] = [{"not": {"and": []}}, {"or": []}]
    for column in table.columns:
        if Operator.NE in column.filters and column.sql.value == "uuid":
            wheres.append({column.name: {"ne": NOWHERE}})
            wheres.append({"or": [{column.name: pair.bob.user}, {column.name: pair.bob.project}]})
        if Operator.IS_NULL in column.filters:
            wheres.append({"or": [{column.name: {"is_null": yes}} for yes in (True, False)]})
    for where in wheres:
        page = await rows_or_refusal(pair.ann, method, **asked, where=where)
        found = page[table.calls] if page is not None else []
        assert {json.dumps(row) for row in found} <= mine, where


@pytest.mark.parametrize("table", OF_PROJECTS, ids=lambda table: table.calls)
async def test_attack_A14_a_list_of_a_project_of_strangers_is_not_there(
    pair: Pair, table: Table
) -> None:
    for verb in sorted(table.verbs & {Verb.LIST, Verb.COUNT}):
        for where in (None, {"project": pair.ann.project}, {"not": {"project": NOWHERE}}):
            theirs, nowhere = [
                await refusal(pair.ann, f"{table.calls}.{verb}", project=project, where=where)
                for project in (pair.bob.project, NOWHERE)
            ]
            assert (theirs.code, theirs.message) == (nowhere.code, nowhere.message)
            assert theirs.code is ErrorCode.NOT_FOUND
    mine = await pair.ann.call(
        f"{table.calls}.count",
        project=pair.ann.project,
        where={"or": [{"project": NOWHERE}, {"project": pair.bob.project}]},
    )
    assert mine == {"count": 0, "exact": True}


def unnamed(table: Table, verb: Verb) -> Iterator[Column]:
    """Columns that a call of this verb does not take."""
    taken = {c.name for c in (table.creates if verb is Verb.CREATE else table.changes)}
    named = {*table.names, table.param, table.version, "id"}
    return (column for column in table.columns if column.name not in taken | named)


@pytest.mark.parametrize(("table", "verb"), WRITTEN)
async def test_attack_A15_no_column_is_written_that_is_not_offered(
    pair: Pair, table: Table, verb: Verb
) -> None:
    """Whose a row is, whether all see it, its version and times: never from a client."""
    ids = await pair.ann.named(pair.db, table) if verb is Verb.UPDATE else {}
    more = changes_of(table) if verb is Verb.UPDATE else dict(ROWS.get(table.relation, {}))
    if verb is Verb.CREATE and "project" in table.by_name:
        more["project"] = pair.ann.project
    for column in unnamed(table, verb):
        for value in (pair.bob.user, True, 7):
            told = await refusal(
                pair.ann, f"{table.calls}.{verb}", **ids, **(more | {column.name: value})
            )
            assert told.code in REFUSED, column.name


async def test_attack_A15_a_viewer_writes_no_row_and_becomes_nothing_else(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    await pair.db.execute(
        "INSERT INTO project_members VALUES ($1::uuid, $2::uuid, 'viewer')", bob.project, ann.user
    )
    for table in OTHERS:
        if table.project and table.verbs & {Verb.CREATE, Verb.UPDATE, Verb.DELETE}:
            theirs = await bob.named(pair.db, table)
            before = await all_rows(pair, table)
            calls: dict[Verb, dict[str, Any]] = {
                Verb.CREATE: {"project": bob.project, **ROWS.get(table.relation, {})},
                Verb.UPDATE: theirs | changes_of(table),
                Verb.DELETE: theirs,
            }
            for verb in calls.keys() & table.verbs:
                told = await refusal(ann, f"{table.calls}.{verb}", **calls[verb])
                assert told.code is ErrorCode.FORBIDDEN, (table.calls, verb)
            assert await all_rows(pair, table) == before
    for role in ("viewer", "editor"):
        await pair.db.execute(
            "UPDATE project_members SET role = $2 WHERE user_id = $1::uuid AND role <> 'owner'",
            ann.user,
            role,
        )
        promotions: dict[str, dict[str, Any]] = {
            "members.grant": {"email": "ann@example.org", "role": "owner"},
            "members.revoke": {"user": bob.user},
            "projects.update": {"version": 1, "default_role": "editor", "link_sharing": True},
            "projects.archive": {},
        }
        for method, params in promotions.items():
            told = await refusal(ann, method, project=bob.project, **params)
            assert told.code is ErrorCode.FORBIDDEN, (role, method)
    told = await refusal(ann, "account.update", version=1, name="Ann", role="owner")
    assert told.code in REFUSED


@pytest.mark.parametrize("table", LISTED, ids=lambda table: table.calls)
async def test_attack_A17_A19_no_name_from_a_client_reaches_sql_or_python(
    pair: Pair, table: Table
) -> None:
    asked = {"project": pair.ann.project} if "project" in dict(table.asks) else {}
    method = f"{table.calls}.list"
    for word in HOSTILE:
        for params in (
            {"where": {word: 1}},
            {"order": [word]},
            {"fields": [word]},
            {"embed": [word]},
        ):
            told = await refusal(pair.ann, method, **asked, **params)
            assert told.code in REFUSED, params
            assert told.details.get("field"), params
        for column in table.columns:
            told = await refusal(pair.ann, method, **asked, where={column.name: {word: 1}})
            assert told.code in REFUSED, (column.name, word)


async def test_attack_A19_keys_of_maps_are_bounded_and_none_is_special(pair: Pair) -> None:
    deep: Any = 1
    for _ in range(10_000):
        deep = {"a": deep}
    with pytest.raises(Refusal) as refused:
        await pair.ann.call_raw(
            "presets.create",
            b'{"plugin": "OTT", "name": "x", "parameters": '
            + b'{"a":' * 10_000
            + b"1"
            + b"}" * 10_001,
        )
    assert refused.value.code in REFUSED
    for parameters in ({"__proto__": {"is_public": True}}, {"a": {"__class__": 1}}):
        told = await refusal(
            pair.ann, "presets.create", plugin="OTT", name="x", parameters=parameters
        )
        assert (told.code, told.details["field"][:10]) == (ErrorCode.VALIDATION, "parameters")
    for at in (["__proto__"], ["../.."], ["'; --"], ["a"] * 10_000):
        where = {"parameters": {"path": {"at": at, "eq": 1}}}
        found = await rows_or_refusal(pair.ann, "presets.list", where=where)
        assert found in ({"presets": [], "next": None, "previous": None}, None), at[:3]


TEXTS = ("a\0b", "\ud800", "\u202egnp.exe", "a\u0007b", "x" * 1_000_000)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
async def test_attack_A26_no_name_is_kept_that_shows_what_it_is_not(pair: Pair, text: str) -> None:
    mine = {"project": pair.ann.project}
    for method, params, field in (
        ("presets.create", {"plugin": "OTT", "name": text}, "name"),
        ("presets.create", {"plugin": text, "name": "x"}, "plugin"),
        ("audio_files.create", {**mine, "name": text}, "name"),
        ("account.update", {"version": 1, "name": text}, "name"),
    ):
        told = await refusal(pair.ann, method, **params)
        assert told.code in REFUSED, method
        assert told.details.get("field", field) == field, method


async def test_attack_A27_no_pattern_of_a_client_costs_more_than_it_is_long(pair: Pair) -> None:
    await pair.ann.call("presets.create", plugin="OTT", name="a" * 120)
    for pattern in ("%a" * 60 + "b", "%" * 120, "_" * 120, "\\" * 60, "a" * 119 + "\\"):
        for operator in ("like", "ilike", "similar", "search"):
            where = {"name": {operator: pattern}}
            await rows_or_refusal(pair.ann, "presets.list", where=where)
