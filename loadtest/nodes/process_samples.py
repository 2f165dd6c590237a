"""Processor time and memory of the processes under test, as they change over time."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Self

from loadtest.stopping import cancel_and_wait

EVERY_SECONDS = 0.5


class Samples:
    """Reads figures twice a second, from `async with` to its end.

    `busy`: name -> processor seconds used so far, kept as percent of one core between two reads.
    `levels`: name -> a figure that is kept as it is. All times are seconds since the beginning.
    """

    def __init__(
        self,
        busy: Mapping[str, Callable[[], float]],
        levels: Mapping[str, Callable[[], float]] | None = None,
        every: float = EVERY_SECONDS,
    ) -> None:
        self.seconds: list[float] = []
        self.series: dict[str, list[float]] = {name: [] for name in [*busy, *(levels or {})]}
        self._busy_readers = dict(busy)
        self._levels = dict(levels or {})
        self._every = every
        self._began_at = self._read_at = 0.0
        self._seconds_used: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._began_at = self._read_at = time.perf_counter()
        self._seconds_used = {
            name: read_seconds() for name, read_seconds in self._busy_readers.items()
        }
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            await cancel_and_wait(self._task)
        self._read()

    @property
    def busy_names(self) -> list[str]:
        """Those kept as percent of a core."""
        return list(self._busy_readers)

    @property
    def level_names(self) -> list[str]:
        """Those kept as they are."""
        return list(self._levels)

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self._began_at

    def mean(self, name: str, since: float = 0.0, until: float = float("inf")) -> float:
        """The mean of what was read in that time; 0 of nothing."""
        values = self._values_between(name, since, until)
        return round(sum(values) / len(values), 1) if values else 0.0

    def highest(self, name: str, since: float = 0.0, until: float = float("inf")) -> float:
        """The highest of what was read in that time; 0 of nothing."""
        return round(max(self._values_between(name, since, until), default=0.0), 1)

    def _values_between(self, name: str, since: float, until: float) -> list[float]:
        pairs = zip(self.seconds, self.series[name], strict=True)
        return [value for at, value in pairs if since < at <= until]

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            self._read()

    def _read(self) -> None:
        now = time.perf_counter()
        seconds_passed, self._read_at = now - self._read_at, now
        if seconds_passed <= 0:
            return
        self.seconds.append(now - self._began_at)
        for name, read_seconds in self._busy_readers.items():
            seconds_used = read_seconds()
            # A process that was started anew counts from nothing again.
            gone_by = max(0.0, seconds_used - self._seconds_used[name])
            self._seconds_used[name] = seconds_used
            self.series[name].append(gone_by / seconds_passed * 100)
        for name, read_figure in self._levels.items():
            self.series[name].append(read_figure())
