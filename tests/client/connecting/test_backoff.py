"""How long a client waits before it connects again."""

import random

import pytest

from prime_client.connecting import backoff as module
from prime_client.connecting.backoff import BACKOFF_CAP_SECONDS, STEADY_SECONDS, Backoff


class Longest(random.Random):
    """Always draws the bound."""

    def uniform(self, a: float, b: float) -> float:
        assert a == 0
        return b


def test_the_bound_doubles_with_each_attempt_that_came_to_nothing_up_to_a_cap() -> None:
    backoff = Backoff(Longest())
    bounds = [backoff.pause(0.0, None) for _ in range(50)]
    assert bounds[2:5] == [module.BACKOFF_BASE_SECONDS * 2**n for n in (3, 4, 5)]
    assert bounds[-1] == BACKOFF_CAP_SECONDS


def test_who_drew_short_pauses_is_not_the_last_to_come_back() -> None:
    """However the draws fall, a pause is at most twice what was waited before, and a little."""
    for seed in range(200):
        backoff, waited = Backoff(random.Random(seed)), 0.0
        for attempt in range(12):
            pause = backoff.pause(100.0 if attempt == 0 else 0.0, None)
            assert pause <= module.BACKOFF_BASE_SECONDS + 2 * waited
            waited += pause


@pytest.mark.parametrize("server_is_away", [0.3, 1.0, 3.0])
def test_a_thousand_are_back_in_little_more_than_three_times_as_long(server_is_away: float) -> None:
    """Simulated, without a clock; and nobody tries more than a few times."""
    last, attempts = 0.0, 0
    for seed in range(1_000):
        backoff = Backoff(random.Random(seed))
        now = backoff.pause(100.0, None)
        while now < server_is_away:
            now += backoff.pause(0.0, None)
            attempts += 1
        last = max(last, now)
    assert last <= 3 * server_is_away + module.BACKOFF_BASE_SECONDS
    assert attempts < 12 * 1_000


def test_only_a_connection_that_lived_starts_it_anew() -> None:
    backoff = Backoff(Longest())
    for _ in range(50):
        backoff.pause(STEADY_SECONDS, None)
    assert backoff.pause(STEADY_SECONDS, None) == BACKOFF_CAP_SECONDS
    assert backoff.pause(STEADY_SECONDS + 0.1, None) == module.BACKOFF_BASE_SECONDS


@pytest.mark.parametrize(
    ("after_ms", "seconds"), [(1_500, 1.5), (0, 0.0), (-5, 0.0), (1e9, BACKOFF_CAP_SECONDS)]
)
def test_what_the_server_asks_for_is_taken_within_bounds(after_ms: float, seconds: float) -> None:
    assert Backoff(Longest()).pause(0.0, after_ms) == seconds
