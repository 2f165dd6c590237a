"""`python -m loadtest`: what `./run demo`, `./run chaos`, `./run loadtest` and their like start."""

import sys

from loadtest.commands import main
from machine.sockets.closed_pipes import ended

if __name__ == "__main__":
    sys.exit(ended(main))
