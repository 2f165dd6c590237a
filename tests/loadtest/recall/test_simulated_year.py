"""The estimate is worth its while: ahead of most frequent, and honest about itself (rule W4)."""

import pytest

from loadtest.recall.simulated_year import SuggestionHits, Year, simulate

DAYS = 120
SEEDS = [101, 102]
"""None that anything was chosen on."""


@pytest.fixture(scope="module")
def year() -> Year:
    return simulate(SEEDS, DAYS)


@pytest.mark.slow
def test_W4_it_is_five_points_ahead_of_most_frequent(year: Year) -> None:
    rate = {way: 100 * hits.rate(3) for way, hits in year.hits_by_way.items()}
    assert rate["mixx recall"] >= rate["most frequent"] + 5
    assert rate["mixx recall"] >= rate["most recent"] + 5
    assert rate["truth"] > rate["mixx recall"]
    assert year.hits_by_way["mixx recall"].picks > 2_000


@pytest.mark.slow
def test_W4_confidence_says_what_is_taken(year: Year) -> None:
    assert year.calibration_error() <= 0.05
    large = [row for row in year.calibration() if row["suggestions"] >= 300]
    assert len(large) >= 2
    assert all(abs(row["said"] - row["taken"]) <= 0.075 for row in large), large
    taken = [row["taken"] for row in large]
    assert taken == sorted(taken)


def test_seeds_make_it_the_same_each_time() -> None:
    one, two = simulate([7], 10), simulate([7], 10)
    assert one.hit_rates() == two.hit_rates()
    assert one.hit_rates() != simulate([8], 10).hit_rates()
    assert one.by_week().keys() == one.hits_by_way.keys()


def test_hits_are_counted_by_place() -> None:
    hits = SuggestionHits()
    hits.count("b", ["a", "b", "c", "d"], 0)
    hits.count("d", ["a", "b", "c", "d"], 1)
    assert (hits.rate(1), hits.rate(3), hits.rate(5)) == (0, 0.5, 1)
    assert hits.weeks == {0: [1, 1], 1: [1, 0]}


def test_with_hour_there_is_one_way_more() -> None:
    assert (
        len(simulate([1], 3, with_hour=True).hits_by_way) == len(simulate([1], 3).hits_by_way) + 1
    )
