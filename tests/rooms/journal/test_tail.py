import pytest

from rooms.effects import Packet
from rooms.journal.tail import Tail, TailEntry
from schema.messages import Pong
from schema.server_limits import MAX_TAIL_BYTES


def tail_entry(seq: int, size: int = 100) -> TailEntry:
    packet = Packet(Pong(seq, seq))
    return TailEntry(seq, f"delta{seq}", b"hash", 0.0, size, packet, ())


def tail_of(*entries: TailEntry, start: int = 0) -> Tail:
    tail = Tail(start)
    for entry in entries:
        tail.append(entry)
    return tail


def after(tail: Tail, seq: int) -> list[Packet]:
    """What a feed brings from there on."""
    found = []
    while (kept_there := tail.at(seq := seq + 1)) is not None:
        found.append(kept_there.packet)
    return found


@pytest.mark.parametrize("start", [0, 41])
def test_J3_every_delta_after_a_position_follows_in_order(start: int) -> None:
    entries = [tail_entry(start + n) for n in range(1, 6)]
    tail = tail_of(*entries, start=start)
    for known in range(6):
        assert after(tail, start + known) == [entry.packet for entry in entries[known:]]
        assert tail.holds_after(start + known)
    assert after(tail, start + 99) == []


def test_J3_a_tail_without_a_delta_holds_its_own_position() -> None:
    tail = Tail(7)
    assert tail.holds_after(7)
    assert not tail.holds_after(6)
    assert (tail.at(8), tail.bytes_after(7), tail.find("delta7")) == (None, 0, None)
    assert tail.is_newest(7)


def test_J4_what_was_let_go_is_not_held() -> None:
    half = MAX_TAIL_BYTES // 2
    tail = tail_of(tail_entry(1, half), tail_entry(2, half), tail_entry(3, half))
    assert tail.bytes <= MAX_TAIL_BYTES
    assert tail.start_seq == 1
    assert not tail.holds_after(0)
    assert tail.holds_after(1)
    assert len(after(tail, 1)) == 2


def test_J4_the_newest_delta_stays_however_large() -> None:
    tail = tail_of(tail_entry(1), tail_entry(2, 2 * MAX_TAIL_BYTES))
    assert tail.start_seq == 1
    assert len(after(tail, 1)) == 1
    tail.append(tail_entry(3))
    assert (tail.start_seq, tail.bytes) == (2, 100)


def test_D3_a_delta_is_found_by_its_id_while_it_is_held() -> None:
    tail = tail_of(tail_entry(1, MAX_TAIL_BYTES), tail_entry(2))
    found = tail.find("delta2")
    assert found is not None
    assert found.seq == 2
    assert tail.find("delta1") is None


def test_J3_bytes_after_a_position_are_told_without_counting_each() -> None:
    tail = tail_of(*(tail_entry(n) for n in range(1, 11)))
    assert [tail.bytes_after(seq) for seq in (0, 5, 9, 10, 50)] == [1_000, 500, 100, 0, 0]
