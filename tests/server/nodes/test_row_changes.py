"""Out means out, also when the bus is down and strangers hold transactions open (rule P7)."""

import asyncio
from typing import Any

import asyncpg
import pytest
from structlog.testing import capture_logs

from persistence.tables import project_members, studio_projects
from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import LogPosition
from rooms.roles import Grant
from schema.node_messages import RowChanged
from server.nodes.row_changes import RowChanges, TableConcern
from server.router.row_change_listener import RowChangeListener
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def two_nodes(nodes: Nodes) -> tuple[Node, Node, Wire, Wire, str]:
    """An owner on one node, an editor in her room on the other, and no bus between them."""
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await ben.until("role_changed")
    await ben.join(project)
    one.bus.set_up(False)
    two.bus.set_up(False)
    return one, two, ann, ben, project


@pytest.mark.usefixtures("quick_rounds")
async def test_A3_without_a_bus_a_foreign_transaction_keeps_nobody_in(
    nodes: Nodes, postgres_dsn: str
) -> None:
    one, _, _, ben, _ = await two_nodes(nodes)
    stranger = await asyncpg.connect(postgres_dsn, timeout=10)
    transaction = stranger.transaction()
    await transaction.start()
    await stranger.execute("CREATE TEMP TABLE foreign_work (a int)")
    try:
        elsewhere = await one.again(ben)
        await elsewhere.result("auth.logout")
        await ben.closed(4501)
    finally:
        await transaction.rollback()
        await stranger.close(timeout=10)


