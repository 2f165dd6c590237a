"""A word of `./run` whose reader has gone (`| head`) goes on, and ends as it would have."""

import errno
import gc
import io
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO, cast

from machine.starting import INTERRUPTED, SAID, begun

GONE = (errno.EPIPE, errno.ESHUTDOWN)
FULL = (errno.ENOSPC, errno.EDQUOT)


class _Heard(io.FileIO):
    """Of what nobody reads any more nothing is written, and nobody is told."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in GONE:
                raise
            _read_by_nobody(self.fileno())
            return memoryview(data).nbytes


def ended(main: Callable[[], int | None]) -> int:
    """The exit code of a word, whether anybody reads it or not; 1 where its disk is full.

    Of one that says nothing of its own when it is interrupted: 130, and a line.
    """
    begun()
    sys.stdout, sys.stderr = forgiving(sys.stdout), forgiving(sys.stderr)
    try:
        try:
            return main() or 0
        finally:
            gc.freeze()  # else Python looks through all there is once more: a third of a short word
            if cast("TextIO | None", sys.stdout) is not None:
                sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write(SAID)
        return INTERRUPTED
    except OSError as error:
        if error.errno not in FULL:
            raise
        _read_by_nobody(sys.stdout.fileno())  # what it still holds is not tried once more
        sys.stderr.write(f"what it says cannot be written: {error.strerror}\n")
        return 1


def _read_by_nobody(file: int) -> None:
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, file)
    os.close(nothing)


def forgiving(stream: TextIO) -> TextIO:
    """The same, to the same file; as it is where it was closed before we began."""
    if cast("TextIO | None", stream) is None:
        return stream
    stream.flush()
    raw = _Heard(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors,
        line_buffering=stream.isatty(), write_through=stream is sys.stderr,
    )  # fmt: skip
