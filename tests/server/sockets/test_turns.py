"""A read of many frames is dealt with in turns, and frames without a message are bounded.

Time stands still but for what is dealt with: tests count turns.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, cast
from unittest.mock import Mock

import msgspec
import pytest
from websockets.frames import Frame, Opcode

from schema.close_codes import BAD_MESSAGES
from schema.limits import FRAMES_PER_SECOND, FRAMES_PER_SECOND_BEFORE_LOGIN, MAX_FRAGMENTS
from server.sockets.connection import Connection
from server.sockets.incoming import READ_SECONDS, SMALL_FRAGMENT
from server.sockets.rate_limit import BURST_SECONDS
from server.sockets.reading.frame_cutter import FRAMES_AT_ONCE
from server.sockets.reading.pacing import APART_SECONDS, ReadPacing
from tests.server.sockets.test_connection import ANN, HANDSHAKE, opened

AT_ONCE = int(FRAMES_PER_SECOND * BURST_SECONDS)
AT_ONCE_BEFORE_LOGIN = int(FRAMES_PER_SECOND_BEFORE_LOGIN * BURST_SECONDS)


def frame(opcode: Opcode, payload: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=True)


FIRST = frame(Opcode.BINARY, fin=False)
EMPTY = frame(Opcode.CONT, fin=False)


def ping(number: int) -> bytes:
    return frame(Opcode.BINARY, msgspec.msgpack.encode({"t": "ping", "time": float(number)}))


class Line:
    """A connection that is read. `heard`: times of its pings, in the order of being dealt with.

    `soon`, `later`: what the loop is to do in its next turn, and at a time.
    """

    def __init__(self, *, is_stranger: bool = False) -> None:
        self.now = 1.0
        self.soon: deque[Callable[[], None]] = deque()
        self.later: list[tuple[float, Callable[..., None], tuple[Any, ...]]] = []
        self.heard: list[int] = []
        self.connection, self.transport = opened(self.soon.append)
        cast("Any", self.connection._loop).time = lambda: self.now
        cast("Any", self.connection._loop).call_later = self._call_later
        server = cast("Any", self.connection._server)
        server.received = self._received
        server.pacing = ReadPacing(self.connection._loop, lambda: self.now)
        if not is_stranger:
            self.connection.greet("laptop")
            self.connection.log_in(ANN)

    def _received(self, _: Connection, message: Any) -> None:
        self.heard.append(int(message.time))
        self.now += READ_SECONDS / 4  # as long as it took

    def _call_later(self, seconds: float, do: Callable[..., None], *given: Any) -> Mock:
        self.later.append((self.now + seconds, do, given))
        return Mock()

    def wait(self, seconds: float) -> None:
        """What the loop does in so long, each at its time."""
        until = self.now + seconds
        while due := [timer for timer in self.later if timer[0] <= until]:
            at, do, given = first = min(due, key=lambda timer: timer[0])
            self.later.remove(first)
            self.now = max(self.now, at)
            do(*given)
            while self.soon:
                self.turn()
        self.now = max(self.now, until)

    def turn(self) -> None:
        for _ in range(len(self.soon)):
            self.soon.popleft()()

    def closed_with(self) -> int | None:
        close = self.connection._protocol.close_sent
        return None if close is None else close.code

    def is_paced(self) -> bool:
        return self.connection._is_paced

    @property
    def is_paused(self) -> bool:
        calls = [name for name, _, _ in self.transport.mock_calls if name.endswith("_reading")]
        return calls[-1:] == ["pause_reading"]


def test_E6_a_read_of_many_messages_is_dealt_with_in_turns_and_in_order() -> None:
    line = Line()
    line.connection.data_received(b"".join(ping(n) for n in range(100)))
    turns = 0
    while len(line.heard) < 100:
        assert line.is_paused
        before = len(line.heard)
        line.turn()
        turns += 1
        assert 0 < len(line.heard) - before <= FRAMES_AT_ONCE
    assert line.heard == list(range(100))
    assert turns >= 100 / FRAMES_AT_ONCE - 1
    line.turn()
    assert not line.is_paused


def test_E6_what_comes_while_a_read_is_not_over_waits_behind_it() -> None:
    """Also one short message, also in two parts: nothing overtakes."""
    line = Line()
    data = b"".join(ping(n) for n in range(40))
    line.connection.data_received(data[:-5])
    line.connection.data_received(data[-5:])
    line.connection.data_received(ping(40))
    assert len(line.heard) <= FRAMES_AT_ONCE
    while line.soon:
        line.turn()
    assert line.heard == list(range(41))
    line.connection.data_received(ping(41))
    assert line.heard[-1] == 41


def test_E6_control_frames_and_fragments_keep_their_place_between_two_turns() -> None:
    line = Line()
    whole = msgspec.msgpack.encode({"t": "ping", "time": 1.0})
    parts = [frame(Opcode.BINARY, whole[:3], fin=False), frame(Opcode.PING, b"between")]
    parts += [frame(Opcode.CONT, bytes([n]), fin=False) for n in whole[3:-1]]
    data = ping(0) * FRAMES_AT_ONCE + b"".join(parts) + frame(Opcode.CONT, whole[-1:]) + ping(2)
    for size in (1, 7, len(data)):
        line.heard.clear()
        for start in range(0, len(data), size):
            line.connection.data_received(data[start : start + size])
        while line.soon:
            line.turn()
        assert line.heard == [0] * FRAMES_AT_ONCE + [1, 2]


def test_E6_what_is_left_of_a_read_goes_with_the_connection() -> None:
    line = Line()
    line.connection.data_received(b"".join(ping(n) for n in range(40)))
    heard = len(line.heard)
    line.connection.connection_lost(None)
    while line.soon:
        line.turn()
    assert len(line.heard) == heard
    assert not line.connection._unread


def test_a_turn_that_fails_ends_the_connection_as_a_read_that_fails_does() -> None:
    line = Line()
    line.connection.data_received(b"".join(ping(n) for n in range(40)))

    def fail(*_: object) -> None:
        raise ValueError("planted")

    cast("Any", line.connection._server).received = fail
    with pytest.raises(ValueError, match="planted"):
        line.turn()
    assert line.transport.abort.called


TINY = {"fragment": EMPTY, "ping": frame(Opcode.PING), "pong": frame(Opcode.PONG, b"x")}


@pytest.mark.parametrize("tiny", TINY.values(), ids=TINY)
@pytest.mark.parametrize("is_stranger", [True, False])
def test_E6_the_first_frame_without_a_message_over_the_rate_is_read_slowly(
    tiny: bytes, is_stranger: bool
) -> None:
    line = Line(is_stranger=is_stranger)
    most = AT_ONCE_BEFORE_LOGIN if is_stranger else AT_ONCE
    is_fragment = tiny is EMPTY
    if is_fragment:
        line.connection.data_received(FIRST)
    for _ in range(most - is_fragment):
        line.connection.data_received(tiny)
    assert not line.is_paced()
    line.connection.data_received(tiny)
    assert line.is_paced()
    assert line.is_paused
    assert line.closed_with() is None


def test_E6_behind_it_few_frames_are_looked_at_in_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps, not seconds: of a mebibyte of empty fragments the first few are seen at once."""
    line = Line(is_stranger=True)
    seen: list[Frame] = []
    receive = Connection._receive_frame

    def noted(connection: Connection, one: Frame) -> None:
        seen.append(one)
        receive(connection, one)

    monkeypatch.setattr(Connection, "_receive_frame", noted)
    line.connection.data_received(FIRST + EMPTY * 175_000)
    while line.soon:
        line.turn()
    assert line.connection._is_paced
    assert line.is_paused
    assert len(seen) <= AT_ONCE_BEFORE_LOGIN + FRAMES_AT_ONCE
    while line.closed_with() is None:
        before = len(seen)
        line.wait(APART_SECONDS)
        assert len(seen) - before <= FRAMES_AT_ONCE
    assert len(seen) <= MAX_FRAGMENTS + FRAMES_AT_ONCE


