"""One suite over every bus, and what only a server that fails can show."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from machine.embedded_valkey import EmbeddedValkey
from schema.server_limits import MAX_BUS_MESSAGE_BYTES, MAX_BUS_WAITING_BYTES
from server.logs.outages import BUS, OUTAGES
from server.nodes.bus import Bus
from server.nodes.bus_memory import Exchange, MemoryBus
from server.nodes.bus_redis import RedisBus
from tests.server import valkey_servers
from tests.server.conftest import eventually

MakeBus = Callable[[], Bus]


SOON = 30.0


def redis_bus(url: str, deployment: str = "prime") -> RedisBus:
    """One that counts nothing."""
    return RedisBus(url, deployment, lambda *_: None)


class Node:
    """A bus that is running, and what it heard."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.messages: list[bytes] = []
        self.states: list[str] = []
        self.task = asyncio.get_running_loop().create_task(bus.run(self))

    def on_bus_message(self, message: bytes) -> None:
        self.messages.append(message)

    def on_bus_restored(self) -> None:
        self.states.append("restored")

    def on_bus_lost(self, reason: str) -> None:
        self.states.append("lost")

    async def until_up(self) -> None:
        await eventually(self._is_up, SOON)

    async def until_down(self) -> None:
        await eventually(self._is_down, SOON)

    async def hears(self, message: bytes) -> None:
        async def has() -> bool:
            return message in self.messages

        await eventually(has)

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _is_up(self) -> bool:
        return self.bus.is_up

    async def _is_down(self) -> bool:
        return not self.bus.is_up


@pytest.fixture(scope="module")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with valkey_servers.cluster(tmp_path_factory.mktemp("cluster")) as url:
        yield url


@pytest.fixture(
    params=[
        "memory",
        pytest.param("valkey", marks=pytest.mark.redis),
        pytest.param("cluster", marks=pytest.mark.redis),
    ]
)
def make_bus(request: pytest.FixtureRequest) -> MakeBus:
    if request.param == "memory":
        exchange = Exchange()
        return lambda: MemoryBus(exchange)
    url = request.getfixturevalue(f"{request.param}_url")
    return lambda: redis_bus(url, request.node.name)


@pytest.fixture
async def nodes(make_bus: MakeBus) -> AsyncIterator[tuple[Node, Node]]:
    pair = Node(make_bus()), Node(make_bus())
    for node in pair:
        await node.until_up()
    yield pair
    for node in pair:
        await node.stop()


async def test_who_follows_a_project_hears_of_it(nodes: tuple[Node, Node]) -> None:
    speaker, listener = nodes
    for project in ("song", "other", "third"):
        await listener.bus.follow(project)
    assert speaker.bus.publish("song", b"one")
    assert speaker.bus.publish("nobody's", b"unheard")
    assert speaker.bus.publish("third", b"two")
    await listener.hears(b"one")
    await listener.hears(b"two")
    assert b"unheard" not in listener.messages


async def test_what_is_said_of_one_project_comes_in_order(nodes: tuple[Node, Node]) -> None:
    speaker, listener = nodes
    await listener.bus.follow("song")
    said = [b"%d" % n for n in range(1_000)]
    for message in said:
        assert speaker.bus.publish("song", message)
    await listener.hears(said[-1])
    assert listener.messages == said


async def test_every_node_hears_what_is_for_all(nodes: tuple[Node, Node]) -> None:
    speaker, listener = nodes
    assert speaker.bus.publish(None, b"all of you")
    await listener.hears(b"all of you")


async def test_who_follows_no_more_hears_no_more(nodes: tuple[Node, Node]) -> None:
    speaker, listener = nodes
    await listener.bus.follow("song")
    await listener.bus.follow("other")
    listener.bus.unfollow("song")
    for number in range(500):  # the server hears of it a moment later
        listener.messages.clear()
        last = b"heard %d" % number
        assert speaker.bus.publish("song", b"unheard")
        assert speaker.bus.publish("other", last)
        await listener.hears(last)
        if b"unheard" not in listener.messages:
            return
        await asyncio.sleep(0.01)
    pytest.fail("it goes on hearing")


async def test_following_again_at_once_is_following(nodes: tuple[Node, Node]) -> None:
    speaker, listener = nodes
    await listener.bus.follow("song")
    listener.bus.unfollow("song")
    await listener.bus.follow("song")
    await asyncio.sleep(0.1)
    assert speaker.bus.publish("song", b"heard")
    await listener.hears(b"heard")


