"""`cursors --nodes 2`: rooms whose members sit on two nodes beside rooms on one node each."""

import argparse
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from loadtest.load.cursor_job import Job
from loadtest.load.generators import Loaded, carry_out
from loadtest.nodes.cores import Cores
from loadtest.nodes.server_watch import Watched, watch
from loadtest.nodes.two_local_nodes import two_local_nodes
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.peers.prime_dialect import PrimeDialect
from loadtest.peers.running import Running, pinned_nodes
from loadtest.percentiles import percentile
from loadtest.reports.console_output import progress, table_of, wide_console
from loadtest.reports.cursor_figures import notes_of, row_of
from loadtest.reports.measuring_conditions import cursor_conditions

VALKEY_SECONDS = 30.0
COLUMNS = {
    "placement": "rooms",
    "cpu_us_per_update": "CPU us per update",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "delivered_per_s": "per second",
    "bytes_per_update": "bytes",
    "cpu_percent": "CPU % (both)",
    "sustained": "sustained",
}


async def run_two_nodes(arguments: argparse.Namespace, cores: Cores) -> dict[str, Any]:
    """Two nodes on one PostgreSQL and Valkey: first every room on one of them, then on both."""
    size = arguments.size[0]
    with tempfile.TemporaryDirectory(prefix="prime-load-") as directory, progress() as bars:
        async with two_local_nodes(Path(directory), WITHOUT_LIMITS) as local_nodes:
            nodes = pinned_nodes(local_nodes, cores)
            within_node = await _load(arguments, size, nodes, cores, bars, room_by_room=True)
            across_nodes = await _load(arguments, size, nodes, cores, bars, room_by_room=False)
    rows = [
        _report_row("each on one node", within_node),
        _report_row("each on both nodes", across_nodes),
    ]
    report = {
        "scenario": "cursors",
        "nodes": 2,
        "rooms": arguments.rooms,
        "size": size,
        "hz": arguments.hz,
        "seconds": arguments.seconds,
        "how": cursor_conditions(
            cores,
            load=f"{arguments.rooms} rooms of {size}, each member moving {arguments.hz:g} times "
            f"a second for {arguments.seconds:g} s, two nodes on one PostgreSQL and Valkey",
            within="between members on the same node, in rooms that have only that node",
            across="between members on different nodes, in rooms spread evenly over both",
            cpu_ratio="processor time of both nodes per update delivered: spread rooms by whole",
        ),
        **_latencies("within", within_node.measured.latency_ms),
        **_latencies("across", across_nodes.measured.across_ms),
        **_latencies("within_spread", across_nodes.measured.latency_ms),
        "cpu_ratio": _ratio(rows),
        "placements": rows,
    }
    _print_report(report)
    if arguments.report:
        from loadtest.reports.two_nodes_report import write_two_nodes  # matplotlib takes a second

        path = write_two_nodes(arguments.report, report, COLUMNS, within_node, across_nodes)
        Console(stderr=True).print(f"report: {path}", markup=False, highlight=False)
    return report


async def _load(
    arguments: argparse.Namespace,
    size: int,
    nodes: Running,
    cores: Cores,
    bars: Progress,
    *,
    room_by_room: bool,
) -> Loaded:
    name = "rooms on one node each" if room_by_room else "rooms on both nodes"
    bar = bars.add_task(name, total=1.0)
    job = Job(
        dialect=PrimeDialect,
        urls=nodes.urls,
        rooms=tuple(range(arguments.rooms)),
        size=size,
        hz=arguments.hz,
        warm_up=arguments.warm_up,
        seconds=arguments.seconds,
        cores=cores,
        room_by_room=room_by_room,
    )
    watched = Watched(nodes.pids, nodes.beside, cores.server)
    return await carry_out(
        job, partial(watch, watched), lambda part: bars.update(bar, completed=part)
    )


def _report_row(placement: str, run: Loaded) -> dict[str, Any]:
    delivered = run.measured.delivered
    cpu_us_each = round(run.cost.cpu_seconds / delivered * 1e6, 3) if delivered else None
    return {"placement": placement, "cpu_us_per_update": cpu_us_each} | row_of(run)


def _ratio(rows: list[dict[str, Any]]) -> float | None:
    us_within, us_across = (row["cpu_us_per_update"] for row in rows)
    return round(us_across / us_within, 2) if us_within and us_across else None


def _latencies(name: str, values: Any) -> dict[str, float | None]:
    ordered = sorted(values)
    points = {f"{name}_p{p}_ms": percentile(ordered, p) for p in (50, 99)}
    return {key: None if at is None else round(at, 2) for key, at in points.items()}


def _print_report(report: dict[str, Any]) -> None:
    console = wide_console()
    title = f"{report['rooms']} rooms of {report['size']}, two nodes"
    console.print(table_of(report["placements"], COLUMNS, title))
    for name in ("within", "across"):
        p50, p99 = report[f"{name}_p50_ms"], report[f"{name}_p99_ms"]
        console.print(f"{name} nodes: p50 {p50} ms, p99 {p99} ms", highlight=False)
    console.print(f"CPU per update, spread by whole: {report['cpu_ratio']}", highlight=False)
    for note in notes_of(report["placements"], "placement"):
        console.print(f"rooms {note}", markup=False, highlight=False)
