"""What took how long falls into the first bucket that holds it, and nothing is lost."""

from server.metrics.durations import TURN_SECONDS, Durations


def test_each_is_within_its_bucket_and_all_later_ones() -> None:
    durations = Durations((0.1, 0.5))
    for seconds in (0.0, 0.1, 0.3, 9.0):
        durations.observe(seconds)
    assert [*durations.values()] == [2.0, 3.0, 4.0, 4.0, 9.4]
    assert [*durations.values()] == [2.0, 3.0, 4.0, 4.0, 9.4]
    assert durations.lines("a", "kind", "b") == [
        'a_bucket{kind="b",le="0.1"} ',
        'a_bucket{kind="b",le="0.5"} ',
        'a_bucket{kind="b",le="+Inf"} ',
        'a_count{kind="b"} ',
        'a_sum{kind="b"} ',
    ]


def test_what_was_long_ago_is_not_of_late() -> None:
    durations = Durations((0.1, 0.5))
    durations.observe(0.05)
    assert durations.of_late() == [1, 0, 0]
    durations.turn()
    assert durations.of_late() == [1, 0, 0]
    durations.observe(0.3)
    durations.observe(0.3)
    durations.turn()
    assert durations.of_late() == [0, 2, 0]
    assert durations.a_second == 2 / TURN_SECONDS
    durations.turn()
    assert durations.of_late() == [0, 0, 0]
    assert durations.a_second == 0
    assert [*durations.values()][:3] == [1.0, 3.0, 3.0]
