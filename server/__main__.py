"""The server's process: what signals mean is settled before anything slow is loaded."""

import gc
import sys

from machine.sockets.closed_pipes import ended
from server.running.first_signals import hold_first


def main() -> int:
    """`serve`, or `audit`, which is ended by a signal as any command is."""
    if sys.argv[1:2] != ["audit"]:
        hold_first()
    gc.disable()  # what is loaded stays: to look through it again and again is a sixth of a start
    from server.commands.serve_command import main as run  # takes half a second to load

    gc.enable()
    return run()


if __name__ == "__main__":
    sys.exit(ended(main))
