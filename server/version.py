"""Which Prime this is; `./run --version` tells it."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

from machine.sockets.closed_pipes import ended

ROOT = Path(__file__).resolve().parent.parent

GIT_SECONDS = 5.0


def _version(root: Path) -> str:
    with (root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


VERSION = _version(ROOT)
"""As pyproject.toml says it, in a checkout and in a package alike."""


@cache
def commit(root: Path = ROOT) -> str | None:
    """That of the checkout, short; None: it is a package, or git does not say."""
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "rev-parse", "--short=8", "HEAD"]
    bare = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        git_process = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=GIT_SECONDS, env=bare
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return git_process.stdout.strip()


def version_in_words() -> str:
    """`1.2.3 (1a2b3c4d)`, or the version alone."""
    return f"{VERSION} ({commit()})" if commit() else VERSION


def main() -> int:
    """One line on stdout."""
    parser = argparse.ArgumentParser(
        prog="./run --version", description="Say which Prime this is, and of which commit."
    )
    parser.add_argument("--json", action="store_true", help="version, commit and python as JSON")
    if parser.parse_args().json:
        facts = {"version": VERSION, "commit": commit(), "python": platform.python_version()}
        sys.stdout.write(f"{json.dumps(facts)}\n")
    else:
        sys.stdout.write(f"prime {version_in_words()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
