"""Each process begins with its share of what takes longest, and nothing is left out."""

import pytest

from tests.session.longest_first import longest_first

SECONDS = {3: 130.0, 7: 75.0, 8: 65.0, 11: 54.0, 19: 43.0}


def seconds_of(test: int) -> float:
    return SECONDS.get(test, 0.0)


@pytest.mark.parametrize("processes", [1, 2, 3, 5])
def test_each_process_begins_with_its_share_of_the_long_ones(processes: int) -> None:
    ordered = longest_first(range(40), seconds_of, processes)
    assert sorted(ordered) == list(range(40))
    size = 40 // processes
    runs = [ordered[n * size : (n + 1) * size] for n in range(processes)]
    begun = [[test for test in run if test in SECONDS] for run in runs]
    assert [run[: len(long)] for run, long in zip(runs, begun, strict=True)] == begun
    taken = [sum(map(seconds_of, run)) for run in runs]
    assert max(taken) <= max(130.0, sum(SECONDS.values()) / processes + 43.0)


def test_few_tests_are_all_there() -> None:
    assert sorted(longest_first([3, 7], seconds_of, 4)) == [3, 7]
    assert longest_first([], seconds_of, 3) == []
