"""A column that is added to a description is there everywhere, without another line."""

from dataclasses import replace
from typing import Annotated, Any

import pytest
from msgspec import Meta

from schema.calling.row_calls import RowCalls
from schema.generating.json_rows import row_definitions
from schema.generating.json_structs import struct_definitions
from schema.generating.protocol_rows import columns_rows
from schema.generating.sdk_calls import calls_module
from schema.generating.sdk_queries import queries_module
from schema.tables.all_tables import TABLES
from schema.tables.description import ORDERED, Column, SqlType
from server.calls.rows.answers import RowAnswers
from server.calls.table import ANSWERS
from tests.server.calls.rows.conftest import Pair, Refusal

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


@pytest.mark.postgres
@pytest.mark.new_database
async def test_calls_make_it_change_it_ask_it_and_sort_by_it(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for statement in filter(str.strip, COLUMN.split(";")):
        await pair.db.execute(statement)
    calls = RowCalls(ALL_RATED)
    for name, answer in RowAnswers(calls).by_method().items():
        monkeypatch.setitem(ANSWERS, name, answer)
    ann = pair.ann
    ann.methods |= calls.methods()
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
