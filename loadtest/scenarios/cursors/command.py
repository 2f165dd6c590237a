"""The command line of `./run loadtest cursors`."""

import argparse

from loadtest.argument_types import at_least
from loadtest.scenarios.cursor_options import add_cursor_options
from loadtest.scenarios.cursors.cursors import run_cursors

ROOMS = {1: 1, 2: 4}
"""By the number of nodes: rooms at once, if `--rooms` does not say."""

SIZES = {1: (10, 50, 100, 200), 2: (50,)}
"""By the number of nodes: members of a room, if `--size` does not say."""


def add_to(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the word."""
    cursors = words.add_parser("cursors", help="what moving members cost, by size of room")
    cursors.description = (
        "Loads a fresh server for each size of room. With --nodes 2: two nodes on one PostgreSQL "
        "and Valkey, first with every room on one of them, then with every room on both."
    )
    cursors.add_argument(
        "--rooms", type=at_least(1), help=f"({ROOMS[1]}; with two nodes {ROOMS[2]})"
    )
    cursors.add_argument(
        "--size",
        type=_sizes,
        metavar="N,N",
        help=f"members ({_in_words(SIZES[1])}; with two nodes {_in_words(SIZES[2])})",
    )
    cursors.add_argument("--nodes", type=int, choices=tuple(ROOMS), default=1, help="nodes (1)")
    add_cursor_options(cursors, lambda arguments: run_cursors(with_defaults(arguments)))


def with_defaults(arguments: argparse.Namespace) -> argparse.Namespace:
    """The same, with what was not said: it depends on how many nodes there are."""
    said = {name: value for name, value in vars(arguments).items() if value is not None}
    defaults = {"rooms": ROOMS[arguments.nodes], "size": SIZES[arguments.nodes]}
    return argparse.Namespace(**{**vars(arguments), **defaults, **said})


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(at_least(2)(number) for number in text.split(","))


def _in_words(sizes: tuple[int, ...]) -> str:
    return ",".join(map(str, sizes))
