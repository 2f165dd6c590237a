"""A connection by itself, under a loop and a transport that do nothing."""

import itertools
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import Mock

import msgspec
import pytest
from websockets.frames import Close, Frame, Opcode

from rooms.journal.feed import Feed
from rooms.journal.tail import Tail
from schema.close_codes import BAD_MESSAGES, RATE_LIMITED
from schema.limits import MAX_SECONDS_OVER_RATE
from server.accounts.usage import Usage
from server.identity import Identity
from server.loop.job_scheduler import JobScheduler
from server.router.liveness import Liveness
from server.sockets.connection import Connection
from server.sockets.connection_states import LoggedIn
from server.sockets.reading.pacing import ReadPacing
from server.sockets.reading.turns import ReadTurns
from tests.server.wire import MSGPACK

if TYPE_CHECKING:
    from schema.messages import Error

ANN = Identity("user", "ann", "Ann", "login")

HANDSHAKE = (
    "GET /v1 HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {MSGPACK}\r\n\r\n"
).encode()


def opened(soon: Callable[..., None] = lambda *_: None) -> tuple[Connection, Mock]:
    """`soon`: what the loop does with what is to be called soon."""
    loop = Mock(time=lambda: 1.0, call_later=lambda *_: Mock(), call_soon=soon)
    server: Any = Mock(origins=None)
    server.answer_http = server.refuse_handshake = lambda *_: None
    server.on_open = server.on_close = server.count = lambda *_: None
    server.spend = lambda *_: 0.0
    server.pacing = ReadPacing(loop)
    server.read_turns = ReadTurns(loop)
    connection = Connection(server, cast("Any", loop))
    transport = Mock()
    transport.get_write_buffer_size = lambda: 0
    transport.is_closing = lambda: False
    transport.get_extra_info = lambda _: None
    connection.connection_made(transport)
    connection.data_received(HANDSHAKE)
    assert connection._is_open
    return connection, transport


def test_J2_more_than_goes_at_once_goes_on_when_the_socket_has_taken_all() -> None:
    """Nobody says that there is room again where there was never too little."""
    soon: list[Callable[[], None]] = []
    connection, transport = opened(soon.append)
    transport.writelines = lambda frames: transport.write(b"".join(frames))
    sent = [bytes([n]) * 50_000 for n in range(20)]
    for frame in sent:
        connection.send_frame(frame)
    assert connection.outbox.waiting_frames
    while soon:
        soon.pop(0)()
    assert not connection.outbox.waiting_frames
    written = [call.args[0] for call in transport.write.call_args_list]
    assert b"".join(written[-len(sent) :])[-1_000_000:] == b"".join(sent)


def frame(opcode: Opcode, payload: bytes) -> bytes:
    return Frame(opcode, payload).serialize(mask=True)


PING = msgspec.msgpack.encode({"t": "ping", "time": 1.0})


def test_E4_however_the_bytes_are_cut_a_close_behind_our_own_is_understood() -> None:
    """What was held back as an incomplete header goes to the protocol in its place."""
    message = frame(Opcode.BINARY, PING)
    data = message + frame(Opcode.PING, b"p") + frame(Opcode.CLOSE, Close(1000, "").serialize())
    for first, second in itertools.combinations_with_replacement(range(len(data) + 1), 2):
        connection, _ = opened()
        server: Any = connection._server
        server.received = lambda c, _: c.close(BAD_MESSAGES)
        for part in (data[:first], data[first:second], data[second:]):
            if part:
                connection.data_received(part)
        close = connection._protocol.close_rcvd
        assert close is not None, (first, second)
        assert close.code == 1000


