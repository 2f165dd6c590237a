"""Exact percentiles."""

from loadtest.percentiles import in_words, percentile, summary


def test_of_nothing_there_is_none() -> None:
    assert percentile([], 50) is None
    assert summary([]) == {"p50": None, "p99": None}


def test_nearest_rank() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile(values, 100) == 100
    assert percentile(values, 0) == 1
    assert percentile([7.0], 99) == 7.0


def test_two_outliers_in_a_hundred_are_the_tail() -> None:
    assert summary([1.0] * 98 + [50.0, 60.006]) == {"p50": 1.0, "p99": 50.0}
    assert summary([60.006], digits=1) == {"p50": 60.0, "p99": 60.0}


def test_in_words() -> None:
    assert in_words({"p50": 3.21, "p99": 9.87}) == "3.2 / 9.9 ms"
    assert in_words(summary([])) == "-"
