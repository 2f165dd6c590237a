"""Paths on a command line: relative to where `./run` was called, for every command."""

import os
from pathlib import Path


def path_of_caller(text: str | Path) -> Path:
    """The type of every option that takes a path; absolute ones stay.

    `./run` changes to the checkout, and says in PRIME_CWD where it was called.
    """
    return Path(os.environ.get("PRIME_CWD", ".")) / text
