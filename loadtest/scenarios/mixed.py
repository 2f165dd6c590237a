"""The scenario `mixed`: rooms that move and edit at set rates, and what that costs the server."""

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from rich.table import Table

from loadtest import percentiles
from loadtest.load import mixed_load
from loadtest.load.generators import GeneratorFailed
from loadtest.load.mixed_load import GeneratorFault, Job, Measurement
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.reports.console_output import wide_console
from machine.local_node import LocalNode

LAG_BOUND_MS = 50.0
RATE_BOUND = 0.95
"""A generator that sent less than this part of its load, or later, measured only itself."""

SETUP_SECONDS = 300.0


async def run_mixed(arguments: argparse.Namespace) -> dict[str, Any]:
    """Start a server if none is named, load it, and report."""
    async with AsyncExitStack() as stack:
        node: LocalNode | None = None
        url = arguments.url
        if not url:
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="prime-load-"))
            node = await stack.enter_async_context(
                LocalNode(Path(directory) / "data", environment=WITHOUT_LIMITS)
            )
            url = node.url
        jobs = _jobs(arguments, url)
        measurements, cpu, seconds = await _load(jobs, node)
        rss = node.rss_mb if node else None
    report = _report(arguments, jobs, measurements, seconds) | _cost(
        measurements, cpu, rss, seconds
    )
    _print_report(report)
    return report


def _jobs(arguments: argparse.Namespace, url: str) -> list[Job]:
    count = min(arguments.rooms, arguments.generators or max(1, (os.cpu_count() or 2) - 1))
    shares = [arguments.rooms // count + (i < arguments.rooms % count) for i in range(count)]
    rates = (arguments.hz, arguments.deltas_per_second, arguments.seconds)
    return [Job(url, i, rooms, arguments.size, *rates) for i, rooms in enumerate(shares)]


async def _load(
    jobs: list[Job], node: LocalNode | None
) -> tuple[list[Measurement], float | None, float]:
    """All generators begin together, once the last of them is ready."""
    spawn = multiprocessing.get_context("spawn")
    pipes = []
    for job in jobs:
        own_pipe, child_pipe = spawn.Pipe()
        spawn.Process(target=mixed_load.main, args=(job, child_pipe), daemon=True).start()
        child_pipe.close()
        pipes.append(own_pipe)
    await asyncio.gather(*(_receive(pipe) for pipe in pipes))
    began_at, cpu_before = time.perf_counter(), node.cpu_seconds if node else 0.0
    for pipe in pipes:
        pipe.send("go")
    measurements = await asyncio.gather(*(_receive(pipe) for pipe in pipes))
    cpu = node.cpu_seconds - cpu_before if node else None
    return measurements, cpu, time.perf_counter() - began_at


async def _receive(pipe: Any) -> Any:
    """The next word of a generator; its failure is ours."""
    async with asyncio.timeout(SETUP_SECONDS):
        while not await asyncio.to_thread(pipe.poll, 0.5):
            pass
    word = pipe.recv()
    if isinstance(word, GeneratorFault):
        raise GeneratorFailed(word.why)
    return word


def _report(
    arguments: argparse.Namespace, jobs: list[Job], measurements: list[Measurement], seconds: float
) -> dict[str, Any]:
    lag = percentiles.summary([ms for measurement in measurements for ms in measurement.lag_ms])
    sent_count = sum(measurement.updates_sent for measurement in measurements)
    wanted_updates = arguments.rooms * arguments.size * arguments.hz * arguments.seconds
    is_late = (lag["p99"] or 0.0) > LAG_BOUND_MS
    return {
        "rooms": arguments.rooms,
        "size": arguments.size,
        "hz": arguments.hz,
        "deltas_per_second": arguments.deltas_per_second,
        "seconds": round(seconds, 2),
        "generators": len(jobs),
        "cursor_ms": percentiles.summary(
            [ms for measurement in measurements for ms in measurement.cursor_ms]
        ),
        "ack_ms": percentiles.summary(
            [ms for measurement in measurements for ms in measurement.ack_ms]
        ),
        "updates_sent": sent_count,
        "updates_delivered": sum(measurement.updates_delivered for measurement in measurements),
        "ticks": sum(measurement.ticks for measurement in measurements),
        "deltas": sum(measurement.deltas_sent for measurement in measurements),
        "reconnects": sum(measurement.reconnects for measurement in measurements),
        "generator_lag_ms": lag,
        "sustained": not is_late and sent_count >= wanted_updates * RATE_BOUND,
    }


def _cost(
    measurements: list[Measurement], cpu: float | None, rss: float | None, seconds: float
) -> dict[str, Any]:
    delivered = sum(measurement.updates_delivered for measurement in measurements)
    per_update = cpu / delivered * 1e6 if cpu is not None and delivered else None
    return {
        "updates_per_second": round(delivered / seconds),
        "hub_cpu_percent": None if cpu is None else round(cpu / seconds * 100, 1),
        "hub_cpu_us_per_update": None if per_update is None else round(per_update, 2),
        "hub_rss_mb": None if rss is None else round(rss, 1),
    }


def _print_report(report: dict[str, Any]) -> None:
    table = Table(title="mixed: cursors and deltas", title_justify="left", box=None)
    table.add_column("what")
    table.add_column("value")
    for name, value in report.items():
        table.add_row(name, str(value))
    console = wide_console()
    console.print(table)
    if not report["sustained"]:
        console.print("The generator could not sustain this load: the latencies are its own too.")
