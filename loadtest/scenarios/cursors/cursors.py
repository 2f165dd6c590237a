"""The scenario `cursors`: what moving members cost Prime, by the size of their rooms."""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

from rich.console import Console

from loadtest.load.cursor_job import Job
from loadtest.load.generators import Loaded, carry_out
from loadtest.load.profiling import profile_of, profile_prime
from loadtest.nodes.cores import Cores, divide
from loadtest.nodes.server_watch import Watched, watch
from loadtest.peers.catalogue import PRIME
from loadtest.peers.running import running
from loadtest.reports.console_output import progress, table_of, wide_console
from loadtest.reports.cursor_figures import notes_of, row_of
from loadtest.reports.measuring_conditions import cursor_conditions
from loadtest.scenarios.cursors.two_nodes import run_two_nodes

COLUMNS = {
    "size": "members of a room",
    "cpu_us_per_member_s": "CPU us per member and s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "delivered_per_s": "per second",
    "bytes_per_update": "bytes",
    "cpu_percent": "CPU %",
    "rss_mb": "MiB",
    "sustained": "sustained",
}


async def run_cursors(arguments: argparse.Namespace) -> dict[str, Any]:
    """A fresh server for each size; or, with two nodes, rooms on one beside rooms on both."""
    cores = divide()
    cores.pin_this_process()
    if arguments.nodes == 2:
        return await run_two_nodes(arguments, cores)
    runs: dict[int, Loaded] = {}
    with progress() as bars:
        bar = bars.add_task("rooms", total=len(arguments.size))
        for number, size in enumerate(arguments.size):
            bars.update(bar, description=f"rooms of {size}")

            def working(part: float, runs_done: int = number) -> None:
                bars.update(bar, completed=runs_done + part)

            runs[size] = await _run_once(arguments, size, cores, working)
        flame = await profile_prime(arguments, max(arguments.size), cores, bars)
    report = {
        "scenario": "cursors",
        "rooms": arguments.rooms,
        "hz": arguments.hz,
        "seconds": arguments.seconds,
        "how": cursor_conditions(cores, load=_sizes_in_words(arguments)),
        "sizes": [_report_row(size, arguments.rooms, run) for size, run in runs.items()],
        **profile_of(flame),
    }
    _print_report(report)
    if arguments.report:
        from loadtest.reports.cursors_report import write_cursors  # matplotlib takes a second

        path = write_cursors(arguments.report, report, COLUMNS, runs, flame)
        Console(stderr=True).print(f"report: {path}", markup=False, highlight=False)
    return report


async def _run_once(
    arguments: argparse.Namespace, size: int, cores: Cores, working: Callable[[float], None]
) -> Loaded:
    async with running(PRIME, cores) as server:
        job = Job(
            dialect=PRIME.dialect,
            urls=server.urls,
            rooms=tuple(range(arguments.rooms)),
            size=size,
            hz=arguments.hz,
            warm_up=arguments.warm_up,
            seconds=arguments.seconds,
            cores=cores,
        )
        watched = Watched(server.pids, server.beside, cores.server)
        return await carry_out(job, partial(watch, watched), working)


def _sizes_in_words(arguments: argparse.Namespace) -> str:
    return (
        f"{arguments.rooms} room(s), each member moving {arguments.hz:g} times a second "
        f"for {arguments.seconds:g} s after {arguments.warm_up:g} s of warm-up; a fresh server "
        "for each size"
    )


def _report_row(size: int, rooms: int, run: Loaded) -> dict[str, Any]:
    per_member = run.cost.cpu_seconds / run.job.seconds / (rooms * size) * 1e6
    return {"size": size, "cpu_us_per_member_s": round(per_member, 1)} | row_of(run)


def _print_report(report: dict[str, Any]) -> None:
    console = wide_console()
    console.print(table_of(report["sizes"], COLUMNS, f"{report['rooms']} room(s) of Prime"))
    for note in notes_of(report["sizes"], "size"):
        console.print(f"size {note}", markup=False, highlight=False)
    console.print(report["how"]["pinning"])
