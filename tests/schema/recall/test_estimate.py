"""The arithmetic of recall: sums in any order, probabilities that sum to 1, honest lower bounds."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.recall.contexts import EVERYTHING, SESSION, Level
from schema.recall.estimate import (
    KEYS_RANKED,
    add_heat,
    heat_of_use,
    ranked,
    weight_of,
    wilson,
)

HALF_LIFE = 7.0
NOW = 20_000.0

Uses = st.lists(
    st.tuples(st.floats(NOW - 90, NOW), st.floats(0.01, 1)), min_size=1, max_size=30
)  # days, weight


@given(Uses, st.randoms(use_true_random=False))
def test_W2_heats_are_the_same_in_any_order_and_any_groups(
    uses: list[tuple[float, float]], rng: random.Random
) -> None:
    heats = [heat_of_use(days, HALF_LIFE, weight) for days, weight in uses]
    expected = sum(w * 2 ** ((days - NOW) / HALF_LIFE) for days, w in uses)
    groups = rng.sample(heats, len(heats))
    while len(groups) > 1:
        a, b = groups.pop(rng.randrange(len(groups))), groups.pop()
        groups.insert(rng.randrange(len(groups) + 1), add_heat(a, b))
    assert weight_of(groups[0], NOW, HALF_LIFE) == pytest.approx(expected, rel=1e-9)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_W3_nothing_underflows(a: float, b: float) -> None:
    assert add_heat(a, b) == add_heat(b, a) >= max(a, b)
    assert math.isfinite(weight_of(a, b, HALF_LIFE))


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-100, 10), min_size=1),
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-100, 10)),
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-100, 10)),
)
def test_W4_probabilities_sum_to_one(
    general: dict[str, float], genre: dict[str, float], session: dict[str, float]
) -> None:
    known = general.keys()
    heats = {
        EVERYTHING: {key: NOW / HALF_LIFE + heat for key, heat in general.items()},
        "genre=trap": {k: NOW / HALF_LIFE + heat for k, heat in genre.items() if k in known},
        SESSION: {k: NOW * 12 + heat for k, heat in session.items() if k in known},
    }
    levels = [Level(EVERYTHING, 1.0), Level("genre=trap", 15.0)]
    found = ranked(heats, levels, NOW, HALF_LIFE)
    assert sum(one.probability for one in found) == pytest.approx(1)
    assert all(0 <= one.confidence <= one.probability + 1e-12 for one in found)
    assert [one.probability for one in found] == sorted(
        (one.probability for one in found), reverse=True
    )


def test_W4_only_the_warmest_keys_are_ranked() -> None:
    heats = {EVERYTHING: {f"key {n}": float(n) for n in range(KEYS_RANKED + 50)}}
    found = ranked(heats, [Level(EVERYTHING, 1.0)], NOW, HALF_LIFE)
    assert len(found) == KEYS_RANKED
    assert "key 0" not in {one.key for one in found}


@pytest.mark.parametrize(("p", "m", "low"), [(0.5, 10, 0.3492), (0.1, 100, 0.0738), (0, 10, 0)])
def test_wilsons_lower_bound(p: float, m: float, low: float) -> None:
    """By (p + z^2/2m - z sqrt(p(1-p)/m + z^2/4m^2)) / (1 + z^2/m), z = 1."""
    assert wilson(p, m) == pytest.approx(low, abs=1e-4)
