"""Who is paced is read a little at a time; all who are take a small part of the processor."""

from typing import TYPE_CHECKING, Any, cast

import pytest
from websockets.frames import Opcode

from schema.limits import HEARTBEAT_SECONDS, MAX_FRAGMENTS
from server.router.liveness import SILENT_AFTER_SECONDS, Liveness
from server.sockets.incoming import PACED_SECONDS
from server.sockets.reading.pacing import APART_SECONDS, AT_ONCE, SHARE, PacedReads, ReadPacing
from tests.server.sockets.test_turns import AT_ONCE as FRAMES_THAT_MAY_COME
from tests.server.sockets.test_turns import EMPTY, FIRST, Line, frame, ping

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

PING = frame(Opcode.PING)


class Clock:
    """A loop whose time goes on when it is told to, and the processor's time."""

    def __init__(self) -> None:
        self.now = self.used = 0.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, do: "Callable[[], None]") -> None:
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


@pytest.mark.parametrize("count", [1, 50])
def test_E6_all_together_take_their_share_and_each_has_its_turn(count: int) -> None:
    clock = Clock()
    pacing, turns = clock.pacing(), [0] * count

    def take(number: int) -> None:
        turns[number] += 1
        clock.use(0.0005)
        pacing.wait(lambda: take(number))

    for number in range(count):
        pacing.wait(lambda number=number: take(number))  # type: ignore[misc]
    for _ in range(20 * count):
        before = clock.used
        clock.go_on()
        assert clock.used - before < 0.0006  # one turn, however many wait
        assert len(clock.timers) == 1
    assert clock.used <= SHARE * clock.now + 0.0005
    assert clock.used >= SHARE * clock.now / 2
    assert max(turns) - min(turns) <= 1


def test_E6_what_is_read_behind_a_turn_counts_before_the_next_one() -> None:
    clock = Clock()
    pacing, turns = clock.pacing(), []
    for number in range(3):
        pacing.wait(lambda number=number: turns.append(number))  # type: ignore[misc]
    clock.go_on()
    pacing.took(0.001)
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

    pacing.wait(fail)
    pacing.wait(lambda: turns.append(1))
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


def paced() -> tuple[Line, Kernel]:
    line = Line()
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
    others.took(SILENT_AFTER_SECONDS * SHARE)  # those before it take so long
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


def test_E6_a_paced_connection_that_is_lost_is_lost() -> None:
    line, kernel = paced()
    kernel.send(ping(1) * 100)
    heard = len(line.heard)
    kernel.protocol.connection_lost(None)
    line.wait(10.0)
    assert len(line.heard) <= heard
    assert line.connection._transport is None
