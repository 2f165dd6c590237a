"""Ids that are named by their first characters: how few may be, and what is said of several."""

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 4
"""Characters of a beginning: as few say nothing."""

MOST_NAMED = 10
"""So many are named of those that begin alike."""


@dataclass(frozen=True, slots=True)
class FoundId:
    """What has an id that begins so. `name`: what people call it, or whose it is."""

    id: str
    name: str


def several_in_words(beginning: str, found: Sequence[FoundId]) -> str:
    """Which they are, so that more of one can be typed."""
    named = ", ".join(f"{each.id} ({each.name})" for each in found[:MOST_NAMED])
    more = " and others" if len(found) > MOST_NAMED else ""
    return f"several ids begin with {beginning}: {named}{more}; type more of the one that is meant"
