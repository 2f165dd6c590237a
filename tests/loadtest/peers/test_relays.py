"""What a dialect says, another member of the room understands."""

from functools import partial
from typing import TYPE_CHECKING, cast

import msgpack
import pytest

from loadtest.bare.frames import frame
from loadtest.peers.cursor_updates import PLACES, StampedFrames, cursor, stamp_ms
from loadtest.peers.dialect import Dialect, Seat
from loadtest.peers.relays import PlainRelay, SocketIo, YAwareness

if TYPE_CHECKING:
    from loadtest.bare.bare_client import BareConnection

RELAYS = [
    PlainRelay,
    SocketIo,
    partial(YAwareness, is_hocuspocus=True),
    partial(YAwareness, is_hocuspocus=False),
]
HEAD_BYTES = 6
"""Of a client's frame under 126 bytes: two, and a mask of zeros."""


def seat(member: int, room: int = 3) -> Seat:
    return Seat(cast("BareConnection", None), room, member)


def payload_of(framed: bytes) -> bytes:
    return framed[HEAD_BYTES:] if framed[1] & 0x7F < 126 else framed[HEAD_BYTES + 2 :]


@pytest.mark.parametrize("make", RELAYS)
def test_an_update_is_read_as_it_was_meant(make: type[Dialect]) -> None:
    dialect = make()
    due = 1234.5678
    moves = dialect.moves_in(seat(0), payload_of(dialect.update(seat(7), 41, due)))
    assert moves == [(7, stamp_ms(due))]
    assert abs(stamp_ms(due) - due * 1_000) <= 0.01


@pytest.mark.parametrize("make", RELAYS)
def test_every_update_has_the_same_length(make: type[Dialect]) -> None:
    dialect = make()
    lengths = {
        len(dialect.update(seat(member), step, 9_000.0 + step / 30))
        for member in (0, 9, 49, 199)
        for step in range(0, 2_000, 7)
    }
    assert len(lengths) == 1


@pytest.mark.parametrize("make", RELAYS)
def test_nonsense_is_no_update(make: type[Dialect]) -> None:
    dialect = make()
    for payload in (b"", b"\xc1", msgpack.packb({"data": ["cursor", {"user_id": 3, "at": "x"}]})):
        try:
            moves = dialect.moves_in(seat(0), payload)
        except (ValueError, KeyError, TypeError, IndexError):
            continue
        assert moves == []


def test_a_relay_carries_just_what_prime_would() -> None:
    presence = {
        "t": "presence",
        "project": "0" * 36,
        "cursor": cursor(7, 1),
        "at": stamp_ms(5.0),
    }
    assert len(PlainRelay().update(seat(7), 1, 5.0)) == len(frame(msgpack.packb(presence)))


def test_numbers_keep_their_fraction_in_every_encoding() -> None:
    for step in range(0, 9_000, 13):
        place = cursor(3, step)
        assert place["time"] % 1
        assert f"{place['y']:.3f}".endswith("5")
    assert f"{stamp_ms(777.77):.3f}".endswith("5")


def test_the_clock_of_awareness_goes_up_with_every_step() -> None:
    dialect = YAwareness(is_hocuspocus=False)
    first, second = (dialect.update(seat(1), step, 5.0) for step in (0, 1))
    assert first != second


def test_a_frame_that_is_stamped_anew_is_one_that_was_made_whole() -> None:
    def whole(of: Seat, step: int, due: float) -> bytes:
        message = {"at": stamp_ms(due), "cursor": cursor(of.member, step), "room": of.room}
        return frame(msgpack.packb(message))

    frames = StampedFrames(whole)
    for step in range(3 * PLACES):
        due = 77.0 + step / 30
        for who in (seat(0), seat(1), seat(1, room=4)):
            made = msgpack.unpackb(payload_of(frames.frame(who, step, due)))
            assert made == msgpack.unpackb(payload_of(whole(who, step % PLACES, due)))


def test_a_frame_without_a_stamp_is_refused() -> None:
    with pytest.raises(ValueError, match="not found"):
        StampedFrames(lambda _seat, _step, _due: b"nothing").frame(seat(0), 0, 1.0)
