"""The command line of `./run drill`."""

import argparse
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from rich.table import Table

from loadtest.argument_types import positive
from loadtest.checking.history import History
from loadtest.data_directory import data_directory
from loadtest.drills.drills import BY_NAME, DRILLS, SECONDS, Drill
from loadtest.drills.scene import DrillScene, Skipped
from loadtest.faults.proxied_cluster import proxied_cluster
from loadtest.reports.console_output import wide_console
from machine.caller_paths import directory_of_caller
from machine.local_cluster import ClusterOptions

NODES = 2

DESCRIPTION = """What an operator does to a deployment that is in use, tried on two nodes of its
own with four musicians who edit all the while: is anything acknowledged lost, and how long did
anyone wait? Exit status 1: something was lost, or copies differ."""

FIGURES = ("acknowledged", "lost", "lost_by_failover", "longest_pause_ms", "equal")


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the word."""
    drills = "; ".join(f"{drill.name}: {drill.meaning}" for drill in DRILLS)
    drill = words.add_parser(
        "drill", help="what an operator does, under load", description=DESCRIPTION, epilog=drills
    )
    drill.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which (all): {', '.join(BY_NAME)}"
    )
    drill.add_argument(
        "--seconds", type=positive, default=SECONDS, help=f"before, in and after it ({SECONDS:g})"
    )
    drill.add_argument("--seed", type=int, default=1, help="of what they play (1)")
    drill.add_argument(
        "--keep", type=directory_of_caller, metavar="DIR", help="keep data, logs and history there"
    )
    drill.add_argument("--json", action="store_true", help="the report as one line on stdout")
    drill.set_defaults(run=run_drills, parser=drill)


async def run_drills(arguments: argparse.Namespace) -> dict[str, Any]:
    """One after the other; a report with one of each."""
    unknown_names = [name for name in arguments.names if name not in BY_NAME]
    if unknown_names:
        arguments.parser.error(f"{unknown_names[0]} is none of {', '.join(BY_NAME)}")
    console = wide_console()
    reports: dict[str, Any] = {}
    for name in arguments.names or list(BY_NAME):
        console.print(f"{name} ...", style="dim")
        try:
            reports[name] = await _run(BY_NAME[name], arguments)
        except Skipped as why:
            reports[name] = {"skipped": str(why)}
    console.print(_table_of(reports))
    return {"drills": reports, **_sum_of_reports(reports)}


async def _run(drill: Drill, arguments: argparse.Namespace) -> dict[str, Any]:
    seed, seconds = arguments.seed, arguments.seconds
    kept_directory = arguments.keep / drill.name if arguments.keep else None
    notes = Path(kept_directory or tempfile.mkdtemp(prefix="prime-drill-"))
    try:
        with (
            data_directory(kept_directory, "drill") as directory,
            History(notes / "history.jsonl") as history,
        ):
            async with drill.around(directory):
                options = ClusterOptions(
                    NODES, environment=drill.environment(directory), root=drill.root(directory)
                )
                stage = await proxied_cluster(directory, options, random.Random(seed), history)
                async with stage.cluster:
                    return await _play(drill, DrillScene(stage, seed), seconds)
    finally:
        if not kept_directory:
            shutil.rmtree(notes, ignore_errors=True)


async def _play(drill: Drill, scene: DrillScene, seconds: float) -> dict[str, Any]:
    try:
        await scene.set_up()
        if drill.before is not None:
            await drill.before(scene)
        async with scene.playing():
            await scene.wait_for_acks(seconds)
            await drill.act(scene, seconds)
            await scene.wait_for_acks(seconds)
        return await scene.judge()
    finally:
        await scene.stage.close()


def _sum_of_reports(reports: dict[str, Any]) -> dict[str, Any]:
    reports_done = [report for report in reports.values() if "skipped" not in report]
    return {
        "lost": sum(report["lost"] for report in reports_done),
        "problems": [text for report in reports_done for text in report["problems"]],
        "converged": all(report["equal"] for report in reports_done),
    }


def _table_of(reports: dict[str, Any]) -> Table:
    table = Table("drill", *FIGURES, "beside")
    for name, report in reports.items():
        if "skipped" in report:
            table.add_row(name, *["" for _ in FIGURES], f"skipped: {report['skipped']}")
            continue
        other_values = {key: value for key, value in report.items() if key not in FIGURES and value}
        details = ", ".join(f"{key} {value}" for key, value in other_values.items())
        table.add_row(name, *(f"{report[figure]}" for figure in FIGURES), details)
    return table
