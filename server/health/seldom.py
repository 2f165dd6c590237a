"""Saying something often enough to be seen, and not as often as someone makes it happen."""


class Seldom:
    """For each key at most once in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._said: dict[str, tuple[float, int]] = {}
        """Key -> when it was last said, and how often it has happened since."""

    def times(self, key: str, now: float) -> int:
        """It happened: how often since it was last said, if it is to be said now; else 0."""
        said_at, unsaid = self._said.get(key, (float("-inf"), 0))
        if now - said_at < self._seconds:
            self._said[key] = (said_at, unsaid + 1)
            return 0
        # What has not happened for so long is forgotten: it takes no memory for ever.
        since = now - 2 * self._seconds
        self._said = {k: said for k, said in self._said.items() if said[0] > since}
        self._said[key] = (now, 0)
        return unsaid + 1
