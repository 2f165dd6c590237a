"""How long a client waits before it connects again."""

import random

BACKOFF_BASE_SECONDS = 0.2
BACKOFF_CAP_SECONDS = 10.0

STEADY_SECONDS = 2.0
"""A connection that lived as long starts the backoff anew; a shorter one does not."""


class Backoff:
    """Full jitter: anything up to a bound that doubles with every attempt that came to nothing."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._attempt = 0

    def pause(self, lived_seconds: float, after_ms: float | None) -> float:
        """Seconds until the next attempt, after a connection that lived so long.

        When the server has asked for, it has spread its clients itself (rules H7, X3).
        """
        self._attempt = 0 if lived_seconds > STEADY_SECONDS else self._attempt + 1
        if after_ms is not None:
            return max(0.0, min(BACKOFF_CAP_SECONDS, after_ms / 1_000))
        bound = min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2.0 ** min(self._attempt, 16))
        return self._rng.uniform(0, bound)
