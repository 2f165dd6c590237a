"""A server for a load test: alone on its core, with files enough, and its use of the machine."""

import contextlib
import gc
import resource
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from loadtest.nodes.cores import Cores, divide, tree
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from machine.local_node import LocalNode

SPARE_FILES = 512
"""Open files of a process beside its connections: libraries, the database, logs."""


class TooFewFiles(Exception):
    """The system does not let a process open as many files as there would be connections."""


class PinnedNode(LocalNode):
    """A `LocalNode` on the server's core in each of its lives; all else is on other cores."""

    def __init__(
        self, directory: Path, cores: Cores, environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(directory, environment=environment)
        self.cores = cores

    async def start(self) -> str:
        """Start, and move to where it belongs."""
        url = await super().start()
        self.cores.pin_server(self.pid, [self.postgres_pid])
        return url

    @property
    def uss_kb(self) -> float:
        """Memory that is the server's alone, in KiB: what would be free if it ended."""
        return float(psutil.Process(self.pid).memory_full_info().uss) / 1024

    @property
    def kept_waiting_seconds(self) -> float:
        """How long this life's event loop had work and no core; 0 where no kernel tells."""
        return kept_waiting_seconds(self.pid)

    @property
    def postgres_cpu_seconds(self) -> float:
        """Processor time of PostgreSQL, its ended processes included."""
        return sum(map(_cpu_seconds, tree(self.postgres_pid)))


def kept_waiting_seconds(pid: int) -> float:
    """How long a process' main thread had work and no core; 0 where no kernel tells."""
    try:
        text = Path(f"/proc/{pid}/schedstat").read_text()
    except OSError:
        return 0.0
    return int(text.split()[1]) / 1e9


@asynccontextmanager
async def pinned_node(
    connections: int = 0,
    environment: Mapping[str, str] | None = None,
    data: Path | None = None,
) -> AsyncIterator[PinnedNode]:
    """A server alone on its core, on `data`, or on a directory that is gone afterwards.

    Raises `ServerFailed`, or `TooFewFiles` if so many connections cannot be.
    """
    allow_files(connections)
    gc.disable()  # a collection beside thousands of connections would be told as the server's delay
    cores = divide()
    cores.pin_this_process()  # before there is a server: whatever we have started by then moves too
    with tempfile.TemporaryDirectory(prefix="prime-load-") as directory:
        environment = {**WITHOUT_LIMITS, **(environment or {})}
        async with PinnedNode(data or Path(directory) / "data", cores, environment) as node:
            try:
                yield node
            finally:
                gc.enable()


def allow_files(connections: int) -> None:
    """Raise the limit of open files, for this process and those it starts, if it is too low."""
    files_wanted = connections + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= files_wanted:
        return
    if hard != resource.RLIM_INFINITY and hard < files_wanted:
        raise TooFewFiles(
            f"{connections:,} connections need {files_wanted:,} open files in a process, and the "
            f"limit is {hard:,}: raise it (as root: ulimit -n {files_wanted}; for good: nofile in "
            f"/etc/security/limits.conf) or ask for at most {max(0, hard - SPARE_FILES):,}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_wanted, hard))


def _cpu_seconds(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        ended_seconds = getattr(times, "children_user", 0.0) + getattr(
            times, "children_system", 0.0
        )
        return float(times.user + times.system + ended_seconds)
    return 0.0
