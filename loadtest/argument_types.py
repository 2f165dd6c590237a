"""Types of command line arguments, with bounds; argparse reports a value outside of them."""

import argparse
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

MOST_NODES = 16
"""Nodes on one machine, as many as `serve --nodes` starts."""


def at_least(minimum: int, maximum: int | None = None) -> Callable[[str], int]:
    """The type of a whole number within bounds."""

    def whole_number(text: str) -> int:
        number = int(text)
        if number < minimum or (maximum is not None and number > maximum):
            up_to = "" if maximum is None else f" and at most {maximum}"
            raise argparse.ArgumentTypeError(f"must be at least {minimum}{up_to}")
        return number

    return whole_number


def positive(text: str) -> float:
    """The type of a number above zero."""
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def not_negative(text: str) -> float:
    """The type of a number that may be zero."""
    number = float(text)
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError("must be at least 0")
    return number


def some_of(names: Sequence[str]) -> Callable[[str], list[str]]:
    """The type of a list of such names, with commas between them."""

    def parse(text: str) -> list[str]:
        chosen_names = list(dict.fromkeys(text.split(",")))
        for name in chosen_names:
            if name not in names:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(names)}")
        return chosen_names

    return parse


def websocket_url(text: str) -> str:
    """The type of a server's address; empty: none."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("ws", "wss") and parts.hostname and parts.port != 0
    except ValueError:
        is_one = False
    if text and not is_one:
        raise argparse.ArgumentTypeError(f"{text!r} is no address like ws://host:8787/v1")
    return text
