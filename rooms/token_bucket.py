"""A rate limit: so many tokens a second, saved up to a burst. Time is given, in seconds."""

from dataclasses import dataclass


@dataclass(slots=True)
class TokenBucket:
    """Starts full."""

    per_second: float
    burst: float
    level: float = -1.0
    at: float = 0.0

    def take(self, amount: float, now: float) -> bool:
        """Take tokens if they are there."""
        level = self._level(now)
        self.at = now
        self.level = level - amount if level >= amount else level
        return level >= amount

    def seconds_until(self, amount: float, now: float) -> float:
        """How long to wait until `take(amount)` would succeed."""
        return max(0.0, (min(amount, self.burst) - self._level(now)) / self.per_second)

    def _level(self, now: float) -> float:
        if self.level < 0:
            return self.burst
        return min(self.burst, self.level + (now - self.at) * self.per_second)
