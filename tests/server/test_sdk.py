"""The SDK against a real server: what a client developer does first."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from files.exporting.whole_project import whole_state
from files.upload import upload
from prime_client.client import Client
from prime_client.connecting.connection import Connection
from prime_client.events import LoginNeeded, Postponed, Synced
from prime_client.failures import CallFailed, DeltaRefused
from prime_client.room import Room
from server.sockets.connection import Connection as NodeConnection
from tests.databases import execute
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
        project = (await ann.projects.create(name="Song"))["id"]
        await ann.members.grant(project=project, email="ben@example.org", role="editor")
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
    kept = await client.snapshots.create(project=ann.project, name="v1")
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
    ben.replica.copy.sum_of_terms += 1  # as a bug of the client would
    for n in range(20):
        await ann.saved(ann.edit(volume(n / 20)))
    ben.edit(volume(0.3))
    for n in range(20):
        await ben.saved(ben.edit(volume(n / 20)))

    async def is_mended() -> bool:
        return ben.replica.diverged == 1 and ben.replica.synced

    await eventually(is_mended)
    await same(ann, ben)
    assert "prime_diverged_total 1.0" in (await node.http("/metrics"))[1]


@pytest.mark.parametrize("seed", range(3))
async def test_D12_D13_the_journal_has_the_order_of_the_edits_through_refusals_and_reconnects(
    node: Node, duo: tuple[Client, Room, Room], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr("rooms.edits.refusals.MAX_DELTAS_IN_FLIGHT", 16)
    monkeypatch.setattr("rooms.edits.refusals.MAX_WAITING_BYTES", 2_000)
    monkeypatch.setattr("prime_client.delivery.room_delivery.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("prime_client.connecting.backoff.BACKOFF_BASE_SECONDS", 0.01)
    is_within = NodeConnection._is_within_rate
    monkeypatch.setattr(
        NodeConnection,
        "_is_within_rate",
        lambda self, size: is_within(self, size) and (size < 120 or rng.random() < 0.9),
    )
    _, ann, ben = duo
    track = {"name": "Keys", "content": ["notes"]}
    made = [ann.edit([{"op": "insert", "col": "tracks", "id": "track_001", "entity": track}])]
    postponed = []
    ann.subscribe(lambda e: postponed.append(e) if isinstance(e, Postponed) else None)
    for n in range(24):
        clip = {"track": "track_001", "time": float(n), "duration": 1.0, "kind": "notes"}
        note = {"clip": f"clip_{n:04}", "time": 0.0, "duration": 1.0, "key": 60}
        made.append(
            ann.edit([{"op": "insert", "col": "clips", "id": f"clip_{n:04}", "entity": clip}])
        )
        made.append(
            ann.edit([{"op": "insert", "col": "notes", "id": f"note_{n:04}", "entity": note}])
        )
        if rng.random() < 0.2:
            for connection in node.connections_of(device="desk"):
                connection.abort("")
        await asyncio.sleep(0)
    async with asyncio.timeout(60):
        await ann.settled()
    journal = await node.journal.read(ann.project, 0, 1_000)
    assert [entry.delta_id for entry in journal] == made
    await same(ann, ben)
    assert len(ben.state["notes"]) == 24
    assert postponed


async def test_J15_D13_what_was_refused_unheard_is_not_taken_late_after_fresh_state(
    node: Node, duo: tuple[Client, Room, Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prime_client.connecting.backoff.BACKOFF_BASE_SECONDS", 0.01)
    _, ann, ben = duo
    await insert_markers(ben, 1)
    with monkeypatch.context() as deaf:
        deaf.setattr(ann, "receive", lambda _: None)
        marker = {"op": "insert", "col": "markers", "id": "marker_000", "entity": {"time": 1.0}}
        refused = ann.edit([marker])  # there is one of this id
        taken = ann.edit(volume(0.5))

        async def is_committed() -> bool:
            return len(await node.journal.read(ann.project, 0, 10)) == 2

        await eventually(is_committed)
        bens = ben.edit([{"op": "delete", "col": "markers", "id": "marker_000"}])
        await ben.saved(bens)  # from now on it would be taken
    ann.replica.forget_position()
    node.hub.rooms[ann.project].room.joining.encoded_states.clear()  # the next one holds all of it
    for connection in node.connections_of(user=ann_of(ann)):
        connection.abort("")
    async with asyncio.timeout(60):
        await ann.settled()
    assert await ann.saved(taken) == 2
    with pytest.raises(DeltaRefused) as told:
        await ann.saved(refused)
    assert told.value.refused.code == "unheard"
    journal = await node.journal.read(ann.project, 0, 10)
    assert [entry.delta_id for entry in journal][1:] == [taken, bens]
    await same(ann, ben)


def ann_of(room: Room) -> str:
    return str(room.replica.members[room.replica.you]["user"])


async def insert_markers(room: Room, count: int) -> None:
    for n in range(count):
        entity = {"time": float(n)}
        room.edit([{"op": "insert", "col": "markers", "id": f"marker_{n:03}", "entity": entity}])
    await room.settled()


async def test_J13_who_has_joined_holds_all_that_was_acknowledged_before(
    node: Node, duo: tuple[Client, Room, Room]
) -> None:
    client, ann, _ = duo
    token = client.access_token
    async with Client(node.url, device="phone", access_token=token) as phone:
        await phone.join(ann.project)  # the empty state is encoded now
        await insert_markers(ann, 100)
    async with Client(node.url, device="tablet", access_token=token) as tablet:
        assert len((await tablet.join(ann.project)).state["markers"]) == 100


async def test_J13_synced_says_again_that_all_is_here_after_a_reconnect(
    node: Node, duo: tuple[Client, Room, Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ann, ben = duo
    there: list[int] = []
    ann.subscribe(
        lambda e: there.append(len(ann.state["markers"])) if isinstance(e, Synced) else None
    )
    may_come, open_ = asyncio.Event(), Connection.open

    async def open_later(*args: Any) -> Connection:
        await may_come.wait()
        return await open_(*args)

    monkeypatch.setattr(Connection, "open", open_later)
    [connection] = node.connections_of(username="ann")
    connection.abort("")
    await insert_markers(ben, 100)
    may_come.set()

    async def is_back() -> bool:
        return bool(there)

    await eventually(is_back)
    assert there == [100]


async def test_J13_what_was_imported_is_exported_whole_at_once(
    node: Node, duo: tuple[Client, Room, Room]
) -> None:
    client, _, _ = duo
    ops = [
        {"op": "insert", "col": "markers", "id": f"marker_{n:04}", "entity": {"time": float(n)}}
        for n in range(300)
    ]
    for _ in range(10):
        async with Client(node.url, device="cli", access_token=client.access_token) as importing:
            project = (await importing.projects.create(name="Song"))["id"]
            await upload(await importing.join(project), ops)
        async with Client(node.url, device="cli", access_token=client.access_token) as exporting:
            assert len((await whole_state(exporting, project))["markers"]) == 300


@pytest.mark.parametrize("project", ["garbage", "00000000-0000-4000-8000-000000000000"])
async def test_H5_whoever_has_not_logged_in_hears_so_whatever_is_joined(
    node: Node, project: str
) -> None:
    """As of the SDK in TypeScript."""
    async with Client(node.url, device="desk") as client:
        with pytest.raises(CallFailed) as refused:
            await client.join(project)
        assert refused.value.code == "auth_required"
        await client.register("ann@example.org", "ann", "correct horse battery")
        with pytest.raises(CallFailed) as refused:
            await client.join(project)
        assert refused.value.code == ("bad_message" if project == "garbage" else "not_found")


async def test_J14_a_login_that_a_restored_backup_does_not_hold_is_asked_for_and_edits_are_kept(
    node: Node, duo: tuple[Client, Room, Room], database_url: str
) -> None:
    client, ann, ben = duo
    needed = asyncio.Event()
    ann.subscribe(lambda e: needed.set() if isinstance(e, LoginNeeded) else None)
    assert client.user is not None
    user = client.user["id"]
    await execute(database_url, f"DELETE FROM auth_sessions WHERE user_id = '{user}'")
    pending = ann.edit(volume(0.5))  # refused for the login, and kept
    async with asyncio.timeout(30):
        await needed.wait()
    assert client.over is None
    assert ann.replica.pending
    ann.edit(volume(0.6))
    await client.login("ann@example.org", "correct horse battery")
    async with asyncio.timeout(30):
        assert await ann.saved(pending) == 1
        await ann.settled()
    await same(ann, ben)
