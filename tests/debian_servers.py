"""PostgreSQL and PgBouncer as the system's packages bring them; skipped aloud where they lack."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.valkey_servers import free_port

PATIENCE = 60.0


@contextmanager
def debian_postgres(
    *settings: str, encoding: str = "UTF8", on: Path | None = None
) -> Iterator[int]:
    """One on a port of its own on 127.0.0.1, superuser `postgres`, everyone trusted.

    `settings`: as `max_connections=20`. `on`: data that is there already. Yields the port.
    """
    binaries = postgres_binaries()
    port = free_port()
    with server_directory() as directory:
        data = str(on or directory / "data")
        initdb = [f"{binaries}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N"]
        if on is None:
            run([*initdb, "-E", encoding, "--locale=C", "--no-instructions"])
        words = [
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={directory}",
        ]
        options = [word for setting in (*words, *settings) for word in ("-c", setting)]
        command = [f"{binaries}/postgres", "-D", data, *options]
        with _running(command, directory / "log", signal.SIGINT):
            _wait(
                lambda: _run_quietly([f"{binaries}/pg_isready", "-h", "127.0.0.1", "-p", str(port)])
            )
            yield port


@contextmanager
def pgbouncer(port: int, *users: str, mode: str = "session", ignored: str = "") -> Iterator[int]:
    """One before the PostgreSQL on `port`; yields its own. `ignored`: startup parameters."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("there is no pgbouncer on this machine")
    own_port = free_port()
    with server_directory() as directory:
        settings = directory / "pgbouncer.ini"
        names = directory / "users"
        names.write_text("".join(f'"{user}" ""\n' for user in users))
        settings.write_text(
            f"[databases]\n* = host=127.0.0.1 port={port}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {own_port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {names}\npool_mode = {mode}\n"
            f"ignore_startup_parameters = {ignored}\n"
        )
        with _running([program, "-q", str(settings)], directory / "log", signal.SIGTERM):
            _wait(lambda: _is_open(own_port))
            yield own_port


def postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.skip("there is no PostgreSQL of the system on this machine")
    return found[-1].parent


@contextmanager
def server_directory() -> Iterator[Path]:
    """One that the unprivileged user below may write."""
    directory = Path(tempfile.mkdtemp(prefix="prime-debian-"))
    if os.getuid() == 0:
        shutil.chown(directory, "nobody")
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _running(command: list[str], log: Path, end: signal.Signals) -> Iterator[None]:
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, user=_user())
    try:
        yield
    finally:
        process.send_signal(end)
        process.wait(PATIENCE)


def _user() -> str | None:
    """These servers refuse to run as root."""
    return "nobody" if os.getuid() == 0 else None


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, user=_user(), timeout=PATIENCE)


def _run_quietly(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _is_open(port: int) -> bool:

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(is_there: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_there():
        assert time.monotonic() < until, "it does not come up"
        time.sleep(0.05)
