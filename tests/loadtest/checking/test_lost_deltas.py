"""What counts as lost."""

from loadtest.checking.lost_deltas import lost_deltas


def test_an_acked_delta_is_lost_unless_it_stands_at_its_seq() -> None:
    journal = ["one", "two", "three"]
    assert lost_deltas({"one": 1, "three": 3}, journal) == []
    assert lost_deltas({"two": 3, "four": 4, "zero": 0}, journal) == ["two", "four", "zero"]
