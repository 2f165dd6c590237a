"""Who was read for long waits for its turn: one in a round, and others have as long behind it."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import Mock

import pytest

from server.sockets.reading.turns import ROUND_SECONDS, ReadTurns
from tests.server.sockets.test_turns import Line, ping

if TYPE_CHECKING:
    import asyncio

LONG = ROUND_SECONDS * 5


class Loop:
    """What it is to do: `soon` in its next round, `later` after so many seconds."""

    def __init__(self) -> None:
        self.soon: deque[Callable[[], None]] = deque()
        self.later: deque[tuple[float, Callable[[], None]]] = deque()
        self.call_soon = self.soon.append

    def call_later(self, seconds: float, do: Callable[[], None]) -> None:
        self.later.append((seconds, do))

    def round(self) -> None:
        for _ in range(len(self.soon)):
            self.soon.popleft()()


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
        turns.wait(lambda number=number: had.append(number), LONG)  # type: ignore[misc]
    for count in (1, 2, 3):
        loop.round()
        assert had == [*range(count)]
        assert not loop.soon
        if count < 3:
            wait, begin_round = loop.later.popleft()
            assert wait == pytest.approx(LONG - ROUND_SECONDS)
            loop.call_soon(begin_round)
    assert not loop.later


def test_E6_of_those_who_took_little_several_have_their_turn(loop: Loop, turns: ReadTurns) -> None:
    had: list[int] = []
    for number in range(10):
        turns.wait(lambda number=number: had.append(number), ROUND_SECONDS / 4)  # type: ignore[misc]
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
    turns.wait(lambda: had.append("behind"), 0.0)
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
