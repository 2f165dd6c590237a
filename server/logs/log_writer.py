"""Writes whole lines of the log to a descriptor, and makes lines of what is written by others."""

import atexit
import io
import json
import os
import queue
import select
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from schema.server_limits import MAX_LOG_WAITING_BYTES

LONGEST_STRAY = 8_192
"""Characters of a line that somebody else writes; a longer one is cut."""

FOR_LAST_WORDS = 65_536
"""Bytes above `MAX_LOG_WAITING_BYTES` for lines that say why the process ends."""

END_SECONDS = 2.0
"""How long a process that ends waits for who reads its log."""


class _WaitingLine(NamedTuple):
    lost_before: int
    """Lines before it that did not fit."""
    line: bytes
    """With its end; empty: nothing but `written`."""
    written: threading.Event | None = None
    """Set once all before it is written."""


class LogWriter:
    """A logger of structlog. A thread of its own writes, so that nobody waits for who reads.

    A line that cannot be written, or does not fit into what waits, is lost and counted; it ends
    nobody. What waits at the end of the process is written then. A fork writes without a thread.
    """

    _lost_count: int
    """Lines that did not fit since the last one that did."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._use_new_queue()
        self._is_direct = False
        """Whether who says a line writes it: in a fork, and at the end of the process."""
        self._untold_lines = 0
        """Lines lost since the last one that was written; of who writes alone."""
        self._is_cut = False
        """Whether the last one was written in part."""
        atexit.register(self.end)
        os.register_at_fork(after_in_child=self._in_fork)
        threading.Thread(target=self._run, name="log", daemon=True).start()

    def write(self, line: str) -> None:
        """One line, without its end; all of them in the order of the calls."""
        self._append_text(line, MAX_LOG_WAITING_BYTES)

    msg = log = debug = info = warning = error = exception = write

    def critical(self, line: str) -> None:
        """The same, of a line that says why the process ends."""
        self._append_text(line, MAX_LOG_WAITING_BYTES + FOR_LAST_WORDS)

    fatal = critical

    def flush(self, seconds: float) -> bool:
        """Wait until all there is so far is written; returns whether it is."""
        written_event = threading.Event()
        with self._lock:
            lost_count = self._take_lost()
            self._queue.put(_WaitingLine(lost_count, b"", written_event))
        return written_event.wait(seconds)

    def end(self) -> None:
        """Write what waits, if somebody reads it; from now on it goes without the thread."""
        if not self._is_direct:
            self.flush(END_SECONDS)
            self._is_direct = True

    def _append_text(self, text: str, most: int) -> None:
        line = f"{text}\n".encode(errors="backslashreplace")
        with self._lock:
            if not self._is_direct and self._bytes + len(line) > most:
                self._lost_count += 1
                return
            lost_count = self._take_lost()
            if self._is_direct:
                self._write(lost_count, line)
            else:
                self._bytes += len(line)
                self._queue.put(_WaitingLine(lost_count, line))

    def _take_lost(self) -> int:
        lost_count = self._lost_count
        self._lost_count = 0
        return lost_count

    def _use_new_queue(self) -> None:
        # The hooks of the interpreter may say a line while one is taken, in the same thread.
        self._lock = threading.RLock()
        self._queue: queue.SimpleQueue[_WaitingLine] = queue.SimpleQueue()
        self._bytes = 0
        """Of the lines that wait."""
        self._lost_count = 0

    def _in_fork(self) -> None:
        """What waits is the parent's, who writes it."""
        self._use_new_queue()
        self._is_direct, self._untold_lines = True, 0

    def _run(self) -> None:
        waiting_here = self._queue
        while True:
            waiting_line = waiting_here.get()
            self._write(waiting_line.lost_before, waiting_line.line)
            with self._lock:
                self._bytes -= len(waiting_line.line)
            if waiting_line.written is not None:
                waiting_line.written.set()

    def _write(self, lost_count: int, line: bytes) -> None:
        self._untold_lines += lost_count
        if self._untold_lines and not self._put(_lost_line(self._untold_lines)):
            self._untold_lines += bool(line)
        else:
            self._untold_lines = 0 if self._put(line) else 1

    def _put(self, line: bytes) -> bool:
        unwritten = b"\n" + line if self._is_cut and line else line
        whole_size = len(unwritten)
        try:
            while unwritten:
                unwritten = unwritten[self._write_some(unwritten) :]
        except (OSError, MemoryError):
            self._is_cut = self._is_cut or len(unwritten) < whole_size
            return False
        self._is_cut = self._is_cut and not line
        return True

    def _write_some(self, unwritten: bytes) -> int:
        """Raises `OSError`; for who has no thread also where it would have to wait."""
        if not self._is_direct:
            return os.write(self._descriptor, unwritten)
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        if not poll.poll(0):
            raise BlockingIOError
        return os.write(self._descriptor, unwritten[: select.PIPE_BUF])


def _lost_line(count: int) -> bytes:
    event = "lines of this log could not be written, and are lost"
    line = json.dumps({"level": "error", "event": event, "count": count})
    return f"{line}\n".encode()


class StrayText(io.TextIOBase):
    """In place of `sys.stderr`: each line that somebody writes there is one of the log."""

    def __init__(self, descriptor: int, tell: Callable[[str], Any]) -> None:
        self._descriptor = descriptor
        self._tell = tell
        self._unfinished_line = threading.local()
        """`line`: one whose end this thread has not written yet; those of others do not mix."""

    def write(self, text: str) -> int:
        """Tell each whole line in it."""
        *lines, unfinished_line = (getattr(self._unfinished_line, "line", "") + text).split("\n")
        is_too_long = len(unfinished_line) > LONGEST_STRAY
        self._unfinished_line.line = "" if is_too_long else unfinished_line
        for line in [*lines, unfinished_line] if is_too_long else lines:
            self._write_stray_line(line)
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

    def _write_stray_line(self, line: str) -> None:
        if line.strip():
            self._tell(line[:LONGEST_STRAY].rstrip())
