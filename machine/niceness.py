"""How far a process steps back for others, also where Linux schedules sessions as groups.

With `kernel.sched_autogroup_enabled` (as most distributions have it) each session gets the same
share of a core, and niceness counts inside one only: that of the session counts between them
(sched(7), "The autogroup feature").
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LAST = 19
"""The niceness of what comes last, on Linux."""

TRIES = 10
AGAIN_SECONDS = 0.11
"""Linux changes the niceness of one session in a tenth of a second."""

NO_GROUP = (errno.ENOENT, errno.EINVAL)
"""What Linux says of a session that is no group: none is, or it is that of the first process."""


def step_back(pid: int, by: int) -> bool:
    """Raise the niceness of a process, and of its session if it leads one; raises `OSError`.

    False: ask again after `AGAIN_SECONDS`.
    """
    if os.getsid(pid) == pid and not set_session_niceness(pid, min(by, LAST)):
        return False
    niceness = os.getpriority(os.PRIO_PROCESS, pid) + by
    os.setpriority(os.PRIO_PROCESS, pid, min(niceness, LAST))
    return True


def session_niceness(pid: int) -> int:
    """Of the process's session; 0 where that is no group: the file is not there, or empty."""
    with suppress(FileNotFoundError):
        return int(_group(pid).read_text().rpartition("nice ")[2] or 0)
    return 0


def set_session_niceness(pid: int, niceness: int) -> bool:
    """False: ask again, as of `step_back`; nothing happens where the session is no group."""
    try:
        _group(pid).write_text(str(niceness))
    except OSError as error:
        if error.errno == errno.EAGAIN:
            return False
        if error.errno not in NO_GROUP:
            raise
    return True


@contextmanager
def stepped_back(by: int) -> Iterator[None]:
    """This process, to its end, and its session, to the end of this: a shell's is given back."""
    before = session_niceness(os.getpid())
    _move_own_session(min(by, LAST))
    os.nice(by)
    try:
        yield
    finally:
        _move_own_session(before)


def _move_own_session(niceness: int) -> None:
    """Nothing happens where that may not be changed."""
    with suppress(OSError):
        for _ in range(TRIES):
            if set_session_niceness(os.getpid(), niceness):
                return
            time.sleep(AGAIN_SECONDS)


def _group(pid: int) -> Path:
    return Path(f"/proc/{pid}/autogroup")
