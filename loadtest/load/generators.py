"""Starts generator processes, lets them begin together, and adds up what they measured."""

import asyncio
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from loadtest.load import cursor_load
from loadtest.load.cursor_job import GeneratorFault, Job, Measurement
from loadtest.nodes.cores import Cores
from loadtest.nodes.server_watch import Cost

SETUP_SECONDS = 300.0
LEAD_SECONDS = 0.3
"""From the word to the first move: time for the word to arrive."""

Watch = Callable[[float, float, float], Awaitable[Cost]]
"""Start, begin and end of the measured time, by the clock of `time.perf_counter`."""


class GeneratorFailed(Exception):
    """A generator process could not do its job; the message is its own."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A load that was carried out: what the generators saw, and what the server took."""

    job: Job
    measured: Measurement
    cost: Cost
    generators: int


def shared_out(job: Job) -> list[Job]:
    """The same load for as many processes as there are cores for it, by rooms."""
    count = max(1, min(processes_on(job.cores), len(job.rooms)))
    return [replace(job, rooms=job.rooms[number::count]) for number in range(count)]


def processes_on(cores: Cores) -> int:
    """How many generators there may be: one for each core that is theirs."""
    return len(cores.load) or max(1, (os.cpu_count() or 1) - 1)


async def carry_out(job: Job, watch: Watch, working: Callable[[float], None]) -> Loaded:
    """Run a load; raises `GeneratorFailed`. `working` is told the part done, from 0 to 1."""
    jobs = shared_out(job)
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        pipes = []
        for part in jobs:
            own_pipe, child_pipe = spawn.Pipe()
            process = spawn.Process(target=cursor_load.main, args=(part, child_pipe), daemon=True)
            process.start()
            child_pipe.close()
            stack.callback(process.join, 5.0)
            stack.callback(process.terminate)
            pipes.append(own_pipe)
        await asyncio.gather(*(receive(pipe) for pipe in pipes))
        start = time.perf_counter() + LEAD_SECONDS
        for pipe in pipes:
            pipe.send(start)
        begin = start + job.warm_up
        showing = asyncio.create_task(_show(working, start, begin + job.seconds))
        try:
            cost = await watch(start, begin, begin + job.seconds)
            measurements = await asyncio.gather(*(receive(pipe) for pipe in pipes))
        finally:
            showing.cancel()
    return Loaded(job, added_up(measurements), cost, len(jobs))


async def _show(working: Callable[[float], None], start: float, end: float) -> None:
    while (now := time.perf_counter()) < end:
        working(max(0.0, (now - start) / (end - start)))
        await asyncio.sleep(0.25)
    working(1.0)


async def receive(pipe: Any) -> Any:
    """The next word of a generator; its failure is ours."""
    try:
        async with asyncio.timeout(SETUP_SECONDS):
            while not await asyncio.to_thread(pipe.poll, 0.5):
                pass
        word = pipe.recv()
    except TimeoutError:
        raise GeneratorFailed(f"a generator said nothing for {SETUP_SECONDS:g} s") from None
    except EOFError:
        raise GeneratorFailed("a generator process ended by itself") from None
    if isinstance(word, GeneratorFault):
        raise GeneratorFailed(word.why)
    return word


def added_up(parts: Sequence[Measurement]) -> Measurement:
    """Several generators as one; their series are added sample by sample."""
    total = parts[0]
    for part in parts[1:]:
        for name in ("latency_ms", "across_ms", "lag_ms"):
            getattr(total, name).extend(getattr(part, name))
        for name in (
            *("due", "due_in_all", "sent", "delivered", "delivered_in_all"),
            *("received_bytes", "timed_of", "decoded_messages"),
            *("repeats", "replaced", "lost_connections", "unsent_bytes", "cpu_seconds", "problems"),
        ):
            setattr(total, name, getattr(total, name) + getattr(part, name))
        total.series = [
            (at, updates + more_updates, received_bytes + bytes_)
            for (at, updates, received_bytes), (_, more_updates, bytes_) in zip(
                total.series, part.series, strict=False
            )
        ]
    return total
