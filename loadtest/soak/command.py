"""The command line of `./run soak`."""

from typing import TYPE_CHECKING

from loadtest.argument_types import MOST_NODES, at_least, positive, some_of
from loadtest.faults.planted_bugs import PLANTS
from loadtest.soak.soak import run_soak
from machine.caller_paths import directory_of_caller

if TYPE_CHECKING:
    import argparse

DESCRIPTION = """Evening after evening on the same nodes: musicians connect, edit, vanish, come
back, join and leave; strangers leave handshakes half done and fail to log in; others call and
restore. In between nobody is there, and what each node then holds must be flat: memory (under
1 MiB an hour), tasks, descriptors, connections to PostgreSQL, keys in Valkey, log lines. Exit
status 1: something grows, or was lost, or the run was too short to tell (`vacuous`)."""


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the word."""
    soak = words.add_parser("soak", help="is what a node holds flat?", description=DESCRIPTION)
    soak.add_argument(
        "--minutes",
        type=positive,
        default=30.0,
        help="how long (30); with evenings of 30 s at least 5, or it is too short to tell",
    )
    soak.add_argument(
        "--nodes", type=at_least(1, MOST_NODES), default=1, help="nodes, with Valkey (1)"
    )
    soak.add_argument("--rooms", type=at_least(1), default=3, help="at once (3)")
    soak.add_argument("--size", type=at_least(1), default=5, help="people in each (5)")
    soak.add_argument("--cycle", type=positive, default=30.0, help="seconds of an evening (30)")
    soak.add_argument("--seed", type=int, default=1, help="another number, other chances (1)")
    soak.add_argument(
        "--trace", action="store_true", help="slower: name the sources of memory that have grown"
    )
    soak.add_argument("--plant", type=some_of(PLANTS), default=[], help="bugs that must be found")
    soak.add_argument(
        "--keep", type=directory_of_caller, metavar="DIR", help="keep data and logs there"
    )
    soak.add_argument("--json", action="store_true", help="the report as one line on stdout")
    soak.set_defaults(run=run_soak)
