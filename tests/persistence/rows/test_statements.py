"""How many statements a call is, and how often a text is built: counted, not timed."""

from typing import Any

import pytest

from persistence.rows import reading, writing
from persistence.rows.reading import among, count, get, list_
from persistence.rows.row_lanes import RowLanes
from persistence.rows.statements import (
    CALLER_IS_SET,
    StatementTexts,
    delete_text,
    get_text,
    insert_text,
    sees_sql,
    stored,
    update_text,
)
from persistence.rows.writing import create, delete, update
from schema.roles import rights_of
from schema.tables.all_tables import TABLES
from schema.tables.plugin_presets import PLUGIN_PRESETS as PRESETS
from tests.persistence.rows.conftest import Asked
from tests.persistence.rows.recorded import Recorded

pytestmark = pytest.mark.postgres


class Counting:
    """Two ways to rows that are counted."""

    def __init__(self, asked: Asked) -> None:
        self._callers = Recorded(asked.access.callers)  # type: ignore[arg-type]
        self._searches = Recorded(asked.owner)
        ways: Any = (self._callers, self._searches)
        self.access = RowLanes(*ways)

    @property
    def taken(self) -> tuple[int, int]:
        """Statements as the caller and as the owner, since it was last asked."""
        taken = len(self._callers.texts), len(self._searches.texts)
        assert all(CALLER_IS_SET in text for text in self._callers.texts)
        self._callers.texts.clear()
        self._searches.texts.clear()
        return taken


async def test_Q18_a_call_is_one_statement_and_a_search_two(asked: Asked) -> None:
    ways, ann = Counting(asked), asked.ann
    access = ways.access
    made = await create(access, PRESETS, ann, {"plugin": "OTT", "name": "x"})
    assert ways.taken == (1, 0)
    await get(access, PRESETS, ann, made["id"])
    assert ways.taken == (1, 0)
    await list_(access, PRESETS, ann, where={"plugin": "OTT"}, order=["name"])
    assert ways.taken == (1, 0)
    await count(access, PRESETS, ann)
    assert ways.taken == (1, 0)
    await among(access, PRESETS, ann, [made["id"]])
    assert ways.taken == (1, 0)
    await list_(access, PRESETS, ann, where={"name": {"ilike": "%x%"}})
    assert ways.taken == (1, 1)
    await count(access, PRESETS, ann, where={"name": {"ilike": "%x%"}})
    assert ways.taken == (1, 1)
    await update(access, PRESETS, ann, made["id"], 1, {"name": "y"})
    assert ways.taken == (1, 0)
    await delete(access, PRESETS, ann, made["id"])
    assert ways.taken == (1, 0)


async def test_a_text_is_built_once_a_shape(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = StatementTexts()
    monkeypatch.setattr(reading, "TEXTS", texts)
    monkeypatch.setattr(writing, "TEXTS", texts)

    async def ask(*wheres: dict[str, Any]) -> int:
        before = texts.made_count
        for where in wheres:
            await list_(asked.access, PRESETS, asked.ann, where=where)
        return texts.made_count - before

    assert await ask({"plugin": "OTT", "name": "a"}, {"name": "b", "plugin": "P"}) == 1
    assert await ask({"plugin": {"in": ["a"]}}, {"plugin": {"in": ["a"] * 400}}) == 1
    paths = [{"parameters": {"path": {"at": [key], "gte": 1}}} for key in "abc"]
    assert await ask(*paths) == 1
    assert await ask({"or": [{"name": "a"}, {"plugin": "b"}]}) == 1
    for name in ("a", "b", "c"):
        await create(asked.access, PRESETS, asked.ann, {"plugin": "OTT", "name": name})
    assert texts.made_count == 5


def test_what_is_not_asked_for_long_is_forgotten() -> None:
    texts = StatementTexts(most=2)
    for shape in ("a", "b", "a", "c", "a", "b"):
        texts.get(PRESETS, shape, str)
    assert texts.made_count == 4


def test_every_statement_of_a_caller_names_the_caller_and_asks_for_the_right() -> None:
    for table in TABLES.values():
        rights = rights_of(table)
        assert sees_sql(table) in get_text(table, table.columns)
        for text in (get_text(table, table.columns), delete_text(table)):
            assert CALLER_IS_SET in text
        if rights.change and table.version:
            assert CALLER_IS_SET in update_text(table, list(table.changes), table.columns)
        if rights.create:
            assert CALLER_IS_SET in insert_text(
                table, list(table.creates), table.columns, is_bounded=False
            )
        if not rights.delete:
            assert "AND false" in delete_text(table)


def test_what_says_whose_a_row_is_is_never_changed() -> None:
    for table in TABLES.values():
        ties = {table.user, table.project, *table.names}
        assert not ties & {column.name for column in table.changes}, table.relation


def test_names_of_descriptions_are_names() -> None:
    """All of SQL that is not ours: a column may be called what it likes, but for our own names."""
    for table in TABLES.values():
        for name in (table.relation, *table.by_name):
            assert name.isidentifier()
            assert name.isascii()
            assert not name.startswith("_"), "names of ours begin so"
        for column in (*table.creates, *table.changes):
            assert stored(column)
