"""The server's process: what signals mean is settled before anything slow is loaded."""

import sys

from machine.sockets.closed_pipes import ended
from machine.starting import loading
from server.running.first_signals import hold_first


def main() -> int:
    """`serve`, or `audit`, which is ended by a signal as any command is."""
    if sys.argv[1:2] != ["audit"]:
        hold_first()
    with loading():
        from server.commands.serve_command import main as run  # takes a third of a second to load
    return run()


if __name__ == "__main__":
    sys.exit(ended(main))
