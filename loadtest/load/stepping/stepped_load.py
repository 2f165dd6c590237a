"""One generator process that stays: more rooms when asked, and steps in some of them."""

import asyncio
import gc
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe

import uvloop

from loadtest.bare.polled_reading import PolledReading
from loadtest.load.cursor_job import GeneratorFault, Job, Measurement
from loadtest.load.cursor_load import QUIET_SECONDS, Load, MoverGroup
from loadtest.load.receivers import Listener
from loadtest.load.schedule import Schedule
from loadtest.peers.dialect import Dialect, Seat
from schema.limits import HEARTBEAT_SECONDS

HEARTBEATS_PER_SECOND = 20
"""How often some of those who rest say that they are there; each does in `HEARTBEAT_SECONDS`."""

SETTLE_SECONDS = 20.0
"""How long a step that was too much is waited out, before the next one."""


@dataclass(frozen=True, slots=True)
class Grow:
    """These rooms are to be full, too."""

    rooms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Members of `rooms` move from `begins_at` on; those of room `partial` at a part of the rate.

    Times are seconds, `begins_at` one of `time.perf_counter`.
    """

    rooms: frozenset[int]
    partial: int | None
    part: float
    begins_at: float
    warm_up: float
    seconds: float


Order = Grow | Step | None
"""None: that was all."""


def main(job: Job, pipe: Pipe) -> None:
    """The process: one answer to each order, `Measurement` to a step, and "ready" to others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, and it ends us
    job.cores.pin_this_process()
    try:
        uvloop.run(_follow(job, pipe))
    except Exception as error:
        pipe.send(GeneratorFault(f"{type(error).__name__}: {error}"))


async def _follow(job: Job, pipe: Pipe) -> None:
    load = SteppedLoad(job, job.dialect())
    alive = asyncio.create_task(load.keep_alive())
    try:
        while (order := await asyncio.to_thread(_next_order, pipe)) is not None:
            if isinstance(order, Grow):
                await load.grow(order.rooms)
                pipe.send("ready")
            else:
                pipe.send(await load.step(order))
    finally:
        alive.cancel()
        load.leave()


def _next_order(pipe: Pipe) -> Order:
    """The next order; a parent that is gone has no more of them."""
    try:
        order: Order = pipe.recv()
    except EOFError:
        return None
    return order


class SteppedLoad(Load):
    """Rooms that fill as they are needed, of which some move at a time; the others rest."""

    def __init__(self, job: Job, dialect: Dialect) -> None:
        super().__init__(job, dialect)
        self._next_step = 0
        """Of those that `Dialect.update` numbers: they never go back."""
        self._moving_rooms: frozenset[int] = frozenset()
        """Rooms that move now."""

    async def grow(self, rooms: Sequence[int]) -> None:
        """Fill these rooms; the first time they move a little, to learn what is to be counted."""
        new_seats = await self._fill(rooms)
        if not self._next_step:
            await self.learn()
            self._next_step = 100
        else:
            self._count_all(new_seats)
        self._poll([])
        gc.collect()
        gc.freeze()

    async def step(self, order: Step) -> Measurement:
        """Carry out one step, and wait until nothing of it is under way."""
        begin = order.begins_at + order.warm_up
        end = begin + order.seconds
        self._moving_rooms = order.rooms
        groups = self._groups(order)
        self._poll([seat for group in groups for seat in group.seats])
        listeners = self._listeners_in(order)
        before = self._updates()
        measurement = await self._carry_out(groups, order.begins_at, begin, end)
        self._next_step += (
            max(group.schedule.steps_done // len(group.seats) for group in groups) + 1
        )
        await self._settle()
        measurement.delivered_in_all = self._updates() - before
        self._sum_up(measurement, listeners)
        measurement.timed_of = self._timed_of(groups, begin, end)
        self._poll([])
        self._moving_rooms = frozenset()
        return measurement

    async def keep_alive(self) -> None:
        """Until cancelled: whoever rests says in time that it is there."""
        heartbeat = self._dialect.heartbeat
        steps = HEARTBEAT_SECONDS * HEARTBEATS_PER_SECOND
        step = 0
        while heartbeat:
            for seat in self._seats[step % steps :: steps]:
                if seat.room not in self._moving_rooms:
                    seat.connection.send(heartbeat)
            step += 1
            await asyncio.sleep(1 / HEARTBEATS_PER_SECOND)

    def _groups(self, order: Step) -> list[MoverGroup]:
        """Those at the whole rate, and those at a part of it."""
        parts: list[tuple[list[Seat], float]] = [([], 1.0), ([], order.part)]
        for seat in self._seats:
            if seat.room in order.rooms:
                parts[seat.room == order.partial][0].append(seat)
        return [
            MoverGroup(
                Schedule(order.begins_at, len(seats), self._job.hz * part), seats, self._next_step
            )
            for seats, part in parts
            if seats
        ]

    def _listeners_in(self, order: Step) -> list[Listener]:
        """Those in the rooms that move; what they timed before is forgotten."""
        listeners = [listener for listener in self._listeners if listener.room in order.rooms]
        for listener in listeners:
            part = order.part if listener.room == order.partial else 1.0
            listener.start_over(1_000 / (self._job.hz * part))
        return listeners

    async def _settle(self) -> None:
        """Until nothing more comes, or what was too much is given up."""
        deadline = time.perf_counter() + SETTLE_SECONDS
        before = -1.0
        while (updates := self._updates()) != before and time.perf_counter() < deadline:
            before = updates
            await asyncio.sleep(QUIET_SECONDS)

    def _poll(self, seats: Sequence[Seat]) -> None:
        """Those of these seats who count are read on a timer; all others by the event loop."""
        if self._polled is not None:
            self._polled.stop()
        counting = [seat for seat in seats if not self._job.listens(seat.room, seat.member)]
        self._polled = (
            PolledReading([listener.connection for listener in counting]) if counting else None
        )
