"""`python -m loadtest`: what `./run demo`, `./run chaos`, `./run loadtest` and their like start."""

import sys

from machine.sockets.closed_pipes import ended
from machine.starting import loading


def main() -> int:
    """Of a generator, which begins with this module as any process of ours, nothing is loaded."""
    with loading():
        from loadtest.commands import main as run
    return run()


if __name__ == "__main__":
    sys.exit(ended(main))
