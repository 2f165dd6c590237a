"""Whatever an application does with what it hears, and a server says, the client goes on."""

import asyncio
import gc
import weakref
from typing import Any

import pytest

from prime_client.client import Client
from prime_client.events import Acknowledged, CameIn, ConnectionLost, Event, Left, Synced
from prime_client.failures import ConnectionOver
from prime_client.listeners import ReaderTooSlow
from prime_client.room import Room
from tests.client.fake_server import PROJECT, VOLUME, FakeServer
from tests.client.model_server import member_named


async def test_events_asked_for_after_the_end_are_none(room: Room) -> None:
    room.leave()
    assert [event async for event in room.events()] == []


async def test_an_iterator_that_lags_too_far_behind_is_told(
    room: Room, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prime_client.listeners.EVENTS_BUFFERED", 2)
    events = room.events()
    await asyncio.gather(*(room.saved(room.edit([VOLUME])) for _ in range(3)))
    with pytest.raises(ReaderTooSlow):
        await anext(events)


async def test_an_iterator_that_nobody_has_any_more_hears_nothing(room: Room) -> None:
    """Nor does it hold what it would have read."""
    events = weakref.ref(room.events())
    gc.collect()
    assert events() is None


class _Broken(Exception):
    """A fault of an application."""


@pytest.mark.parametrize("fault", [_Broken, asyncio.CancelledError, KeyError])
async def test_a_listener_that_fails_is_logged_and_everything_goes_on(
    server: FakeServer,
    client: Client,
    room: Room,
    caplog: pytest.LogCaptureFixture,
    fault: type[BaseException],
) -> None:
    """The events of joining, editing and leaving included, whoever is told before or behind it."""
    heard: list[Event] = []

    def fail(_event: Event) -> None:
        raise fault

    room.subscribe(heard.append)
    room.subscribe(fail)
    room.subscribe(heard.append)
    server.say(t="member_joined", project=PROJECT, member=member_named("ben"))
    assert await room.saved(room.edit([VOLUME])) == 1
    server.cut()
    await server.wait_for("join", 2)
    assert await room.saved(room.edit([VOLUME])) == 2
    assert client.over is None
    await client.close()
    kinds = [type(event) for event in heard[::2]]
    assert kinds == [CameIn, Acknowledged, ConnectionLost, Synced, Acknowledged, Left]
    assert heard[::2] == heard[1::2]
    assert caplog.text.count("a listener failed at ") == len(kinds)
    assert "Traceback" in caplog.text


async def test_a_listener_that_would_have_to_be_awaited_is_refused(room: Room) -> None:
    async def listen(_event: Event) -> None: ...

    with pytest.raises(TypeError, match="read the events with `async for"):
        room.subscribe(listen)  # type: ignore[arg-type]


async def test_a_listener_may_stop_twice_and_while_it_is_told(
    room: Room, server: FakeServer
) -> None:
    heard: list[Event] = []

    def once(event: Event) -> None:
        heard.append(event)
        stop()

    stop = room.subscribe(once)
    await room.saved(room.edit([VOLUME]))
    await room.saved(room.edit([VOLUME]))
    stop()
    assert len(heard) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"t": "delta", "project": PROJECT},
        {"t": "joined", "project": PROJECT, "id": None, "position": 3},
        {"t": "tick", "project": PROJECT, "moved": []},
        {"t": "ack", "project": [], "id": 1},
        {"t": "reply"},
        {"t": "error", "id": {}},
        {"t": "pong"},
        {"t": "server_leaving", "after_ms": "soon"},
    ],
    ids=lambda message: message["t"],
)
async def test_a_message_that_cannot_be_taken_costs_one_connection(
    server: FakeServer,
    client: Client,
    room: Room,
    caplog: pytest.LogCaptureFixture,
    message: dict[str, Any],
) -> None:
    server.say(**message)
    await server.wait_for("join", 2)
    assert await room.saved(room.edit([VOLUME])) == 1
    assert f"a message `{message['t']}` could not be taken" in caplog.text
    assert client.over is None


async def test_a_fault_of_the_sdk_is_logged_and_closing_does_not_raise_it(
    server: FakeServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Client(server.url, device="desk") as client:
        await client.login("ada@example.org", "password")
        room = await client.join(PROJECT)
        monkeypatch.setattr(client, "_disconnected", lambda: 1 / 0)
        server.cut()
        with pytest.raises(ConnectionOver, match="this client broke: ZeroDivisionError"):
            await room.saved(room.edit([VOLUME]))
    assert "a fault of the SDK has ended the client" in caplog.text
