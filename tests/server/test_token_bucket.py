import pytest

from server.token_bucket import TokenBucket


def test_E6_a_burst_is_served_and_then_the_rate() -> None:
    bucket = TokenBucket(per_second=10, burst=5)
    assert [bucket.take(1, 100.0) for _ in range(6)] == [True] * 5 + [False]
    assert not bucket.take(1, 100.05)
    assert bucket.take(1, 100.1)
    assert not bucket.take(1, 100.1)


def test_E6_sustained_traffic_gets_just_the_rate() -> None:
    bucket = TokenBucket(per_second=400, burst=400)
    served = sum(bucket.take(1, now / 1_000) for now in range(10_000))
    assert 4_390 <= served <= 4_401


def test_E6_nothing_is_saved_up_past_the_burst() -> None:
    bucket = TokenBucket(per_second=10, burst=5)
    bucket.take(5, 0.0)
    assert [bucket.take(1, 1_000.0) for _ in range(6)] == [True] * 5 + [False]


def test_E6_a_refusal_takes_nothing() -> None:
    bucket = TokenBucket(per_second=1, burst=5)
    assert bucket.take(3, 0.0)
    assert not bucket.take(3, 0.0)
    assert bucket.take(2, 0.0)


@pytest.mark.parametrize("amount", [0.1, 1, 3.3, 5, 7])
def test_E6_after_the_time_it_tells_it_serves(amount: float) -> None:
    bucket = TokenBucket(per_second=3, burst=5)
    assert bucket.seconds_until(amount, 1e6) == 0
    assert bucket.take(5, 1e6)
    wait = bucket.seconds_until(amount, 1e6)
    assert wait == pytest.approx(min(amount, 5) / 3)
    assert not bucket.take(amount, 1e6 + wait * 0.9)
    assert bucket.take(amount, 1e6 + 0.9 * wait + bucket.seconds_until(amount, 1e6 + wait * 0.9))


def test_E6_more_than_the_burst_is_served_once_and_then_owed() -> None:
    bucket = TokenBucket(per_second=10, burst=5)
    assert bucket.take(15, 0.0)
    assert not bucket.take(1, 1.0)
    assert bucket.seconds_until(1, 1.0) == pytest.approx(0.1)
    assert bucket.take(1, 1.2)


def test_E6_a_clock_that_steps_back_gives_and_takes_nothing() -> None:
    bucket = TokenBucket(per_second=10, burst=5)
    assert bucket.take(4, 100.0)
    assert bucket.take(1, 99.0)
    assert not bucket.take(1, 99.0)
