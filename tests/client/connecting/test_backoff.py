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
    assert bounds[:3] == [module.BACKOFF_BASE_SECONDS * 2**n for n in (1, 2, 3)]
    assert bounds[-1] == BACKOFF_CAP_SECONDS


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
