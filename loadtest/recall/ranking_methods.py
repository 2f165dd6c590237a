"""Ways to suggest: what is used most, what was used last, the estimate, and the truth."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from loadtest.recall.simulated_producer import Pick
from schema.recall.contexts import EVERYTHING, SESSION, Circumstances, Level, contexts_of, levels_of
from schema.recall.estimate import add_heat, half_life_in, heat_of_use, ranked, worth_showing

MOST = 5
"""Keys that are suggested."""


class Way(Protocol):
    """Suggests before each pick, and hears of it then."""

    def suggest(self, pick: Pick) -> Sequence[str]:
        """At most `MOST` keys, the likeliest first, without a look at the pick's key."""

    def hear(self, pick: Pick) -> None:
        """This was picked."""


class MostFrequent:
    """By how often each was used so far."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        """Key -> uses."""

    def suggest(self, pick: Pick) -> Sequence[str]:
        return [key for key, _ in self._counts.most_common(MOST)]

    def hear(self, pick: Pick) -> None:
        self._counts[pick.key] += 1


class MostRecent:
    """By when each was used last."""

    def __init__(self) -> None:
        self._keys_by_use: dict[str, None] = {}
        """Keys, the one used last behind all others."""

    def suggest(self, pick: Pick) -> Sequence[str]:
        return list(reversed(self._keys_by_use))[:MOST]

    def hear(self, pick: Pick) -> None:
        self._keys_by_use.pop(pick.key, None)
        self._keys_by_use[pick.key] = None


class Recall:
    """The estimate, as the server makes it (rule W4)."""

    def __init__(self, half_life_days: float, *, hour: bool = False) -> None:
        """`hour`: asks the time of day too, which the server does not."""
        self._half_life = half_life_days
        self._hour = hour
        self.heats: dict[str, dict[str, float]] = {}
        """Context -> key -> heat."""
        self._uses = 0
        """So far, of all keys."""
        self.confidence = 0.0
        """Of the first of the last suggestions."""

    def suggest(self, pick: Pick) -> Sequence[str]:
        levels = levels_of(pick.told_context)
        if self._hour:
            hours = [c for c in contexts_of(pick.told_context) if c.startswith("hour=")]
            levels[2:2] = [Level(context, 15.0) for context in hours]
        ranking = ranked(self.heats, levels, pick.days, self._half_life)[:MOST]
        shown_count = worth_showing([estimate.confidence for estimate in ranking], self._uses)
        self.confidence = ranking[0].confidence if shown_count else 0.0
        return [estimate.key for estimate in ranking[:shown_count]]

    def hear(self, pick: Pick) -> None:
        self.add(pick.key, pick.days, pick.told_context)

    def add(self, key: str, days: float, use: Circumstances) -> None:
        """One use."""
        self._uses += 1
        for context in (EVERYTHING, SESSION, *contexts_of(use)):
            heat = heat_of_use(days, half_life_in(context, self._half_life))
            heats = self.heats.setdefault(context, {})
            heats[key] = add_heat(heats[key], heat) if key in heats else heat


class Truth:
    """Knows how likely each key is: nobody can do better."""

    def suggest(self, pick: Pick) -> Sequence[str]:
        return sorted(pick.truth, key=lambda key: -pick.truth[key])[:MOST]

    def hear(self, pick: Pick) -> None:
        """It knows."""
