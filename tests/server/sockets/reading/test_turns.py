"""Who was read for long waits for its turn: one in a round, and others have as long behind it."""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import Mock

import pytest

from server.sockets.reading.turns import LOOK_SECONDS, MOST_LOOKS, ROUND_SECONDS, ReadTurns
from tests.server.sockets.test_turns import Line, ping

if TYPE_CHECKING:
    import asyncio

LONG = ROUND_SECONDS * 5


class Loop:
    """What it is to do: `soon` in its next round, `later` at a time."""

    def __init__(self) -> None:
        self.now = 1.0
        self.soon: deque[Callable[[], None]] = deque()
        self.later: deque[tuple[float, Callable[[], None]]] = deque()
        self.call_soon = self.soon.append

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, do: Callable[[], None]) -> None:
        self.later.append((self.now + seconds, do))

    def round(self) -> None:
        for _ in range(len(self.soon)):
            self.soon.popleft()()

    def wait(self) -> float:
        """Until the next timer, which is the only one; returns for how long."""
        [(at, do)] = self.later
        self.later.clear()
        waited, self.now = at - self.now, at
        do()
        return waited


@pytest.fixture
def loop() -> Loop:
    return Loop()


@pytest.fixture
def turns(loop: Loop) -> ReadTurns:
    return ReadTurns(cast("asyncio.AbstractEventLoop", loop))


def test_E6_of_many_who_took_long_one_has_its_turn_and_others_have_as_long(
    loop: Loop, turns: ReadTurns
) -> None:
    had: list[int] = []
    for number in range(3):
        turns.wait(partial(had.append, number), LONG)
    assert [loop.wait() for _ in range(3)] == [0.0, pytest.approx(LONG), pytest.approx(LONG)]
    assert had == [0, 1, 2]
    turns.wait(partial(had.append, 3), LONG)
    assert loop.wait() == pytest.approx(LONG)
    assert not loop.later


def test_E6_who_took_little_waits_for_none_who_took_long(loop: Loop, turns: ReadTurns) -> None:
    had: list[str] = []
    turns.wait(partial(had.append, "long"), LONG)
    turns.wait(partial(had.append, "short"), 0.0)
    loop.round()
    assert had == ["short"]


def test_E6_while_the_node_is_behind_long_ones_wait_and_not_for_ever(loop: Loop) -> None:
    had: list[str] = []
    is_behind = [True]
    turns = ReadTurns(cast("asyncio.AbstractEventLoop", loop), lambda: is_behind[0])
    turns.wait(partial(had.append, "first"), LONG)
    turns.wait(partial(had.append, "second"), LONG)
    turns.wait(partial(had.append, "short"), 0.0)
    loop.round()
    loop.wait()
    assert had == ["short"]
    is_behind[0] = False
    assert loop.wait() == pytest.approx(LOOK_SECONDS)
    assert had == ["short", "first"]
    is_behind[0] = True
    for _ in range(MOST_LOOKS):
        loop.wait()
    assert had == ["short", "first"]
    loop.wait()
    assert had == ["short", "first", "second"]


def test_E6_of_those_who_took_little_several_have_their_turn(loop: Loop, turns: ReadTurns) -> None:
    had: list[int] = []
    for number in range(10):
        turns.wait(partial(had.append, number), ROUND_SECONDS / 4)
    sizes = []
    while loop.soon:
        before = len(had)
        loop.round()
        sizes.append(len(had) - before)
    assert had == [*range(10)]
    assert sizes == [4, 4, 2]
    assert not loop.later


def test_who_waits_again_in_its_turn_waits_for_the_next_round(loop: Loop, turns: ReadTurns) -> None:
    had: list[str] = []

    def again() -> None:
        had.append("again")
        if len(had) < 3:
            turns.wait(again, 0.0)

    turns.wait(again, 0.0)
    for count in (1, 2, 3):
        loop.round()
        assert len(had) == count
    assert not loop.soon


def test_a_turn_that_fails_keeps_nobody_behind_it(loop: Loop, turns: ReadTurns) -> None:
    had: list[str] = []

    def fails() -> None:
        raise ValueError("of its own")

    turns.wait(fails, 0.0)
    turns.wait(partial(had.append, "behind"), 0.0)
    with pytest.raises(ValueError, match="of its own"):
        loop.round()
    loop.round()
    assert had == ["behind"]


def test_E6_a_connection_waits_as_one_that_was_read_for_so_long() -> None:
    line = Line()
    asked: list[float] = []
    server = cast("Any", line.connection._server)
    server.read_turns = Mock(wait=lambda _, took: asked.append(took))

    def takes_long(*_: object) -> None:
        line.now += LONG

    server.received = takes_long
    line.connection.data_received(ping(1) + ping(2))
    assert asked == [pytest.approx(2 * LONG)]
    assert line.is_paused
