"""One undo, redo or restore that devices of one user ask for on two nodes, under one id."""

import asyncio
from typing import Any

import pytest

from tests.server.conftest import Nodes, create_project
from tests.server.wire import Message, Wire, marker, rename

pytestmark = [pytest.mark.postgres, pytest.mark.hub]


async def four_seats(nodes: Nodes) -> tuple[list[Wire], str]:
    """Of one user: two on each of two nodes. The first has a step that the others have not."""
    one, two = await nodes.start(), await nodes.start()
    first = await one.musician("ann")
    project = await create_project(first)
    seats = [first]
    for node, device in ((one, "phone"), (two, "tablet"), (two, "desk")):
        seats.append(await node.again(first, device))
    for seat in seats:
        await seat.join(project)
    await first.edit(project, marker("marker_1"))
    await first.edit(project, rename("marker_1", "verse"))
    return seats, project


def told(answers: list[Message]) -> list[tuple[str, Any]]:
    return [(one["t"], one.get("seq", one.get("code"))) for one in answers]


async def test_U6_D3_an_undo_that_is_committed_is_a_duplicate_on_every_node(nodes: Nodes) -> None:
    seats, project = await four_seats(nodes)
    for seq, kind in ((3, "undo"), (4, "redo")):
        asked: Message = {"t": kind, "project": project, "id": f"{kind}-0001"}
        first = await seats[0].ask(asked)
        assert (first["t"], first["seq"], first.get("duplicate", False)) == ("ack", seq, False)
        again = [await seat.ask(asked) for seat in seats]
        assert told(again) == [("ack", seq)] * 4
        assert all(one["duplicate"] for one in again)


async def test_U6_D3_one_undo_that_all_ask_for_at_once_is_made_once(nodes: Nodes) -> None:
    seats, project = await four_seats(nodes)
    for seq, kind in ((3, "undo"), (4, "redo")):
        asked: Message = {"t": kind, "project": project, "id": f"{kind}-0001"}
        at_once = told(list(await asyncio.gather(*(seat.ask(asked) for seat in seats))))
        assert at_once[0] == ("ack", seq)
        assert set(at_once) <= {("ack", seq), ("error", f"nothing_to_{kind}")}
        assert told([await seat.ask(asked) for seat in seats]) == [("ack", seq)] * 4


async def test_D3_one_restore_that_all_ask_for_at_once_is_made_once(nodes: Nodes) -> None:
    seats, project = await four_seats(nodes)
    made = await seats[0].result("snapshots.create", project=project, name="before")
    await seats[0].edit(project, rename("marker_1", "chorus"))
    asked = {"project": project, "snapshot": made["id"], "id": "restore-0001"}
    answers = await asyncio.gather(*(seat.result("snapshots.restore", **asked) for seat in seats))
    again = [await seat.result("snapshots.restore", **asked) for seat in seats]
    assert {one["seq"] for one in [*answers, *again]} == {4}
