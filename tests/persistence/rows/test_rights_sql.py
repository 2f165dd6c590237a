"""Two walls: with either one taken out, the other lets nothing of others be read or written."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from persistence.errors import Forbidden, NotFound, NotGranted
from persistence.rows import reading, statements, writing
from persistence.rows.reading import among, count, get, list_
from persistence.rows.row_lanes import RowLanes
from persistence.rows.statements import StatementTexts
from persistence.rows.watched_rows import STORED_IN
from persistence.rows.writing import create, delete, update
from schema.tables.all_tables import TABLES
from schema.tables.description import SEARCHING, Table, Verb
from tests.persistence.rows.conftest import Asked

pytestmark = pytest.mark.postgres

NOBODY = "00000000-0000-4000-8000-000000000000"


def without_first_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "predicate", lambda *_: "true")
    forget_texts(monkeypatch)


def forget_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = StatementTexts()
    monkeypatch.setattr(reading, "TEXTS", texts)
    monkeypatch.setattr(writing, "TEXTS", texts)


@pytest.fixture(params=["both", "the second alone", "the first alone"])
def walled(asked: Asked, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Asked:
    if request.param == "the second alone":
        without_first_wall(monkeypatch)
    elif request.param == "the first alone":
        forget_texts(monkeypatch)
        asked.access = RowLanes(asked.owner, asked.owner, asked.hidden.append)
    return asked


async def named(asked: Asked, table: Table, user: str) -> list[list[str]]:
    """The names of all rows that are a user's own, or of the user's project."""
    tie = "id" if table.relation in ("prime_users", "own_account") else table.user
    project = asked.track if user == asked.bob else asked.song
    ties, of = (tie, user) if tie else (table.project, project)
    relation = STORED_IN.get(table.relation, table.relation)
    places = [(table.by_name[name].reads or name) for name in (*table.names, ties)]
    return [
        list(record.values())[:-1]
        for record in await asked.owner.fetch(
            f"SELECT {', '.join(places)} FROM {relation} WHERE {places[-1]} = $1::uuid", of
        )
    ]


def changes_of(table: Table) -> Mapping[str, Any]:
    """Something that would be another row."""
    values: dict[str, Any] = {"name": "taken over", "data": {"x": 1}, "description": "taken over"}
    return {column.name: values[column.name] for column in table.changes if column.name in values}


async def everything(asked: Asked, table: Table) -> list[str]:
    relation = STORED_IN.get(table.relation, table.relation)
    records = await asked.owner.fetch(f"SELECT t::text FROM {relation} AS t ORDER BY 1")
    return [record[0] for record in records]


async def test_nothing_of_others_is_read(walled: Asked) -> None:
    access, ann = walled.access, walled.ann
    for name, table in TABLES.items():
        foreign, own = [await named(walled, table, user) for user in (walled.bob, ann)]
        assert foreign, name
        for id in foreign:
            with pytest.raises(NotFound):
                await get(access, table, ann, id)
        assert await among(access, table, ann, foreign) == {}, name
        assert own, name
        mine = 0 if name == "whole_audit" else len(own)  # she is no operator
        assert len((await list_(access, table, ann)).rows) == mine, name
        assert (await count(access, table, ann)).count == mine, name
        assert (await list_(access, table, NOBODY)).rows == [], name
        assert (await count(access, table, NOBODY)).count == 0, name


async def test_nothing_of_others_is_changed_or_deleted(walled: Asked) -> None:
    for name, table in TABLES.items():
        before = await everything(walled, table)
        for id in await named(walled, table, walled.bob):
            assert await delete_refused(walled, table, id), name
            if changes := changes_of(table):
                with pytest.raises(refusals(table, Verb.UPDATE)):
                    await update(walled.access, table, walled.ann, id, 1, changes)
        assert await everything(walled, table) == before, name


def refusals(table: Table, verb: Verb) -> tuple[type[Exception], ...]:
    """How a write is refused; what no call does to the rows is not granted to the role either."""
    told = NotFound, Forbidden
    return told if verb in table.verbs else (*told, NotGranted)


async def delete_refused(asked: Asked, table: Table, foreign: list[str]) -> bool:
    """Whether nothing was deleted, and nothing told of what is there."""
    try:
        return not await delete(asked.access, table, asked.ann, foreign)
    except refusals(table, Verb.DELETE):
        return True


async def test_nothing_is_made_in_projects_of_others(walled: Asked) -> None:
    table = TABLES["audio_files"]
    before = await everything(walled, table)
    with pytest.raises((NotFound, Forbidden)):
        await create(walled.access, table, walled.ann, {"project": walled.track, "name": "x"})
    assert await everything(walled, table) == before


SEARCHES: dict[str, dict[str, Any]] = {
    "plugin_presets": {"name": {"ilike": "%mine%"}},
    "audio_files": {"name": {"like": "kick%"}},
    "prime_users": {"username": {"ilike": "%b%"}},
    "studio_projects": {"tags": {"overlap": ["techno"]}},
    "mixx_recall": {"data": {"contains": {}}},
    "collaboration_sessions": {"participants": {"contains": []}},
}


def test_every_table_that_is_searched_is_searched_here() -> None:
    searched = {
        name
        for name, table in TABLES.items()
        if any(column.filters & SEARCHING for column in table.columns)
    }
    assert searched - {"own_account"} <= SEARCHES.keys() | {"project_snapshots"}


async def test_a_search_finds_nothing_of_others(walled: Asked) -> None:
    for relation, where in SEARCHES.items():
        table = TABLES[relation]
        for user, most in ((walled.ann, 1), (NOBODY, 0)):
            page = await list_(walled.access, table, user, where=where)
            assert len(page.rows) <= most, relation
            counted = await count(walled.access, table, user, where=where)
            assert counted.count == len(page.rows), relation


async def test_what_only_the_second_wall_holds_back_of_a_search_is_counted(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = SEARCHES["plugin_presets"]
    await list_(asked.access, TABLES["plugin_presets"], asked.ann, where=where)
    assert asked.hidden == []
    without_first_wall(monkeypatch)
    await list_(asked.access, TABLES["plugin_presets"], asked.ann, where=where)
    await count(asked.access, TABLES["plugin_presets"], asked.ann, where=where)
    assert asked.hidden == [1, 1]


@pytest.mark.parametrize("ask", [list_, count])
async def test_what_goes_while_it_is_searched_is_not_held_back(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, ask: Callable[..., Any]
) -> None:
    table, where = TABLES["plugin_presets"], SEARCHES["plugin_presets"]
    assert (await count(asked.access, table, asked.ann, where=where)).count == 1
    fetch, asked_times = asked.access.searches.fetch, 0

    async def fetch_and_delete(query: str, *args: object) -> Any:
        nonlocal asked_times
        asked_times += 1
        found = await fetch(query, *args)
        await asked.owner.execute("DELETE FROM plugin_presets")
        return found

    monkeypatch.setattr(asked.access.searches, "fetch", fetch_and_delete)
    await ask(asked.access, table, asked.ann, where=where)
    assert asked_times == 2
    assert asked.hidden == []


async def test_a_caller_that_was_not_set_sees_nothing(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_texts(monkeypatch)
    monkeypatch.setattr(statements, "CALLER_IS_SET", statements.CALLER_IS_GIVEN)
    for name, table in TABLES.items():
        for id in await named(asked, table, asked.bob):
            with pytest.raises(NotFound):
                await get(asked.access, table, asked.bob, id)
            assert await delete_refused(asked, table, id), name
        assert (await list_(asked.access, table, asked.bob)).rows == [], name


@pytest.mark.parametrize("where", [{"name": {"like": "%"}}, {"not": {"name": {"like": "b%"}}}])
async def test_Q18_what_no_longer_matches_when_it_is_read_is_not_shown(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, where: dict[str, Any]
) -> None:
    table = TABLES["plugin_presets"]
    where = where | {"plugin": "OTT"}
    await asked.owner.execute("UPDATE plugin_presets SET plugin = 'OTT'")
    (before,) = (await list_(asked.access, table, asked.ann, where=where)).rows
    fetch = asked.access.searches.fetch

    async def fetch_and_change(query: str, *args: object) -> Any:
        found = await fetch(query, *args)
        await asked.owner.execute("UPDATE plugin_presets SET plugin = 'Serum', name = 'b'")
        return found

    monkeypatch.setattr(asked.access.searches, "fetch", fetch_and_change)
    assert (await list_(asked.access, table, asked.ann, where=where)).rows == []
    assert before["plugin"] == "OTT"
    assert asked.hidden == []
