"""Who is paced is read a little at a time; all who are take a small part of the processor."""

import math
import socket
import struct
import sys
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import Mock

import pytest
from websockets.frames import Opcode

from schema.close_codes import NO_HELLO
from schema.limits import HEARTBEAT_SECONDS, HELLO_SECONDS, LOGIN_SECONDS, MAX_FRAGMENTS
from schema.server_limits import HANDSHAKE_SECONDS
from server.router.liveness import SILENT_AFTER_SECONDS, Liveness
from server.sockets.connection import Connection
from server.sockets.incoming import PACED_SECONDS
from server.sockets.reading.pacing import (
    APART_SECONDS,
    AT_ONCE,
    SHARE,
    PacedReads,
    Place,
    ReadPacing,
)
from server.sockets.reading.turns import ReadTurns
from tests.server.sockets.test_connection import HANDSHAKE
from tests.server.sockets.test_turns import AT_ONCE as FRAMES_THAT_MAY_COME
from tests.server.sockets.test_turns import EMPTY, FIRST, Line, frame, ping

if TYPE_CHECKING:
    import asyncio

    from server.sockets.connection_states import WaitingForHello

PING = frame(Opcode.PING)


class Clock:
    """A loop whose time goes on when it is told to, and the processor's time."""

    def __init__(self) -> None:
        self.now = self.used = 0.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, do: Callable[[], None]) -> None:
        self.timers.append((self.now + seconds, do))

    def pacing(self) -> ReadPacing:
        return ReadPacing(cast("asyncio.AbstractEventLoop", self), lambda: self.used)

    def go_on(self) -> None:
        """To the next timer."""
        at, do = self.timers.pop(0)
        self.now = max(self.now, at)
        do()

    def use(self, seconds: float) -> None:
        self.used += seconds
        self.now += seconds


class Sending:
    """A connection that is paced, and has as much as it may take, so many `times`."""

    def __init__(self, clock: Clock, pacing: ReadPacing, times: float = math.inf) -> None:
        self.turns = 0
        self._clock, self._pacing, self._times = clock, pacing, times
        self.place = Place(self._take_turn)
        pacing.wait(self.place)

    def _take_turn(self) -> None:
        self.turns += 1
        self._clock.use(0.0005)
        if self.turns < self._times:
            self._pacing.wait(self.place)


@pytest.mark.parametrize("count", [1, 50])
def test_E6_all_together_take_their_share_and_each_has_its_turn(count: int) -> None:
    clock = Clock()
    pacing = clock.pacing()
    sending = [Sending(clock, pacing) for _ in range(count)]
    for _ in range(20 * count):
        before = clock.used
        clock.go_on()
        assert clock.used - before < 0.0006  # one turn, however many wait
        assert len(clock.timers) == 1
    assert clock.used <= SHARE * clock.now + 0.0005
    assert clock.used >= SHARE * clock.now / 2
    turns = [each.turns for each in sending]
    assert max(turns) - min(turns) <= 1


def test_E6_who_is_new_and_small_has_its_turns_before_all_that_have_taken_more() -> None:
    """However many there are: of two turns one is its own."""
    for count in (60, 600):
        clock = Clock()
        pacing = clock.pacing()
        hostile = [Sending(clock, pacing) for _ in range(count)]
        for _ in range(30 * count):
            clock.go_on()
        before = sum(each.turns for each in hostile)
        honest = Sending(clock, pacing)
        while honest.turns < 10:
            clock.go_on()
        assert sum(each.turns for each in hostile) - before <= 11


def test_E6_nobody_waits_for_ever_behind_those_who_come_anew() -> None:
    clock = Clock()
    pacing = clock.pacing()
    old = Sending(clock, pacing)
    while old.turns < 100:
        clock.go_on()
    for _ in range(60):
        Sending(clock, pacing, times=1)
    for _ in range(1_000):  # one comes for each turn
        Sending(clock, pacing, times=1)
        clock.go_on()
    assert old.turns >= 105


def test_E6_who_is_gone_has_no_turn_and_leaves_nothing() -> None:
    clock = Clock()
    pacing = clock.pacing()
    gone = [Sending(clock, pacing) for _ in range(60)]
    honest = Sending(clock, pacing)
    for each in gone:
        pacing.leave(each.place)
        pacing.leave(each.place)  # also one that does not wait
    clock.go_on()
    assert honest.turns == 1
    assert not any(each.turns for each in gone)
    pacing.leave(honest.place)
    clock.go_on()  # nobody is there
    assert not clock.timers
    assert not pacing._waiting
    Sending(clock, pacing)
    clock.go_on()
    assert clock.timers


