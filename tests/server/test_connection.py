"""A connection by itself, under a loop and a transport that do nothing."""

import gc
import weakref
from typing import Any, cast
from unittest.mock import Mock

from server.connection import Connection
from tests.server.wire import MSGPACK

HANDSHAKE = (
    "GET /v1 HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {MSGPACK}\r\n\r\n"
).encode()


def opened() -> Connection:
    loop = Mock(time=lambda: 1.0, call_later=lambda *_: None, call_soon=lambda *_: None)
    server: Any = Mock(origins=None)
    server.answer_http = lambda *_: None
    server.opened = server.closed = server.count = lambda *_: None
    connection = Connection(server, cast("Any", loop))
    transport = Mock()
    transport.get_write_buffer_size = lambda: 0
    connection.connection_made(transport)
    connection.data_received(HANDSHAKE)
    assert connection._is_open
    return connection


def test_a_closed_connection_needs_no_collector() -> None:
    """Full collections wait until nobody is in a room: what they would have to free piles up."""
    gc.disable()
    try:
        connection = opened()
        protocol = weakref.ref(connection._protocol)
        connection.connection_lost(None)
        del connection
        assert protocol() is None
    finally:
        gc.enable()
