"""The command line of `./run chaos`."""

from typing import TYPE_CHECKING

from loadtest.argument_types import MOST_NODES, at_least, positive, some_of
from loadtest.chaos.chaos import run_chaos
from loadtest.faults.faults import FAULTS
from loadtest.faults.planted_bugs import PLANTS
from machine.caller_paths import directory_of_caller

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """Hurts several nodes at work, PostgreSQL, Valkey and the network: each kind of fault
once, then two at a time. All that musicians tried, were told and saw is checked for twelve
anomalies; every copy and every checkpoint is compared with the journal at its seq, every alarm must
have a fault to explain it, and memory must be flat. Exit status 1: something was found, or the run
proves too little (`vacuous`)."""


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the word."""
    names = [fault.name for fault in FAULTS]
    chaos = words.add_parser(
        "chaos",
        help="one fault after the other on several nodes",
        description=DESCRIPTION,
        epilog=f"faults: {', '.join(names)}",
    )
    chaos.add_argument(
        "--seconds",
        type=positive,
        default=60.0,
        help="faults begin for so long (60); to end and compare them takes up to 2 minutes more",
    )
    chaos.add_argument("--seed", type=int, default=1, help="of the order of faults (1)")
    chaos.add_argument("--nodes", type=at_least(1, MOST_NODES), default=3, help="nodes (3)")
    chaos.add_argument("--musicians", type=at_least(3), default=10, help="how many (10)")
    chaos.add_argument(
        "--faults", type=some_of(names), default=names, metavar="A,B", help="only these (all)"
    )
    chaos.add_argument(
        "--keep", type=directory_of_caller, metavar="DIR", help="keep data, logs and history there"
    )
    chaos.add_argument(
        "--plant",
        type=some_of(PLANTS),
        default=[],
        metavar="A,B",
        help=f"bugs that must be found: {', '.join(PLANTS)}",
    )
    chaos.add_argument("--json", action="store_true", help="the report as one line on stdout")
    chaos.set_defaults(run=run_chaos)
