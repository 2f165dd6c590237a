"""Which process runs on which core: the server under test on one, the load on the others."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Cores:
    """A division of this machine's cores; without two of them, or off Linux, nothing is pinned."""

    server: tuple[int, ...]
    load: tuple[int, ...]

    @property
    def is_divided(self) -> bool:
        """Whether server and load have cores of their own."""
        return bool(self.server and self.load)

    @property
    def in_words(self) -> str:
        """What was done, for a report."""
        if not self.is_divided:
            return f"{os.cpu_count() or 1} cores, nothing pinned: server and load share them"
        return f"server pinned to core {_list(self.server)}, load to {_list(self.load)}"

    def pin_server(self, pid: int, others: Sequence[int] = ()) -> None:
        """Move a process and its children to the server's core, `others` (a database) to the rest.

        Whatever the children start later inherits it. A process that is gone is skipped.
        """
        if self.is_divided:
            _pin_tree(pid, self.server)
            for other_pid in others:
                _pin_tree(other_pid, self.load)

    def pin_this_process(self) -> None:
        """Move this process (a load generator) to the load's cores."""
        if self.is_divided:
            _pin_tree(os.getpid(), self.load)


def divide(cores: Sequence[int] | None = None) -> Cores:
    """One core for the server, the last; the others for the load."""
    usable = sorted(_usable() if cores is None else cores)
    if len(usable) < 2:
        return Cores((), ())
    return Cores((usable[-1],), tuple(usable[:-1]))


def tree(pid: int) -> list[psutil.Process]:
    """A process and all its descendants that are there now."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _pin_tree(pid: int, cores: Sequence[int]) -> None:
    for process in tree(pid):
        # Affinity belongs to threads: those that are there already must be moved one by one.
        for thread in _threads(process):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.sched_setaffinity(thread, cores)


def _threads(process: psutil.Process) -> list[int]:
    try:
        return [thread.id for thread in process.threads()]
    except psutil.Error:
        return []


def _usable() -> list[int]:
    if not hasattr(os, "sched_getaffinity"):
        return []
    return list(os.sched_getaffinity(0))


def _list(cores: Sequence[int]) -> str:
    return ", ".join(map(str, cores))
