"""Calls that all tables have in common, each as its description says."""

from typing import Any

import pytest

from schema.errors import ErrorCode
from schema.tables.all_tables import TABLES
from schema.tables.description import Table, Verb
from tests.server.calls.rows.conftest import NOWHERE, Pair, Refusal

pytestmark = pytest.mark.postgres

READING = [table for table in TABLES.values() if Verb.GET in table.verbs]


def sees(table: Table) -> bool:
    """Whether Ann sees a row of it: she is no operator."""
    return table.relation != "whole_audit"


async def test_Q1_each_table_gives_one_a_page_and_a_number(pair: Pair) -> None:
    ann = pair.ann
    for table in filter(sees, TABLES.values()):
        asked = {"project": ann.project} if dict(table.asks).get("project", 0) != 0 else {}
        if Verb.GET in table.verbs:
            row = await ann.call(f"{table.calls}.get", **await ann.named(pair.db, table))
            assert row.keys() == table.by_name.keys(), table.calls
        if Verb.LIST in table.verbs:
            page = await ann.call(f"{table.calls}.list", **asked)
            assert {*map(tuple, page[table.calls])} == {tuple(table.by_name)}
            assert (page["next"], page["previous"]) == (None, None)
        if Verb.COUNT in table.verbs:
            found = await ann.call(f"{table.calls}.count", **asked)
            there = 1 + (table.calls == "snapshots")
            assert found == {"count": there, "exact": True}, table.calls


async def test_A41_what_is_for_operators_is_forbidden_to_others(pair: Pair) -> None:
    for_operators = [table for table in TABLES.values() if not sees(table)]
    assert for_operators
    for table in for_operators:
        for verb in (Verb.LIST, Verb.COUNT):
            with pytest.raises(Refusal) as refused:
                await pair.ann.call(f"{table.calls}.{verb}")
            assert refused.value.code is ErrorCode.FORBIDDEN


async def test_Q1_an_account_is_ones_own(pair: Pair) -> None:
    account = await pair.ann.call("account.get")
    assert account["id"] == pair.ann.user
    changed = await pair.ann.call("account.update", version=account["version"], default_bpm=128)
    assert changed["default_bpm"] == 128
    with pytest.raises(Refusal) as refused:
        await pair.ann.call("account.get", user=pair.bob.user)
    assert refused.value.code is ErrorCode.NOT_FOUND


async def test_Q6_a_row_is_made_changed_and_deleted(pair: Pair) -> None:
    ann, id = pair.ann, "10000000-0000-4000-8000-000000000000"
    words: dict[str, Any] = {"plugin": "OTT", "name": "Wide", "id": id, "parameters": {"mix": 0.5}}
    made = await ann.call("presets.create", **words)
    assert (made["id"], made["owner"], made["version"]) == (id, ann.user, 1)
    assert await ann.call("presets.create", **words) == made
    with pytest.raises(Refusal) as refused:
        await ann.call("presets.create", **words | {"name": "Wider"})
    assert refused.value.code is ErrorCode.ID_REUSED
    changed = await ann.call("presets.update", preset=id, version=1, name="Wider")
    assert (changed["name"], changed["version"]) == ("Wider", 2)
    assert changed["parameters"] == {"mix": 0.5}
    with pytest.raises(Refusal) as refused:
        await ann.call("presets.update", preset=id, version=1, name="Widest")
    assert (refused.value.code, refused.value.details) == (ErrorCode.CONFLICT, {"version": 2})
    for _ in range(2):
        assert await ann.call("presets.delete", preset=id) == {}
    with pytest.raises(Refusal) as refused:
        await ann.call("presets.get", preset=id)
    assert refused.value.code is ErrorCode.NOT_FOUND


