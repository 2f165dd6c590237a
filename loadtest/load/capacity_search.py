"""The largest load that a server carries, found by trying loads: arithmetic without a clock."""

import math
from dataclasses import dataclass
from enum import Enum, auto

PRECISION = 1.05
"""Between what was carried and what was not, at the end."""

WIDEST = 4.0
FULL_PERCENT = 110.0
NARROWEST = 1.3
"""A load that was carried is doubled or so: up to this many times while the server's core is
mostly idle, at least this many; as far as its processor time says that it may go."""

TRIES = 2
VOID_TRIES = 3
"""So often a load has to fail before it counts, or to say nothing before it is given up."""

MOST_STEPS = 24
"""Then a search ends with what it has: on a machine that others use it would take for ever."""

LEAST_ROOMS = 0.1
WHOLE_FROM = 20.0
"""From so many rooms on there are only whole ones; below, one of them may move at tenths."""


class StepResult(Enum):
    """What a step showed. VOID: the generator was at its end, or others were on the core."""

    PASSED = auto()
    FAILED = auto()
    VOID = auto()


def rooms_near(load: float) -> float:
    """A number of rooms that can be offered."""
    rooms = float(round(load)) if load >= WHOLE_FROM else round(load, 1)
    return max(LEAST_ROOMS, rooms)


@dataclass(slots=True)
class Search:
    """Tries `load` rooms next, until `is_done`. `widest`: the longest step upwards, as a factor."""

    load: float
    most: float
    """Rooms that nobody offers more than."""
    widest: float = WIDEST
    precision: float = PRECISION
    carried: float = 0.0
    """The largest load that passed, in rooms."""
    beyond: float = math.inf
    """The smallest that did not."""
    is_at_least: bool = False
    """Nobody could offer more: the capacity is this or more."""
    is_done: bool = False
    fails: int = 0
    """Of the load that is being tried."""
    voids: int = 0
    steps: int = 0
    """That were made."""

    def take(self, result: StepResult, server_percent: float) -> None:
        """What came of a step at `load`; `server_percent`: what it took of the server's core."""
        self.steps += 1
        self._judge(result, server_percent)
        if self.steps >= MOST_STEPS and not self.is_done:
            self.is_at_least = self.is_done = True

    def _judge(self, result: StepResult, server_percent: float) -> None:
        if result is StepResult.PASSED:
            self.carried = self.load
            self._go_on(server_percent)
            return
        self.fails += result is StepResult.FAILED
        self.voids += result is StepResult.VOID
        if self.fails >= TRIES or self.voids >= VOID_TRIES:
            self.beyond = self.load
            self.is_at_least = self.fails < TRIES
            self._go_on(server_percent)

    def _go_on(self, server_percent: float) -> None:
        self.fails = self.voids = 0
        if self.carried >= self.most:
            self.is_at_least = self.is_done = True
            return
        next_rooms = self._next_load(server_percent)
        at_end = self.carried and self.beyond / self.carried <= self.precision
        is_known = next_rooms in (self.carried, self.beyond)
        self.is_done = bool(at_end or is_known)
        self.load = next_rooms

    def _next_load(self, server_percent: float) -> float:
        if not self.carried:
            return rooms_near(self.beyond / min(self.widest, 2.0))
        if math.isinf(self.beyond):
            room_left = FULL_PERCENT / max(server_percent, 1.0)
            factor = min(self.widest, max(NARROWEST, room_left))
            next_rooms = max(self.carried * factor, self.carried + LEAST_ROOMS)
            return min(self.most, rooms_near(next_rooms))
        return rooms_near(math.sqrt(self.carried * self.beyond))


def around(rooms_found: float, most: float) -> Search:
    """A search that begins near what another one has found."""
    return Search(min(most, rooms_near(rooms_found / PRECISION)), most, widest=PRECISION**2)
