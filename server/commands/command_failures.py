"""How a command that fails says so: one line with what is wrong and what helps, and a code."""

import errno
import traceback
from pathlib import Path

from persistence.errors import PersistenceError
from schema.text.one_line import one_line

ROOT = Path(__file__).parents[2]

INTERRUPTED = 130

LISTENING = {
    errno.EADDRINUSE: "another process has that port: stop it (ss -ltnp says which), or choose"
    " another --port",
    errno.EADDRNOTAVAIL: "this machine has no such address: choose another --host (ip address"
    " lists them)",
    errno.EACCES: "ports below 1024 are root's: choose another --port, and let a proxy have 443",
}
"""Why a node cannot listen -> what helps."""

FILES = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room within the quota",
    errno.EACCES: "start as its owner, or give this user the right to it",
    errno.EPERM: "start as its owner, or give this user the right to it",
    errno.EROFS: "choose a place that can be written to",
    errno.ENOENT: "see that the path is right",
    errno.ENOTDIR: "see that the path is right: a part of it is a file",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the limit of open files of this machine (fs.file-max)",
}
"""Why a file cannot be used -> what helps."""


class CannotListen(Exception):
    """The message says where, why and what helps."""

    exit_code = 1

    def __init__(self, host: str, port: int, error: OSError) -> None:
        helps = LISTENING.get(error.errno or 0, "see that --host and --port are right")
        why = error.strerror or str(error)
        super().__init__(f"cannot listen on {host}:{port}: {why}; {helps}")


def is_mistake(error: Exception) -> bool:
    """Whether nobody but us can mend it: what is written for a person has an exit code."""
    return _code_of(error) is None and not isinstance(error, OSError)


def message_and_exit_code(error: BaseException) -> tuple[str, int]:
    """The line, without the command's name, and the exit code.

    2 is for settings and arguments that make no sense: systemd starts nothing again behind it.
    """
    if isinstance(error, PersistenceError):
        return one_line(error.in_full), error.exit_code
    if (code := _code_of(error)) is not None:
        return one_line(str(error)), code
    if isinstance(error, KeyboardInterrupt | EOFError):
        return "interrupted", INTERRUPTED
    if isinstance(error, OSError):
        file_prefix = f"{error.filename}: " if error.filename else ""
        helps = FILES.get(error.errno or 0, "")
        return one_line(f"{file_prefix}{error.strerror or error}{helps and '; '}{helps}"), 1
    return one_line(f"a mistake of Prime's own; report this line: {_where(error)}"), 1


def _code_of(error: BaseException) -> int | None:
    """That of its class, as ours have one; None: it is a library's, or Python's."""
    code = getattr(type(error), "exit_code", None)
    return code if isinstance(code, int) else None


def _where(error: BaseException) -> str:
    """What it is, and the innermost line of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    own_frames = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT)]
    source_place = (
        f" at {Path(own_frames[-1].filename).relative_to(ROOT)}:{own_frames[-1].lineno}"
        if own_frames
        else ""
    )
    return f"{type(error).__name__}: {error}{source_place}"
