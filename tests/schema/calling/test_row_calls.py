"""The calls that are made from descriptions."""

from dataclasses import replace
from typing import Annotated, Any, get_type_hints

import msgspec
import pytest
from msgspec import Meta

from schema.calling.params import Params
from schema.calling.row_calls import RowCalls
from schema.calls import BY_HAND, ROW_CALLS
from schema.tables.all_tables import TABLES
from schema.tables.description import EQUALITY, Column, SqlType, Table, Verb
from schema.tables.plugin_presets import PLUGIN_PRESETS

CALLS = RowCalls(TABLES.values())
METHODS = CALLS.methods()

Stars = Annotated[int, Meta(ge=1, le=5)]
RATED = replace(
    PLUGIN_PRESETS,
    columns=(
        *PLUGIN_PRESETS.columns,
        Column("stars", Stars, SqlType.INTEGER, "how good", 3, creates=True, changes=True,
               filters=EQUALITY),
    ),
)  # fmt: skip


def test_Q1_each_verb_of_each_table_is_a_call() -> None:
    assert METHODS.keys() == {
        f"{table.calls}.{verb}" for table in TABLES.values() for verb in table.verbs - {Verb.WATCH}
    }


def test_no_call_is_both_made_and_written_out() -> None:
    assert not BY_HAND.keys() & ROW_CALLS.methods().keys()


@pytest.mark.parametrize("method", METHODS)
def test_parameters_refuse_unknown_names_and_have_words_of_their_own(method: str) -> None:
    params, result = METHODS[method]
    assert issubclass(params, Params)
    assert params.__struct_config__.forbid_unknown_fields
    assert params.__doc__
    assert result.__doc__
    with pytest.raises(msgspec.ValidationError, match=r"unknown field `zzz`|missing required"):
        msgspec.json.decode(b'{"zzz": 1}', type=params)


def test_names_of_types_are_those_of_one_call_each() -> None:
    names = [params.__name__ for params, _ in METHODS.values()]
    assert len(set(names)) == len(names)


def test_a_column_is_one_line_for_all_calls_of_its_table() -> None:
    methods = RowCalls([RATED]).methods()
    for verb, said in (("create", {"plugin": "p", "name": "n", "stars": 9}),
                       ("update", {"preset": "x" * 36, "version": 1, "stars": 9})):  # fmt: skip
        params, result = methods[f"presets.{verb}"]
        assert "stars" in result.__struct_fields__
        with pytest.raises(msgspec.ValidationError, match=r"<= 5 - at `\$\.stars`|matching regex"):
            msgspec.json.decode(msgspec.json.encode(said), type=params)
    made: Any = msgspec.json.decode(
        b'{"plugin": "p", "name": "n"}', type=methods["presets.create"][0]
    )
    assert made.stars == 3


def test_Q4_a_row_has_what_was_asked_for() -> None:
    row = CALLS.row(PLUGIN_PRESETS)
    assert msgspec.json.encode(row(name="n")) == b'{"name":"n"}'


def test_Q5_what_a_row_names_can_come_along() -> None:
    hints = get_type_hints(CALLS.row(TABLES["audio_files"]))
    assert "PublicUserSummary" in str(hints["owner"])
    assert "ProjectSummary" in str(hints["project"])


def test_names_come_in_one_spelling() -> None:
    params, _ = METHODS["presets.create"]
    made: Any = msgspec.json.decode(
        '{"plugin": "p", "name": "u\u0308", "tags": ["a\u0308"]}', type=params
    )
    assert (made.name, made.tags) == ("\u00fc", ["\u00e4"])


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_Q2_Q3_lists_have_conditions_an_order_and_pages(table: Table) -> None:
    asked = {name for name, _ in table.asks}
    if Verb.COUNT in table.verbs:
        assert set(METHODS[f"{table.calls}.count"][0].__struct_fields__) == {"where"} | asked
    if Verb.LIST in table.verbs:
        params, page = METHODS[f"{table.calls}.list"]
        pages = {"where", "order", "fields", "limit", "after", "before"}
        assert pages | asked <= set(params.__struct_fields__)
        assert page.__struct_fields__ == (table.calls, "next", "previous")
        _, most = table.rows
        with pytest.raises(msgspec.ValidationError, match=f"<= {most}"):
            msgspec.json.decode(f'{{"limit": {most + 1}}}', type=params)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_Q6_Q7_what_is_changed_is_a_version_and_columns_of_the_table(table: Table) -> None:
    if Verb.UPDATE in table.verbs:
        params, _ = METHODS[f"{table.calls}.update"]
        needed = {field.name for field in msgspec.structs.fields(params) if field.required}
        assert needed <= {table.version, table.param, *table.within}
        assert table.version in needed
        changes = {column.name for column in table.changes}
        assert set(params.__struct_fields__) == {
            table.version, table.param, *table.within, *changes
        }  # fmt: skip


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_Q2_rows_of_a_project_are_asked_for_by_it(table: Table) -> None:
    if table.project not in ("", table.key):
        for verb in (Verb.LIST, Verb.COUNT, Verb.WATCH):
            method = f"{table.calls}.{verb}"
            if method in METHODS:
                assert "project" in METHODS[method][0].__struct_fields__, method
