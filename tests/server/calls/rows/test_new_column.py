"""A column that is added to a description is there everywhere, without another line."""

from dataclasses import replace
from typing import Annotated, Any

import pytest
from msgspec import Meta

from persistence.pool import Database
from schema.calling.row_calls import RowCalls
from schema.calls import METHODS
from schema.generating.json_rows import row_definitions
from schema.generating.json_structs import struct_definitions
from schema.generating.protocol_rows import columns_rows
from schema.generating.sdk_calls import calls_module
from schema.generating.sdk_queries import queries_module
from schema.tables.all_tables import TABLES
from schema.tables.description import ORDERED, Column, SqlType
from server.calls.all_answers import ANSWERS
from server.calls.rows.answers import RowAnswers
from server.calls.rows.watching import answers
from tests.server.calls.rows.conftest import Pair, Refusal
from tests.server.conftest import Node
from tests.server.row_feed.watching import Shown
from tests.server.wire import JSON

STARS = Column(
    "stars", Annotated[int, Meta(ge=1, le=5)], SqlType.INTEGER, "how good it is", 3,
    creates=True, changes=True, filters=ORDERED, sorts=True,
)  # fmt: skip
PRESETS = TABLES["plugin_presets"]
RATED = replace(PRESETS, columns=(*PRESETS.columns, STARS))
ALL_RATED = [RATED if table is PRESETS else table for table in TABLES.values()]

COLUMN = """
ALTER TABLE plugin_presets ADD COLUMN stars int4 NOT NULL DEFAULT 3;
GRANT SELECT (stars), INSERT (stars), UPDATE (stars) ON plugin_presets TO prime_caller;
"""
"""All that its migration is."""


def test_types_schema_page_and_sdk_have_it() -> None:
    methods = RowCalls(ALL_RATED).methods()
    schema = struct_definitions(methods) | row_definitions(ALL_RATED)
    assert schema["Preset"]["properties"]["stars"]["maximum"] == 5
    for verb in ("Create", "Update"):
        assert schema[f"Presets{verb}Params"]["properties"]["stars"]["minimum"] == 1
    assert (
        "stars"
        in schema["PresetsListParams"]["properties"]["order"]["anyOf"][0]["items"]["pattern"]
    )
    assert {"$ref": "#/$defs/NumberOrderFilter"} in schema["PresetWhere"]["properties"]["stars"][
        "anyOf"
    ]
    rows = [row for row in columns_rows(ALL_RATED) if row[1] == "`stars`"]
    assert len(rows) == 1
    assert "integer, 1 to 5" in str(rows[0][2])
    assert "    stars: int\n" in calls_module(methods)
    queries = queries_module(ALL_RATED)
    assert '"stars": float | NumberOrderFilter,' in queries
    assert '"-stars",' in queries


async def let_it_be_there(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the database, and in the calls of this process."""
    for statement in filter(str.strip, COLUMN.split(";")):
        await db.execute(statement)
    calls = RowCalls(ALL_RATED)
    methods = calls.methods() | calls.watches()
    tables = {table.relation: table for table in ALL_RATED}
    for name, call in methods.items():
        monkeypatch.setitem(METHODS, name, call)
    for name, answer in (RowAnswers(calls).by_method() | answers(methods, tables)).items():
        monkeypatch.setitem(ANSWERS, name, answer)


@pytest.mark.postgres
@pytest.mark.new_database
async def test_calls_make_it_change_it_ask_it_and_sort_by_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    await let_it_be_there(pair.db, monkeypatch)
    ann = pair.ann
    ann.methods |= METHODS
    made: list[dict[str, Any]] = [
        await ann.call("presets.create", plugin="OTT", name=f"Preset {stars}", stars=stars)
        for stars in (2, 5, 4)
    ]
    assert [row["stars"] for row in made] == [2, 5, 4]
    assert (await ann.call("presets.create", plugin="OTT", name="Plain"))["stars"] == 3
    changed = await ann.call("presets.update", preset=made[0]["id"], version=1, stars=1)
    assert changed["stars"] == 1
    with pytest.raises(Refusal) as refused:
        await ann.call("presets.update", preset=made[0]["id"], version=2, stars=6)
    assert refused.value.details == {"field": "stars"}
    asked = {"where": {"plugin": "OTT", "stars": {"gte": 3}}, "order": ["-stars"], "limit": 2}
    asked |= {"fields": ["stars"]}
    page = await ann.call("presets.list", **asked)
    assert [row["stars"] for row in page["presets"]] == [5, 4]
    rest = await ann.call("presets.list", **asked, after=page["next"])
    assert {row["stars"] for row in rest["presets"]} == {3}


@pytest.mark.postgres
@pytest.mark.node
@pytest.mark.new_database
async def test_a_feed_tells_it(
    node: Node, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await let_it_be_there(database, monkeypatch)
    ann = await node.musician("ann", JSON)
    made = await ann.result("presets.create", plugin="OTT", name="Wide", stars=5)
    asked = {"where": {"stars": {"gte": 4}}, "fields": ["stars"]}
    shown = await Shown(ann, "presets", asked).begin()
    assert [row["stars"] for row in shown.rows.values()] == [5]
    for version, stars in ((1, 4), (2, 3)):
        await ann.result("presets.update", preset=made["id"], version=version, stars=stars)
        changes = await shown.next()
        assert [change["change"] for change in changes] == ["changed" if stars == 4 else "left"]
    assert shown.rows == {}
