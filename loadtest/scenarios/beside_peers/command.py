"""The command lines of the scenarios that load Prime and its peers."""

import argparse
from typing import Any

from loadtest.argument_types import at_least, positive
from loadtest.peers.catalogue import GROUPS, KNOWN, LAYERS, PEERS
from loadtest.scenarios.beside_peers.capacity import run_capacity
from loadtest.scenarios.beside_peers.compare import run_compare
from loadtest.scenarios.beside_peers.connections import run_connections
from loadtest.scenarios.cursor_options import add_cursor_options
from machine.caller_paths import directory_of_caller
from schema.limits import MAX_MEMBERS_PER_ROOM


def add_to(words: Any) -> None:
    """Add their words to those of `./run loadtest`."""
    _add_compare(words.add_parser("compare", help="the same load to Prime and to its peers"))
    _add_capacity(words.add_parser("capacity", help="how many rooms a core carries"))
    _add_connections(words.add_parser("connections", help="what connections cost those peers"))


def _add_compare(compare: argparse.ArgumentParser) -> None:
    compare.description = (
        "Offers the same cursor updates to small servers on other libraries, one after the "
        "other, and to Prime with PostgreSQL. They are installed on first use, pinned, into "
        ".peers/; one that cannot be is told in its row."
    )
    _add_peers(compare, "all")
    compare.add_argument("--rooms", type=at_least(1), default=4, help="(4)")
    compare.add_argument("--size", type=at_least(2), default=50, help="members of each room (50)")
    compare.add_argument("--repeat", type=at_least(1), default=1, help="runs, for medians (1)")
    add_cursor_options(compare, run_compare)


def _add_capacity(capacity: argparse.ArgumentParser) -> None:
    capacity.description = (
        "How many rooms one core carries with everything delivered and p99 at most 100 ms: Prime "
        "and its peers at the same time, in turn, step by step, to 5 %. Then p50, p99 and CPU at "
        "a quarter, a half and three quarters of each one's own capacity."
    )
    _add_peers(capacity, "usual")
    capacity.add_argument(
        "--size",
        type=at_least(2, MAX_MEMBERS_PER_ROOM),
        default=50,
        help=f"members of each room, {MAX_MEMBERS_PER_ROOM} at most (50)",
    )
    capacity.add_argument(
        "--hz", type=positive, default=30.0, help="moves a second per member (30)"
    )
    capacity.add_argument(
        "--repeat", type=at_least(1), default=3, help="searches, and latencies, for medians (3)"
    )
    capacity.add_argument(
        "--most", type=at_least(1), metavar="ROOMS", help="offer no more (8,000 connections)"
    )
    capacity.add_argument(
        "--quick", action="store_true", help="shorter steps, to 10 %%: in half the time"
    )
    capacity.add_argument(
        "--report", type=directory_of_caller, metavar="DIR", help="write an HTML page there"
    )
    capacity.add_argument("--json", action="store_true", help="the report as one line on stdout")
    capacity.set_defaults(run=run_capacity)


def _add_connections(connections: argparse.ArgumentParser) -> None:
    connections.description = (
        "What a connection costs small servers on other libraries: processor time to open it, and "
        "memory to keep it idle, the relay's own room included."
    )
    _add_peers(connections, "layers")
    connections.add_argument("--connections", type=at_least(100), default=1_000, help="(1,000)")
    connections.add_argument("--repeat", type=at_least(1), default=1, help="runs, for medians (1)")
    connections.add_argument("--json", action="store_true", help="the report as one line on stdout")
    connections.set_defaults(run=run_connections)


def _add_peers(subparsers: argparse.ArgumentParser, default: str) -> None:
    subparsers.add_argument(
        "--peers",
        type=_peers,
        default=list(GROUPS[default]),
        metavar="A,B",
        help=f"of the peers {', '.join(PEERS)} (all: every one of these), or of the socket layers "
        f"{', '.join(LAYERS)}, relays to choose the server's layer by (layers: these and "
        f"websockets); default: {default}",
    )


def _peers(text: str) -> list[str]:
    """Names and groups of names, each peer once, in the order given."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    names = [name for word in words for name in GROUPS.get(word, (word,))]
    not_known = [name for name in names if name not in KNOWN]
    if not_known or not names:
        unknown_names = ", ".join(not_known) or "nothing"
        there_are = ", ".join((*KNOWN, *GROUPS))
        raise argparse.ArgumentTypeError(f"{unknown_names} is no peer; there are {there_are}")
    return list(dict.fromkeys(names))
