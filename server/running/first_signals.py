"""What signals do to a server that has not begun, and which there are. Loads in a millisecond.

Nothing is there yet that has to be ended in order: one that stops ends the process with 0.
"""

import os
import signal

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
ENDS_AT_ONCE = (signal.SIGTERM, signal.SIGINT)
"""When they come once more."""

RELOADS = signal.SIGHUP
DRAINS = signal.SIGUSR1

OTHERS = (
    "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR", "SIGSTKFLT", "SIGXCPU",
)  # fmt: skip
"""They would end a process that does not know them; those of no other use here."""


def others() -> list[int]:
    """Those of `OTHERS` that this system has, and the real-time ones."""
    numbers = [int(getattr(signal, name)) for name in OTHERS if hasattr(signal, name)]
    return [*numbers, *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)]


def hold_first() -> None:
    """From now on, until `Signals` is made: whoever starts us may have held those that stop."""
    for number in STOPS:
        signal.signal(number, _end)
    for other_signal in (RELOADS, DRAINS, *others()):
        signal.signal(other_signal, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _end(_number: int, _frame: object) -> None:
    os._exit(0)
