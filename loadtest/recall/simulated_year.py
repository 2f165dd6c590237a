"""A simulated year: how often what was picked stood among the suggestions, way by way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loadtest.recall.ranking_methods import MostFrequent, MostRecent, Recall, Truth, Way
from loadtest.recall.simulated_producer import Producer
from schema.recall.categories import HALF_LIFE_DAYS

PLACES = (1, 3, 5)
"""Hit rate at: the share of picks that stood among so many suggestions."""

WEEK = 7.0

FIRST_DAY = 20_000.0
"""Days since 1970: any will do."""

CONFIDENCE_STEP = 0.05

WAYS: dict[str, Callable[[], Way]] = {
    "mixx recall": lambda: Recall(HALF_LIFE_DAYS),
    "most frequent": MostFrequent,
    "most recent": MostRecent,
    "truth": Truth,
}
"""Name -> what makes it."""

WITH_HOUR = "recall with the hour"


@dataclass(slots=True)
class SuggestionHits:
    """Of one way: picks, and how many of them stood among the first so many."""

    picks: int = 0
    count_by_place: dict[int, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 0))
    weeks: dict[int, list[int]] = field(default_factory=dict)
    """Week -> picks, and those that stood among the first three."""

    def count(self, key: str, suggested: list[str], week: int) -> None:
        """One pick."""
        self.picks += 1
        for rank in PLACES:
            self.count_by_place[rank] += key in suggested[:rank]
        of_week = self.weeks.setdefault(week, [0, 0])
        of_week[0] += 1
        of_week[1] += key in suggested[:3]

    def rate(self, place: int) -> float:
        """From 0 to 1."""
        return self.count_by_place[place] / max(self.picks, 1)


@dataclass(slots=True)
class Year:
    """What came of it, over all producers."""

    hits_by_way: dict[str, SuggestionHits] = field(default_factory=dict)
    """Way -> hits."""
    said_confidences: dict[int, list[float]] = field(default_factory=dict)
    """Step of confidence -> first suggestions, those taken, the sum of their confidences."""
    seeds: list[int] = field(default_factory=list)

    def hit_rates(self) -> dict[str, dict[str, float]]:
        """Way -> place -> rate."""
        return {
            way: {str(rank): round(hits.rate(rank), 4) for rank in PLACES}
            for way, hits in self.hits_by_way.items()
        }

    def calibration(self) -> list[dict[str, Any]]:
        """What was said of first suggestions, and how many were taken."""
        return [
            {
                "said": round(total / count, 3),
                "taken": round(taken_count / count, 3),
                "suggestions": int(count),
            }
            for _, (count, taken_count, total) in sorted(self.said_confidences.items())
        ]

    def calibration_error(self) -> float:
        """How far what was said is from what was taken, on average over suggestions."""
        count = sum(row[0] for row in self.said_confidences.values())
        return sum(abs(row[1] - row[2]) for row in self.said_confidences.values()) / max(count, 1)

    def by_week(self) -> dict[str, list[tuple[float, float]]]:
        """Way -> week and its hit rate at 3, in percent."""
        return {
            way: [(week, 100 * hit / picks) for week, (picks, hit) in sorted(hits.weeks.items())]
            for way, hits in self.hits_by_way.items()
        }


def simulate(
    seeds: list[int], days: int = 365, *, with_hour: bool = False, hour_share: float = 0.0
) -> Year:
    """A producer for each seed, all ways side by side."""
    ways = dict(WAYS)
    if with_hour:
        ways[WITH_HOUR] = lambda: Recall(HALF_LIFE_DAYS, hour=True)
    year = Year({name: SuggestionHits() for name in ways}, seeds=list(seeds))
    for seed in seeds:
        _play(year, Producer(seed, hour_share), {name: make() for name, make in ways.items()}, days)
    return year


def _play(year: Year, producer: Producer, ways: dict[str, Way], days: int) -> None:
    for pick in producer.year(FIRST_DAY, days):
        week = int((pick.days - FIRST_DAY) // WEEK)
        for name, way in ways.items():
            suggested = list(way.suggest(pick))
            year.hits_by_way[name].count(pick.key, suggested, week)
            if isinstance(way, Recall) and name in WAYS and suggested:
                _note_confidence(year, way.confidence, suggested[0] == pick.key)
            way.hear(pick)


def _note_confidence(year: Year, confidence: float, is_taken: bool) -> None:
    row = year.said_confidences.setdefault(int(confidence / CONFIDENCE_STEP), [0.0, 0.0, 0.0])
    row[0] += 1
    row[1] += is_taken
    row[2] += confidence
