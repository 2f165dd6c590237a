"""The one reader of the change log: it never skips anything in silence, and asks little."""

from typing import Any

import pytest

from persistence.errors import Unavailable
from persistence.tables.internal import change_log
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.row_feed.test_watching import PRESET, preset, psql
from tests.server.row_feed.watching import Shown

__all__ = ["psql"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]


def figure(node: Node, name: str) -> float:
    [line] = [one for one in node.metrics.text().splitlines() if one.startswith(f"{name} ")]
    return float(line.split()[1])


async def test_questions_do_not_grow_with_those_who_watch(node: Node, psql: Any) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {}).begin()
    node.server.supervisor.stop("reading what is watched")  # from here on the test reads

    async def asked(name: str) -> float:
        """Questions for one change, which all see."""
        before = figure(node, "prime_feed_queries_total")
        await psql.fetchval(PRESET, ann.user, name, False)
        await node.server.feed.reader.read()
        assert await shown.said() == [("entered", name)]
        return figure(node, "prime_feed_queries_total") - before

    few = await asked("a")
    for n in range(20):
        again = await node.again(ann, device=f"d{n}")
        await again.result("presets.watch")
    assert await asked("b") == few <= 7
    assert figure(node, "prime_watches") == 21
    assert figure(node, "prime_watched_rows") == 22 + 20
    assert figure(node, "prime_feed_changes_total") == 2
    assert figure(node, "prime_feed_lag_seconds") > 0.0
    await node.server.feed.reader.read()  # finds nothing: an alarm may not stay with the last one
    assert figure(node, "prime_feed_lag_seconds") == 0.0


async def test_V10_where_the_database_was_away_nothing_is_missed(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {}).begin()
    looked = 0

    async def unavailable(*_: object) -> None:
        nonlocal looked
        looked += 1
        raise Unavailable("taken away by a test")

    monkeypatch.setattr("server.row_feed.reader.RETRY_SECONDS", 0.01)
    monkeypatch.setattr(change_log, "since", unavailable)
    await preset(psql, ann, "a")

    async def has_looked() -> bool:
        return looked > 2

    await eventually(has_looked)
    monkeypatch.undo()
    assert await shown.said() == [("entered", "a")]


async def test_V9_V10_after_a_restore_all_begin_anew(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {}).begin()
    reader = node.server.feed.reader
    real = reader._read_next

    async def restored() -> None:
        """Between two readings."""
        await real()
        assert reader._read_up_to is not None
        reader._read_up_to = change_log.LogPosition("another cluster", reader._read_up_to.snapshot)
        monkeypatch.undo()

    monkeypatch.setattr(reader, "_read_next", restored)
    reader.wake()
    resync = await ann.until("resync")
    assert (resync["watch"], resync["reason"]) == (shown.watch, "other_history")
    await shown.begin()
    await preset(psql, ann, "a")
    assert await shown.said() == [("entered", "a")]


async def test_V1_a_call_on_another_node_wakes_who_watches(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.row_feed.reader.POLL_SECONDS", 3_600.0)
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    elsewhere = await two.again(ann)
    shown = await Shown(elsewhere, "projects", {"fields": ["name"]}).begin()
    id = await create_project(ann, "Song")
    assert await shown.said() == [("entered", "Song")]
    only = await Shown(await two.again(ann, device="d"), "projects", {"project": id}).begin()
    await ann.result("projects.update", project=id, version=1, name="Another")
    assert await only.said() == [("changed", "Another")]


async def test_V10_a_change_that_cannot_be_read_ends_watches_of_its_table_and_not_the_feed(
    node: Node, psql: Any
) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {}).begin()
    other = await Shown(await node.again(ann, device="d"), "projects", {}).begin()
    await psql.execute(
        "INSERT INTO change_log (table_name, row_id, action)"
        " VALUES ('plugin_presets', 'no-uuid', 'update')"
    )
    resync = await ann.until("resync")
    assert (resync["watch"], resync["reason"]) == (shown.watch, "failed")
    await shown.begin()
    await preset(psql, ann, "a")
    assert await shown.said() == [("entered", "a")]
    await create_project(ann, "Song")
    assert await other.said() == [("entered", "Song")]
    assert other.wire.heard("resync") == []
    [event] = [one for one in node.metrics.events.all() if one.kind == "changes_untold"]
    assert (event.about.name, event.count) == ("plugin_presets", 1)


async def test_V10_a_change_of_roles_that_cannot_be_read_ends_all_watches(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    shown = await Shown(ann, "presets", {}).begin()

    async def fails(*_: object) -> None:
        raise ValueError("made by a test")

    monkeypatch.setattr("server.row_feed.reader.read_change_batch", fails)
    await create_project(ann, "Song")
    resync = await ann.until("resync")
    assert (resync["watch"], resync["reason"]) == (shown.watch, "failed")
    monkeypatch.undo()
    await shown.begin()
    await preset(psql, ann, "a")
    assert await shown.said() == [("entered", "a")]


async def test_V8_a_position_of_another_user_or_list_resumes_nothing(node: Node, psql: Any) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    await preset(psql, ben, "his")
    hers = await Shown(ann, "presets", {}).begin()
    his = await Shown(ben, "presets", {}).begin(**{"from": hers.position})
    other = await Shown(ann, "presets", {"where": {"plugin": "x"}}).begin(**{"from": hers.position})
    for shown in (his, other):
        assert (shown.resumed, shown.reason) == (False, "other_list")
    assert [row["name"] for row in his.rows.values()] == ["his"]
