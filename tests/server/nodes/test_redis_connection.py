"""A burst of messages from Redis is dealt with in turns: the loop is not the bus's alone."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest

from server.nodes import redis_connection
from server.nodes.redis_connection import ANSWERS_AT_ONCE, RedisConnection

MANY = 10 * ANSWERS_AT_ONCE + 3


def message(number: int) -> bytes:
    words = b"message", b"a room", b"%d" % number
    return b"*3\r\n" + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


class Line:
    """A connection that has taken over. `heard`: numbers of messages, in the order they came."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_connection, "TURN_SECONDS", -1.0)  # over with each look
        self.heard: list[int] = []
        self.lost: list[str] = []
        self.connection = RedisConnection(self._hear, self.lost.append)
        self.transport = Mock(is_closing=lambda: False)
        self.connection._transport = self.transport

    def _hear(self, answer: Any) -> None:
        self.heard.append(int(answer[2]))

    @property
    def is_paused(self) -> bool:
        calls = [name for name, _, _ in self.transport.mock_calls if name.endswith("_reading")]
        return calls[-1:] == ["pause_reading"]


async def test_a_burst_of_messages_is_dealt_with_in_turns_and_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(monkeypatch)
    data = b"".join(map(message, range(MANY)))
    line.connection.data_received(data[:-5])
    assert len(line.heard) == ANSWERS_AT_ONCE
    line.connection.data_received(data[-5:])
    turns = 0
    while len(line.heard) < MANY:
        assert line.is_paused
        before = len(line.heard)
        await asyncio.sleep(0)
        turns += 1
        assert 0 < len(line.heard) - before <= ANSWERS_AT_ONCE
    assert turns == MANY // ANSWERS_AT_ONCE
    assert line.heard == list(range(MANY))
    assert not line.is_paused
    line.connection.data_received(message(MANY))
    assert line.heard[-1] == MANY


async def test_what_is_left_of_a_burst_goes_with_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = Line(monkeypatch)
    line.connection.data_received(b"".join(map(message, range(MANY))))
    line.connection.connection_lost(None)
    for _ in range(MANY):
        await asyncio.sleep(0)
    assert len(line.heard) == ANSWERS_AT_ONCE
    assert len(line.lost) == 1


async def test_what_redis_must_not_say_ends_a_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Line(monkeypatch)
    behind = b"".join(map(message, range(MANY)))
    line.connection.data_received(b"".join(map(message, range(12))) + b"?\r\n" + behind)
    for _ in range(MANY):
        await asyncio.sleep(0)
    assert line.heard == list(range(12))
    assert len(line.lost) == 1


async def test_what_comes_in_no_shape_of_a_message_ends_a_burst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else it would be paused for good, and nobody would know that the bus is silent."""
    line = Line(monkeypatch)
    behind = b"".join(map(message, range(MANY)))
    odd = b"*1\r\n$7\r\nmessage\r\n"
    line.connection.data_received(b"".join(map(message, range(12))) + odd + behind)
    for _ in range(MANY):
        await asyncio.sleep(0)
    assert line.heard == list(range(12))
    assert len(line.lost) == 1
