"""The jobs of all rooms share a little of each turn of the event loop: ticks go between."""

import asyncio
import os
import time
from collections import deque
from collections.abc import Callable

import uvloop

JOB_SECONDS = 0.001
"""What all short jobs together may take of one turn; one that takes as much is a long one."""

LONG_JOB_SECONDS = 0.00025
"""What all long jobs together may take of one turn, while others have something to do."""

CALM_SECONDS = 0.02
"""Others have nothing to do if no new job has come for so long."""

RunUntil = Callable[[float], bool]
"""Runs jobs until the given time of the scheduler; whether some are left."""


class JobScheduler:
    """First come, first served; who is not done goes to the end of the line.

    An edit takes some five turns from the socket to its ack, so turns are to be short while one is
    under way: long jobs run behind all others, and for less time. See decision 0032.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        ran_long_jobs: Callable[[float], None] = lambda _: None,
        give_core_away: Callable[[], None] = os.sched_yield,
    ) -> None:
        self._loop = loop
        self._ran_long_jobs = ran_long_jobs
        """Told of the processor time that long jobs took in a turn, in seconds."""
        self._give_core_away = give_core_away
        """Lets another process have the core that waits for it, if one does."""
        is_coarse = isinstance(loop, uvloop.Loop)  # it tells whole milliseconds
        self.time: Callable[[], float] = time.monotonic if is_coarse else loop.time
        """The clock of `RunUntil`, in seconds."""
        self._waiting_jobs: deque[tuple[RunUntil, float]] = deque()
        """Those who have more to do in a later turn, and the seconds they have taken so far."""
        self._long: deque[RunUntil] = deque()
        """Those whose jobs are long."""
        self._seconds_left = 0.0
        """Seconds of this turn that are left for jobs that are not long."""
        self._is_begun = False
        """This turn is begun, and the next one is asked for."""
        self._came_at = float("-inf")
        """When the newest job came."""
        self._next_gift_at = float("-inf")
        """Before then the core is not given away."""

    @property
    def long_jobs(self) -> int:
        """How many rooms have a long job, or several, to do."""
        return len(self._long)

    def schedule(self, run_until: RunUntil, *, is_long: bool = False) -> None:
        """Run now if this turn has time left; otherwise, or if unfinished, in a later turn.

        `is_long`: it is expected to be, and begins behind all others.
        """
        now = self._came_at = self.time()
        self._begin()
        if is_long:
            self._long.append(run_until)
        elif self._waiting_jobs or self._seconds_left <= 0:
            self._waiting_jobs.append((run_until, 0.0))
        else:
            self._run(run_until, 0.0, now)

    def _begin(self) -> None:
        if not self._is_begun:
            self._is_begun = True
            self._seconds_left = JOB_SECONDS
            self._loop.call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._is_begun = False
        if not (self._waiting_jobs or self._long):
            return
        self._begin()
        while self._waiting_jobs and self._seconds_left > 0:
            self._run(*self._waiting_jobs.popleft(), self.time())
        if self._long:
            self._run_long()

    def _run(self, run_until: RunUntil, seconds_taken_before: float, now: float) -> None:
        is_left = run_until(now + self._seconds_left)
        seconds_taken = self.time() - now
        self._seconds_left -= seconds_taken
        if not is_left:
            return
        if seconds_taken_before + seconds_taken < JOB_SECONDS:
            self._waiting_jobs.append((run_until, seconds_taken_before + seconds_taken))
        else:
            self._long.append(run_until)

    def _run_long(self) -> None:
        before, now = time.thread_time(), self.time()
        is_calm = now - self._came_at > CALM_SECONDS
        deadline = now + (JOB_SECONDS if is_calm else LONG_JOB_SECONDS)
        for _ in range(len(self._long)):
            run_until = self._long.popleft()
            if run_until(deadline):
                self._long.append(run_until)
            if self.time() >= deadline:
                break
        self._ran_long_jobs(time.thread_time() - before)
        self._let_others_run()

    def _let_others_run(self) -> None:
        """PostgreSQL, on the core that it was woken on: with long jobs the loop never sleeps.

        Linux would take the core from us at its next tick only, up to 4 ms later (decision 0032).
        Half of the time is kept: else whoever computes on would get nearly all of it.
        """
        given_at = self.time()
        if given_at >= self._next_gift_at:
            self._give_core_away()
            now = self.time()
            self._next_gift_at = now + (now - given_at)
