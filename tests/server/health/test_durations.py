"""What took how long falls into the first bucket that holds it, and nothing is lost."""

from server.health.durations import Durations


def test_each_is_within_its_bucket_and_all_later_ones() -> None:
    durations = Durations((0.1, 0.5))
    for seconds in (0.0, 0.1, 0.3, 9.0):
        durations.observe(seconds)
    buckets, total = durations.buckets()
    assert buckets == [("0.1", 2.0), ("0.5", 3.0), ("+Inf", 4.0)]
    assert total == 9.4
    assert durations.buckets() == (buckets, total)
