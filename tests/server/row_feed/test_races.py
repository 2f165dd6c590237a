"""What happens while a watch begins, held at gates: nothing is lost, and nothing told is older."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from persistence.rows import watched_rows
from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import LogPosition
from server.row_feed.reader import FeedReader
from server.row_feed.watch_start import FirstAnswer, WatchStart
from tests.server.conftest import Node, create_project
from tests.server.row_feed.test_watching import FILE, member, preset, psql
from tests.server.row_feed.watching import Shown

__all__ = ["psql"]

pytestmark = [pytest.mark.postgres, pytest.mark.node]


class Gate:
    """Holds the first that comes by until it is opened."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def pass_(self) -> None:
        if not self.reached.is_set():
            self.reached.set()
            await self.opened.wait()


@pytest.fixture
def after_lists(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Gate]:
    """A gate behind the reading of a moment in which this table has changed, before it is told."""
    real = FeedReader._lists_anew

    def gated(table: str) -> Gate:
        gate = Gate()

        async def lists_anew(self: Any, db: Any, batch: Any) -> Any:
            found = await real(self, db, batch)
            if table in batch.changes_by_relation:
                await gate.pass_()
            return found

        monkeypatch.setattr(FeedReader, "_lists_anew", lists_anew)
        return gate

    return gated


async def test_V1_the_first_watch_of_a_table_misses_nothing(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    await Shown(ann, "audio_files", {}).begin()
    real, gate = change_log.since, Gate()

    async def since(db: Any, place: LogPosition, limit: int, tables: Any = None) -> Any:
        if tables is not None and "audio_files" in tables:
            await gate.pass_()  # the tables are chosen, and not read
        return await real(db, place, limit, tables)

    monkeypatch.setattr(change_log, "since", since)
    await gate.reached.wait()
    beginning = asyncio.create_task(Shown(ben, "presets", {}).begin())
    reader = node.server.feed.reader
    await reader._is_table_wanted.wait()  # it is registered, and waits for the reader
    assert "plugin_presets" not in reader._covered_tables
    gate.opened.set()
    shown = await beginning
    assert "plugin_presets" in reader._covered_tables
    await preset(psql, ben, "a")
    assert await shown.said() == [("entered", "a")]


async def test_V1_who_has_just_begun_is_told_nothing_older_than_his_rows(
    node: Node, psql: Any, after_lists: Callable[[str], Gate]
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await member(ann, project, "ben")
    id = str(await psql.fetchval(FILE, project, "x"))
    hers = await Shown(ann, "audio_files", {"project": project}).begin()
    gate = after_lists("audio_files")
    await psql.execute("UPDATE audio_files SET name = 'y' WHERE id = $1", id)
    await gate.reached.wait()
    his = await Shown(ben, "audio_files", {"project": project}).begin()
    assert [row["name"] for row in his.rows.values()] == ["y"]
    await ben.ping()  # what follows the reply is on its way
    gate.opened.set()
    assert await hers.said() == [("changed", "y")]
    await psql.execute("UPDATE audio_files SET name = 'z' WHERE id = $1", id)
    assert await his.said() == await hers.said() == [("changed", "z")]


@pytest.mark.parametrize("is_granted", [True, False])
async def test_V7_a_role_that_changes_while_a_watch_begins_is_told(
    node: Node,
    psql: Any,
    after_lists: Callable[[str], Gate],
    monkeypatch: pytest.MonkeyPatch,
    is_granted: bool,
) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await psql.fetchval(FILE, project, "x")
    if not is_granted:
        await member(ann, project, "ben")
    await Shown(ann, "audio_files", {}).begin()
    first, has_read = WatchStart.first, Gate()

    async def gated_first(self: Any, watch: Any, since: Any) -> FirstAnswer:
        found = await first(self, watch, since)
        await has_read.pass_()
        return found

    monkeypatch.setattr(WatchStart, "first", gated_first)
    beginning = asyncio.create_task(Shown(ben, "audio_files", {}).begin())
    await has_read.reached.wait()
    gate = after_lists("project_members")
    if is_granted:
        await member(ann, project, "ben")
    else:
        await ann.result("members.revoke", project=project, user=ben.user)
    await gate.reached.wait()  # the moment was read without his list: he waits for his rows
    has_read.opened.set()
    shown = await beginning
    assert len(shown.rows) == (0 if is_granted else 1)
    await ben.ping()
    gate.opened.set()
    resync = await ben.until("resync")
    assert (resync["watch"], resync["reason"]) == (shown.watch, "access")
    await shown.begin()
    assert len(shown.rows) == (1 if is_granted else 0)


@pytest.mark.parametrize("is_resumed", [True, False])
async def test_V1_V8_a_row_that_goes_while_a_watch_begins_is_told_to_go(
    node: Node, psql: Any, monkeypatch: pytest.MonkeyPatch, is_resumed: bool
) -> None:
    """Both walls are asked about one moment: else the row is held back, and never told gone."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    ids = [str(await psql.fetchval(FILE, project, name)) for name in ("x", "y")]
    shown = await Shown(ann, "audio_files", {}).begin()
    behind_second_wall = watched_rows.behind_second_wall

    async def ask_later(*asked: Any) -> set[str]:
        await psql.execute("DELETE FROM audio_files WHERE id = $1", ids.pop())
        return await behind_second_wall(*asked)

    monkeypatch.setattr(watched_rows, "behind_second_wall", ask_later)
    shown.wire = await node.again(ann)  # the watch of before is told on its own connection
    await (shown.resume(shown.wire) if is_resumed else shown.begin())
    assert shown.resumed is is_resumed
    assert node.metrics.counted("rows_hidden") == 0
    while shown.rows.keys() != set(ids):
        await shown.next()
