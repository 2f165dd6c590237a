"""What a peer has acknowledged, asked of the system."""

import asyncio
import socket
import struct
import sys

import pytest

from server.sockets.tcp_info import acknowledged_bytes, is_peer_gone, round_trip_ms
from tests.server.conftest import eventually


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
async def test_X2_what_the_peer_has_taken_is_told_byte_by_byte() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, *listening.getsockname())
    peer, _ = listening.accept()
    with listening, peer:
        before = acknowledged_bytes(transport)
        transport.write(b"x" * 1_000)
        assert len(peer.recv(1_000, socket.MSG_WAITALL)) == 1_000

        async def all_told() -> bool:
            return acknowledged_bytes(transport) == before + 1_000

        assert await eventually(all_told)
        transport.abort()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
async def test_how_far_away_the_peer_is() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, *listening.getsockname())
    peer, _ = listening.accept()
    with listening, peer:
        transport.write(b"x")
        assert peer.recv(1) == b"x"
        there_and_back = round_trip_ms(transport)
        transport.abort()
    assert there_and_back is not None
    assert 0 < there_and_back < 1_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize("is_reset", [False, True])
async def test_E6_that_the_peer_has_closed_is_known_before_what_it_sent_is_read(
    *, is_reset: bool
) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, *listening.getsockname())
    transport.pause_reading()
    peer, _ = listening.accept()
    with listening:
        peer.sendall(b"x" * 1_000)
        assert not is_peer_gone(transport)
        if is_reset:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()

        async def gone() -> bool:
            return is_peer_gone(transport)

        assert await eventually(gone)
        transport.abort()
