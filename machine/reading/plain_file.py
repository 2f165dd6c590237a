"""Files that somebody else may have put there: looked at before they are read, and up to a bound.

A pipe is never waited for, and a device never read.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path


class NotPlain(Exception):
    """What is no plain file, or is too large; the message says what it is: `is a link`."""


@contextmanager
def opened_plain(
    path: Path, *, follows: bool = False
) -> Iterator[tuple[BufferedReader, os.stat_result]]:
    """To read, and what is known of it. `follows`: it may be a link to a plain file.

    Raises `NotPlain` and `OSError`.
    """
    open_flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    if not follows:
        _refuse_link(path)
        open_flags |= os.O_NOFOLLOW
    with os.fdopen(os.open(path, open_flags), "rb") as file:
        yield file, require_plain(file.fileno())


def read_plain(path: Path, most: int, *, follows: bool = False) -> tuple[bytes, int]:
    """All that is in it, at most so many bytes, and its mode; likewise."""
    with opened_plain(path, follows=follows) as (file, status):
        content = file.read(most + 1)
    if len(content) > most:
        raise NotPlain(f"has over {most} bytes")
    return content, status.st_mode


def open_lock(path: Path, mode: int) -> int:
    """The descriptor of a plain file to lock, made if it is not there; likewise."""
    return _open_or_make(path, os.O_RDWR, mode)


def open_to_append(path: Path, mode: int) -> int:
    """The same, to write at its end."""
    return _open_or_make(path, os.O_WRONLY | os.O_APPEND, mode)


def _open_or_make(path: Path, open_flags: int, mode: int) -> int:
    _refuse_link(path)
    open_flags |= os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, open_flags, mode)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a pipe that nobody reads, a socket
            raise NotPlain("is no file") from None
        raise
    try:
        require_plain(descriptor)
    except NotPlain:
        os.close(descriptor)
        raise
    return descriptor


def require_plain(descriptor: int) -> os.stat_result:
    """What is known of an open file. Raises `NotPlain`."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise NotPlain("is no file")
    return status


def may_be_written_by_others(directory: Path) -> bool:
    """Whether others may put a file in the place of one of ours there. Raises `OSError`."""
    status = directory.stat()
    is_kept = status.st_mode & stat.S_ISVTX and status.st_uid == os.geteuid()
    return bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)) and not is_kept


def _refuse_link(path: Path) -> None:
    """For the words alone: the open itself does not follow one."""
    if path.is_symlink():
        raise NotPlain("is a link")
