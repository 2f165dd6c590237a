"""The balancer over real sockets: who is asked, who is chosen, and what passes."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from machine.balancer import NOBODY_IS_READY, BalancedNode, Balancer, is_ready

ROOT = Path(__file__).parents[2]
SOON = 30.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class FakeNode:
    """Answers `/readyz` as told; to anyone else it says its name, then what it hears."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.status = b"200 OK"
        self.asked = asyncio.Event()
        self.over = asyncio.Event()
        self.port = 0
        self.reads = True
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.over.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            data = await reader.read(65_536)
            if data.startswith(b"GET /readyz"):
                self.asked.set()
                writer.write(b"HTTP/1.1 %b\r\nContent-Length: 0\r\n\r\n" % self.status)
            else:
                writer.write(self.name)
                while self.reads and data:
                    writer.write(data)
                    await writer.drain()
                    data = await reader.read(65_536)
                if not self.reads:
                    await self.over.wait()
        writer.close()


class Visitors:
    """Who comes to the balancer, and is gone in the end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._writers: list[asyncio.StreamWriter] = []

    async def connect(self) -> Streams:
        streams = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(streams[1])
        return streams

    async def came(self) -> tuple[bytes, asyncio.StreamWriter]:
        """Which node one gets to."""
        reader, writer = await self.connect()
        writer.write(b"!")
        async with asyncio.timeout(SOON):
            return (await reader.readexactly(2))[:1], writer

    async def go(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def balanced(*nodes: FakeNode) -> AsyncIterator[tuple[Balancer, Visitors]]:
    for node in nodes:
        await node.start()
    balancer = Balancer([BalancedNode("127.0.0.1", node.port) for node in nodes])
    visitors = Visitors(await balancer.start("127.0.0.1", 0))
    try:
        async with asyncio.timeout(SOON):
            for node in nodes:
                await node.asked.wait()
        ready = [node.status.startswith(b"200") for node in nodes]
        await until(lambda: [node.is_ready for node in balancer.nodes] == ready)
        yield balancer, visitors
    finally:
        await balancer.stop()
        await visitors.go()
        for node in nodes:
            node.stop()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not is_so():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


async def test_each_comer_gets_to_the_ready_node_with_the_fewest_links() -> None:
    a, b, c = FakeNode(b"a"), FakeNode(b"b"), FakeNode(b"c")
    c.status = b"503 Service Unavailable"
    async with balanced(a, b, c) as (balancer, visitors):
        links = [await visitors.came() for _ in range(6)]
        assert sorted(name for name, _ in links) == [b"a"] * 3 + [b"b"] * 3
        for name, writer in links:
            if name == b"a":
                writer.close()
        await until(lambda: not balancer.nodes[0].links)
        assert [(await visitors.came())[0] for _ in range(3)] == [b"a"] * 3


async def test_a_node_that_does_not_answer_a_connect_is_passed_over_at_once() -> None:
    a, b = FakeNode(b"a"), FakeNode(b"b")
    async with balanced(a, b) as (balancer, visitors):
        a.stop()
        assert [(await visitors.came())[0] for _ in range(3)] == [b"b"] * 3
        assert not balancer.nodes[0].is_ready


async def test_a_node_is_chosen_again_when_it_is_ready_again() -> None:
    a = FakeNode(b"a")
    a.status = b"503 Service Unavailable"
    async with balanced(a) as (balancer, visitors):
        assert balancer.choose() is None
        a.status = b"200 OK"
        async with asyncio.timeout(SOON):
            await balancer.something_is_ready.wait()
        assert (await visitors.came())[0] == b"a"


async def test_who_comes_when_nobody_is_ready_is_told_so() -> None:
    a = FakeNode(b"a")
    a.status = b"503 Service Unavailable"
    async with balanced(a) as (_, visitors):
        reader, writer = await visitors.connect()
        writer.write(b"GET /v1 HTTP/1.1\r\n\r\n")
        async with asyncio.timeout(SOON):
            assert await reader.read() == NOBODY_IS_READY


async def test_many_bytes_pass_unchanged_and_a_half_close_is_passed_on() -> None:
    async with balanced(FakeNode(b"a")) as (_, visitors):
        reader, writer = await visitors.connect()
        data = bytes(range(256)) * 8_000
        writer.write(data)
        writer.write_eof()
        async with asyncio.timeout(SOON):
            assert await reader.read() == b"a" + data


async def test_a_node_that_does_not_read_holds_its_client_back() -> None:
    a = FakeNode(b"a")
    async with balanced(a) as (_, visitors):
        a.reads = False
        _, writer = await visitors.connect()

        async def send_much() -> None:
            for _ in range(2_000):
                writer.write(b"x" * 65_536)
                await writer.drain()

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(send_much(), 1.0)


async def test_a_client_that_goes_is_gone_for_its_node_too() -> None:
    async with balanced(FakeNode(b"a")) as (balancer, visitors):
        _, writer = await visitors.came()
        assert len(balancer.nodes[0].links) == 1
        writer.transport.abort()
        await until(lambda: not balancer.nodes[0].links)


async def test_who_accepts_and_says_nothing_is_not_ready() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with asyncio.timeout(SOON):
            assert not await is_ready(BalancedNode("127.0.0.1", silent.getsockname()[1]))


@pytest.mark.parametrize("url", ["ws://127.0.0.1/v1", "somewhere", "ws://:80"])
def test_an_address_without_host_or_port_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"names no host and port|Port"):
        BalancedNode.of(url)


@pytest.mark.parametrize(
    "scenario",
    [
        test_each_comer_gets_to_the_ready_node_with_the_fewest_links,
        test_many_bytes_pass_unchanged_and_a_half_close_is_passed_on,
        test_a_node_that_does_not_read_holds_its_client_back,
        test_a_client_that_goes_is_gone_for_its_node_too,
        test_who_comes_when_nobody_is_ready_is_told_so,
    ],
)
def test_it_does_the_same_on_uvloop(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Which it runs on under `--nodes`; its transports differ in what they allow."""
    uvloop.run(scenario())


async def test_it_runs_as_a_program() -> None:
    a = FakeNode(b"a")
    await a.start()
    words = ("--listen", "127.0.0.1:0", "--to", f"ws://127.0.0.1:{a.port}/v1", "--json")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "machine.balancer", *words),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    ready = json.loads(await process.stdout.readline())
    assert (ready["ready"], ready["pid"]) == (True, process.pid)
    port = int(ready["url"].rsplit(":", 1)[1].split("/")[0])
    visitors = Visitors(port)
    assert (await visitors.came())[0] == b"a"
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(SOON):
        assert await process.wait() == 0
    await visitors.go()
    a.stop()


def test_a_wrong_command_line_is_said_in_words() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "machine.balancer", "--to", "nowhere"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "'nowhere' names no host and port" in done.stderr
