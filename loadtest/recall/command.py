"""`./run recall-demo`: a simulated year of a producer whose taste changes."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from loadtest.argument_types import at_least
from loadtest.data_directory import data_directory
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.recall.on_a_server import WRITERS, lost_counts, sessions
from loadtest.recall.simulated_year import PLACES, Year, simulate
from loadtest.reports.console_output import wide_console
from machine.caller_paths import file_of_caller
from machine.local_node import LocalNode

DESCRIPTION = """A producer whose taste changes picks plug-ins for a year; before each pick Mixx
Recall suggests some, and so do most frequent, most recent, and one who knows the truth. The year is
played with the estimate in Python, which a test holds against the server's SQL. A real server then
counts what 16 writers of one user observe at once (`lost_counts`); with --server it is also asked
in sessions of the present, behind 80 days that it was told of. Seeds make it the same each time."""

SHOWN_STEPS = 50
"""Suggestions, below which a step of confidence is not shown to eyes."""


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the word."""
    demo = words.add_parser(
        "recall-demo", help="a simulated year of Mixx Recall", description=DESCRIPTION
    )
    demo.add_argument("--days", type=at_least(1), default=365, help="of the year (365)")
    demo.add_argument("--producers", type=at_least(1), default=3, help="one a seed (3)")
    demo.add_argument("--seed", type=int, default=1, help="of the first producer (1)")
    demo.add_argument(
        "--server", action="store_true", help="also ask a real server, in sessions of the present"
    )
    demo.add_argument("--sessions", type=at_least(1), default=6, help="of --server (6)")
    demo.add_argument("--with-hour", action="store_true", help="also a way that asks the hour")
    demo.add_argument("--plot", type=file_of_caller, metavar="FILE", help="the weeks, as SVG")
    demo.add_argument("--json", action="store_true", help="the report as one line on stdout")
    demo.set_defaults(run=run_recall_demo)


async def run_recall_demo(arguments: argparse.Namespace) -> dict[str, Any]:
    """The year, then the server; returns the report."""
    console = wide_console()
    seeds = list(range(arguments.seed, arguments.seed + arguments.producers))
    console.print(f"playing {arguments.days} days of {len(seeds)} producers ...", style="dim")
    year = await asyncio.to_thread(simulate, seeds, arguments.days, with_hour=arguments.with_hour)
    report = _report(year, arguments.days)
    with data_directory(None, "recall") as directory:
        console.print(f"starting a server, and {WRITERS} writers of one user ...", style="dim")
        async with LocalNode(directory, environment=WITHOUT_LIMITS) as node:
            report["lost_counts"] = await lost_counts(node.url, arguments.seed)
            if arguments.server:
                report["server"] = await sessions(node.url, arguments.seed, arguments.sessions)
    if arguments.plot is not None:
        _plot(year, arguments.plot)
        report["plot"] = str(arguments.plot)
    _show(report, console)
    return report


def _report(year: Year, days: int) -> dict[str, Any]:
    rates = year.hit_rates()
    recall, frequent = rates["mixx recall"]["3"], rates["most frequent"]["3"]
    return {
        "days": days,
        "seeds": year.seeds,
        "picks": year.hits_by_way["truth"].picks,
        "hit_rate_at": rates,
        "ahead_of_most_frequent_points": round(100 * (recall - frequent), 1),
        "calibration": year.calibration(),
        "calibration_error": round(year.calibration_error(), 4),
    }


def _plot(year: Year, path: Path) -> None:
    from loadtest.reports.plots import lines  # matplotlib takes a second

    title = "Picked from the first three suggestions"
    path.write_text(lines(year.by_week(), title, "week", "percent of picks"), encoding="utf-8")


def _show(report: dict[str, Any], console: Console) -> None:
    rates = Table(title=f"{report['picks']:,} picks in {report['days']} days", title_justify="left")
    rates.add_column("picked from the first, %")
    for rank in PLACES:
        rates.add_column(str(rank), justify="right")
    for way, at in report["hit_rate_at"].items():
        style = "bold" if way == "mixx recall" else None
        rates.add_row(way, *(f"{100 * at[str(rank)]:.1f}" for rank in PLACES), style=style)
    console.print(rates)
    table = Table(title="said, and taken, of the first suggestion", title_justify="left")
    for name in ("confidence", "taken", "suggestions"):
        table.add_column(name, justify="right")
    for row in report["calibration"]:
        if row["suggestions"] >= SHOWN_STEPS:
            table.add_row(f"{row['said']:.2f}", f"{row['taken']:.2f}", f"{row['suggestions']:,}")
    console.print(table)
    console.print(f"{WRITERS} writers of one user at once: {report['lost_counts']} uses lost")
    if server := report.get("server"):
        at = ", ".join(f"{100 * rate:.1f} % at {p}" for p, rate in server["hit_rate_at"].items())
        console.print(
            f"a real server, {server['picks']} picks: {at}; "
            f"the same as here in {100 * server['agrees']:.1f} %"
        )
