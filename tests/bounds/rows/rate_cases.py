"""Cases of the table of bounds: how much may come in. The clock is the test's own."""

from asyncio import Transport
from typing import Any
from unittest.mock import patch

import msgspec
from websockets.frames import Frame, Opcode

from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.limits import (
    BYTES_PER_SECOND,
    FRAMES_PER_SECOND,
    FRAMES_PER_SECOND_BEFORE_LOGIN,
    MAX_FRAGMENTS,
    MAX_SECONDS_OVER_RATE,
    MESSAGES_PER_SECOND,
    OPS_PER_SECOND,
    TLS_RECORDS_PER_SECOND,
)
from schema.server_limits import PREPAID_BYTES
from server.accounts.usage import OPS_BURST_SECONDS, Usage
from server.sockets.connection import Connection
from server.sockets.connection_states import WaitingForHello
from server.sockets.incoming import SMALL_FRAGMENT
from server.sockets.reading import tls_records
from server.sockets.reading.tls_records import AROUND, TlsRecords
from tests.bounds.cases import Seen, case
from tests.server.sockets.test_connection import ANN, opened

SECONDS = 30
"""Long enough that what may come at once is used up, if a tenth more comes than may."""


class _Peer:
    """A connection that is logged in. `refused`: with what, the first time; `closed`: the same."""

    def __init__(self) -> None:
        self.connection, _ = opened()
        self.ops = Usage().ops
        self.now = 1.0
        self.refused: Past | None = None
        self.closed: Past | None = None
        loop: Any = self.connection._loop
        loop.time = lambda: self.now
        server: Any = self.connection._server
        server.over_rate = self._over_rate
        server.spend = self._spend
        self.connection.greet("laptop")
        self.connection.log_in(ANN)

    def _spend(self, _: object, ops: float = 0.0) -> float:
        return self.ops.spend("ann", self.now, ops)

    def _over_rate(self, _: object, __: object, error: Any) -> None:
        self.refused = self.refused or error.code

    def send(self, message: bytes, *, per_second: float, until: float) -> None:
        """So many a second, until the clock is there."""
        with patch.object(Connection, "close", lambda _, code: self._end(code)):
            while self.now <= until and self.closed is None:
                self.connection._receive_message(message)
                self.now += 1 / per_second

    def _end(self, code: Past) -> None:
        self.closed = self.closed or code

    def paced(self) -> Past | None:
        """What has become of it, if it is read a little at a time."""
        return Instead.PACED if self.connection._is_paced else None


def _call(size: int) -> bytes:
    """A call of so many bytes."""
    bare = {"t": "call", "id": "c", "method": "x", "params": {"x": "y" * 70_000}}
    around = len(msgspec.msgpack.encode(bare)) - 70_000
    params = {"x": "y" * max(size - around, 1)}
    return msgspec.msgpack.encode(bare | {"params": params})


def _refused(message: bytes, per_second: float) -> Past | None:
    peer = _Peer()
    peer.send(message, per_second=per_second, until=SECONDS)
    return peer.refused


@case("MESSAGES_PER_SECOND")
def messages() -> Seen:
    most = MESSAGES_PER_SECOND
    return Seen(_refused(_call(1), most), _refused(_call(1), 1.1 * most))


@case("BYTES_PER_SECOND")
def bytes_in() -> Seen:
    message = _call(500_000)
    most = BYTES_PER_SECOND / len(message)
    return Seen(_refused(message, most), _refused(message, 1.1 * most))


def _pinged(peer: _Peer, per_second: float) -> Past | None:
    ping = Frame(Opcode.PING, b"").serialize(mask=True)
    while peer.now <= SECONDS and not peer.connection._is_paced:
        peer.connection.data_received(ping)
        peer.now += 1 / per_second
    return peer.paced()


@case("FRAMES_PER_SECOND")
def frames() -> Seen:
    most = FRAMES_PER_SECOND
    return Seen(_pinged(_Peer(), most), _pinged(_Peer(), 1.1 * most))


@case("FRAMES_PER_SECOND_BEFORE_LOGIN")
def frames_of_a_stranger() -> Seen:
    def happens(per_second: float) -> Past | None:
        peer = _Peer()
        peer.connection.session = WaitingForHello(1.0, 1.0)
        return _pinged(peer, per_second)

    most = FRAMES_PER_SECOND_BEFORE_LOGIN
    return Seen(happens(most), happens(1.1 * most))


@case("TLS_RECORDS_PER_SECOND")
def tls_records_in() -> Seen:
    """Each holds a byte of frames that are read whole."""
    message = Frame(Opcode.BINARY, _call(1)).serialize(mask=True)

    def happens(per_second: float) -> Past | None:
        peer, taken = _Peer(), 0
        peer.connection._records = TlsRecords(Transport())
        with patch.object(tls_records, "taken_bytes", lambda _: taken):
            while peer.now <= 2 * SECONDS and not peer.connection._is_paced:
                taken += len(message) * (1 + AROUND)
                peer.connection.data_received(message)
                peer.now += len(message) / per_second
        return peer.paced()

    most = TLS_RECORDS_PER_SECOND
    return Seen(happens(most), happens(1.1 * most))


@case("MAX_FRAGMENTS")
def fragments() -> Seen:
    def happens(count: int) -> Past | None:
        peer = _Peer()
        for n in range(count):
            opcode = Opcode.CONT if n else Opcode.BINARY
            piece = Frame(opcode, bytes(SMALL_FRAGMENT), fin=n == count - 1)
            peer.connection.data_received(piece.serialize(mask=True))
        close = peer.connection._protocol.close_sent
        return Instead.CLOSED_1009 if close is not None and close.code == 1009 else None

    return Seen(happens(MAX_FRAGMENTS), happens(MAX_FRAGMENTS + 1))


@case("OPS_PER_SECOND")
def ops() -> Seen:
    """Of a user who has nothing saved up any more."""

    def judged(per_second: float) -> Past | None:
        usage, now = Usage(), 1.0
        usage.ops.charge("ann", now, OPS_PER_SECOND * OPS_BURST_SECONDS - 1_000)
        for _ in range(100):
            if usage.ops.spend("ann", now, per_second / 10):
                return ErrorCode.RATE_LIMITED
            now += 0.1
        return None

    return Seen(judged(OPS_PER_SECOND), judged(1.1 * OPS_PER_SECOND))


@case("MAX_SECONDS_OVER_RATE")
def patience() -> Seen:
    """From the first message over the rate."""
    peer = _Peer()
    while peer.connection._exceeded_since is None:
        peer.send(_call(1), per_second=2 * MESSAGES_PER_SECOND, until=peer.now)
    most = peer.connection._exceeded_since + MAX_SECONDS_OVER_RATE
    peer.send(_call(1), per_second=2 * MESSAGES_PER_SECOND, until=most)
    at = peer.closed
    peer.send(_call(1), per_second=2 * MESSAGES_PER_SECOND, until=most + 0.1)
    return Seen(at, peer.closed)


@case("PREPAID_BYTES")
def prepaid() -> Seen:
    """In messages that are paid for: what they weigh is taken from the bucket some at a time."""

    def happens(size: int) -> Past | None:
        connection = _Peer().connection
        connection._prepaid_messages = 3
        level = connection._byte_bucket.level
        connection._is_within_rate(size - 1)
        assert connection._byte_bucket.level == level
        connection._is_within_rate(1)
        return None if connection._byte_bucket.level == level else Instead.TAKEN

    return Seen(happens(PREPAID_BYTES - 1), happens(PREPAID_BYTES))
