"""What a server costs while the load runs: processor time and memory, sampled from outside."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from loadtest.nodes.cores import tree

SAMPLE_SECONDS = 0.5


@dataclass(slots=True)
class Cost:
    """Processor seconds and memory within the measured time; `series` from the start of the load.

    `series`: seconds since the start, percent of a core since the sample before, MiB.
    """

    cpu_seconds: float = 0.0
    beside_cpu_seconds: float = 0.0
    others_cpu_seconds: float = 0.0
    """What anyone else took of the server's cores: time that the server was not given."""
    rss_mb: float = 0.0
    series: list[tuple[float, float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watched:
    """Processes with their children. `beside` is what works for the server: its database."""

    pids: Sequence[int]
    beside: Sequence[int]
    cores: Sequence[int]


async def watch(server: Watched, start: float, begin: float, end: float) -> Cost:
    """Follow a server from `start` on; count from `begin` to `end`.

    Times are those of `time.perf_counter`.
    """
    pids, other_pids = server.pids, server.beside
    cost = Cost()
    await _until(start)
    await _sample(cost, pids, start, begin)
    cpu, beside_cpu = cpu_seconds(pids), cpu_seconds(other_pids)
    busy_before = busy_seconds(server.cores)
    await _sample(cost, pids, start, end)
    cost.cpu_seconds = cpu_seconds(pids) - cpu
    cost.beside_cpu_seconds = cpu_seconds(other_pids) - beside_cpu
    busy = busy_seconds(server.cores) - busy_before
    cost.others_cpu_seconds = max(0.0, busy - cost.cpu_seconds) if server.cores else 0.0
    cost.rss_mb = max((mb for at, _, mb in cost.series if at >= begin - start), default=0.0)
    return cost


def cpu_seconds(pids: Sequence[int]) -> float:
    """What these processes and their children have taken so far."""
    total = 0.0
    for process in _all(pids):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


def busy_seconds(cores: Sequence[int]) -> float:
    """How long these cores have not been idle so far, time stolen by a host included."""
    every = psutil.cpu_times(percpu=True)
    times = [every[core] for core in cores]
    return sum(
        sum(cpu_times) - cpu_times.idle - getattr(cpu_times, "iowait", 0.0) for cpu_times in times
    )


def rss_mb(pids: Sequence[int]) -> float:
    """Resident memory of these processes and their children, in MiB."""
    total = 0
    for process in _all(pids):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total / 2**20


async def _sample(cost: Cost, pids: Sequence[int], start: float, end: float) -> None:
    before, cpu = time.perf_counter(), cpu_seconds(pids)
    while (now := time.perf_counter()) < end:
        await asyncio.sleep(min(SAMPLE_SECONDS, end - now))
        at, cpu_now = time.perf_counter(), cpu_seconds(pids)
        percent = (cpu_now - cpu) / max(at - before, 1e-3) * 100
        cost.series.append((at - start, percent, rss_mb(pids)))
        before, cpu = at, cpu_now


async def _until(time_until: float) -> None:
    await asyncio.sleep(max(0.0, time_until - time.perf_counter()))


def _all(pids: Sequence[int]) -> list[psutil.Process]:
    return [process for pid in pids for process in tree(pid)]
