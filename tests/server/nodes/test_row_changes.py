"""Out means out, also when the bus is down and strangers hold transactions open (rule P7)."""

import asyncpg
import pytest

from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import LogPosition
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire

pytestmark = [pytest.mark.postgres, pytest.mark.hub]


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
        db: object, place: LogPosition, *_: object
    ) -> tuple[LogPosition, list[object]]:
        return LogPosition(place.cluster, "9000000000:9000000000:"), []

    monkeypatch.setattr(change_log, "since", nothing)
    await ann.result("members.revoke", project=project, user=ben.user)
    await two.context.announcer.poll()  # type: ignore[attr-defined]
    assert two.hub.rooms[project].room.seats
    monkeypatch.setattr(change_log, "since", since)
    left = await ben.until("left")
    assert left["reason"] == "access_revoked"