@pytest.mark.usefixtures("quick_rounds")
async def test_R3_after_a_restore_all_that_is_of_concern_is_looked_at_anew(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after one into a cluster whose transactions have lower numbers: the log says nothing."""
    _, two, ann, ben, project = await two_nodes(nodes)
    since = change_log.since

    async def nothing(
        db: object, place: LogPosition, *_: object, **__: object
    ) -> tuple[LogPosition, list[object]]:
        return LogPosition(place.cluster, "9000000000:9000000000:"), []

    monkeypatch.setattr(change_log, "since", nothing)
    await ann.result("members.revoke", project=project, user=ben.user)
    await two.context.announcer.poll()  # type: ignore[attr-defined]
    assert two.hub.rooms[project].room.seats
    monkeypatch.setattr(change_log, "since", since)
    left = await ben.until("left")
    assert left["reason"] == "access_revoked"


@pytest.mark.usefixtures("quick_rounds")
async def test_R3_news_that_cannot_be_acted_on_keeps_no_other_news(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two are put out on another node, and this one fails at the first, by a mistake of its own."""
    _, two, ann, ben, project = await two_nodes(nodes)
    cid = await two.musician("cid")
    grant = {"project": project, "email": "cid@example.org", "role": "editor"}
    await ann.result("members.grant", **grant)
    await cid.until("role_changed")
    await cid.join(project)
    role_changed, failed = RowChangeListener.role_changed, list[str]()

    def fails(self: RowChangeListener, project: str, user: str, grant: Grant | None) -> None:
        if user == ben.user:
            failed.append(user)
            raise ValueError("planted")
        role_changed(self, project, user, grant)

    with capture_logs(), monkeypatch.context() as broken:
        broken.setattr(RowChangeListener, "role_changed", fails)
        for wire in (ben, cid):
            await ann.result("members.revoke", project=project, user=wire.user)
        left = await cid.until("left")
    assert left["reason"] == "access_revoked"
    count = int(two.metrics.counted("task_failed"))
    assert count == len(failed) > 0
    two.metrics.count("task_failed", -count)
    assert two.context.announcer.is_current  # type: ignore[attr-defined]


async def test_R5_that_a_checkpoint_was_stored_is_no_other_row_of_the_project(
    nodes: Nodes,
) -> None:
    _, two, ann, ben, project = await two_nodes(nodes)
    poll = two.context.announcer.poll  # type: ignore[attr-defined]
    await poll()
    await ben.ping()
    ben.backlog.clear()
    assert (await ben.edit(project, marker("marker_1")))["t"] == "ack"
    await ben.result("snapshots.create", project=project, name="a")
    await poll()
    await ben.ping()
    assert ben.heard("project_changed") == []
    await ann.result("projects.archive", project=project)
    await poll()
    assert (await ben.until("project_changed"))["archived"]


class Told:
    """A `RowListener` of a node with one room and one user, who hears all."""

    def __init__(self) -> None:
        self.all: list[object] = []

    def concern(self) -> TableConcern:
        return TableConcern(frozenset({"ben"}), frozenset(), {}, frozenset({"song"}))

    def role_changed(self, project: str, user: str, grant: Grant | None) -> None:
        self.all.append(None if grant is None else grant.role)

    def session_revoked(self, auth_session: str, reason: str = "") -> None:
        raise AssertionError

    def project_changed(self, project: str, version: int, archived: bool) -> None:
        self.all.append((version, archived))

    def media_changed(self, project: str) -> None:
        raise AssertionError

    def permit(self, project: str, permits: object) -> None:
        raise AssertionError


class HeldReading:
    """What a query says, and not before `may_end`: as of its beginning."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.is_read, self.may_end = asyncio.Event(), asyncio.Event()

    async def __call__(self, *_: object) -> Any:
        value = self.value
        self.is_read.set()
        await self.may_end.wait()
        return value


def changes_of(told: Told, tasks: list[asyncio.Task[None]]) -> RowChanges:
    """Of a node that tells nobody else."""
    return RowChanges(
        None,  # type: ignore[arg-type]
        told,
        lambda _: None,
        lambda work: tasks.append(asyncio.create_task(work)),
        lambda: None,
    )


async def test_R5_an_older_version_that_was_read_before_is_not_told_behind_the_newer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = HeldReading([("song", 1, False)])
    monkeypatch.setattr(studio_projects, "versions_among", reading)
    told, tasks = Told(), list[asyncio.Task[None]]()
    changes = changes_of(told, tasks)
    changes.on_row_changed(RowChanged("studio_projects", "song", "song"))
    await reading.is_read.wait()
    changes.project_changed("song", 2, archived=True)
    reading.may_end.set()
    await asyncio.gather(*tasks)
    assert told.all == [(2, True)]


async def test_R3_a_role_that_was_read_before_it_was_taken_away_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = HeldReading({("song", "ben"): Grant("editor")})
    monkeypatch.setattr(project_members, "grants_among", reading)
    told, tasks = Told(), list[asyncio.Task[None]]()
    changes = changes_of(told, tasks)
    changes.on_row_changed(RowChanged("project_members", "song/ben", "song", "ben"))
    await reading.is_read.wait()
    reading.value = {}
    changes.role_changed("song", "ben", None)
    reading.may_end.set()
    await asyncio.gather(*tasks)
    assert told.all == [None]


async def test_R3_of_two_readings_the_earlier_is_told_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The slow tick's and the bus's: whichever the database answers sooner."""
    earlier = HeldReading({("song", "ben"): Grant("editor")})
    monkeypatch.setattr(project_members, "grants_among", earlier)

    async def since(*_: object, **__: object) -> tuple[LogPosition, list[change_log.LoggedChange]]:
        return LogPosition("cluster", "5:5:"), [
            change_log.LoggedChange("project_members", "song/ben", "song", "ben")
        ]

    monkeypatch.setattr(change_log, "since", since)
    told, tasks = Told(), list[asyncio.Task[None]]()
    changes = changes_of(told, tasks)
    polling = asyncio.create_task(changes.poll())
    await earlier.is_read.wait()
    later = HeldReading({("song", "ben"): Grant("viewer")})
    later.may_end.set()
    monkeypatch.setattr(project_members, "grants_among", later)
    changes.on_row_changed(RowChanged("project_members", "song/ben", "song", "ben"))
    await asyncio.sleep(0)  # it would have been read and told
    await asyncio.sleep(0)
    earlier.may_end.set()
    await asyncio.gather(polling, *tasks)
    assert told.all == ["editor", "viewer"]
