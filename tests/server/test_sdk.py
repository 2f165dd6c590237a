"""The SDK against a real server: what a client developer does first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from client.client import Client
from client.failures import CallFailed, DeltaRefused
from client.room import Room
from tests.server.conftest import Node, eventually

pytestmark = pytest.mark.postgres


@pytest.fixture(params=["msgpack", "json"])
async def duo(
    node: Node, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Client, Room, Room]]:
    """Ann's client, and the rooms of ann and ben, both editors."""
    async with AsyncExitStack() as stack:
        clients = []
        for name in ("ann", "ben"):
            client = Client(node.url, device="desk", codec=request.param)
            clients.append(await stack.enter_async_context(client))
            await client.register(f"{name}@example.org", name, "correct horse battery")
        ann, ben = clients
        project = (await ann.call("projects.create", name="Song"))["id"]
        await ann.call("members.grant", project=project, email="ben@example.org", role="editor")
        yield ann, await ann.join(project), await ben.join(project)


def volume(value: float) -> list[dict[str, Any]]:
    return [{"op": "set", "col": "channels", "id": "ch_master", "props": {"volume": value}}]


async def same(room: Room, other: Room) -> None:
    async def is_same() -> bool:
        return room.replica.position == other.replica.position and room.state == other.state

    await eventually(is_same)
    assert room.replica.digest == other.replica.digest


async def test_U1_undo_and_redo(duo: tuple[Client, Room, Room]) -> None:
    _, ann, ben = duo
    await ann.saved(ann.edit(volume(0.5)))
    await ben.saved(ben.edit(volume(0.7)))
    undone = await ann.undo()
    assert [(s.collection, s.entity, s.reason, s.props) for s in undone.skipped] == [
        ("channels", "ch_master", "changed", ("volume",))
    ]
    await ben.undo()
    await same(ann, ben)
    assert ann.state["channels"]["ch_master"]["volume"] == 0.5
    await ben.redo()
    with pytest.raises(DeltaRefused):
        await ben.redo()
    assert (ben.replica.undo_depth, ben.replica.redo_depth) == (1, 0)


async def test_G2_a_gesture_is_one_delta_and_one_step(duo: tuple[Client, Room, Room]) -> None:
    _, ann, ben = duo
    gesture = ann.gesture()
    for n in range(20):
        gesture.move("channels", "ch_master", volume=n / 20)
        await asyncio.sleep(0.002)

    async def is_seen() -> bool:
        seen = ben.replica.shown("channels", "ch_master")
        return seen is not None and seen["volume"] == 19 / 20

    await eventually(is_seen)
    assert ben.state["channels"]["ch_master"]["volume"] == 1
    assert await ann.saved(gesture.end()) == 1
    await same(ann, ben)

    async def is_over() -> bool:
        return not ben.replica.gestures

    await eventually(is_over)
    await ann.undo()
    await same(ann, ben)
    assert ben.state["channels"]["ch_master"]["volume"] == 1
    with pytest.raises(ValueError, match="over"):
        gesture.move("channels", "ch_master", volume=0.1)
    given_up = ann.gesture()
    given_up.move("channels", "ch_master", pan=0.1)
    await asyncio.sleep(0.05)
    given_up.cancel()
    await eventually(is_over)


async def test_Y3_states_of_other_moments(duo: tuple[Client, Room, Room]) -> None:
    client, ann, _ = duo
    before = {name: dict(entities) for name, entities in ann.state.items()}
    kept = await client.call("snapshots.create", project=ann.project, name="v1")
    await ann.saved(ann.edit(volume(0.5)))
    assert await client.state_at(ann.project, seq=0) == before
    assert await client.state_at(ann.project, seq=1) == ann.state
    assert await client.snapshot_state(ann.project, kept["id"]) == before
    with pytest.raises(CallFailed):
        await client.state_at(ann.project, seq=9)


async def test_S2_a_copy_that_has_gone_astray_is_mended(
    duo: tuple[Client, Room, Room], node: Node
) -> None:
    _, ann, ben = duo
    await ann.saved(ann.edit(volume(0.5)))
    await same(ann, ben)
    ben.replica._digest += 1  # as a bug of the client would
    for n in range(20):
        await ann.saved(ann.edit(volume(n / 20)))
    ben.edit(volume(0.3))
    for n in range(20):
        await ben.saved(ben.edit(volume(n / 20)))

    async def is_mended() -> bool:
        return ben.replica.diverged == 1 and ben.replica.synced

    await eventually(is_mended)
    await same(ann, ben)
    assert 'kind="diverged"} 1.0' in (await node.http("/metrics"))[1]
