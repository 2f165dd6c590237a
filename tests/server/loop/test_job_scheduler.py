"""Jobs share the loop: who comes anew goes first, and a long job takes little meanwhile."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import uvloop

from server.loop.job_scheduler import (
    CALM_SECONDS,
    JOB_SECONDS,
    LONG_JOB_SECONDS,
    JobScheduler,
)

if TYPE_CHECKING:
    import asyncio

STEP = 0.0001


class Loop:
    """A loop whose clock moves only when a job takes its time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._soon: list[Callable[[], None]] = []

    def time(self) -> float:
        return self.now

    def call_soon(self, callback: Callable[[], None]) -> None:
        self._soon.append(callback)

    def turn(self) -> None:
        soon, self._soon = self._soon, []
        for callback in soon:
            callback()


class Job:
    """A job of so many seconds, in steps; `done`: when it was, `ran`: what of it has been done."""

    def __init__(self, loop: Loop, seconds: float) -> None:
        self.done: float | None = None
        self.ran = 0.0
        self._loop = loop
        self._seconds = seconds

    def run_until(self, deadline: float) -> bool:
        while self.ran < self._seconds - STEP / 2:
            self._loop.now += STEP
            self.ran += STEP
            if self._loop.now >= deadline:
                break
        if self.ran < self._seconds - STEP / 2:
            return True
        self.done = self._loop.now
        return False


def bench() -> tuple[Loop, JobScheduler]:
    loop = Loop()
    return loop, JobScheduler(cast("asyncio.AbstractEventLoop", loop))


def begun(loop: Loop, scheduler: JobScheduler, seconds: float) -> Job:
    """A job that is long by now."""
    job = Job(loop, seconds)
    scheduler.schedule(job.run_until)
    while job.ran < JOB_SECONDS:
        loop.turn()
    loop.turn()
    return job


def test_a_short_job_is_done_at_once() -> None:
    loop, scheduler = bench()
    job = Job(loop, STEP)
    scheduler.schedule(job.run_until)
    assert job.done is not None


def test_jobs_of_one_turn_take_a_millisecond_together() -> None:
    loop, scheduler = bench()
    jobs = [Job(loop, JOB_SECONDS / 2) for _ in range(4)]
    for job in jobs:
        scheduler.schedule(job.run_until)
    assert [job.done is not None for job in jobs] == [True, True, False, False]
    loop.turn()
    assert all(job.done is not None for job in jobs)


def test_who_comes_anew_does_not_wait_for_a_long_job() -> None:
    loop, scheduler = bench()
    long = begun(loop, scheduler, 1.0)
    short = Job(loop, STEP)
    scheduler.schedule(short.run_until)
    assert short.done is not None
    assert long.done is None


def test_a_long_job_takes_little_of_a_turn_while_others_have_something_to_do() -> None:
    loop, scheduler = bench()
    long = begun(loop, scheduler, 1.0)
    loop.now += CALM_SECONDS * 2
    before = long.ran
    loop.turn()
    assert long.ran - before >= JOB_SECONDS - STEP
    scheduler.schedule(Job(loop, STEP).run_until)
    before = long.ran
    loop.turn()
    assert STEP / 2 < long.ran - before <= LONG_JOB_SECONDS + STEP


def test_a_long_job_goes_on_however_many_others_come() -> None:
    loop, scheduler = bench()
    long = begun(loop, scheduler, 0.02)
    for _ in range(1_000):
        for _ in range(20):
            scheduler.schedule(Job(loop, STEP).run_until)
        loop.turn()
    assert long.done is not None


def test_long_jobs_take_turns() -> None:
    loop, scheduler = bench()
    first, second = begun(loop, scheduler, 0.1), begun(loop, scheduler, 0.1)
    while not (first.done and second.done):
        loop.turn()
        scheduler.schedule(Job(loop, STEP).run_until)
    assert abs(first.ran - second.ran) < STEP
    assert abs(first.done - second.done) < 0.05


def test_a_slice_is_measured_finer_than_in_milliseconds() -> None:
    """As the clock of uvloop's loop is, which made every slice a millisecond."""
    loop = uvloop.new_event_loop()
    try:
        scheduler = JobScheduler(loop)
        assert len({scheduler.time() for _ in range(1_000)}) > 100
    finally:
        loop.close()


def test_between_slices_of_a_long_job_others_get_the_core_for_half_of_the_time() -> None:
    loop = Loop()
    gifts: list[float] = []
    taken = 0.0

    def give() -> None:
        gifts.append(loop.now)
        loop.now += taken

    scheduler = JobScheduler(cast("asyncio.AbstractEventLoop", loop), give_core_away=give)
    scheduler.schedule(Job(loop, JOB_SECONDS / 2).run_until)
    loop.turn()
    assert not gifts
    begun(loop, scheduler, 10.0)
    for _ in range(20):
        loop.turn()
    assert len(gifts) > 15  # nobody wants it: it is offered after each slice
    taken, before = 16 * LONG_JOB_SECONDS, len(gifts)
    since = loop.now
    for _ in range(100):
        loop.turn()
    given = taken * (len(gifts) - before)
    assert 0.3 < given / (loop.now - since) <= 0.5 + taken / (loop.now - since)


def test_what_is_expected_to_be_long_begins_behind_all_others() -> None:
    loop, scheduler = bench()
    large, short = Job(loop, 10 * JOB_SECONDS), Job(loop, STEP)
    scheduler.schedule(large.run_until, is_long=True)
    assert large.ran == 0.0
    scheduler.schedule(short.run_until)
    assert short.done is not None
    loop.turn()
    assert STEP / 2 < large.ran <= LONG_JOB_SECONDS + STEP
    while large.done is None:
        loop.turn()
