"""A row that cannot be read is lost to who may see it alone: they begin anew (rules V9, V10)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from persistence.errors import Faulty
from persistence.rows import watched_rows
from persistence.rows.reading import Row
from schema.tables.description import Column, Table
from server.row_feed.list_changes import kinds
from tests.server.conftest import Node, create_project
from tests.server.row_feed.test_watching import preset, psql
from tests.server.row_feed.watching import Shown
from tests.server.wire import Wire

__all__ = ["psql"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]

TIES = """
INSERT INTO change_log (table_name, row_id, user_id, action)
VALUES ('plugin_presets', 'no-uuid', $1, 'update')
"""

NEW_PRESET = "INSERT INTO plugin_presets (owner_id, plugin, name) VALUES ($1, 'x', $2)"


def unreadable(patch: pytest.MonkeyPatch, name: str) -> None:
    """Whoever reads a row of this name for the feed fails, as a decoder would."""
    as_rows = watched_rows._as_rows

    async def fails(table: Table, columns: Sequence[Column], records: Sequence[Any]) -> list[Row]:
        rows = await as_rows(table, columns, records)
        if any(str(row.get("name")).startswith(name) for row in rows):
            raise ValueError("planted")
        return rows

    patch.setattr(watched_rows, "_as_rows", fails)


async def ends(wire: Wire, shown: Shown) -> None:
    resync = await wire.until("resync")
    assert (resync["watch"], resync["reason"]) == (shown.watch, "failed")


def untold(node: Node) -> Mapping[str, int]:
    """Table -> how many of its rows could not be told."""
    events = [one for one in node.metrics.events.all() if one.kind == "changes_untold"]
    return {event.about.name: event.count for event in events}


async def test_V10_only_who_may_see_the_row_begins_anew(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    hers = await Shown(ann, "presets", {}).begin()
    his = await Shown(ben, "presets", {}).begin()
    with capture_logs(), monkeypatch.context() as broken:
        unreadable(broken, "bad")
        async with psql.transaction():  # of one moment
            for user, name in ((ben.user, "b1"), (ann.user, "bad"), (ben.user, "b2")):
                await psql.execute(NEW_PRESET, user, name)
        assert await his.said() == [("entered", "b1"), ("entered", "b2")]
        await ends(ann, hers)
    assert untold(node) == {"plugin_presets": 1}
    await hers.begin()
    assert [row["name"] for row in hers.rows.values()] == ["bad"]
    await preset(psql, ann, "good")
    assert await hers.said() == [("entered", "good")]


async def test_V10_of_a_project_its_members_begin_anew_and_nobody_else(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    eve = await node.musician("eve")
    other = await create_project(eve, "Other")
    watches = [await Shown(wire, "projects", {}).begin() for wire in (ann, ben, eve)]
    with capture_logs(), monkeypatch.context() as broken:
        unreadable(broken, "bad")
        await ann.result("projects.update", project=project, version=1, name="bad")
        for wire, shown in zip((ann, ben), watches, strict=False):
            await ends(wire, shown)
        await eve.result("projects.update", project=other, version=1, name="good")
        assert await watches[2].said() == [("changed", "good")]
    assert untold(node) == {"studio_projects": 1}


async def test_V10_a_change_whose_id_names_no_row_ends_the_watches_of_its_user(
    node: Node, psql: Any
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    hers = await Shown(ann, "presets", {}).begin()
    his = await Shown(ben, "presets", {}).begin()
    with capture_logs():
        await psql.execute(TIES, ann.user)
        await ends(ann, hers)
    await preset(psql, ben, "b")
    assert await his.said() == [("entered", "b")]


async def test_a_change_of_a_table_that_nobody_knows_ends_nothing(node: Node, psql: Any) -> None:
    ann = await node.musician("ann")
    hers = await Shown(ann, "presets", {}).begin()
    await psql.execute(
        "INSERT INTO change_log (table_name, row_id, action) VALUES ('no_table', 'x/y', 'delete')"
    )
    await preset(psql, ann, "a")
    assert await hers.said() == [("entered", "a")]
    assert untold(node) == {}


async def test_V10_a_row_that_cannot_be_compared_ends_the_watches_that_may_see_it(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    hers = await Shown(ann, "presets", {}).begin()
    his = await Shown(ben, "presets", {}).begin()
    await preset(psql, ann, "a0")
    await preset(psql, ben, "b0")
    assert [await hers.said(), await his.said()] == [[("entered", "a0")], [("entered", "b0")]]

    def fails(group: Any, id: str, batch: Any) -> Any:
        if batch.rows["plugin_presets"][id]["name"] == "bad":
            raise ValueError("planted")
        return kinds(group, id, batch)

    with capture_logs(), monkeypatch.context() as broken:
        broken.setattr("server.row_feed.watch_notifier.kinds", fails)
        async with psql.transaction():
            for user, name in ((ben.user, "b1"), (ann.user, "bad"), (ben.user, "b2")):
                await psql.execute(NEW_PRESET, user, name)
        assert await his.said() == [("entered", "b1"), ("entered", "b2")]
        await ends(ann, hers)
    assert untold(node) == {"plugin_presets": 1}


async def test_V10_a_list_that_cannot_be_read_anew_ends_alone(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role has changed: what the member's lists hold now is read, and one of them cannot be."""
    ann, ben = await node.musician("ann"), await node.musician("ben")
    hers = await Shown(ann, "projects", {}).begin()
    his = await Shown(ben, "projects", {}).begin()
    list_rows = watched_rows.list_rows

    async def fails(db: Any, table: Table, columns: Any, user: str, *rest: Any) -> list[Row]:
        if user == ben.user:
            raise Faulty("XX001", "planted")
        return await list_rows(db, table, columns, user, *rest)

    with capture_logs(), monkeypatch.context() as broken:
        broken.setattr(watched_rows, "list_rows", fails)
        project = await create_project(ann, "Song")
        assert await hers.said() == [("entered", "Song")]
        await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
        await ends(ben, his)
    await create_project(ann, "Two")
    assert await hers.said() == [("entered", "Two")], "hers goes on"


async def test_V10_where_no_row_is_at_fault_the_watches_of_the_tables_begin_anew(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that cannot be read at all: so many rows are not looked for one by one."""
    ann, ben = await node.musician("ann"), await node.musician("ben")
    hers = await Shown(ann, "presets", {}).begin()
    his = await Shown(ben, "projects", {}).begin()
    with capture_logs(), monkeypatch.context() as broken:
        broken.setattr("server.row_feed.reader.MOST_HALVES", 4)
        unreadable(broken, "bad")
        async with psql.transaction():
            for number in range(8):
                await psql.execute(NEW_PRESET, ann.user, f"bad {number}")
        await ends(ann, hers)
    await create_project(ben, "Song")
    assert await his.said() == [("entered", "Song")]
    assert untold(node) == {"plugin_presets": 1}
