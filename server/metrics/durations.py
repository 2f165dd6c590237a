"""How long things take, counted in buckets: cheap enough to be told of each."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from operator import sub

from server.metrics.exposition import ExpositionLines, series

BOUNDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Upper bounds of the buckets, in seconds, where nothing else is said."""

CALL_BOUNDS = (0.005, 0.02, 0.1, 0.5, 1.0, 5.0)
"""The same of calls, which have many kinds."""

LATE_BOUNDS = (
    *(ms / 1_000 for ms in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)),
    *(0.1, 0.2, 0.5, 1.0, 2.0),
)
"""The same of the event loop's lateness, which musicians feel from some milliseconds on."""

PROBE_BOUNDS = (*(ms / 1_000 for ms in range(1, 61)), 0.08, 0.1, 0.15, 0.2, 0.5, 1.0, 2.0)
"""The same of stalls in load tests: a millisecond apart up to where musicians notice."""

TURN_SECONDS = 15.0
"""Between two turns: what was of late is of the last one to two of these."""

Observe = Callable[[float], None]
"""Told how many seconds something took, each time."""


class Durations:
    """One histogram, of one thread; `bounds` in seconds, rising."""

    __slots__ = ("_at_turn", "_at_turn_before", "_counts", "_sum", "a_second", "bounds")

    def __init__(self, bounds: tuple[float, ...] = BOUNDS) -> None:
        self.bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        """How many were within each bound and not within the one before; at last the others."""
        self._sum = 0.0
        """All of them together, in seconds."""
        self._at_turn = tuple(self._counts)
        """The counts as they were at the last turn."""
        self._at_turn_before = self._at_turn
        """The same of the turn before."""
        self.a_second = 0.0
        """How many there were each second, between the last two turns."""

    def observe(self, seconds: float) -> None:
        """It took so long."""
        self._counts[bisect_left(self.bounds, seconds)] += 1
        self._sum += seconds

    def turn(self) -> None:
        """Once in `TURN_SECONDS`: forget what was before the last turn, for `of_late`."""
        self._at_turn_before, self._at_turn = self._at_turn, tuple(self._counts)
        self.a_second = (sum(self._at_turn) - sum(self._at_turn_before)) / TURN_SECONDS

    def of_late(self) -> list[int]:
        """How many were within each bound and not within the one before, since the turn before the
        last one."""
        return list(map(sub, self._counts, self._at_turn_before))

    def values(self) -> Iterator[float]:
        """How many were within each bound, at last how many there were, and their sum."""
        total = 0
        for count in self._counts:
            total += count
            yield total
        yield total
        yield self._sum

    def lines(self, name: str, label: str, value: str) -> list[str]:
        """What stands before each of these."""
        bounds = [*map(str, self.bounds), "+Inf"]
        buckets = [series(f"{name}_bucket", [(label, value), ("le", bound)]) for bound in bounds]
        count_and_sum = [series(f"{name}_{end}", [(label, value)]) for end in ("count", "sum")]
        return [*buckets, *count_and_sum]


def family(
    name: str, meaning: str, label: str, durations_by_value: Mapping[str, Durations]
) -> ExpositionLines:
    """A histogram for each value of the label, or ("") the only one."""
    lines = [
        line
        for value, durations in durations_by_value.items()
        for line in durations.lines(name, label, value)
    ]
    return ExpositionLines(
        name,
        meaning,
        "histogram",
        lines,
        lambda: (
            value for durations in durations_by_value.values() for value in durations.values()
        ),
    )
