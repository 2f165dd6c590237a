"""`python -m files`: what `./run import` and `./run export` start."""

import sys

from files.commands.import_and_export import main
from machine.sockets.closed_pipes import ended

if __name__ == "__main__":
    sys.exit(ended(main))
