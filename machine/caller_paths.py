"""Paths on a command line: relative to where `./run` was called, for every command."""

import argparse
import os
from pathlib import Path


def path_of_caller(text: str | Path) -> Path:
    """The type of every option that takes a path; absolute ones stay.

    `./run` changes to the checkout, and says in PRIME_CWD where it was called. Nothing of it is
    `..`: it is shown to people, too.
    """
    path = Path(os.environ.get("PRIME_CWD", ".")) / text
    if ".." not in path.parts:
        return path
    return resolved(path) if path.name == ".." else resolved(path.parent) / path.name


def resolved(path: str | Path) -> Path:
    """Absolute and without links; where these lead round, whoever opens it is told."""
    return Path(os.path.realpath(path))


def file_of_caller(text: str | Path) -> Path:
    """The type of an option that names a file to write: its directory must be there before."""
    path = path_of_caller(text)
    if problem := problem_with_file(path):
        raise argparse.ArgumentTypeError(problem)
    return path


def directory_of_caller(text: str | Path) -> Path:
    """The type of an option that names a directory to write to, which is made if need be."""
    path = path_of_caller(text)
    if problem := problem_with_directory(path):
        raise argparse.ArgumentTypeError(problem)
    return path


def problem_with_file(path: Path) -> str | None:
    """Why this user cannot write a file there, and what to do; None: nothing is in the way."""
    try:
        if path.is_dir():
            return f"{path} is a directory; name a file in it"
        if not path.parent.is_dir():
            return f"there is no directory {path.parent}; make it, or name another file"
        written = path if path.exists() else path.parent
    except OSError as error:
        return f"{path}: {error.strerror}; name another file"
    if not os.access(written, os.W_OK):
        return f"this user may not write {written}; name another file"
    return None


def problem_with_directory(path: Path) -> str | None:
    """Why this user cannot have one there, and what to do; None: it is there, or can be made."""
    nearest = nearest_there(path)
    if problem := why_it_cannot_be(path):
        return f"{path}: {problem}; name another directory"
    if not nearest.is_dir():
        return f"{nearest} is no directory; name another"
    if not os.access(nearest, os.W_OK | os.X_OK):
        return f"this user may not write in {nearest}; name another directory"
    return None


def nearest_there(path: Path) -> Path:
    """The path itself, or the nearest above it that is there."""
    return next(parent for parent in (path, *path.parents) if os.path.lexists(parent))


def why_it_cannot_be(path: Path) -> str | None:
    """By the system: its name is too long, links lead round. None: it is there, or may be."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return error.strerror
    return None
