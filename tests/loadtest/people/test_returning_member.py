"""Coming back: the law of waiting, the position, and what is sent again."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any, Self

import msgpack
import pytest

from loadtest.bare.bare_prime import Account, BarePrime, PrimeRefused
from loadtest.people.returning_member import ReturningMember, ReturningTally
from prime_client.connecting.codec import Message

BASE = "prime_client.connecting.backoff.BACKOFF_BASE_SECONDS"

PROJECT = "0" * 8
ACCOUNT = Account("ws://127.0.0.1:1/v1", "a@b.c", "token", "user")


class FakeConnection:
    """A socket that remembers what was sent."""

    def __init__(self) -> None:
        self.is_open = True
        self.close_code: int | None = None
        self.on_lost: Callable[[Any], None] | None = None
        self.sent: list[Message] = []

    def send(self, frame: bytes) -> None:
        self.sent.append(_payload(frame))

    def abort(self) -> None:
        self.is_open = False
        if self.on_lost is not None:
            self.on_lost(self)


class FakeNode:
    """Lets in whoever comes, at the head it has; what it says is heard by the newest connection."""

    def __init__(self, head: int = 0) -> None:
        self.head = head
        self.positions: list[Message | None] = []
        self.primes: list[FakePrime] = []
        self.refuses = 0
        self.refusal: Exception = ConnectionRefusedError()

    async def open(
        self, _url: str, _device: str, _token: str, on_message: Callable[[Message], None]
    ) -> "FakePrime":
        if self.refuses:
            self.refuses -= 1
            raise self.refusal
        prime = FakePrime(self, on_message)
        self.primes.append(prime)
        return prime

    def says(self, name: str, **message: Any) -> None:
        self.primes[-1].on_message({"t": name, **message})


class FakePrime:
    def __init__(self, node: FakeNode, on_message: Callable[[Message], None]) -> None:
        self.connection = FakeConnection()
        self.joined: dict[str, Message] = {}
        self.on_message = on_message
        self._node = node

    async def join(self, project: str, position: Message | None) -> Message:
        self._node.positions.append(None if position is None else dict(position))
        at = position or {"epoch": "e", "seq": self._node.head}
        joined = {"you": "me", "position": dict(at), "resumed": position is not None}
        self.joined[project] = joined
        return joined

    def lost(self, connection: Any) -> None:
        pass

    def close(self) -> None:
        self.connection.is_open = False


class Bench:
    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.tally = ReturningTally()
        self.ticks: list[Message] = []
        rng = random.Random(1)
        self.member = ReturningMember(ACCOUNT, "d", PROJECT, self.tally, rng, self.ticks.append)

    @property
    def sent(self) -> list[Message]:
        return self.node.primes[-1].connection.sent

    async def entered(self) -> Self:
        await self.member.enter()
        return self

    async def back(self) -> None:
        await until(lambda: self.member.prime is not None)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> FakeNode:
    node = FakeNode(head=7)
    monkeypatch.setattr(BarePrime, "open", node.open)
    monkeypatch.setattr(BASE, 0.01)
    return node


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


def _payload(frame: bytes) -> Message:
    begin = 6 if frame[1] & 0x7F < 126 else 8
    message: Message = msgpack.unpackb(frame[begin:])
    return message


async def test_P4_it_comes_back_with_its_position(node: FakeNode) -> None:
    bench = await Bench(node).entered()
    node.says("delta", seq=8, id="x")
    node.says("delta", seq=9, id="y")
    node.refuses = 2
    bench.member.drop()
    assert bench.member.prime is None
    await bench.back()
    assert node.positions == [None, {"epoch": "e", "seq": 9}]
    assert (bench.tally.reconnects, bench.tally.resumed, bench.tally.holes) == (1, 1, 0)
    assert bench.tally.problems == {"ConnectionRefusedError": 2}


async def test_it_comes_again_when_the_node_asked_for(
    node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BASE, 1e-6)
    bench = await Bench(node).entered()
    node.refuses = 1
    node.refusal = PrimeRefused("unavailable: too many", retry_after_ms=120)
    began = time.perf_counter()
    bench.member.drop()
    await bench.back()
    assert time.perf_counter() - began > 0.1
    assert bench.tally.problems == {"PrimeRefused": 1}


async def test_D2_a_seq_that_does_not_follow_is_a_hole(node: FakeNode) -> None:
    bench = await Bench(node).entered()
    node.says("delta", seq=8, id="x")
    node.says("delta", seq=10, id="y")
    node.says("delta", seq=10, id="y")
    assert bench.tally.holes == 2


async def test_D3_what_was_not_answered_is_sent_again_and_its_ack_is_no_hole(
    node: FakeNode,
) -> None:
    bench = await Bench(node).entered()
    bench.member.propose([], 0.0)
    bench.member.drop()
    bench.member.propose([], 0.0)  # while away
    await bench.back()
    assert [message["id"] for message in bench.sent] == ["d-00000001", "d-00000002"]
    assert bench.tally.resent == 1
    node.says("delta", seq=8, id="d-00000001")  # stored before the connection was lost
    node.says("ack", seq=8, id="d-00000001", duplicate=True)
    node.says("ack", seq=9, id="d-00000002")
    assert not bench.member.pending
    assert bench.tally.holes == 0
    assert bench.tally.duplicates == 1
    assert bench.tally.acked == {PROJECT: {"d-00000001": 8, "d-00000002": 9}}
    assert bench.tally.ack_ms == []  # what waited for a way back is no latency of the node


async def test_two_acks_that_differ_are_a_contradiction(node: FakeNode) -> None:
    bench = await Bench(node).entered()
    node.says("ack", seq=8, id="a")
    node.says("ack", seq=9, id="a", duplicate=True)
    assert bench.tally.contradictions == 1


async def test_a_delta_over_the_rate_is_sent_again_and_one_refused_is_told(node: FakeNode) -> None:
    bench = await Bench(node).entered()
    bench.member.propose([], 0.0)
    details = {"retry_after_ms": 1}
    node.says("error", id="d-00000001", code="rate_limited", details=details)
    await until(lambda: len(bench.sent) > 1)
    assert [message["id"] for message in bench.sent] == ["d-00000001"] * 2
    node.says("error", id="d-00000001", code="forbidden")
    assert bench.tally.refused == {"forbidden": 1}
    assert not bench.member.pending


async def test_who_leaves_does_not_come_back(node: FakeNode) -> None:
    bench = await Bench(node).entered()
    bench.member.leave()
    node.primes[-1].connection.abort()
    await asyncio.sleep(0.05)
    assert len(node.primes) == 1
    node.says("tick", moved={})
    assert bench.ticks == [{"t": "tick", "moved": {}}]
