"""Lets clients that come back all at once in at a fixed rate, so that those inside do not notice.

A node that is full lets in only who was there a moment ago: they are in its load already.
"""

from collections import OrderedDict

from schema.server_limits import MAX_RETURNING

ADMITTED_PER_SECOND = 500.0
"""Logins by token: each costs a millisecond of the loop, so half of it stays for those inside."""

LONGEST_WAIT_SECONDS = 3.0
"""A client that would wait longer is refused for now; a client gives a hello five seconds."""


RETURN_SECONDS = 60.0
"""How long after its connection broke a user may come back to a full node."""


class Admission:
    """Gives out turns. Times are seconds, given."""

    def __init__(self, per_second: float = ADMITTED_PER_SECOND) -> None:
        self._gap = 1.0 / per_second
        self._next = float("-inf")
        """When the next turn begins."""
        self._left_at: OrderedDict[str, float] = OrderedDict()
        """User -> when a connection of it was closed, within `RETURN_SECONDS`; the oldest first."""

    def turn(self, now: float) -> float:
        """How long to wait for the next turn, which is taken if that is within patience."""
        at = max(now, self._next)
        wait = at - now
        if wait <= LONGEST_WAIT_SECONDS:
            self._next = at + self._gap
        return wait

    def left(self, user: str, now: float) -> None:
        """A connection of this user is closed."""
        self._left_at.pop(user, None)
        self._left_at[user] = now
        oldest = next(iter(self._left_at.values()))
        if now - oldest > RETURN_SECONDS or len(self._left_at) > MAX_RETURNING:
            self._left_at.popitem(last=False)  # one for each that comes: it never grows past both

    def was_here(self, user: str, now: float) -> bool:
        """Whether the user had a connection within the last minute."""
        return now - self._left_at.get(user, float("-inf")) <= RETURN_SECONDS
