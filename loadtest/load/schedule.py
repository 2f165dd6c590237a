"""When each member should move: fixed before the run, so that a late sender hides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class Schedule:
    """Every member moves `hz` times a second, the members spread evenly over the time between.

    Times are seconds. `steps_done` counts the moves that were taken, of all members in turn.
    """

    begins_at: float
    members: int
    hz: float
    steps_done: int = 0

    @property
    def next_due(self) -> float:
        """When the next move should be made."""
        return self.due_at(self.steps_done)

    def due_at(self, number: int) -> float:
        """When the move of this number should be made, whatever happened before."""
        return self.begins_at + number / (self.hz * self.members)

    def take_due(self, now: float) -> Iterator[tuple[int, int, float]]:
        """The moves whose time has come: member, its how-manieth move, and when it was due.

        One that comes late is late by its own time; none is skipped.
        """
        while (due_at := self.due_at(self.steps_done)) <= now:
            step, member = divmod(self.steps_done, self.members)
            self.steps_done += 1
            yield member, step, due_at

    def due_between(self, begin: float, end: float) -> int:
        """How many moves should be made from `begin` on and before `end`."""
        return self._due_before(end) - self._due_before(begin)

    def due_of(self, member: int, begin: float, end: float) -> int:
        """How many of those are this member's."""
        before, until = (self._due_before(time) - 1 - member for time in (begin, end))
        return until // self.members - before // self.members

    def _due_before(self, time: float) -> int:
        number = max(0, int((time - self.begins_at) * self.hz * self.members) - 1)
        while self.due_at(number) < time:
            number += 1
        return number
