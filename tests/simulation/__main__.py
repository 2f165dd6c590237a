"""`./run simulate`: many simulated studios, each under a seed of its own."""

import argparse
import json
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from loadtest.argument_types import at_least
from machine.sockets.closed_pipes import ended
from tests.simulation.plants import PLANTS
from tests.simulation.seeds import Seeds, run_many

FAILURES_SHOWN = 20

OFFLINE_NUMBERS = (
    "ops_made_offline",
    "ops_made_online",
    "ops_stand",
    "ops_overtaken",
    "mistakes_refused",
    "mistakes_dropped",
    "refused_by_others_doing",
    "lost_ops",
)
"""Of the tally; the last two are to be 0."""


def main() -> int:
    """Exit code 1 if a seed fails."""
    told = _parser().parse_args()
    seeds = range(told.first, told.first + told.seeds)
    many = _run(seeds, told.plant, shows=not told.json, offline=told.offline)
    numbers = {name: many.tally[name] for name in OFFLINE_NUMBERS} if told.offline else {}
    if told.json:
        whole = {"seeds": many.done, "failures": many.failures, **numbers, "tally": many.tally}
        print(json.dumps(whole))
    else:
        for failure in many.failures[:FAILURES_SHOWN]:
            print(failure)
        for name, number in numbers.items():
            print(f"{name.replace('_', ' ')}: {number:,}")
        print(f"{many.done} seeds, {len(many.failures)} failed")
    return 1 if many.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run simulate",
        description=__doc__,
        epilog="Exit codes: 0 all seeds agree, 1 a seed failed, 2 not called rightly.",
    )
    parser.add_argument("--seeds", type=at_least(1), default=20_000, help="how many (20,000)")
    parser.add_argument("--first", type=at_least(0), default=0, help="the first of them (0)")
    names = sorted(name for name in PLANTS if name)
    parser.add_argument("--plant", choices=names, default="", help="a bug to be noticed")
    parser.add_argument(
        "--offline", action="store_true", help="four musicians go on working while offline"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def _run(seeds: range, plant: str, *, shows: bool, offline: bool) -> Seeds:
    columns = (TextColumn("seeds"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shows) as progress:
        bar = progress.add_task("", total=len(seeds))
        return run_many(
            seeds, plant, lambda many: progress.update(bar, completed=many.done), offline=offline
        )


if __name__ == "__main__":
    sys.exit(ended(main))
