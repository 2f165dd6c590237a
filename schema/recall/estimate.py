"""How likely each key is the next: forward decay, shrinkage over contexts, Wilson's bound.

Decision 0038 says where it comes from. The same in SQL: `persistence/recall/suggesting.py`; a test
holds the two together. Pure: times are days since 1970.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schema.recall.contexts import EVERYTHING, SESSION, Level

SESSION_HALF_LIFE_DAYS = 2 / 24
SESSION_SHARE = 0.25
"""What the session counts at most, beside all that came before it."""
SESSION_STRENGTH = 3.0

FADED = 60.0
"""So many halvings away a use weighs nothing: PostgreSQL raises where 2^-1100 is asked for."""

KEYS_RANKED = 300
"""The warmest keys of a category; others are not suggested."""

LEAST_USES = 10
LEAST_CONFIDENCE = 0.05
LEAST_BEHIND = 0.02
"""Nothing is suggested before so many uses in the category, nor where the first key has less than
this; behind the first it takes less: 0.05 of each would cost nine points of hit rate at five."""

Heats = Mapping[str, Mapping[str, float]]
"""Context -> key -> heat: log2 of the sum of weight * 2^(t / half-life) over its uses."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one key."""

    key: str
    probability: float
    """Over all keys they sum to 1."""
    confidence: float
    """The lower end of an interval for it, by how much is known."""
    context: str
    """The context that says most for it."""


def half_life_in(context: str, half_life_days: float) -> float:
    """In days: that of the session is its own."""
    return SESSION_HALF_LIFE_DAYS if context == SESSION else half_life_days


def heat_of_use(days: float, half_life_days: float, weight: float = 1.0) -> float:
    """Of one use, at `days` since 1970."""
    return days / half_life_days + math.log2(weight)


def add_heat(a: float, b: float) -> float:
    """The heat of both together: in any order, in any groups, it comes to the same."""
    return max(a, b) + math.log2(1 + 2.0 ** -min(abs(a - b), FADED))


def weight_of(heat: float, days: float, half_life_days: float) -> float:
    """How many uses of just now it counts as."""
    halvings = heat - days / half_life_days
    return 0.0 if halvings < -FADED else 2.0 ** min(halvings, FADED)


def wilson(probability: float, evidence: float) -> float:
    """The lower end of Wilson's interval (z = 1), of a share among so many uses."""
    p, m = probability, evidence
    spread = math.sqrt(max(p * (1 - p) / m + 1 / (4 * m * m), 0.0))
    return (p + 1 / (2 * m) - spread) / (1 + 1 / m)


def worth_showing(confidences: Sequence[float], uses: int) -> int:
    """How many of the first keys are suggested; `uses`: of the whole category."""
    if uses < LEAST_USES or not confidences or confidences[0] < LEAST_CONFIDENCE:
        return 0
    return sum(confidence >= LEAST_BEHIND for confidence in confidences)


def ranked(
    heats: Heats, levels: Sequence[Level], days: float, half_life_days: float
) -> list[Estimate]:
    """The likeliest first, and by key where they are alike."""
    general = heats.get(EVERYTHING, {})
    keys = sorted(general, key=lambda key: (-general[key], key))[:KEYS_RANKED]
    if not keys:
        return []
    contributions: dict[str, dict[str, float]] = {key: {} for key in keys}
    chance = dict.fromkeys(keys, 1 / len(keys))
    evidence = 1.0
    for level in levels:
        weights = _weights(heats, level.context, keys, days, half_life_days)
        total = sum(weights.values())
        share = level.strength / (total + level.strength)
        for key in keys:
            contribution = weights.get(key, 0.0) / (total + level.strength)
            chance[key] = chance[key] * share + contribution
            contributions[key] = {
                context: part * share for context, part in contributions[key].items()
            }
            contributions[key][level.context] = contribution
        if not level.context.startswith("after="):
            evidence = total + level.strength
    _add_session(_weights(heats, SESSION, keys, days, half_life_days), chance, contributions)
    suggestions = [
        Estimate(key, chance[key], wilson(chance[key], evidence), _telling(contributions[key]))
        for key in keys
    ]
    return sorted(suggestions, key=lambda estimate: (-estimate.probability, estimate.key))


def _add_session(
    weights: dict[str, float], chance: dict[str, float], contributions: dict[str, dict[str, float]]
) -> None:
    total = sum(weights.values())
    if total == 0.0:
        return
    share = SESSION_SHARE * total / (total + SESSION_STRENGTH)
    for key in chance:
        contribution = share * weights.get(key, 0.0) / total
        chance[key] = chance[key] * (1 - share) + contribution
        contributions[key] = {
            context: part * (1 - share) for context, part in contributions[key].items()
        }
        contributions[key][SESSION] = contribution


def _weights(
    heats: Heats, context: str, keys: Sequence[str], days: float, half_life_days: float
) -> dict[str, float]:
    context_heats = heats.get(context, {})
    half_life = half_life_in(context, half_life_days)
    return {
        key: weight_of(context_heats[key], days, half_life) for key in keys if key in context_heats
    }


def _telling(contributions: dict[str, float]) -> str:
    return max(
        contributions, key=lambda context: (contributions[context], context), default=EVERYTHING
    )