@pytest.mark.parametrize("tiny", [ping(1), frame(Opcode.PING)], ids=["hello", "ping"])
def test_E6_who_goes_on_behind_a_close_is_not_read_for_long(tiny: bytes) -> None:
    line = Line()
    line.connection.close(BAD_MESSAGES)
    line.connection.data_received(tiny * (AT_ONCE + FRAMES_AT_ONCE))
    while line.soon:
        line.turn()
    assert line.is_paused
    assert line.closed_with() == BAD_MESSAGES.code


def test_E6_frames_at_their_rate_and_long_fragments_close_nothing() -> None:
    line = Line()
    for _ in range(3 * AT_ONCE):
        line.connection.data_received(frame(Opcode.PING))
        line.now += 1 / FRAMES_PER_SECOND
    line.now += BURST_SECONDS
    for _ in range(4):
        line.connection.data_received(frame(Opcode.BINARY, bytes(SMALL_FRAGMENT), fin=False))
        piece = frame(Opcode.CONT, bytes(SMALL_FRAGMENT), fin=False)
        line.connection.data_received(piece * (MAX_FRAGMENTS - 2))
        while line.soon:
            line.turn()
        line.connection.data_received(frame(Opcode.CONT))
    assert line.closed_with() is None
    assert not line.connection._is_paced


def test_E3_a_message_of_too_many_fragments_is_the_end() -> None:
    """However slowly they come."""
    line = Line()
    line.connection.data_received(FIRST)
    for _ in range(MAX_FRAGMENTS - 2):
        line.connection.data_received(EMPTY)
        line.now += 1.0
    assert line.closed_with() is None
    line.connection.data_received(EMPTY)
    assert line.closed_with() == 1009
    assert not line.connection._is_open


def test_E6_frames_of_a_stranger_behind_the_handshake_in_one_read_count_alike() -> None:
    opening = Line(is_stranger=True)
    fresh = Connection(opening.connection._server, cast("Any", opening.connection._loop))
    fresh.connection_made(opening.transport)
    fresh.data_received(HANDSHAKE + FIRST + EMPTY * 1_000)
    assert fresh._is_paced
