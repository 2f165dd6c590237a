"""Writing an exported file: whole, or as it was before, and through links."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path

from machine.caller_paths import problem_with_file, resolved

_HELPS = {
    errno.ENOSPC: "make room there, or name a file on another disk",
    errno.EDQUOT: "make room there, or name a file on another disk",
    errno.EFBIG: "name a file on a disk that takes larger ones",
}


class NotWritten(Exception):
    """The file is not there, or as it was before: which, why, and what to do."""


def problem_with_target(path: Path) -> str | None:
    """Why nothing can be exported there, and what to do; None: nothing is in the way."""
    target = resolved(path)
    if target.is_symlink():
        return f"{path} is a link that leads round; name another file"
    if problem := problem_with_file(target):
        return problem
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        return f"{path} is no regular file; name another"
    return None


def write_whole(path: Path, content: bytes) -> None:
    """To what a link leads to, which the file replaces if it is there; raises `NotWritten`."""
    target = resolved(path)
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, target)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink()
        if not isinstance(error, OSError):
            raise
        helps = _HELPS.get(error.errno or 0, "name another file")
        why = error.strerror or str(error)
        raise NotWritten(f"{path} cannot be written: {why}; {helps}") from error
