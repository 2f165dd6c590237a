"""Starts the module of a word: until that has begun, Ctrl-C ends it in a line.

`python -m machine.starting MODULE ARGUMENTS`; whoever starts us may have held SIGINT back. Loads
in a millisecond.
"""

import gc
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

INTERRUPTED = 130
SAID = "prime: interrupted\n"


def start() -> None:
    """Run it as `python -m` would; `closed_pipes.ended` says when it has begun."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is ignored
        signal.signal(signal.SIGINT, _end)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    gc.disable()  # until it has begun
    module = sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def begun() -> None:
    """From now on Ctrl-C is `KeyboardInterrupt`, for who clears up behind it."""
    gc.enable()
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded stays: to look through it for garbage meanwhile is a sixth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _end(_number: int, _frame: object) -> None:
    with suppress(OSError):
        os.write(2, SAID.encode())
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    from machine.starting import start as start_it  # of the module that `begun` is in

    start_it()
