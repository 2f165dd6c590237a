"""Generators that stay beside one server, and make one load after the other."""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection as Pipe

from loadtest.load.cursor_job import Job
from loadtest.load.generators import (
    LEAD_SECONDS,
    Loaded,
    added_up,
    processes_on,
    receive,
)
from loadtest.load.stepping import stepped_load
from loadtest.load.stepping.stepped_load import Grow, Order, Step
from loadtest.nodes.server_watch import Watched, watch


@dataclass(frozen=True, slots=True)
class Offer:
    """A load: so many rooms, of which the last may be a part. Times are seconds."""

    rooms: float
    warm_up: float
    seconds: float

    @property
    def whole(self) -> int:
        """Rooms whose members move at the full rate."""
        return int(self.rooms + 1e-9)

    @property
    def part(self) -> float:
        """Of the rate, for one room more."""
        return round(self.rooms - self.whole, 6)

    @property
    def needed(self) -> int:
        """Rooms that must be there."""
        return self.whole + bool(self.part)

    def share(self, number: int, generator_count: int) -> Step:
        """What one of several generators does of it; `start` is still to be said."""
        rooms = frozenset(range(number, self.needed, generator_count))
        partial_room = self.whole if self.part and self.whole in rooms else None
        return Step(rooms, partial_room, self.part or 1.0, 0.0, self.warm_up, self.seconds)


@dataclass(slots=True)
class Stepper:
    """The generators of one server. `job` has the dialect, the urls, and the size of a room."""

    job: Job
    watched: Watched
    pipes: list[Pipe] = field(default_factory=list)
    full: int = 0
    """Rooms that have all their members."""

    async def grow(self, rooms: int) -> None:
        """So many rooms are full afterwards; raises `GeneratorFailed`."""
        count = len(self.pipes)
        orders: dict[int, Order] = {}
        for number in range(count):
            new_rooms = tuple(room for room in range(self.full, rooms) if room % count == number)
            if new_rooms:
                orders[number] = Grow(new_rooms)
        for number, order in orders.items():
            self.pipes[number].send(order)
        await asyncio.gather(*(receive(self.pipes[number]) for number in orders))
        self.full = max(self.full, rooms)

    async def step(self, offer: Offer) -> Loaded:
        """Make a load, and wait until nothing of it is under way; raises `GeneratorFailed`."""
        await self.grow(offer.needed)
        shares = [offer.share(number, len(self.pipes)) for number in range(len(self.pipes))]
        busy_pipes = [
            (pipe, share) for pipe, share in zip(self.pipes, shares, strict=True) if share.rooms
        ]
        start = time.perf_counter() + LEAD_SECONDS
        for pipe, share in busy_pipes:
            pipe.send(replace(share, begins_at=start))
        begin = start + offer.warm_up
        cost, *measurements = await asyncio.gather(
            watch(self.watched, start, begin, begin + offer.seconds),
            *(receive(pipe) for pipe, _ in busy_pipes),
        )
        job = replace(self.job, warm_up=offer.warm_up, seconds=offer.seconds)
        return Loaded(job, added_up(measurements), cost, len(busy_pipes))


@asynccontextmanager
async def stepping(job: Job, watched: Watched) -> AsyncIterator[Stepper]:
    """Start the generators; they end with the block."""
    spawn = multiprocessing.get_context("spawn")
    stepper = Stepper(job, watched)
    with ExitStack() as stack:
        for _ in range(processes_on(job.cores)):
            own_pipe, child_pipe = spawn.Pipe()
            process = spawn.Process(target=stepped_load.main, args=(job, child_pipe), daemon=True)
            process.start()
            child_pipe.close()
            stack.callback(process.join, 5.0)
            stack.callback(process.terminate)
            stack.callback(own_pipe.close)
            stepper.pipes.append(own_pipe)
        yield stepper
