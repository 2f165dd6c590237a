"""How busy the event loop is, and so how long the rooms of this node gather."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable

from rooms.presence.gathering import Gathering, LoadSample
from server.loop.core_share import CORE_SHARE

LOOK_SECONDS = 0.05
SMOOTHING = 0.1
"""How much the newest look counts for `share`: it is the load of half a second."""

WAITED = "/proc/thread-self/schedstat"
"""Of Linux: nanoseconds on a core, nanoseconds that the thread waited for one, turns."""


class LoopLoad:
    """`share` is from 0 (idle, or not measured) to 1 (all that there is of a core).

    `waited_for_core_seconds`: the part of the time in which the thread could have run, and others
    had the core. `gathering`: what follows from both. `was_late` hears at each look, in seconds, by
    how much the loop came late since the last, at most: to this look, or to a tick.
    """

    __slots__ = (
        "_late_sum",
        "_latest_tick",
        "_long_jobs",
        "_ticks",
        "_was_late",
        "gathering",
        "share",
        "waited_for_core_seconds",
    )

    def __init__(
        self,
        core_share: float = CORE_SHARE,
        was_late: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.gathering = Gathering(core_share)
        self._was_late = was_late
        self.share = 0.0
        self.waited_for_core_seconds = 0.0
        self._latest_tick = 0.0
        """Seconds by which the latest tick since the last look was late."""
        self._late_sum = 0.0
        """The sum of these for all ticks since the last look."""
        self._ticks = 0
        """How many ticks these were."""
        self._long_jobs = 0.0
        """Processor time that long jobs took since the last look, in seconds."""

    def ticked_late(self, seconds: float) -> None:
        """A tick came so long after it was due."""
        self._ticks += 1
        self._late_sum += seconds
        if seconds > self._latest_tick:
            self._latest_tick = seconds

    def ran_long_jobs(self, seconds: float) -> None:
        """Jobs that step back for all others took so much of the core in a turn."""
        self._long_jobs += seconds

    async def run(self) -> None:
        """For the life of the node, in the thread of the loop."""
        with _WaitedForCore() as waited:
            before = time.monotonic(), time.thread_time(), waited.seconds()
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                readings = time.monotonic(), time.thread_time(), waited.seconds()
                seconds_passed, cpu_taken, waited_for_core = (
                    after - at for after, at in zip(readings, before, strict=True)
                )
                before = readings
                lateness = max(seconds_passed - LOOK_SECONDS, self._late_sum / max(self._ticks, 1))
                self._was_late(max(seconds_passed - LOOK_SECONDS, self._latest_tick))
                self._look_done(
                    LoadSample(
                        seconds_passed, cpu_taken, waited_for_core, lateness, self._long_jobs
                    )
                )

    def _look_done(self, look: LoadSample) -> None:
        self._late_sum, self._latest_tick, self._ticks, self._long_jobs = 0.0, 0.0, 0, 0.0
        self.gathering.looked(look)
        self.share += SMOOTHING * (look.whole_load - self.share)
        part = min(1.0, max(0.0, look.waited_for_core_seconds / max(look.elapsed_seconds, 1e-6)))
        self.waited_for_core_seconds += SMOOTHING * (part - self.waited_for_core_seconds)


class _WaitedForCore:
    """How long this thread could have run and did not; 0 for ever where the system does not say."""

    def __init__(self) -> None:
        self._file: int | None = None

    def __enter__(self) -> "_WaitedForCore":
        with contextlib.suppress(OSError):
            self._file = os.open(WAITED, os.O_RDONLY | os.O_CLOEXEC)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)

    def seconds(self) -> float:
        """Since the thread began."""
        if self._file is None:
            return 0.0
        try:
            return int(os.pread(self._file, 100, 0).split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0
