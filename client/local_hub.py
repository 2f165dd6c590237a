"""A hub of one's own: PostgreSQL and the server as child processes, for a command or a test."""

import asyncio
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import psutil

CHECKOUT = Path(__file__).resolve().parent.parent

POSTGRES_SECONDS = 90.0
"""Creating a database and recovering one both take seconds; on a slow disk, many."""

HUB_SECONDS = 60.0
STOP_SECONDS = 15.0
LOG_LINES_TOLD = 5


class HubFailed(Exception):
    """A child did not get ready; the message has the end of its log."""


class LocalHub:
    """Starts a hub on `directory`; `kill` and `start` again keep port and data.

    The children die with this process: by the kernel's hand on Linux, by `stop` elsewhere.
    """

    def __init__(
        self,
        directory: Path,
        port: int = 0,
        database_url: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.resolve()
        self.url = ""
        self.ready_seconds = 0.0
        self.database_url = database_url or ""
        self._port = port
        self._environment = dict(environment or {})
        self._postgres: asyncio.subprocess.Process | None = None
        self._hub: asyncio.subprocess.Process | None = None
        self._hub_pid = 0

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def log(self) -> Path:
        """What the hub has to say, of all its lives."""
        return self.directory / "hub.log"

    @property
    def is_running(self) -> bool:
        """Whether the hub's process is there."""
        return self._hub is not None and self._hub.returncode is None

    @property
    def pid(self) -> int:
        """The process of this life of the hub, or of its last one; 0 before the first."""
        return self._hub_pid

    @property
    def postgres_pid(self) -> int:
        """The launcher of PostgreSQL, whose descendants are its processes; 0: not started here."""
        return self._postgres.pid if self._postgres is not None else 0

    @property
    def rss_mb(self) -> float:
        """Resident memory of the hub, in MiB; 0 when it is not running."""
        process = self._process()
        try:
            return process.memory_info().rss / 2**20 if process else 0.0
        except psutil.Error:
            return 0.0

    @property
    def cpu_seconds(self) -> float:
        """Processor time this life of the hub has taken."""
        process = self._process()
        try:
            times = process.cpu_times() if process else None
        except psutil.Error:
            return 0.0
        return times.user + times.system if times else 0.0

    async def start(self) -> str:
        """Start what is not running and wait until the hub is ready; returns its address."""
        self.directory.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        if not self.database_url:
            await self._start_postgres()
        ready = await self._start_hub()
        self.ready_seconds = time.perf_counter() - began
        self.url = ready["url"]
        self._hub_pid = ready["pid"]
        self._port = int(self.url.rsplit(":", 1)[1].split("/")[0])
        return self.url

    async def kill(self) -> None:
        """SIGKILL to the hub, and to nothing else: PostgreSQL stays."""
        if self._hub is not None and self._hub.returncode is None:
            self._hub.kill()
            await self._hub.wait()

    async def stop(self) -> None:
        """Stop hub and PostgreSQL in order; harmless when not running."""
        await _stop(self._hub)
        await _stop(self._postgres)
        self._hub = self._postgres = None

    async def _start_postgres(self) -> None:
        command = ["-m", "persistence.embedded_postgres", "--data", str(self.directory)]
        log = self.directory / "postgres-launcher.log"
        self._postgres = await _spawn(command, log, {}, signal.SIGTERM)
        ready = await _first_line(self._postgres, log, POSTGRES_SECONDS, "PostgreSQL")
        self.database_url = ready["database_url"]

    async def _start_hub(self) -> dict[str, Any]:
        command = ["-m", "server", "--host", "127.0.0.1", "--port", str(self._port), "--json"]
        environment = {"DATABASE_URL": self.database_url, "REDIS_URL": "", **self._environment}
        self._hub = await _spawn(command, self.log, environment, signal.SIGKILL)
        return await _first_line(self._hub, self.log, HUB_SECONDS, "the hub")

    def _process(self) -> psutil.Process | None:
        if not self.is_running:
            return None
        try:
            return psutil.Process(self._hub_pid)
        except psutil.Error:
            return None


async def audit(database_url: str, project: str) -> dict[str, Any]:
    """What PostgreSQL holds of a project, by a process that never saw the hub."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "audit", project, "--json"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=CHECKOUT,
        env=_environment({"DATABASE_URL": database_url}),
    )
    output, problems = await process.communicate()
    lines = output.decode().strip().splitlines()
    if process.returncode != 0 and not lines:
        raise HubFailed(f"the audit failed: {_last_lines(problems.decode())}")
    report: dict[str, Any] = json.loads(lines[-1])
    return report


async def _spawn(
    command: list[str], log: Path, environment: dict[str, str], death_signal: signal.Signals
) -> asyncio.subprocess.Process:
    prefix, before_exec = _tie_to_our_life(death_signal)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *prefix,
            sys.executable,
            *command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            cwd=CHECKOUT,
            env=_environment(environment),
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop them in order
            preexec_fn=before_exec,
        )


def _tie_to_our_life(
    death_signal: signal.Signals,
) -> tuple[list[str], Callable[[], None] | None]:
    if not sys.platform.startswith("linux"):
        return [], None
    if shutil.which("setpriv"):
        name = death_signal.name.removeprefix("SIG")
        return ["setpriv", f"--pdeathsig={name}", "--"], None
    libc = ctypes.CDLL(None)  # loaded here: nothing may be loaded between fork and exec
    set_parent_death_signal = 1
    return [], lambda: libc.prctl(set_parent_death_signal, int(death_signal))


def _environment(extra: dict[str, str]) -> dict[str, str]:
    return os.environ | {"PYTHONUNBUFFERED": "1"} | extra


async def _first_line(
    process: asyncio.subprocess.Process, log: Path, seconds: float, name: str
) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            line = await process.stdout.readline()
    except TimeoutError:
        await _stop(process)
        raise HubFailed(f"{name} was not ready within {seconds:g} s; see {log}") from None
    try:
        ready: dict[str, Any] = json.loads(line)
    except ValueError:
        await _stop(process)
        raise HubFailed(f"{name} did not start: {_end_of(log)} ({log})") from None
    return ready


async def _stop(process: asyncio.subprocess.Process | None) -> None:
    if process is None or process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _end_of(log: Path) -> str:
    return _last_lines(log.read_text(errors="replace"))


def _last_lines(text: str) -> str:
    return " | ".join(text.strip().splitlines()[-LOG_LINES_TOLD:]) or "it said nothing"
