"""Writes a repeated fault into the log now and then, with how often it has happened since."""


class LogThrottle:
    """For each key at most once in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._written_by_key: dict[str, tuple[float, int]] = {}
        """Key -> when it was last written, and how often it has happened since."""

    def count_if_due(self, key: str, now: float) -> int:
        """It happened: how often since it was last written, if it is due now; else 0."""
        written_at, unwritten = self._written_by_key.get(key, (float("-inf"), 0))
        if now - written_at < self._seconds:
            self._written_by_key[key] = (written_at, unwritten + 1)
            return 0
        # What has not happened for so long is forgotten: it takes no memory for ever.
        since = now - 2 * self._seconds
        self._written_by_key = {
            k: written for k, written in self._written_by_key.items() if written[0] > since
        }
        self._written_by_key[key] = (now, 0)
        return unwritten + 1
