"""What the frames beneath the messages can be abused for."""

import asyncio
import contextlib
from urllib.parse import urlsplit

import msgpack
import pytest

from loadtest.attack.raw_client import RawClient
from loadtest.bare.frames import BINARY, PING, PONG, frame
from schema.close_codes import NO_HELLO
from schema.limits import MAX_OUTBOX_BYTES
from server.sockets.connection import Connection
from tests.server.conftest import Node
from tests.server.router.test_shutdown import deaf_member
from tests.server.wire import marker

pytestmark = pytest.mark.postgres


def buffered(connection: Connection) -> int:
    """Bytes that wait for this peer, here and in its socket's buffer."""
    transport = connection._transport
    return 0 if transport is None else transport.get_write_buffer_size()


def of_device(node: Node, device: str) -> Connection:
    return node.connection(device=device)


async def test_X2_pings_of_a_deaf_peer_do_not_pile_up(node: Node) -> None:
    ann, ben, project = await node.pair()
    deaf = await deaf_member(node, ben.tokens["access_token"], project)
    await ann.until("member_joined")
    connection = of_device(node, "deaf")
    ping = b"\x89\xfd" + bytes(4) + b"x" * 125
    loop = asyncio.get_running_loop()
    most = 0
    try:
        async with asyncio.timeout(4):
            for _ in range(400):
                await loop.sock_sendall(deaf, ping * 500)
                most = max(most, buffered(connection))
    except (ConnectionError, TimeoutError):
        pass
    assert most <= MAX_OUTBOX_BYTES + 262_144
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"
    deaf.close()


async def test_E6_endless_fragments_do_not_pile_up(node: Node) -> None:
    ann, ben, project = await node.pair()
    deaf = await deaf_member(node, ben.tokens["access_token"], project)
    await ann.until("member_joined")
    connection = of_device(node, "deaf")
    loop = asyncio.get_running_loop()
    empty = b"\x00\x80" + bytes(4)
    try:
        await loop.sock_sendall(deaf, b"\x01\x80" + bytes(4))
        for _ in range(100):
            await loop.sock_sendall(deaf, empty * 1_000)
            await asyncio.sleep(0)
        await ann.ping()
    except ConnectionError:
        pass
    assert len(connection._fragments) < 20_000
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"
    deaf.close()


async def test_E6_a_burst_in_one_write_is_answered_whole_and_in_order(node: Node) -> None:
    """It is read in several turns: the socket is stopped between them, and goes on."""
    async with await RawClient.open(node.url) as wire:
        assert (await wire.hello())["t"] == "welcome"
        times = [float(n) for n in range(600)]
        pings = [frame(msgpack.packb({"t": "ping", "time": time})) for time in times]
        wire.write(b"".join(pings))
        assert [(await wire.next())["time"] for _ in times] == times
        await wire.ping()


@pytest.mark.parametrize(
    ("opcode", "code"), [(0, 1009), (PING, NO_HELLO.code), (PONG, NO_HELLO.code)]
)
async def test_E3_E6_a_stranger_who_sends_frames_without_a_message_gets_no_further(
    node: Node, opcode: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its fragments come to too many; of pings a few are read, and no hello is among them."""
    ann = await node.musician("ann")
    if code == NO_HELLO.code:
        monkeypatch.setattr("server.router.liveness.LOGIN_SECONDS", 1.0)
    async with await RawClient.open(node.url) as wire:
        wire.send_piece(b"", BINARY, is_last=False)
        for _ in range(20_000):
            wire.send_piece(b"", opcode, is_last=opcode != 0)
        assert await wire.closed() == code
    await ann.ping()


async def test_H3_a_socket_that_never_shakes_hands_is_let_go(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sockets.handshaking.handshake.HANDSHAKE_SECONDS", 0.2)
    where = urlsplit(node.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(b"GET /v1 HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    async with asyncio.timeout(30):
        with contextlib.suppress(ConnectionResetError):  # cut off is as good as ended
            assert await reader.read() == b""
    writer.close()
