"""An effect of a room that raises is lost alone; it is counted, and whoever waits is answered."""

import asyncio
import gc
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosed

from persistence.errors import Unavailable
from persistence.journal.postgres import PostgresJournal
from rooms.document.document import Document
from rooms.effects import Commit, Effect, Packet, Send
from schema.messages import DeltaCommitted
from server.live.live_room import LiveRoom
from server.sockets.connection import Connection
from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Message, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


@pytest.fixture
def _planted(node: Node) -> Iterator[None]:
    """What failed was planted, and was counted."""
    with capture_logs() as logs:
        yield
    failed = node.metrics.counted("task_failed")
    assert failed
    assert len([line for line in logs if line["log_level"] == "error"]) == failed
    node.metrics.count("task_failed", -failed)


def break_once(monkeypatch: pytest.MonkeyPatch, kind: type[Effect]) -> None:
    """The next effect of this kind cannot be carried out."""
    carry_out, left = LiveRoom._carry_out, [1]

    def fails(self: LiveRoom, effect: Effect) -> None:
        if type(effect) is kind and left:
            left.pop()
            raise ValueError("planted")
        carry_out(self, effect)

    monkeypatch.setattr(LiveRoom, "_carry_out", fails)


@pytest.mark.usefixtures("_planted")
async def test_D12_a_delta_that_is_not_given_to_the_journal_is_answered(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    break_once(monkeypatch, Commit)
    delta: Message = {"t": "delta", "project": project, "base": 0, "ops": [marker("marker_1")]}
    refused = await ann.ask(delta | {"id": "delta-0001"})
    assert (refused["t"], refused["code"]) == ("error", "internal")
    assert refused["details"]["retry_after_ms"]
    answer = await ann.ask(delta | {"id": "delta-0001"})
    assert (answer["t"], answer["seq"]) == ("ack", 1)
    assert (await ben.until("delta"))["seq"] == 1


@pytest.mark.usefixtures("_planted")
async def test_D2_one_member_who_cannot_be_sent_a_delta_comes_back_and_all_others_have_it(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    phone = await node.again(ben, "phone")
    await phone.join(project)
    of_phone = node.connection(device="phone")
    send_packet = Connection.send_packet

    def fails(self: Connection, packet: Packet) -> bool:
        if self is of_phone and isinstance(packet.message, DeltaCommitted):
            raise ValueError("planted")
        return send_packet(self, packet)

    monkeypatch.setattr(Connection, "send_packet", fails)
    assert (await ann.edit(project, marker("marker_1")))["seq"] == 1
    assert (await ben.until("delta"))["seq"] == 1
    with pytest.raises(ConnectionClosed):
        await phone.until("delta")
    assert node.metrics.counted("aborted_connections.send_failed") == 1
    monkeypatch.undo()
    phone = await node.again(ben, "phone")
    _, state = await phone.join(project)
    if "markers" not in state:
        assert (await phone.until("delta"))["seq"] == 1


@pytest.mark.usefixtures("_planted")
async def test_the_effects_behind_one_that_fails_are_carried_out(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    live = node.hub.rooms[project]
    taken: list[Effect] = []
    carry_out = LiveRoom._carry_out

    def fails(self: LiveRoom, effect: Effect) -> None:
        taken.append(effect)
        if isinstance(effect, Send) and len(taken) == 1:
            raise ValueError("planted")
        carry_out(self, effect)

    effects = live.room.to_everyone(DeltaCommitted(project, 1, "x", "u", "m", 0.0, []))
    monkeypatch.setattr(LiveRoom, "_carry_out", fails)
    live.carry_out([*effects, *effects])
    assert len(taken) == 2
    assert (await ann.until("delta"))["seq"] == (await ben.until("delta"))["seq"] == 1


async def test_who_waits_for_a_state_that_cannot_be_frozen_is_told(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)

    def fails(_: Document) -> Iterator[None]:
        yield
        raise ValueError("planted")

    with monkeypatch.context() as broken:
        broken.setattr(Document, "freezing", fails)
        with pytest.raises(ValueError, match="planted"):
            await node.hub.rooms[project].freeze()
    assert (await node.hub.rooms[project].freeze()).seq == 0


async def test_a_room_that_fails_to_open_for_nobody_is_no_error_of_the_loop(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    node.journal.hold_loads()
    waits = asyncio.ensure_future(node.hub.open(project))
    await node.journal.is_loading.wait()
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits

    async def broken(_: str) -> None:
        raise Unavailable("planted")

    monkeypatch.setattr(PostgresJournal, "load", lambda _, project: broken(project))
    node.journal.load_gate.set()

    async def is_over() -> bool:
        return not node.hub._opening

    await eventually(is_over)
    gc.collect()  # by then asyncio tells of an error that nobody has looked at
    monkeypatch.undo()
    await ann.join(project)
    assert node.metrics.counted("task_failed") == 0


async def test_X3_a_node_that_stops_while_a_room_loads_tells_who_waits(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    node.journal.hold_loads()
    waits = asyncio.ensure_future(node.hub.open(project))
    await node.journal.is_loading.wait()
    [loading] = [t for t in node.server.tasks._running if "_load_for_all" in repr(t.get_coro())]
    loading.cancel()  # as all are, in the end
    with pytest.raises(Unavailable):
        await waits
    assert not node.hub._opening