class Flow:
    """A connection whose clock a test turns; `closes` and `refusals` are what it did and said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connection, _ = opened()
        self.now = 1.0
        loop: Any = self.connection._loop
        loop.time = lambda: self.now
        self.closes: list[object] = []
        self.refusals: list[Error] = []
        self.heard = 0
        monkeypatch.setattr(Connection, "close", lambda _, code: self.closes.append(code))
        server: Any = self.connection._server
        server.over_rate = lambda _, __, error: self.refusals.append(error)
        server.received = self._received
        self.connection.greet("laptop")
        self.connection.log_in(ANN)

    def _received(self, *_: object) -> None:
        self.heard += 1

    def send(self, size: int) -> bool:
        """One call of about this size; whether it was taken."""
        heard = self.heard
        call = {"t": "call", "id": "c", "method": "x", "params": {"x": "y" * size}}
        self.connection._receive_message(msgspec.msgpack.encode(call))
        return self.heard > heard


@pytest.mark.parametrize(("size", "per_second"), [(10, 900), (196_000, 30), (1_000_000, 6)])
def test_E6_more_than_may_be_for_ten_seconds_is_the_end(
    monkeypatch: pytest.MonkeyPatch, size: int, per_second: int
) -> None:
    """Of messages or of bytes."""
    flow = Flow(monkeypatch)
    while not flow.closes and flow.now < 60:
        flow.send(size)
        flow.now += 1 / per_second
    assert flow.closes[0] is RATE_LIMITED
    assert MAX_SECONDS_OVER_RATE < flow.now < 25


@pytest.mark.parametrize(("size", "burst"), [(10, 800), (196_000, 42)])
def test_E6_who_waits_as_told_is_never_closed(
    monkeypatch: pytest.MonkeyPatch, size: int, burst: int
) -> None:
    flow = Flow(monkeypatch)
    taken = 0
    while flow.now < 60:
        if flow.send(size):
            taken += 1
            flow.now += 0.000_1
        else:
            details = flow.refusals[-1].details
            assert details is not None
            flow.now += cast("float", details["retry_after_ms"]) / 1_000
    assert not flow.closes
    assert taken > 30 * burst / 2


def test_E6_what_is_refused_for_its_bytes_costs_one_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow = Flow(monkeypatch)
    while flow.send(1_000_000):
        pass
    before = flow.connection._message_bucket.level + flow.connection._prepaid_messages
    for _ in range(20):
        flow.send(1_000_000)
    after = flow.connection._message_bucket.level + flow.connection._prepaid_messages
    assert before - after == 20


class OwingFlow(Flow):
    """One of two connections of a user; `spend`: what the other one has judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(monkeypatch)
        self.ops = Usage().ops
        server: Any = self.connection._server
        server.spend = lambda _, ops=0.0: self.spend(ops)

    def spend(self, ops: float) -> float:
        return self.ops.spend(ANN.user, self.now, ops)


def test_E6_what_a_user_owes_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = OwingFlow(monkeypatch)
    flow.spend(1_000_000)
    monkeypatch.setattr(type(flow.connection.codec), "decode", None)
    for _ in range(8):
        assert not flow.send(900_000)
    assert {error.code for error in flow.refusals} == {"rate_limited"}
    assert {error.id for error in flow.refusals} == {"c"}


def test_E6_who_goes_on_for_a_user_who_owes_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = OwingFlow(monkeypatch)
    while not flow.closes and flow.now < 60:
        flow.spend(20_000)
        flow.send(100_000)
        flow.now += 0.25
    assert flow.closes[0] is RATE_LIMITED
    assert MAX_SECONDS_OVER_RATE < flow.now < 25


def test_E6_who_waits_as_told_is_not_closed_though_others_of_the_user_came_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow = OwingFlow(monkeypatch)
    refused = 0
    while flow.now < 120:
        flow.spend(100_000)
        if not flow.send(100_000):
            refused += 1
            details = flow.refusals[-1].details
            assert details is not None
            flow.now += cast("float", details["retry_after_ms"]) / 1_000
    assert not flow.closes
    assert refused > 5


def test_J11_a_feed_that_fails_ends_its_own_connection_only() -> None:
    connection, transport = opened()
    loop: Any = connection._loop
    failures: list[object] = []
    loop.call_exception_handler = failures.append
    server: Any = connection._server
    server.fed = _raise
    scheduler = JobScheduler(loop)
    connection.feed(Feed("song", Tail(0), 0), scheduler)
    assert len(failures) == 1
    assert transport.abort.called


def _raise(*_: object) -> None:
    raise RuntimeError("planted")


def test_H6_a_pong_of_websocket_is_life() -> None:
    connection, transport = opened()
    connection.ping()
    connection._write_now()
    assert transport.writelines.call_args.args[0] == [b"\x89\x00"]
    connection.last_received_at = 0.0
    connection.data_received(frame(Opcode.PONG, b""))
    assert connection.last_received_at == 1.0


@pytest.mark.parametrize(
    ("silence", "happens"), [(10.0, []), (12.5, []), (12.6, ["ping"]), (25.0, ["ping"])]
)
def test_H10_who_was_silent_for_more_than_a_heartbeat_is_asked(
    silence: float, happens: list[str]
) -> None:
    done: list[str] = []
    session = LoggedIn("laptop", ANN)
    ping = partial(done.append, "ping")
    connection = Mock(session=session, last_received_at=0.0, ping=ping)
    Liveness({"one": connection}, 900).check(silence)
    assert done == happens
    assert not connection.close.called


CLOSED = frame(Opcode.CLOSE, Close(1000, "").serialize())


@pytest.mark.parametrize("asked", [frame(Opcode.PING, b"p"), CLOSED], ids=["ping", "close"])
def test_J11_nothing_goes_between_two_pieces_of_a_frame(asked: bytes) -> None:
    connection, transport = opened()
    written: list[bytes] = []
    transport.write = lambda data: written.append(bytes(data))
    transport.writelines = lambda pieces: written.extend(map(bytes, pieces))
    first = bytes(connection.outbox.begin(b"x" * 200_000))
    connection.data_received(asked)
    connection.ping()
    connection._drain()
    sent = first + b"".join(written)
    assert sent[:200_000] == b"x" * 200_000
    assert sent[200_000:200_001] in (b"\x8a", b"\x88")
