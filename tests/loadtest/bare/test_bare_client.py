"""The load's own WebSocket client against a server that is not ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from loadtest.bare.bare_client import HandshakeFailed, connect
from loadtest.bare.frames import Messages


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        if message == b"ping me":
            await (await socket.ping(b"now"))
            await socket.send(b"you answered")
        else:
            await socket.send(message)


@asynccontextmanager
async def echo_server() -> AsyncIterator[str]:
    async with serve(
        echo, "127.0.0.1", 0, subprotocols=[Subprotocol("echo")], max_size=None
    ) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/any?thing=1"


async def test_messages_go_there_and_back() -> None:
    got: asyncio.Queue[bytes] = asyncio.Queue()
    async with echo_server() as url, asyncio.timeout(30):
        connection = await connect(url, Messages(got.put_nowait), "echo")
        assert connection.subprotocol == "echo"
        payloads = [b"", b"x", b"y" * 126, b"z" * 70_000]
        for payload in payloads:
            connection.send_message(payload)
        assert [await got.get() for _ in payloads] == payloads
        connection.send_message(b"ping me")
        assert await got.get() == b"you answered"
        connection.abort()


async def test_a_close_is_answered_and_its_code_kept() -> None:
    async with echo_server() as url, asyncio.timeout(30):
        connection = await connect(url, subprotocol="echo")
        lost = asyncio.Event()
        connection.on_lost = lambda _: lost.set()
        connection.close(1000)
        await lost.wait()
        assert (connection.close_code, connection.is_open) == (1000, False)


async def test_what_is_no_websocket_server_is_told_with_its_own_words() -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(HandshakeFailed, match="404 Not Found"):
            await connect(f"ws://127.0.0.1:{port}/")
