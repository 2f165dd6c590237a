"""The command line of `./run demo`."""

import math
from typing import TYPE_CHECKING

from loadtest.argument_types import MOST_NODES, at_least, not_negative, positive
from loadtest.demo.demo import run_demo
from machine.caller_paths import directory_of_caller, path_of_caller

if TYPE_CHECKING:
    import argparse


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the word."""
    demo = words.add_parser("demo", help="musicians on one song, and a proof at the end")
    length = demo.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=positive, default=20.0, help="how long they play (20)")
    length.add_argument(
        "--stay",
        dest="seconds",
        action="store_const",
        const=math.inf,
        help="until Ctrl+C: time to take part in a browser, at the address that it prints",
    )
    demo.add_argument("--musicians", type=at_least(1), default=4, help="how many (4)")
    demo.add_argument("--project", type=path_of_caller, help="a song file (default: our own)")
    demo.add_argument(
        "--kill-every",
        type=not_negative,
        default=0.0,
        metavar="SECONDS",
        help="kill a server so often, and start it again (0: never)",
    )
    demo.add_argument(
        "--least-kills",
        type=at_least(0),
        default=0,
        help="play on until so many servers were killed, if --kill-every is given (0)",
    )
    demo.add_argument(
        "--nodes",
        type=at_least(1, MOST_NODES),
        default=1,
        help="nodes behind a balancer, 16 at most; a kill takes one (1)",
    )
    demo.add_argument(
        "--data", type=directory_of_caller, help="directory for the server (default: temporary)"
    )
    demo.add_argument("--seed", type=int, default=1, help="another number, other chances (1)")
    demo.add_argument("--json", action="store_true", help="the report as one line on stdout")
    demo.set_defaults(run=run_demo)
