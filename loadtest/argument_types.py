"""Types of command line arguments, with bounds: what is out of them is told by argparse."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path


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


def path_of_caller(text: str) -> Path:
    """`run` changes to the checkout; files are named from where it was called."""
    return Path(os.environ.get("PRIME_CWD", ".")) / text
