"""How long deltas waited: for their COMMIT, and until their rooms were told."""

import time
from collections.abc import Callable, Mapping, Sequence

from server.health.durations import Observe

Took = Callable[[Mapping[str, Sequence[float]], float], None]
"""Told of each batch when the deltas of each project came and when its COMMIT answered, in
monotonic seconds."""


def commit_times(commits: Observe, acks: Observe) -> Took:
    """`commits` hears of each batch the longest, `acks` of each delta up to now."""

    def took(came_at: Mapping[str, Sequence[float]], committed_at: float) -> None:
        commits(committed_at - min(map(min, came_at.values())))
        now = time.monotonic()
        for times in came_at.values():
            for at in times:
                acks(now - at)

    return took
