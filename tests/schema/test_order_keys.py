"""Order keys: always another one in between, always in order, always short."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.entities import ORDER_KEY
from schema.order_keys import between, is_order_key, spread


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, "a0"),
        ("a0", None, "a1"),
        ("az", None, "b00"),
        ("bzz", None, "c000"),
        (None, "a0", "Zz"),
        (None, "Z0", "Yzz"),
        (None, "a0V", "a0"),
        ("a0", "a1", "a0V"),
        ("a0", "a2", "a1"),
        ("a0", "a0V", "a0G"),
        ("a0", "a0G", "a08"),
        ("Zz", "a0", "ZzV"),
        ("Zz", "a1", "a0"),
        ("a1", "a101", "a100V"),
        ("z" * 27, None, "z" * 27 + "V"),
    ],
)
def test_known_keys(before: str | None, after: str | None, expected: str) -> None:
    assert between(before, after) == expected


@pytest.mark.parametrize(
    "key",
    ["", "a", "0a", "a00", "b0", "a0!", "a0 ", "A" + "0" * 26, "a" + "1" * 64, None, 7, "a\u0664"],
)
def test_what_is_no_key(key: object) -> None:
    assert not is_order_key(key)


@pytest.mark.parametrize("bounds", [("a1", "a1"), ("a2", "a1"), ("a00", None), (None, "x")])
def test_impossible_bounds_are_refused(bounds: tuple[str | None, str | None]) -> None:
    with pytest.raises(ValueError, match=r"order key|in front of"):
        between(*bounds)
    with pytest.raises(ValueError, match=r"order key|in front of"):
        spread(*bounds, 3)


def test_ten_thousand_appended_keys_stay_short() -> None:
    keys = spread(None, None, 10_000)
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= 5


def test_ten_thousand_prepended_keys_stay_short() -> None:
    keys = spread(None, "a0", 10_000)
    assert keys == sorted(set(keys))
    assert max(map(len, keys)) <= 5


def test_a_spread_into_one_gap_stays_short() -> None:
    keys = spread("a0", "a1", 10_000)
    assert keys == sorted(set(keys))
    assert keys[0] > "a0"
    assert keys[-1] < "a1"
    assert max(map(len, keys)) <= 6


def halve_until_full(before: str, after: str) -> None:
    while True:
        before = between(before, after)


def test_a_gap_that_is_used_up_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="spread"):
        halve_until_full("a0", "a1")


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        spread(None, None, -1)


@given(st.lists(st.integers(0, 2**32), max_size=120))
def test_random_insertions_keep_the_list_in_order(places: list[int]) -> None:
    keys: list[str] = []
    for place in places:
        at = place % (len(keys) + 1)
        key = between(keys[at - 1] if at else None, keys[at] if at < len(keys) else None)
        assert is_order_key(key)
        assert ORDER_KEY.match(key)
        keys.insert(at, key)
    assert keys == sorted(set(keys))


@given(st.integers(0, 2**32), st.integers(0, 200))
def test_spread_fits_strictly_between_any_two_neighbours(seed: int, count: int) -> None:
    rng = random.Random(seed)
    keys = spread(None, None, 2)
    for _ in range(20):
        at = rng.randrange(len(keys) - 1)
        keys.insert(at + 1, between(keys[at], keys[at + 1]))
    at = rng.randrange(len(keys) - 1)
    made = spread(keys[at], keys[at + 1], count)
    assert len(made) == count
    assert [keys[at], *made, keys[at + 1]] == sorted({keys[at], *made, keys[at + 1]})
    assert all(map(is_order_key, made))
