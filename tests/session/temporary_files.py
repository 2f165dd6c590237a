"""Where tests write: to memory, where the machine has enough of it.

Each database of a test is hundreds of files, and each commit of it is synced: on a disk a test of
a server of its own takes two to three times as much time in the kernel, and waits as long again.
"""

import os
import shutil
from collections.abc import MutableMapping
from pathlib import Path

import psutil

IN_MEMORY = Path("/dev/shm")

ROOT = "PYTEST_DEBUG_TEMPROOT"
"""By this variable pytest is told where its temporary directories go."""

OF_ALL = "TMPDIR"
"""By this one every program is: a load test that a test starts has its database there."""

LEAST_BYTES = 8 * 1024**3
"""Free memory, and free space there: what a test wrote goes when it has passed."""


def write_to_memory(environment: MutableMapping[str, str], where: Path = IN_MEMORY) -> None:
    """Have pytest and all it starts do so, unless told a place or the machine has none for it."""
    if is_fit(where):
        for name in (ROOT, OF_ALL):
            environment.setdefault(name, str(where))


def is_fit(where: Path) -> bool:
    """Whether there is room, and programs that a test writes there may run."""
    try:
        forbids_programs = os.statvfs(where).f_flag & os.ST_NOEXEC
        free = shutil.disk_usage(where).free
    except OSError:
        return False
    free = min(free, psutil.virtual_memory().available)
    return os.access(where, os.W_OK) and not forbids_programs and free >= LEAST_BYTES
