"""Who has been in a room, from when until when: gathered here, written behind (rule I5)."""

import time

from persistence.tables.collaboration_sessions import Stay
from rooms.presence.seat import Seat


class Stays:
    """Of one room on this node: those that have ended and are not written yet, one a user."""

    __slots__ = ("ended_stays",)

    def __init__(self) -> None:
        self.ended_stays: dict[str, Stay] = {}
        """User -> from the first join to the last leave."""

    def gone(self, seat: Seat) -> None:
        """A seat was given up, just now; one that was never let in has not been there."""
        if not seat.is_live:
            return
        user, now = seat.request.user, time.time() * 1_000
        before = self.ended_stays.get(user)
        entered = (
            seat.request.asked_at
            if before is None
            else min(before.entered_at, seat.request.asked_at)
        )
        self.ended_stays[user] = Stay(entered, now)

    def forget(self, written_stays: dict[str, Stay]) -> None:
        """These are written; what has ended since stays."""
        for user, stay in written_stays.items():
            if self.ended_stays.get(user) is stay:
                del self.ended_stays[user]
