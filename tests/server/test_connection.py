"""A connection by itself, under a loop and a transport that do nothing."""

import gc
import weakref
from collections.abc import Callable
from typing import Any, cast
from unittest.mock import Mock

from server.connection import Connection
from tests.server.wire import MSGPACK

HANDSHAKE = (
    "GET /v1 HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {MSGPACK}\r\n\r\n"
).encode()


def opened(soon: Callable[..., None] = lambda *_: None) -> tuple[Connection, Mock]:
    """`soon`: what the loop does with what is to be called soon."""
    loop = Mock(time=lambda: 1.0, call_later=lambda *_: None, call_soon=soon)
    server: Any = Mock(origins=None)
    server.answer_http = lambda *_: None
    server.opened = server.closed = server.count = lambda *_: None
    connection = Connection(server, cast("Any", loop))
    transport = Mock()
    transport.get_write_buffer_size = lambda: 0
    connection.connection_made(transport)
    connection.data_received(HANDSHAKE)
    assert connection._is_open
    return connection, transport


def test_a_closed_connection_needs_no_collector() -> None:
    """Full collections wait until nobody is in a room: what they would have to free piles up."""
    gc.disable()
    try:
        connection, _ = opened()
        protocol = weakref.ref(connection._protocol)
        connection.connection_lost(None)
        del connection
        assert protocol() is None
    finally:
        gc.enable()


def test_J2_more_than_goes_at_once_goes_on_when_the_socket_has_taken_all() -> None:
    """Nobody says that there is room again where there was never too little."""
    soon: list[Callable[[], None]] = []
    connection, transport = opened(soon.append)
    transport.writelines = lambda frames: transport.write(b"".join(frames))
    sent = [bytes([n]) * 50_000 for n in range(20)]
    for frame in sent:
        connection.send_frame(frame)
    assert connection.outbox.waiting
    while soon:
        soon.pop(0)()
    assert not connection.outbox.waiting
    written = [call.args[0] for call in transport.write.call_args_list]
    assert b"".join(written[-len(sent) :])[-1_000_000:] == b"".join(sent)
