"""`python -m admin`: what `./run admin` starts."""

import sys

from admin.commands import main
from machine.sockets.closed_pipes import ended

if __name__ == "__main__":
    sys.exit(ended(main))
