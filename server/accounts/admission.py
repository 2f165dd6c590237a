"""A herd that comes back is let in at a rate, so that those inside do not notice it."""

ADMITTED_PER_SECOND = 500.0
"""Logins by token: each costs a millisecond of the loop, so half of it stays for those inside."""

PATIENCE_SECONDS = 3.0
"""Who would wait longer is told to come again; a client gives a hello five seconds."""


class Admission:
    """Gives out turns. Times are seconds, given."""

    def __init__(self, per_second: float = ADMITTED_PER_SECOND) -> None:
        self._gap = 1.0 / per_second
        self._next = float("-inf")

    def turn(self, now: float) -> float:
        """How long to wait for the next turn, which is taken if that is within patience."""
        at = max(now, self._next)
        wait = at - now
        if wait <= PATIENCE_SECONDS:
            self._next = at + self._gap
        return wait
