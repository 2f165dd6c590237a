"""Counting and timing: what listeners decode and counters count must come to the same."""

from typing import TYPE_CHECKING, cast

import msgpack
import pytest

from loadtest.load import receivers
from loadtest.load.receivers import CountingReceiver, CountingTicks, Listener, SharedTicks
from loadtest.peers.dialect import Moves, Seat
from loadtest.peers.relays import PlainRelay
from tests.loadtest.bare.test_frames import sent_by_server

if TYPE_CHECKING:
    from loadtest.bare.bare_client import BareConnection


PERIOD_MS = 500.0


class NoConnection:
    """A listener answers pings on it; there are none here."""

    def control(self, opcode: int, payload: bytes) -> None:
        raise AssertionError((opcode, payload))


class TickDialect(PlainRelay):
    """Messages that name several members, and how often one was decoded."""

    echoes = True
    gathers = True

    def __init__(self) -> None:
        self.decoded = 0

    def moves_in(self, seat: Seat, payload: bytes) -> Moves:
        self.decoded += 1
        return [(int(member), at) for member, at in msgpack.unpackb(payload).items()]


def seat(member: int) -> Seat:
    return Seat(cast("BareConnection", NoConnection()), 0, member)


def update(member: int, due: float) -> bytes:
    """An update as a relay hands it on."""
    framed = PlainRelay().update(Seat(cast("BareConnection", None), 0, member), 1, due)
    return sent_by_server(framed[6:])


def test_latency_counts_from_when_it_was_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "now_ms", lambda: 2_500.005)
    listener = Listener(seat(0), PlainRelay(), PERIOD_MS, lambda other: other == 2)
    listener.window_ms = (1_000.0, 2_000.0)
    for member, due in ((1, 1.5), (2, 1.0), (1, 2.0), (2, 0.5)):
        listener.receiver.received(update(member, due))
    assert list(listener.latencies[0]) == pytest.approx([1_000.0])
    assert list(listener.latencies[1]) == pytest.approx([1_500.0])
    assert (listener.updates, listener.repeats) == (3, 1)  # member 2's older place is no news


def test_an_update_that_was_replaced_is_seen_with_its_successor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listener = Listener(seat(0), PlainRelay(), 100.0, lambda _: False)
    listener.window_ms = (1_000.0, 2_000.0)
    for now, due in ((1_050.005, 1.0), (1_420.005, 1.4), (1_550.005, 1.5), (2_400.005, 2.1)):
        monkeypatch.setattr(receivers, "now_ms", lambda now=now: now)
        listener.receiver.received(update(1, due))
    # 1.1, 1.2 and 1.3 came as 1.4; 1.6 to 1.9 as 2.1, which itself is past the end.
    expected = [50, 20, 120, 220, 320, 50, 500, 600, 700, 800]
    assert list(listener.latencies[0]) == pytest.approx(expected)
    assert (listener.updates, listener.replaced) == (4, 7)


def test_ones_own_and_nonsense_are_no_updates() -> None:
    listener = Listener(seat(4), PlainRelay(), PERIOD_MS, lambda _: False)
    listener.receiver.received(update(4, 1.0) + sent_by_server(b"\x01") + update(5, 1.0))
    assert (listener.updates, listener.own_count) == (1, 1)
    assert sum(listener.problems.values()) == 1


def test_counting_comes_to_what_decoding_comes_to() -> None:
    listener = Listener(seat(0), PlainRelay(), PERIOD_MS, lambda _: False)
    frames = [update(member, 1.0 + step) for step in range(20) for member in range(1, 5)]
    for one in frames:
        listener.receiver.received(one)
    (payload_bytes,) = listener.payload_sizes
    counting = CountingReceiver(payload_bytes, 5, echoes=False)
    for one in frames:
        counting.receiver.received(one)
    counting.receiver.received(sent_by_server(b"something else"))
    assert counting.updates == listener.updates == 80


def test_where_senders_get_their_own_back_it_does_not_count() -> None:
    counting = CountingReceiver(80, 5, echoes=True)
    for _ in range(10):
        counting.receiver.received(sent_by_server(b"x" * 80) * 5)
    assert counting.updates == pytest.approx(40)


def test_a_tick_is_decoded_once_and_counts_the_others_in_it() -> None:
    dialect = TickDialect()
    ticks = SharedTicks(dialect)
    members = [CountingTicks(seat(member), ticks) for member in range(4)]
    stream = [
        msgpack.packb({"0": 1.0, "1": 1.0}),
        msgpack.packb({"2": 2.0}),
        msgpack.packb({}),
        msgpack.packb({"0": 3.0, "1": 3.0, "2": 3.0, "3": 3.0}),
    ]
    for member in members:
        for payload in stream:
            member.receiver.received(sent_by_server(payload))
    assert dialect.decoded == len(stream)
    assert [member.updates for member in members] == [5, 5, 5, 6]


def test_a_tick_that_cannot_be_read_is_a_problem_told() -> None:
    counting = CountingTicks(seat(0), SharedTicks(TickDialect()))
    counting.receiver.received(sent_by_server(b"\xc1"))
    assert counting.updates == 0
    assert sum(counting.problems.values()) == 1
