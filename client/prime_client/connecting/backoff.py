"""How long a client waits before it connects again."""

import random

BACKOFF_BASE_SECONDS = 0.2
BACKOFF_CAP_SECONDS = 10.0

STEADY_SECONDS = 2.0
"""A connection that lived as long starts the backoff anew; a shorter one does not."""


class Backoff:
    """Full jitter: anything up to a bound that doubles with every attempt that came to nothing.

    It is also bound by twice what was waited so far. Of a thousand clients some draw short pauses
    only, and by the number of their attempts alone they would be the last to come back: after a
    second without a server the last one came after 6.5 s, and so it comes after 3.0.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._attempt = 0
        self._waited = 0.0
        """Seconds of all pauses since a connection that was steady."""

    def pause(self, lived_seconds: float, after_ms: float | None) -> float:
        """Seconds until the next attempt, after a connection that lived so long.

        When the server has asked for, it has spread its clients itself (rules H7, X3).
        """
        if lived_seconds > STEADY_SECONDS:
            self._attempt, self._waited = 0, 0.0
        else:
            self._attempt += 1
        if after_ms is not None:
            return max(0.0, min(BACKOFF_CAP_SECONDS, after_ms / 1_000))
        by_attempts = BACKOFF_BASE_SECONDS * 2.0 ** min(self._attempt, 16)
        by_time = BACKOFF_BASE_SECONDS + 2.0 * self._waited
        pause = self._rng.uniform(0, min(BACKOFF_CAP_SECONDS, by_attempts, by_time))
        self._waited += pause
        return pause
