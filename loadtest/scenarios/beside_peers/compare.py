"""The scenario `compare`: the same offered load to each peer in turn, and to Prime."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import Progress, TaskID

from loadtest.load.cursor_job import Job, listeners_of
from loadtest.load.generators import GeneratorFailed, Loaded, carry_out
from loadtest.load.profiling import profile_of, profile_prime
from loadtest.nodes.cores import Cores, divide
from loadtest.nodes.server_watch import Watched, watch
from loadtest.peers.catalogue import KNOWN, Peer
from loadtest.peers.installing import PeerFailed
from loadtest.peers.running import running
from loadtest.reports.console_output import progress, table_of, wide_console
from loadtest.reports.cursor_figures import notes_of, row_of
from loadtest.reports.measuring_conditions import cursor_conditions
from loadtest.reports.medians import medians

COLUMNS = {
    "title": "server",
    "updates_per_cpu_s": "per CPU-s",
    "delivered_per_s": "per second",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "bytes_per_update": "bytes",
    "cpu_percent": "CPU %",
    "rss_mb": "MiB",
    "arrived_share": "arrived",
    "sustained": "sustained",
}


@dataclass(slots=True)
class Trials:
    """A peer's runs so far: their rows, the last of them for plots, or what went wrong."""

    peer: Peer
    bar: TaskID
    rows: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    last_load: Loaded | None = None
    error: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """The medians; one failure makes it a row with `error`."""
        peer_names = {"peer": self.peer.name, "title": self.peer.title}
        return peer_names | ({"error": self.error} if self.error else medians(self.rows))


async def run_compare(arguments: argparse.Namespace) -> dict[str, Any]:
    """Load every peer; one that cannot be installed or started is a row with `error`."""
    cores = divide()
    cores.pin_this_process()
    with progress() as bars:
        compared = [
            Trials(KNOWN[name], bars.add_task(KNOWN[name].title, total=arguments.repeat))
            for name in arguments.peers
        ]
        for _ in range(arguments.repeat):
            for trials in compared:
                await _try(trials, arguments, cores, bars)
        flame = await profile_prime(arguments, arguments.size, cores, bars)
    report = {
        "scenario": "compare",
        "rooms": arguments.rooms,
        "size": arguments.size,
        "hz": arguments.hz,
        "seconds": arguments.seconds,
        "repeat": arguments.repeat,
        "how": cursor_conditions(
            cores,
            load=f"{arguments.rooms} rooms of {arguments.size}, each member moving "
            f"{arguments.hz:g} times a second for {arguments.seconds:g} s after "
            f"{arguments.warm_up:g} s of warm-up, one server after the other",
            versions={
                compared_peer.peer.name: compared_peer.versions for compared_peer in compared
            },
        ),
        "results": [compared_trials.row for compared_trials in compared],
        **profile_of(flame),
    }
    _print_report(report)
    if arguments.report:
        from loadtest.reports.compare_report import write_compare  # matplotlib takes a second

        last_runs = {x.peer.title: x.last_load for x in compared if x.last_load and not x.error}
        path = write_compare(arguments.report, report, COLUMNS, last_runs, flame)
        Console(stderr=True).print(f"report: {path}", markup=False, highlight=False)
    return report


async def _try(trials: Trials, arguments: argparse.Namespace, cores: Cores, bars: Progress) -> None:
    """One more run of a peer that has not failed yet."""
    if trials.error:
        return
    trials_done = len(trials.rows)
    bars.update(trials.bar, description=f"{trials.peer.title}: starting")

    def working(part: float) -> None:
        bars.update(trials.bar, completed=trials_done + part, description=trials.peer.title)

    try:
        trials.last_load, trials.versions = await _run_once(trials.peer, arguments, cores, working)
    except (PeerFailed, GeneratorFailed) as error:
        trials.error = str(error)
        bars.update(trials.bar, description=f"{trials.peer.title}: failed")
    else:
        trials.rows.append(row_of(trials.last_load))


async def _run_once(
    peer: Peer, arguments: argparse.Namespace, cores: Cores, working: Callable[[float], None]
) -> tuple[Loaded, dict[str, str]]:
    async with running(peer, cores) as server:
        job = Job(
            dialect=peer.dialect,
            urls=server.urls,
            rooms=tuple(range(arguments.rooms)),
            size=arguments.size,
            hz=arguments.hz,
            warm_up=arguments.warm_up,
            seconds=arguments.seconds,
            cores=cores,
        )
        watched = Watched(server.pids, server.beside, cores.server)
        return await carry_out(job, partial(watch, watched), working), server.versions


def _print_report(report: dict[str, Any]) -> None:
    console = wide_console()
    title = f"{report['rooms']} rooms of {report['size']} at {report['hz']:g} Hz"
    console.print(table_of(report["results"], COLUMNS, title))
    for note in notes_of(report["results"], "title"):
        console.print(note, markup=False, highlight=False)
    listening = listeners_of(report["size"])
    console.print(
        f"{report['how']['pinning']}; of each room {listening} decode all they hear, the "
        "others count",
        highlight=False,
    )