async def test_a_bus_that_comes_up_says_so(nodes: tuple[Node, Node]) -> None:
    assert [node.states for node in nodes] == [["restored"], ["restored"]]


@pytest.mark.redis
@pytest.mark.parametrize("url_name", ["valkey_url", "cluster_url"])
async def test_it_is_up_when_the_server_has_confirmed_what_is_followed(
    url_name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what was followed, and no more followed, while it waited for that."""
    confirmed = RedisBus.subscribed
    held_back: list[str] = []
    monkeypatch.setattr(RedisBus, "subscribed", lambda _, channel: held_back.append(channel))
    node = Node(redis_bus(request.getfixturevalue(url_name), request.node.name))
    speaker: Node | None = None
    try:

        async def is_held_back() -> bool:
            return len(held_back) > 0

        await eventually(is_held_back)
        assert not node.bus.is_up
        for project in ("song", "other"):
            await node.bus.follow(project)
        node.bus.unfollow("other")
        assert not node.states
        monkeypatch.setattr(RedisBus, "subscribed", confirmed)
        for channel in held_back:
            confirmed(cast("RedisBus", node.bus), channel)
        await node.until_up()
        speaker = Node(redis_bus(request.getfixturevalue(url_name), request.node.name))
        await speaker.until_up()
        for project in ("other", "song"):
            assert speaker.bus.publish(project, project.encode())
        await node.hears(b"song")
        assert b"other" not in node.messages
    finally:
        await node.stop()
        if speaker is not None:
            await speaker.stop()


async def test_what_is_too_long_is_dropped(nodes: tuple[Node, Node]) -> None:
    assert not nodes[0].bus.publish("song", bytes(MAX_BUS_MESSAGE_BYTES + 1))


# A server that fails.


async def test_publishing_never_waits_for_a_bus_that_is_down(tmp_path: Path) -> None:
    node = Node(redis_bus(f"unix://{tmp_path}/nobody.sock"))
    for _ in range(1_000):
        assert not node.bus.publish("song", b"one")
    await asyncio.sleep(0)
    assert not node.bus.is_up
    assert node.states == []
    await node.stop()


@pytest.mark.redis
async def test_what_waits_is_bounded(tmp_path: Path) -> None:
    with valkey_servers.server(tmp_path) as valkey:
        node = Node(redis_bus(valkey.url))
        await node.until_up()
        size = MAX_BUS_MESSAGE_BYTES // 2
        sent = sum(node.bus.publish("song", bytes(size)) for _ in range(20))
        assert MAX_BUS_WAITING_BYTES // size - 1 <= sent <= MAX_BUS_WAITING_BYTES // size
        await node.stop()


@pytest.mark.redis
async def test_F13_a_server_that_comes_back_empty_is_followed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    over: list[str] = []
    monkeypatch.setattr(OUTAGES, "ended", lambda what, *_, **__: over.append(what))
    port = valkey_servers.free_port()
    url = f"redis://127.0.0.1:{port}"
    with valkey_servers.server(tmp_path, port=port):
        speaker, listener = Node(redis_bus(url)), Node(redis_bus(url))
        await speaker.until_up()
        await listener.until_up()
        await listener.bus.follow("song")
    for node in (speaker, listener):
        await node.until_down()
    await listener.bus.follow("begun while it was down")
    with valkey_servers.server(tmp_path, port=port):
        for node in (speaker, listener):
            await node.until_up()
        speaker.bus.publish("song", b"one")
        speaker.bus.publish("begun while it was down", b"two")
        await listener.hears(b"one")
        await listener.hears(b"two")
        assert listener.states == ["restored", "lost", "restored"]
        assert over == [BUS] * 4
        for node in (speaker, listener):
            await node.stop()


@pytest.mark.redis
async def test_F14_a_server_that_stalls_is_noticed_in_seconds(tmp_path: Path) -> None:
    with valkey_servers.server(tmp_path) as valkey:
        node = Node(redis_bus(valkey.url))
        await node.until_up()
        os.kill(valkey.pid, signal.SIGSTOP)
        await asyncio.wait_for(node.bus.follow("song"), SOON)
        await node.until_down()
        assert not node.bus.publish("song", b"dropped, not kept")
        os.kill(valkey.pid, signal.SIGCONT)
        await node.until_up()
        await node.stop()
