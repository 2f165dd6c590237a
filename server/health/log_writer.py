"""Writes whole lines of the log to a descriptor, and makes lines of what is written by others."""

import io
import json
import os
import threading
from collections.abc import Callable
from typing import Any

LONGEST_STRAY = 8_192
"""Characters of a line that somebody else writes; a longer one is cut."""


class LogWriter:
    """A logger of structlog. A line that cannot be written is lost and counted; it ends nobody."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        # The hooks of the interpreter may write while a line is written, in the same thread.
        self._lock = threading.RLock()
        self._lost = 0
        """Lines since the last one that was written."""
        self._is_cut = False
        """Whether the last one was written in part."""

    def write(self, line: str) -> None:
        """One line, without its end; all of them in the order of the calls."""
        with self._lock:
            if self._lost and not self._put(_lost_line(self._lost)):
                self._lost += 1
            else:
                self._lost = 0 if self._put(line) else 1

    msg = log = debug = info = warning = error = critical = fatal = exception = write

    def _put(self, line: str) -> bool:
        left = f"{line}\n".encode(errors="backslashreplace")
        if self._is_cut:
            left = b"\n" + left
        whole = len(left)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            self._is_cut = self._is_cut or len(left) < whole
            return False
        self._is_cut = False
        return True


def _lost_line(count: int) -> str:
    event = "lines of this log could not be written, and are lost"
    return json.dumps({"level": "error", "event": event, "count": count})


class StrayText(io.TextIOBase):
    """In place of `sys.stderr`: each line that somebody writes there is one of the log."""

    def __init__(self, descriptor: int, tell: Callable[[str], Any]) -> None:
        self._descriptor = descriptor
        self._tell = tell
        self._waiting = ""
        """A line whose end was not written yet."""

    def write(self, text: str) -> int:
        """Tell each whole line in it."""
        *lines, self._waiting = (self._waiting + text).split("\n")
        for line in lines:
            self._say(line)
        if len(self._waiting) > LONGEST_STRAY:
            self._say(self._waiting)
            self._waiting = ""
        return len(text)

    def fileno(self) -> int:
        """Where programs that we start write."""
        return self._descriptor

    def isatty(self) -> bool:
        """It is none: a terminal gets no JSON."""
        return False

    def writable(self) -> bool:
        """It is."""
        return True

    def _say(self, line: str) -> None:
        if line.strip():
            self._tell(line[:LONGEST_STRAY].rstrip())
