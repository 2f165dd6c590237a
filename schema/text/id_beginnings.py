"""Ids that are named by their first characters: how few may be, and what is said of several."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 4
"""Characters of a beginning: as few say nothing."""

FEWEST_OF_USER = 8
"""The same of a user's id: a username that is mistyped must name nobody else."""

_MAY_BEGIN_ID = re.compile(r"[0-9a-f]{2,8}", re.I)

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


def too_short_of_user(typed: str) -> str:
    """What is said more of who is found by no name, where it may be the beginning of an id."""
    if len(typed) >= FEWEST_OF_USER or _MAY_BEGIN_ID.fullmatch(typed) is None:
        return ""
    return f"; a user's id is named by its first {FEWEST_OF_USER} characters or more"
