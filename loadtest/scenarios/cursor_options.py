"""Options of the scenarios that load a server with cursors and draw a report of it."""

import argparse
from typing import Any

from loadtest.argument_types import positive
from loadtest.peers.catalogue import PRIME
from machine.caller_paths import directory_of_caller


def add_cursor_options(parser: argparse.ArgumentParser, run: Any) -> None:
    """Add them, and what is run: `run(arguments)`, unless `--profile` cannot be."""
    parser.add_argument("--hz", type=positive, default=30.0, help="moves a second per member (30)")
    parser.add_argument("--seconds", type=positive, default=10.0, help="measured time (10)")
    parser.add_argument("--warm-up", type=positive, default=2.0, help="seconds before it (2)")
    parser.add_argument(
        "--report", type=directory_of_caller, metavar="DIR", help="write an HTML page there"
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="run Prime once more under py-spy, and put its flame graph into the report",
    )
    parser.add_argument("--json", action="store_true", help="the report as one line on stdout")

    def start(arguments: argparse.Namespace) -> Any:
        problem = _problem_of_profile(arguments) if arguments.profile else ""
        return parser.error(problem) if problem else run(arguments)

    parser.set_defaults(run=start)


def _problem_of_profile(arguments: argparse.Namespace) -> str:
    """Why there can be no flame graph, known before anything is started."""
    if not arguments.report:
        return "--profile draws into a report: say --report DIR too"
    if PRIME.name not in getattr(arguments, "peers", [PRIME.name]):
        return "--profile is of Prime, and Prime is not among --peers"
    return "--profile is of one server" if getattr(arguments, "nodes", 1) > 1 else ""
