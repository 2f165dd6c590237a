"""A rate limit: so many tokens a second, saved up to a burst. Time is given, in seconds."""

import math
from dataclasses import dataclass

_ROUNDING = 1e-9
"""What a level may be off by after waiting just as long as was said."""


@dataclass(slots=True)
class TokenBucket:
    """Starts full. More than the burst at once takes a full bucket and leaves a debt."""

    per_second: float
    burst: float
    level: float = math.inf
    filled_at: float = 0.0

    def take(self, amount: float, now: float) -> bool:
        """Take tokens if they are there."""
        level = self._level(now)
        is_there = level >= min(amount, self.burst) - _ROUNDING
        self.filled_at = now
        self.level = level - amount if is_there else level
        return is_there

    def seconds_until(self, amount: float, now: float) -> float:
        """How long to wait until `take(amount)` would succeed."""
        return max(0.0, (min(amount, self.burst) - self._level(now)) / self.per_second)

    def _level(self, now: float) -> float:
        return min(self.burst, self.level + max(0.0, now - self.filled_at) * self.per_second)
