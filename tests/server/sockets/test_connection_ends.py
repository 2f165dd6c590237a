"""However a connection ends, nothing of it is left to the collector, which waits for hours."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from schema.close_codes import AUTH_FAILED
from server.sockets.connection import Connection
from server.sockets.handshaking.http_answer import HttpAnswer, HttpAsked
from server.sockets.handshaking.request_protocol import RequestProtocol
from server.sockets.reading.turns import ReadTurns
from tests.server.conftest import eventually
from tests.server.sockets.test_connection import HANDSHAKE

TIMES = 5


class Counting:
    """A `Server` that does with a connection what the test says, and tells when one is gone."""

    origins = None

    def __init__(self) -> None:
        self.read_turns = ReadTurns(asyncio.get_running_loop())
        self.one_is_gone = asyncio.Event()
        self.counts: defaultdict[str, float] = defaultdict(float)
        self.on_opened: Callable[[Connection], object] = lambda _: None

    def on_connect(self, connection: Connection, peer: object) -> bool:
        return True

    def refuse_handshake(self, *_: object) -> None:
        return None

    def on_open(self, connection: Connection) -> None:
        asyncio.get_running_loop().call_soon(self.on_opened, connection)

    def on_close(self, connection: Connection) -> None:
        self.one_is_gone.set()

    def answer_http(self, asked: HttpAsked) -> HttpAnswer | None:
        return HttpAnswer(200, "alive\n") if asked.path == "/healthz" else None

    def count(self, what: str, amount: float = 1, about: object = None) -> None:
        self.counts[what] += amount


@pytest.fixture
async def counting(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Counting, int]]:
    """The server and its port."""
    monkeypatch.setattr("server.sockets.connection.CLOSING_SECONDS", 0.05)
    loop, made = asyncio.get_running_loop(), Counting()
    server: Any = made
    listening = await loop.create_server(lambda: Connection(server, loop), "127.0.0.1", 0)
    yield made, listening.sockets[0].getsockname()[1]
    listening.close()
    await listening.wait_closed()


def left() -> tuple[int, int]:
    """Connections and protocols that are still there, with the collector switched off."""
    kinds = [type(thing) for thing in gc.get_objects()]
    return kinds.count(Connection), kinds.count(RequestProtocol)


def request(path: str, headers: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: test\r\n{headers}\r\n".encode()


ENDS: dict[str, tuple[bytes, bool]] = {
    "nothing was sent": (b"", False),
    "half a request": (HANDSHAKE[:60], False),
    "a plain page": (request("/healthz"), True),
    "400, no subprotocol": (HANDSHAKE.replace(b"prime.v1.msgpack", b"chat"), True),
    "400, no request": (b"\x00\xff\r\n\r\n", True),
    "404": (request("/nowhere"), True),
    "405": (HANDSHAKE.replace(b"GET", b"POST", 1), True),
    "414": (b"GET /" + b"x" * 20_000, True),
    "426": (request("/v1"), True),
    "431": (request("/v1", "X-A: b\r\n" * 300), True),
    "505": (HANDSHAKE.replace(b"HTTP/1.1", b"HTTP/1.0"), True),
    "a handshake, then cut": (HANDSHAKE, False),
    "half a frame": (HANDSHAKE + b"\x82\xff\x00", False),
    "a frame that is none": (HANDSHAKE + b"\xff\xff" * 40, True),
    "a close that is none": (HANDSHAKE + b"\x88\x84\0\0\0\0\x03\xe8\xff\xff", True),
    "a close": (HANDSHAKE + b"\x88\x82\0\0\0\0\x03\xe8", True),
}


async def come_and_go(server: Counting, port: int, data: bytes, *, wait: bool) -> None:
    """`wait`: until the server has said its last."""
    server.one_is_gone.clear()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(30):
        writer.write(data)
        if wait:
            await reader.read()
        elif data.startswith(HANDSHAKE):
            await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await server.one_is_gone.wait()


async def nothing_is_left(server: Counting, port: int, data: bytes, *, wait: bool) -> None:
    async def is_as_before() -> bool:
        return left() == before

    gc.collect()
    gc.disable()
    try:
        before = left()
        for _ in range(TIMES):
            await come_and_go(server, port, data, wait=wait)
        await eventually(is_as_before)  # the timer of a close holds it a little longer
    finally:
        gc.enable()


@pytest.mark.parametrize("end", ENDS)
async def test_H3_nothing_is_left_of(counting: tuple[Counting, int], end: str) -> None:
    data, wait = ENDS[end]
    await nothing_is_left(*counting, data, wait=wait)


@pytest.mark.parametrize(
    "on_opened", [lambda c: c.close(AUTH_FAILED), lambda c: c.abort("")], ids=["closed", "aborted"]
)
async def test_H3_nothing_is_left_of_what_we_end(
    counting: tuple[Counting, int], on_opened: Callable[[Connection], object]
) -> None:
    server, port = counting
    server.on_opened = on_opened
    gc.collect()
    await nothing_is_left(server, port, HANDSHAKE, wait=False)


async def test_a_connection_that_is_cut_off_is_counted_once(counting: tuple[Counting, int]) -> None:
    made, port = counting

    def cut_off(connection: Connection) -> None:
        for _ in range(40):  # as every part of a state did, to who did not read
            connection.abort("outbox_full")

    made.on_opened = cut_off
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HANDSHAKE)
    await made.one_is_gone.wait()
    writer.close()
    assert made.counts["aborted_connections.outbox_full"] == 1


NO_REQUESTS = {"400, no request", "414", "431"}


@pytest.mark.parametrize("end", [end for end in ENDS if end[:1] in "45" or end == "a plain page"])
async def test_what_is_no_request_is_answered_and_counted(
    counting: tuple[Counting, int], end: str
) -> None:
    made, port = counting
    data, _ = ENDS[end]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    answer = await reader.read()
    status = end[:3] if end[:3].isdecimal() else "200"
    if status != "404":  # whose pages there are is not what this server knows
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    writer.close()
    await made.one_is_gone.wait()
    assert made.counts["bad_requests"] == (end in NO_REQUESTS)
