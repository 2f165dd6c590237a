"""A made-up producer: by its seed, with a taste that changes, and a truth that sums to one."""

import itertools
from collections import Counter

import pytest

from loadtest.recall.simulated_producer import CHANGE_DAYS, Producer


def test_the_truth_sums_to_one_and_time_goes_on() -> None:
    picks = list(Producer(1).year(100.0, 6))
    assert all(sum(pick.truth.values()) == pytest.approx(1) for pick in picks)
    assert all(pick.key in pick.truth for pick in picks)
    days = [pick.days for pick in picks]
    assert all(b - a >= 0 or b // 1 == a // 1 for a, b in itertools.pairwise(days))


def test_a_seed_makes_the_same_producer() -> None:
    one, two = ([(pick.days, pick.key) for pick in Producer(3, 0.2).year(0.0, 4)] for _ in range(2))
    assert one == two


def test_its_taste_changes() -> None:
    picks = [
        pick for pick in Producer(2).year(0.0, 2 * CHANGE_DAYS) if pick.told_context.genre == "trap"
    ]
    before, after = (
        Counter(pick.key for pick in picks if (pick.days < CHANGE_DAYS) is early).most_common(3)
        for early in (True, False)
    )
    assert [key for key, _ in before] != [key for key, _ in after]