async def test_Q6_who_sees_and_may_not_change_is_told_who_may(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    named = await bob.named(pair.db, TABLES["audio_files"])
    await pair.db.execute(
        "INSERT INTO project_members VALUES ($1::uuid, $2::uuid, 'viewer')", bob.project, ann.user
    )
    with pytest.raises(Refusal, match="editors and owners") as refused:
        await ann.call("audio_files.update", **named, version=1, name="mine.wav")
    assert refused.value.code is ErrorCode.FORBIDDEN
    with pytest.raises(Refusal) as refused:
        await ann.call("audio_files.delete", **named)
    assert refused.value.code is ErrorCode.FORBIDDEN
    assert (await ann.call("audio_files.get", **named))["name"] == "kick.wav"


async def test_Q4_a_row_has_the_columns_that_were_chosen(pair: Pair) -> None:
    ann = pair.ann
    for table in READING:
        name = next(name for name in table.by_name if name not in table.names)
        row = await ann.call(f"{table.calls}.get", **await ann.named(pair.db, table), fields=[name])
        assert row.keys() == {name, *table.names}, table.calls
    page = await ann.call("presets.list", fields=["name"])
    assert [row.keys() for row in page["presets"]] == [{"id", "name"}]


async def test_Q5_what_a_row_names_comes_along_where_one_may_see_it(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    named = await ann.named(pair.db, TABLES["audio_files"])
    row = await ann.call("audio_files.get", **named, embed=["owner", "project"])
    assert row["owner"].keys() == {"id", "username", "name", "avatar_url", "is_guest"}
    assert row["project"] == {"id": ann.project, "name": "Song"}
    page = await ann.call("audio_files.list", embed=["owner"], fields=["name"])
    assert page["audio_files"][0]["owner"]["username"] == "ann"
    await pair.db.execute("UPDATE plugin_presets SET is_public = true")
    theirs = await ann.call("presets.list", where={"owner": bob.user}, embed=["owner"])
    assert theirs["presets"][0]["owner"] == bob.user


async def test_Q3_pages_go_on_and_back(pair: Pair) -> None:
    ann = pair.ann
    for n in range(5):
        await ann.call("presets.create", plugin="Serum", name=f"Lead {n}")
    asked: dict[str, Any] = {"where": {"plugin": "Serum"}, "order": ["name"], "limit": 2}
    first = await ann.call("presets.list", **asked)
    second = await ann.call("presets.list", **asked, after=first["next"])
    third = await ann.call("presets.list", **asked, after=second["next"])
    names = [[row["name"] for row in page["presets"]] for page in (first, second, third)]
    assert names == [["Lead 0", "Lead 1"], ["Lead 2", "Lead 3"], ["Lead 4"]]
    assert (first["previous"], third["next"]) == (None, None)
    back = await ann.call("presets.list", **asked, before=third["previous"])
    assert back["presets"] == second["presets"]


async def test_Q2_conditions_stand_side_by_side_with_parameters_of_their_names(pair: Pair) -> None:
    ann = pair.ann
    found = await ann.call("projects.count", where={"name": "Song"})
    assert found["count"] == 1
    assert (await ann.call("projects.count", archived=True))["count"] == 0
    assert (await ann.call("projects.count", where={"name": "Other"}))["count"] == 0
    asked = {
        "or": [{"plugin": "None"}, {"name": {"ilike": "%mine%"}}],
        "not": {"tags": {"contains": ["x"]}},
    }
    assert (await ann.call("presets.count", where=asked))["count"] == 1


async def test_Q7_a_foreign_row_is_answered_as_one_that_is_not_there(pair: Pair) -> None:
    ann, bob = pair.ann, pair.bob
    for table in READING:
        foreign = await bob.named(pair.db, table)
        absent = dict.fromkeys(foreign, NOWHERE) | (
            {"device": "none"} if "device" in foreign else {}
        )
        told = []
        for named in (foreign, absent):
            with pytest.raises(Refusal) as refused:
                await ann.call(f"{table.calls}.get", **named)
            told.append(str(refused.value))
        assert told[0] == told[1], table.calls
        assert "not_found" in told[0]


async def test_C8_a_page_of_large_rows_ends_early_and_its_next_leads_on(pair: Pair) -> None:
    ann = pair.ann
    large = {"data": "x" * 60_000}
    for n in range(9):
        await ann.call("presets.create", plugin="Kontakt", name=f"Kit {n}", parameters=large)
    asked: dict[str, Any] = {"where": {"plugin": "Kontakt"}, "order": ["name"], "limit": 200}
    found: list[str] = []
    page: dict[str, Any] = {"next": None}
    while page["next"] or not found:
        page = await ann.call("presets.list", **asked, after=page["next"])
        assert len(page["presets"]) <= 5
        found += [row["name"] for row in page["presets"]]
    assert found == [f"Kit {n}" for n in range(9)]


async def test_Q2_rows_of_a_project_are_those_of_this_one(pair: Pair) -> None:
    for table in filter(sees, TABLES.values()):
        if table.project not in ("", table.key) and Verb.LIST in table.verbs:
            mine = await pair.ann.call(f"{table.calls}.list", project=pair.ann.project)
            assert {row["project"] for row in mine[table.calls]} == {pair.ann.project}, table.calls
            with pytest.raises(Refusal) as refused:
                await pair.ann.call(f"{table.calls}.count", project=NOWHERE)
            assert refused.value.code == "not_found", table.calls
