"""What signals do to a server (decision 0055).

SIGTERM, SIGINT and SIGQUIT end it in good order; a second SIGTERM or SIGINT, and SIGKILL, at once.
No other signal ends it.
"""

import asyncio
import signal
from _thread import start_new_thread
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import structlog

from server.running.first_signals import DRAINS, ENDS_AT_ONCE, RELOADS, STOPS, others

log = structlog.get_logger()

ALSO: dict[int, Callable[[], Any]] = {}
"""What a program around the server does while it serves, by number of the signal."""


def name_of(number: int) -> str:
    """As in `kill -l`."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIGRTMIN+{number - signal.SIGRTMIN}"


class Stopped(SystemExit):
    """The server was told to stop while it did not serve: all that it asked for is done."""

    def __init__(self) -> None:
        super().__init__(0)


def end_at_once(number: int) -> None:
    """Nothing acknowledged is lost, whatever was under way."""
    raise SystemExit(128 + number)


def _tell_ignored(number: int) -> None:
    log.info("a signal has come too early or too late", signal=name_of(number))


class Signals:
    """Those of this process, from its making on: outside of the event loop, and in it.

    Outside of it there is nobody to send away: the first that stops raises `Stopped`, so that what
    was started is stopped.
    """

    def __init__(self, *, holds: bool = True) -> None:
        self._is_stopping = False
        """Whether one that stops has come."""
        self._do: Mapping[int, Callable[[], Any]] = {}
        """What else is done, by number; what is in none of them is told and nothing else."""
        if holds:
            self.hold()

    @contextmanager
    def held_behind(self) -> Iterator[None]:
        """Around a run of the event loop, which forgets them all when it ends."""
        try:
            yield
        finally:
            self.hold()

    def hold(self) -> None:
        """Outside of the event loop; in the main thread."""
        for number in STOPS:
            signal.signal(number, self._end)
        for other_signal in (RELOADS, DRAINS, *others()):
            signal.signal(other_signal, self._ignore)

    def take(self, stop: Callable[[], Any], on_second: Callable[[int], Any] = end_at_once) -> None:
        """In the running event loop: the first that stops calls `stop`, others do `on_second`."""
        loop = asyncio.get_running_loop()

        def on_stop(number: int) -> None:
            if not self._is_stopping:
                self._is_stopping = True
                stop()
            elif number in ENDS_AT_ONCE:
                on_second(number)

        for number in STOPS:
            loop.add_signal_handler(number, on_stop, number)
        for other_signal in (RELOADS, DRAINS, *others()):
            loop.add_signal_handler(other_signal, self._received, other_signal)

    def act(self, **do: Callable[[], Any]) -> None:
        """From now on, by name of the signal: the server can do that now."""
        self._do = {int(getattr(signal, name)): action for name, action in do.items()}

    def _received(self, number: int) -> None:
        do = self._do.get(number) or ALSO.get(number)
        if do is not None and not self._is_stopping:
            do()
        elif number in (RELOADS, DRAINS):
            _tell_ignored(number)
        else:
            log.info("a signal that means nothing here", signal=name_of(number))

    def _ignore(self, number: int, _frame: object) -> None:
        # In a thread: what the signal has interrupted may hold a lock of the log, or of threads.
        with suppress(RuntimeError):  # no more threads can be made: nobody hears of it
            start_new_thread(_tell_ignored, (number,))

    def _end(self, number: int, _frame: object) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            raise Stopped
        if number in ENDS_AT_ONCE:
            end_at_once(number)
