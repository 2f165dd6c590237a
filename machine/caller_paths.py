"""Paths on a command line: relative to where `./run` was called, for every command."""

import argparse
import os
from pathlib import Path


def path_of_caller(text: str | Path) -> Path:
    """The type of every option that takes a path; absolute ones stay.

    `./run` changes to the checkout, and says in PRIME_CWD where it was called.
    """
    return Path(os.environ.get("PRIME_CWD", ".")) / text


def resolved(path: str | Path) -> Path:
    """Absolute and without links; where these lead round, whoever opens it is told."""
    return Path(os.path.realpath(path))


def file_of_caller(text: str | Path) -> Path:
    """The type of an option that names a file to write: its directory must be there before."""
    path = path_of_caller(text)
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no directory {path.parent}")
    return path
