"""How long deltas waited: for their COMMIT, and until their rooms were told."""

import time
from collections.abc import Callable, Sequence

from server.health.durations import Observe

Took = Callable[[Sequence[float], float], None]
"""Told of each batch when each delta came and when its COMMIT answered, in monotonic seconds."""


def commit_times(commits: Observe, acks: Observe) -> Took:
    """`commits` hears of each batch the longest, `acks` of each delta up to now."""

    def took(came_at: Sequence[float], committed_at: float) -> None:
        commits(committed_at - min(came_at))
        now = time.monotonic()
        for at in came_at:
            acks(now - at)

    return took
