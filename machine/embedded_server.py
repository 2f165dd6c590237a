"""A server that we started, PostgreSQL or Valkey: what both do. Programs that load it are small."""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, Self

from machine.caller_paths import resolved
from machine.children.child_directory import DirectoryInUse, DirectoryLock, make_directory
from machine.children.child_process import ChildProcess, ServerUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable


class EmbeddedServer:
    """One server on one directory, alive between start and stop, and never longer than we.

    `name`: of its lock and its log; `stop_steps`: signals that end it, and how long each is given.
    """

    def __init__(
        self, directory: Path, name: str, stop_steps: tuple[tuple[signal.Signals, float], ...]
    ) -> None:
        self.directory = resolved(directory)
        self.log = self.directory / f"{name}.log"
        self._lock = DirectoryLock(self.directory / f"{name}.lock")
        self._stop_steps = stop_steps
        self._server: ChildProcess | None = None
        self._launch: Callable[[], ChildProcess] | None = None  # once it was started
        self._sockets: Path | None = None  # the directory of its socket, while it is started

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Start, and return the server's address."""
        if self._server is not None:
            raise RuntimeError("already started")
        self._check_installed()  # before anything is made on a machine where it cannot run
        make_directory(self.directory)
        try:
            self._lock.take()
        except DirectoryInUse as error:
            raise DirectoryInUse(f"{error}{self._how_to_reach()}") from None
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop in order; harmless when not running."""
        if self._server is not None:
            self._server.stop(*self._stop_steps)
            self._server = None
        if self._sockets is not None:
            with suppress(OSError):
                self._clear_sockets(self._sockets)
                self._sockets.rmdir()
            self._sockets = None
        self._lock.release()

    @property
    def pid(self) -> int:
        """The server's process."""
        if self._server is None:
            raise RuntimeError("not started")
        return self._server.pid

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._server is not None and self._server.is_running

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        raise NotImplementedError

    def begin_again(self) -> None:
        """Start the server that has ended, and do not wait until it serves."""
        if self._launch is None or self._sockets is None or self.is_running:
            raise RuntimeError("it runs, or never did")
        self._clear_the_way()
        self._clear_sockets(self._sockets)
        self._server = self._launch()

    def _how_to_reach(self) -> str:
        """A sentence on the one that another process runs here; empty: there is none to tell."""
        return ""

    def _check_installed(self) -> None:
        """Raises `NotInstalled`."""
        raise NotImplementedError

    def _start(self) -> str:
        """Start it, wait until it serves, and return its address."""
        raise NotImplementedError

    def _clear_the_way(self) -> None:
        """End what an earlier launcher has left: we hold the lock."""
        raise NotImplementedError

    def _clear_sockets(self, directory: Path) -> None:
        """Remove the sockets that a server has left there."""
        raise NotImplementedError


def run_in_foreground(name: str, server: EmbeddedServer, address: str) -> None:
    """Until a signal, or until whoever started us is gone. `address`: what its own is called."""

    def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    parent = os.getppid()
    try:
        url = server.start()
        print(json.dumps({address: url, "pid": server.pid}), flush=True)
        while os.getppid() == parent:
            if not server.is_running:
                sys.exit(f"{name} ended by itself; see {server.log}")
            time.sleep(0.2)
    except KeyboardInterrupt:
        return
    except ServerUnavailable as error:
        sys.exit(str(error))
    finally:
        server.stop()
