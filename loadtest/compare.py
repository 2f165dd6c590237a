"""The scenario `compare`: the same offered load to each peer in turn, and to Prime."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from loadtest.cores import Cores, divide
from loadtest.cursor_load import Job, listeners_of
from loadtest.figures import medians, notes_of, row_of
from loadtest.flame_graph import FlameGraph
from loadtest.generators import GeneratorFailed, Loaded, carry_out
from loadtest.how import how
from loadtest.peers.catalogue import KNOWN, Peer
from loadtest.peers.installing import PeerFailed
from loadtest.peers.running import running
from loadtest.profiling import profile_prime
from loadtest.report import figure_in_words
from loadtest.server_watch import Watched, watch

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
WIDE = 140
"""Columns of a console that tells none: a file, a pipe."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A peer's rows of all repeats, its last run for plots, or why there is none."""

    peer: Peer
    row: dict[str, Any]
    last: Loaded | None


async def run_compare(arguments: argparse.Namespace) -> dict[str, Any]:
    """Load every peer; one that cannot be installed or started is a row with `error`."""
    cores = divide()
    cores.pin_this_process()
    with progress() as bars:
        compared = [await _compare(KNOWN[x], arguments, cores, bars) for x in arguments.peers]
        flame = (
            await profile_prime(arguments, arguments.size, cores, bars)
            if arguments.profile
            else None
        )
    report = {
        "scenario": "compare",
        "rooms": arguments.rooms,
        "size": arguments.size,
        "hz": arguments.hz,
        "seconds": arguments.seconds,
        "repeat": arguments.repeat,
        "how": how(
            cores,
            load=f"{arguments.rooms} rooms of {arguments.size}, each member moving "
            f"{arguments.hz:g} times a second for {arguments.seconds:g} s after "
            f"{arguments.warm_up:g} s of warm-up; median of {arguments.repeat}, servers in turn",
            versions={one.peer.name: one.row.pop("versions", {}) for one in compared},
        ),
        "results": [one.row for one in compared],
        **profile_of(flame),
    }
    _tell(report)
    if arguments.report:
        from loadtest.compare_report import write_compare  # matplotlib takes a second

        last_runs = {one.peer.title: one.last for one in compared if one.last is not None}
        path = write_compare(arguments.report, report, COLUMNS, last_runs, flame)
        Console(stderr=True).print(f"report: {path}", markup=False, highlight=False)
    return report


async def _compare(
    peer: Peer, arguments: argparse.Namespace, cores: Cores, bars: Progress
) -> Compared:
    bar = bars.add_task(f"{peer.title}: installing (once), starting", total=arguments.repeat)
    rows: list[dict[str, Any]] = []
    loaded = None
    try:
        for number in range(arguments.repeat):
            loaded, versions = await _once(
                peer,
                arguments,
                cores,
                lambda part, done=number: bars.update(
                    bar, completed=done + part, description=peer.title
                ),
            )
            rows.append(row_of(loaded) | {"versions": versions})
    except (PeerFailed, GeneratorFailed) as error:
        bars.update(bar, description=f"{peer.title}: failed")
        return Compared(peer, {"peer": peer.name, "title": peer.title, "error": str(error)}, None)
    named = {"peer": peer.name, "title": peer.title}
    return Compared(peer, named | medians(rows), loaded)


async def _once(
    peer: Peer, arguments: argparse.Namespace, cores: Cores, working: Any
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


def profile_of(flame: FlameGraph | None) -> dict[str, Any]:
    """The entry `profile` of a report: what the flame graph is of, or why there is none."""
    return {} if flame is None else {"profile": flame.figures}


def progress() -> Progress:
    """Bars on stderr, for long runs."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def _tell(report: dict[str, Any]) -> None:
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


def wide_console() -> Console:
    """The terminal, or where stderr goes instead, wide enough for a table."""
    console = Console(stderr=True)
    return console if console.is_terminal else Console(stderr=True, width=WIDE)


def table_of(rows: Sequence[dict[str, Any]], columns: dict[str, str], title: str) -> Table:
    """Figures for eyes; a row with `error` says so in place of them."""
    table = Table(title=title, title_justify="left", box=None)
    for position, heading in enumerate(columns.values()):
        table.add_column(heading, justify="left" if position == 0 else "right", no_wrap=True)
    for row in rows:
        if "error" in row:
            table.add_row(row["title"], f"[red]{row['error']}[/]")
        else:
            table.add_row(*(figure_in_words(row.get(name)) for name in columns))
    return table
