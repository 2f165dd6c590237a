"""How far a process steps back for others, also where Linux schedules sessions as groups.

With `kernel.sched_autogroup_enabled` (as most distributions have it) each session gets the same
share of a core, and niceness counts inside one only: that of the session counts between them
(sched(7), "The autogroup feature").
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LAST = 19
"""The niceness of what comes last, on Linux."""


def step_back(pid: int, by: int) -> bool:
    """Raise the niceness of a process, and of its session if it leads one; raises `OSError`.

    False: ask again in a tenth of a second, as Linux changes but one session in that time.
    """
    if os.getsid(pid) == pid and not set_session_niceness(pid, min(by, LAST)):
        return False
    niceness = os.getpriority(os.PRIO_PROCESS, pid) + by
    os.setpriority(os.PRIO_PROCESS, pid, min(niceness, LAST))
    return True


def session_niceness(pid: int) -> int:
    """Of the process's session; 0 where sessions are no groups."""
    with suppress(FileNotFoundError):
        return int(_group(pid).read_text().rpartition("nice ")[2])
    return 0


def set_session_niceness(pid: int, niceness: int) -> bool:
    """False: ask again, as of `step_back`; nothing happens where sessions are no groups."""
    try:
        with suppress(FileNotFoundError):
            _group(pid).write_text(str(niceness))
    except OSError as error:
        if error.errno == errno.EAGAIN:
            return False
        raise
    return True


@contextmanager
def stepped_back(by: int) -> Iterator[None]:
    """This process, to its end, and its session, to the end of this: a shell's is given back."""
    own = os.getpid()
    before = session_niceness(own)
    with suppress(OSError):
        set_session_niceness(own, min(by, LAST))
    os.nice(by)
    try:
        yield
    finally:
        with suppress(OSError):
            set_session_niceness(own, before)


def _group(pid: int) -> Path:
    return Path(f"/proc/{pid}/autogroup")