def test_E6_what_is_read_behind_a_turn_counts_before_the_next_one() -> None:
    clock = Clock()
    pacing, turns = clock.pacing(), []
    places = [Place(lambda number=number: turns.append(number)) for number in range(3)]  # type: ignore[misc]
    for place in places:
        pacing.wait(place)
    clock.go_on()
    pacing.took(places[0], 0.001)
    clock.go_on()
    assert (turns, clock.now) == ([0], 2 * APART_SECONDS)
    clock.go_on()
    assert turns == [0, 1]
    assert clock.now >= 0.001 / SHARE


def test_E6_who_fails_in_its_turn_keeps_nobody_waiting() -> None:
    clock = Clock()
    pacing, turns = clock.pacing(), []

    def fail() -> None:
        raise ValueError("planted")

    pacing.wait(Place(fail))
    pacing.wait(Place(lambda: turns.append(1)))
    with pytest.raises(ValueError, match="planted"):
        clock.go_on()
    clock.go_on()
    assert turns == [1]
    assert not clock.timers


class Kernel:
    """A transport as uvloop's, before a `Line`. `sent`: what nobody has read yet."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.protocol: Any = line.connection
        self.sent = b""
        self.reads: list[int] = []
        self._is_read = True
        line.transport.pause_reading = lambda: self._read(is_read=False)
        line.transport.resume_reading = lambda: self._read(is_read=True)
        line.transport.is_reading = lambda: self._is_read
        line.transport.set_protocol = self._set_protocol

    def _read(self, *, is_read: bool) -> None:
        self._is_read = is_read
        if is_read:
            self.line.soon.append(self.bring)

    def _set_protocol(self, protocol: Any) -> None:
        assert not self._is_read  # else bytes would be on their way to the other one
        self.protocol = protocol

    def is_paced(self) -> bool:
        is_paced = isinstance(self.protocol, PacedReads)
        assert is_paced or self.protocol is self.line.connection
        return is_paced

    def bring(self) -> None:
        if not (self._is_read and self.sent):
            return
        if isinstance(self.protocol, PacedReads):
            buffer = self.protocol.get_buffer(65_536)
            size = min(len(buffer), len(self.sent))
            buffer[:size], self.sent = self.sent[:size], self.sent[size:]
            self.reads.append(size)
            self.protocol.buffer_updated(size)
        else:
            data, self.sent = self.sent, b""
            self.protocol.data_received(data)

    def send(self, data: bytes) -> None:
        self.sent += data
        self.bring()


def paced(*, is_stranger: bool = False) -> tuple[Line, Kernel]:
    line = Line(is_stranger=is_stranger)
    kernel = Kernel(line)
    kernel.send(PING * (FRAMES_THAT_MAY_COME + 1))
    while line.soon:
        line.turn()
    assert kernel.is_paced()
    line.wait(1.0)
    return line, kernel


def test_E6_all_that_a_paced_connection_sends_comes_in_order_and_little_at_a_time() -> None:
    line, kernel = paced()
    data = b""
    for number in range(100):
        data += ping(number) + PING * 30
    data += FIRST + EMPTY * (MAX_FRAGMENTS - 3) + PING + frame(Opcode.CONT)
    kernel.send(data)
    line.wait(60.0)
    assert line.heard == list(range(100))
    assert sum(kernel.reads) == len(data)
    assert max(kernel.reads) <= AT_ONCE
    assert line.closed_with() is None


def test_E6_who_sends_no_more_of_them_is_read_as_everyone_after_a_while() -> None:
    line, kernel = paced()
    kernel.send(PING * 500)
    line.wait(PACED_SECONDS - 2.0)
    kernel.send(ping(1))
    line.wait(APART_SECONDS)
    assert kernel.is_paced()
    line.wait(PACED_SECONDS)
    kernel.send(ping(2))
    line.wait(APART_SECONDS)
    assert not kernel.is_paced()
    kernel.send(ping(3) + ping(4))
    while line.soon:
        line.turn()
    assert line.heard == [1, 2, 3, 4]
    kernel.send(PING * (FRAMES_THAT_MAY_COME + 1))  # and paced anew, if it begins again
    while line.soon:
        line.turn()
    assert kernel.is_paced()


def test_H6_whoever_waits_for_a_turn_is_not_silent_and_who_is_silent_is_closed() -> None:
    line, kernel = paced()
    liveness = Liveness({"a": line.connection}, 900.0)
    others = line.connection._server.pacing
    others.took(Place(lambda: None), SILENT_AFTER_SECONDS * SHARE)  # those before it take so long
    kernel.send(ping(1))
    line.wait(0)
    for _ in range(int(SILENT_AFTER_SECONDS)):
        line.now += 1.0
        liveness.check(line.now)
    assert line.closed_with() is None
    line.wait(1.0)
    assert line.heard == [1]
    for _ in range(int(SILENT_AFTER_SECONDS + HEARTBEAT_SECONDS)):
        line.wait(1.0)
        liveness.check(line.now)
    assert line.closed_with() == 4002


def test_H3_a_stranger_has_its_time_for_hello_once_we_have_read_what_it_sent() -> None:
    line, kernel = paced(is_stranger=True)
    liveness = Liveness({"a": line.connection}, 900.0)
    others = line.connection._server.pacing
    others.took(Place(lambda: None), 6 * HELLO_SECONDS * SHARE)  # those before it take so long
    kernel.send(ping(1))
    for _ in range(6 * HELLO_SECONDS):
        line.now += 1.0
        liveness.check(line.now)
    line.wait(1.0)
    assert line.heard == [1]
    for _ in range(HELLO_SECONDS):
        assert line.closed_with() is None
        line.wait(1.0)
        liveness.check(line.now)
    assert line.closed_with() == NO_HELLO.code


def test_H3_who_is_never_read_is_closed_when_a_login_would_be_late() -> None:
    line, kernel = paced(is_stranger=True)
    liveness = Liveness({"a": line.connection}, 900.0)
    line.connection._server.pacing.took(Place(lambda: None), 1_000 * SHARE)
    kernel.send(ping(1))
    opened_at = cast("WaitingForHello", line.connection.session).opened_at
    while line.closed_with() is None:
        line.now += 1.0
        liveness.check(line.now)
    assert LOGIN_SECONDS < line.now - opened_at <= LOGIN_SECONDS + 1.0


def test_H3_a_handshake_that_we_have_not_read_has_its_time_anew_but_not_for_ever() -> None:
    now, later = 1.0, deque[tuple[float, Callable[[], None]]]()
    loop = Mock(time=lambda: now)
    loop.call_later = lambda seconds, do, *_: later.append((now + seconds, do))
    connection = Connection(Mock(pacing=ReadPacing(loop), read_turns=ReadTurns(loop)), loop)
    transport = Mock(is_closing=lambda: False, get_extra_info=lambda _: None)
    transport.get_write_buffer_size = lambda: 0
    connection.connection_made(transport)
    connection.data_received(HANDSHAKE[:20])
    connection._pace()  # as with too many records; the next timer is that of its turn
    times = []
    while not transport.abort.called:
        at, do = later.popleft()
        if do == connection._expect_handshake:
            times.append(at)
            now = at
            do()
    assert times == [1.0 + HANDSHAKE_SECONDS * (n + 1) for n in range(len(times))]
    assert LOGIN_SECONDS <= times[-1] - 1.0 <= LOGIN_SECONDS + HANDSHAKE_SECONDS


def test_H3_the_time_for_hello_begins_with_the_handshake() -> None:
    """As the table of bounds says: TLS and a slow line take some of what was before."""
    line = Line(is_stranger=True)
    session = cast("WaitingForHello", line.connection.session)
    session.opened_at -= HELLO_SECONDS  # so long before the handshake was there
    liveness = Liveness({"a": line.connection}, 900.0)
    line.now += HELLO_SECONDS
    liveness.check(line.now)
    assert line.closed_with() is None
    line.now += 1.0
    liveness.check(line.now)
    assert line.closed_with() == NO_HELLO.code


def test_E6_a_paced_connection_that_is_lost_is_lost() -> None:
    line, kernel = paced()
    kernel.send(ping(1) * 100)
    heard = len(line.heard)
    kernel.protocol.connection_lost(None)
    line.wait(10.0)
    assert len(line.heard) <= heard
    assert line.connection._transport is None
    assert not line.connection._server.pacing._waiting
    assert not line.connection._is_paced


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
@pytest.mark.parametrize("is_reset", [False, True])
def test_E6_a_paced_connection_whose_peer_has_closed_is_cut_off_in_the_next_round(
    *, is_reset: bool
) -> None:
    """Nobody reads so far that they would see it; one whose peer is there stays."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = socket.create_connection(listening.getsockname())
        ours, _ = listening.accept()
    line, kernel = paced()
    line.transport.get_extra_info = {"socket": ours}.get
    lost = []
    line.transport.abort = lambda: lost.append(kernel.protocol.connection_lost(None))
    liveness = Liveness({"a": line.connection}, 900.0)
    others = line.connection._server.pacing
    others.took(Place(lambda: None), 100.0)  # those before it take so long
    kernel.send(ping(1))
    with ours:
        liveness.check(line.now)
        assert not lost
        peer.sendall(b"x")  # which nobody reads
        if is_reset:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        liveness.check(line.now)
    assert line.connection._transport is None
    assert not others._waiting
