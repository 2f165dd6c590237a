import pytest

from rooms.effects import Packet
from rooms.journal.feed import Feed
from rooms.journal.tail import Tail, TailEntry
from schema.messages import Ack, Pong
from schema.server_limits import MAX_FED_TAIL_BYTES, MAX_TAIL_BYTES

PARTS = (b"part 0", b"part 1")


def tail_entry(seq: int, size: int = 100) -> TailEntry:
    return TailEntry(seq, f"delta{seq}", b"hash", 0.0, size, Packet(Pong(seq, seq)), ())


def tail_of(count: int, size: int = 100) -> Tail:
    tail = Tail(0)
    for seq in range(1, count + 1):
        tail.append(tail_entry(seq, size))
    return tail


def ack(seq: int, *, duplicate: bool = False) -> Ack:
    return Ack("song", f"delta{seq}", seq, 0.0, duplicate=duplicate)


def told(feed: Feed) -> list[object]:
    """All that it has now: parts as bytes, deltas as their seq, acks as they are."""
    found: list[object] = []
    while (item := feed.next()) is not None:
        message = item.message if isinstance(item, Packet) else item
        found.append(int(message.time) if isinstance(message, Pong) else message)
    return found


def test_J11_parts_come_first_and_then_every_delta_after_the_state() -> None:
    tail = tail_of(3)
    feed = Feed("song", tail, 1, PARTS)
    assert feed.next() == b"part 0"
    tail.append(tail_entry(4))
    assert told(feed) == [b"part 1", 2, 3, 4]
    tail.append(tail_entry(5))
    assert told(feed) == [5]


def test_D2_an_ack_comes_in_the_place_of_its_delta() -> None:
    feed = Feed("song", tail_of(3), 0)
    feed.hold(ack(2))
    assert told(feed) == [1, ack(2), 3]


def test_D2_D3_an_ack_of_a_duplicate_follows_its_delta() -> None:
    feed = Feed("song", tail_of(3), 0)
    feed.hold(ack(2, duplicate=True))
    assert told(feed) == [1, 2, ack(2, duplicate=True), 3]


def test_J11_the_tail_keeps_what_a_feed_needs() -> None:
    tail = tail_of(1)
    feed = Feed("song", tail, 1)
    for seq in range(2, 12):
        tail.append(tail_entry(seq, MAX_TAIL_BYTES // 4))
    assert told(feed) == list(range(2, 12))
    feed.stop()
    assert tail.bytes <= MAX_TAIL_BYTES


def test_X4_who_is_too_far_behind_is_lost_and_holds_nothing_any_more() -> None:
    tail = tail_of(1)
    feed, other = Feed("song", tail, 1, PARTS), Feed("song", tail, 1)
    size = MAX_FED_TAIL_BYTES // 8
    for seq in range(2, 12):
        tail.append(tail_entry(seq, size))
        told(other)
    assert feed.is_lost
    assert not other.is_lost
    assert (feed.parts, feed.next()) == ((), None)
    assert tail.readers == {other}
    assert tail.bytes <= MAX_TAIL_BYTES + size


def test_J11_who_went_gets_nothing_and_holds_nothing() -> None:
    tail = tail_of(3)
    feed = Feed("song", tail, 0, PARTS)
    feed.stop()
    assert (feed.next(), feed.parts, tail.readers) == (None, (), set())


@pytest.mark.parametrize("is_newest", [True, False])
def test_J4_frames_that_are_made_later_count_as_well(is_newest: bool) -> None:
    tail = tail_of(2)
    feed = Feed("song", tail, 0)
    before = tail.bytes
    item = feed.next()
    assert isinstance(item, Packet)
    item.frames["json"] = bytes(1_000)
    if is_newest:
        feed.next()
    else:
        tail.append(tail_entry(3))
        feed.next()
        before += 100
    assert tail.bytes == before + 1_000


def test_X3_it_has_answers_until_the_state_and_acks_went_out() -> None:
    feed = Feed("song", tail_of(3), 1, PARTS)
    feed.hold(ack(3))
    gone: list[object] = []
    while feed.has_answers:
        gone.append(feed.next())
    assert gone[:2] == list(PARTS)
    assert len(gone) == 4, "up to the ack, whose delta is the third"
    feed.hold(ack(9))
    before = feed.has_answers
    feed.lose()
    assert (before, feed.has_answers) == (True, False)
