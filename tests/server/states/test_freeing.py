"""What is left of a closed room until the next full collection: nothing of its project's size."""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Wire, marker, rename

DELTAS = 10
OPS = 50
NAME = "n" * 150
TURNS = 4

LEFT_BYTES = 100_000
"""Of a room, in small objects that refer to each other in circles; its edits take 700,000 here."""


@pytest.fixture
def without_collector() -> Iterator[None]:
    """A busy node has a full collection once an hour."""
    gc.disable()
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.enable()


@pytest.mark.usefixtures("without_collector")
@pytest.mark.parametrize("way", ["empty", "for good"])
async def test_what_it_held_is_freed_without_the_collector(node: Node, way: str) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for n in range(DELTAS):
        ops = (marker(f"marker_{n}_{m}", float(m)) for m in range(OPS))
        assert (await ann.edit(project, *ops))["t"] == "ack"
    await _used_and_closed(node, ann, project, way, "before")
    held_before = tracemalloc.get_traced_memory()[0]
    for turn in range(TURNS):
        await _used_and_closed(node, ann, project, way, str(turn))

    async def is_freed() -> bool:
        return tracemalloc.get_traced_memory()[0] < held_before + TURNS * LEFT_BYTES

    await eventually(is_freed)


async def _used_and_closed(node: Node, ann: Wire, project: str, way: str, turn: str) -> None:
    """Edited by one, joined by another: a tail, changes to undo, an encoded state."""
    editor = await node.again(ann)
    await editor.join(project)
    for n in range(DELTAS):
        ops = (rename(f"marker_{n}_{m}", f"{NAME} {turn} {m}") for m in range(OPS))
        assert (await editor.edit(project, *ops, id=f"delta_{turn}_{n}"))["t"] == "ack"
    await node.fresh(ann, project)
    live = node.hub.rooms[project]
    if way == "for good":
        node.hub.close_rooms({project: "a test"})
        node.hub.close_rooms({})
    else:
        for connection in list(live.room.seats):
            live.carry_out(live.room.leave(connection))
        assert await node.hub.close_if_empty(live)
    for wire in node.wires[1:]:
        await wire.socket.close()
    del node.wires[1:]
