"""One undo, redo or restore that devices of one user ask for on two nodes, under one id."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.persistence.planted_rows import WAITING
from tests.server.conftest import Nodes, create_project, eventually
from tests.server.wire import Message, Wire, marker, rename

pytestmark = [pytest.mark.postgres, pytest.mark.node]


HOLD = "SELECT FROM studio_projects WHERE id = $1 FOR UPDATE"


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


async def test_U6_D3_one_undo_that_two_nodes_are_asked_for_at_once_is_one_ack_and_one_duplicate(
    nodes: Nodes, database_url: str
) -> None:
    """Both nodes have it on its way when the journal is free to store one of them."""
    one, two = await nodes.start(), await nodes.start()
    first = await one.musician("ann")
    project = await create_project(first)
    await first.join(project)
    second = await two.again(first, "phone")
    await second.join(project)
    watches = await two.again(first, "desk")
    await watches.join(project)
    for seat, number in ((first, 1), (first, 2), (second, 3), (second, 4)):
        await seat.edit(project, marker(f"marker_{number}"))
    await first.ping()
    rooms = [node.hub.rooms[project].room for node in (one, two)]
    gate, watch = [await asyncpg.connect(database_url) for _ in range(2)]
    try:
        for seq, kind in ((5, "undo"), (8, "redo")):
            asked: Message = {"t": kind, "project": project, "id": f"{kind}-0001"}
            for number, seat in enumerate((first, second) if kind == "redo" else ()):
                own: Message = {"t": "undo", "project": project, "id": f"undo-own-{number}"}
                assert (await seat.ask(own))["t"] == "ack", "each has something to redo"
            holding = gate.transaction()
            await holding.start()
            await gate.execute(HOLD, project)
            for seat in (first, second):
                await seat.send(asked)

            async def both_wait() -> bool:
                has_both = all(room.has_proposals for room in rooms)
                return bool(has_both and await watch.fetchval(WAITING) >= 2)

            await eventually(both_wait)
            await holding.commit()
            answers = [await seat.answer_to(asked["id"]) for seat in (first, second)]
            assert told(answers) == [("ack", seq)] * 2
            assert sorted(one.get("duplicate", False) for one in answers) == [False, True]
            delta = await watches.until("delta")
            while delta["seq"] < seq:
                delta = await watches.until("delta")
            assert (delta["purpose"], len(delta["ops"])) == (kind, 1), "of one step of one member"
        await watches.ping()
        assert "delta" not in [message["t"] for message in watches.backlog]
        assert [room.head for room in rooms] == [8, 8]
    finally:
        await gate.close()
        await watch.close()


async def test_D3_one_restore_that_all_ask_for_at_once_is_made_once(nodes: Nodes) -> None:
    seats, project = await four_seats(nodes)
    made = await seats[0].result("snapshots.create", project=project, name="before")
    await seats[0].edit(project, rename("marker_1", "chorus"))
    asked = {"project": project, "snapshot": made["id"], "id": "restore-0001"}
    answers = await asyncio.gather(*(seat.result("snapshots.restore", **asked) for seat in seats))
    again = [await seat.result("snapshots.restore", **asked) for seat in seats]
    assert {one["seq"] for one in [*answers, *again]} == {4}
