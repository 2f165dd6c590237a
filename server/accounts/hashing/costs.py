"""What a hash of a password costs: ours, and at most any other."""

from typing import TypedDict


class HashCosts(TypedDict):
    """Of one hash: passes, KiB of memory, lanes."""

    time_cost: int
    memory_cost: int
    parallelism: int


OWASP = HashCosts(time_cost=2, memory_cost=19_456, parallelism=1)
"""The first profile of its password storage cheat sheet: 19 MiB, two passes, one lane."""

MOST_ARGON2_LANES = 16
"""More would only cost threads."""

MOST_FIREBASE_LANES = 4
"""Firebase itself has one; each takes as long as the first."""


class TooCostly(Exception):
    """To verify this hash would take more memory or time than a login may."""
