"""One suite over every bus: what one node announces, the others hear, and it does not itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from server.bus import Bus
from server.bus_memory import Exchange, MemoryBus
from server.bus_redis import RedisBus
from server.embedded_valkey import EmbeddedValkey


class Node:
    """A bus that is running, and what it heard."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.heads: dict[str, int] = {}
        self.something = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(bus.run(self._heard))

    def _heard(self, heads: Mapping[str, int]) -> None:
        self.heads.update(heads)
        self.something.set()

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture(scope="module")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = EmbeddedValkey(tmp_path_factory.mktemp("valkey"))
    yield server.start()
    server.stop()


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
async def nodes(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Node, Node]]:
    if request.param == "memory":
        exchange = Exchange()

        def make() -> Bus:
            return MemoryBus(exchange)
    else:
        url = request.getfixturevalue("valkey_url")

        def make() -> Bus:
            return RedisBus(url)

    pair = Node(make()), Node(make())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await _hears(pair[0], pair[1])
        await _hears(pair[1], pair[0])
    yield pair
    for node in pair:
        await node.stop()


async def _hears(speaker: Node, listener: Node) -> None:
    """Announce until it is heard: at-most-once, and the subscription takes its time."""
    while "hello" not in listener.heads:
        speaker.bus.announce({"hello": 1})
        try:
            async with asyncio.timeout(0.1):
                await listener.something.wait()
        except TimeoutError:
            continue


async def test_others_hear_and_the_speaker_does_not(nodes: tuple[Node, Node]) -> None:
    speaker, listener = nodes
    listener.something.clear()
    speaker.bus.announce({"song": 7})
    async with asyncio.timeout(5):
        while "song" not in listener.heads:
            await listener.something.wait()
            listener.something.clear()
    assert listener.heads["song"] == 7
    assert "song" not in speaker.heads


async def test_a_running_bus_is_up(nodes: tuple[Node, Node]) -> None:
    assert all(node.bus.is_up for node in nodes)


async def test_announcing_never_waits_for_a_bus_that_is_down(tmp_path: Path) -> None:
    node = Node(RedisBus(f"unix://{tmp_path}/nobody.sock"))
    for seq in range(1_000):
        node.bus.announce({"song": seq})
    await asyncio.sleep(0)
    assert not node.bus.is_up
    await node.stop()
