"""A program of this checkout as a child process, which says one JSON line when it is ready."""

import asyncio
import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import psutil

from machine.caller_paths import problem_with_directory

CHECKOUT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 15.0
LOG_LINES_TOLD = 5


class ServerFailed(Exception):
    """A child did not get ready; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to start: `name` for people, `module` for `python -m`, and where its log goes.

    `death_signal` reaches it when we die: by the kernel's hand on Linux, not at all elsewhere.
    """

    name: str
    module: str
    log: Path
    ready_seconds: float
    death_signal: signal.Signals
    root: Path = CHECKOUT
    """Of which checkout."""


def _log_of(program: Program) -> BinaryIO:
    """Open, with its directory made; raises `ServerFailed`."""
    directory = program.log.parent
    try:
        directory.mkdir(parents=True, exist_ok=True)
        return program.log.open("ab")
    except OSError as error:
        problem = problem_with_directory(directory) or f"{program.log}: {error.strerror}"
        raise ServerFailed(f"{program.name} cannot be started: {problem}") from error


class ChildProgram:
    """A program that may be started, and end, many times. Signals reach what it says its pid is."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.ready_seconds = 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._serving_pid = 0

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The process id that it printed, of this run or the last one; 0 before the first."""
        return self._serving_pid

    async def start(
        self, words: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Start it and wait until it is ready; returns its JSON line. Raises `ServerFailed`."""
        began_at = time.perf_counter()
        program = self.program
        prefix, before_exec = tie_to_our_life(program.death_signal)
        with _log_of(program) as output:
            self._process = await asyncio.create_subprocess_exec(
                *(*prefix, sys.executable, "-m", program.module, *words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                cwd=program.root,
                env=child_environment(environment or {}),
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
                preexec_fn=before_exec,
            )
        ready_line = await self._first_line()
        self._serving_pid = ready_line["pid"]
        self.ready_seconds = time.perf_counter() - began_at
        return ready_line

    async def stop(self) -> int | None:
        """SIGTERM, and SIGKILL when that takes too long; returns its exit status, if it ran."""
        if self._process is None:
            return None
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                return await self._process.wait()
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()

    async def end(self, number: signal.Signals) -> None:
        """Send a signal that it must not survive, and wait until it is gone."""
        if self._process is not None and self.is_running:
            self.send(number)
            await self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to what serves: the program, or the server that it has started."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._serving_pid, number)

    @property
    def rss_mb(self) -> float:
        """Resident memory, in MiB; 0 when it is not running."""
        process = self._seen()
        try:
            return process.memory_info().rss / 2**20 if process else 0.0
        except psutil.Error:
            return 0.0

    @property
    def cpu_seconds(self) -> float:
        """Processor time of this life."""
        process = self._seen()
        try:
            times = process.cpu_times() if process else None
        except psutil.Error:
            return 0.0
        return times.user + times.system if times else 0.0

    def _seen(self) -> psutil.Process | None:
        if not self.is_running:
            return None
        try:
            return psutil.Process(self._serving_pid)
        except psutil.Error:
            return None

    async def _first_line(self) -> dict[str, Any]:
        name, log, seconds = self.program.name, self.program.log, self.program.ready_seconds
        assert self._process is not None
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                line = await self._process.stdout.readline()
        except TimeoutError:
            await self.stop()
            raise ServerFailed(f"{name} was not ready within {seconds:g} s; see {log}") from None
        try:
            ready_line: dict[str, Any] = json.loads(line)
        except ValueError:
            await self.stop()
            last_log_lines = last_lines(log.read_text(errors="replace"))
            raise ServerFailed(f"{name} did not start: {last_log_lines} ({log})") from None
        return ready_line


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Our environment and more, for a child: what is said here is said by no file as well."""
    own_environment = {
        name: text for name, text in os.environ.items() if _without_file(name) not in extra
    }
    return own_environment | {"PYTHONUNBUFFERED": "1"} | dict(extra)


def _without_file(name: str) -> str:
    """The setting whose value is in the file that the variable of this name names."""
    return name.removesuffix("_FILE") if name.endswith("_FILE") else ""


def last_lines(text: str) -> str:
    """The end of what a child had to say, in one line."""
    return " | ".join(text.strip().splitlines()[-LOG_LINES_TOLD:]) or "it said nothing"


def tie_to_our_life(
    death_signal: signal.Signals,
) -> tuple[list[str], Callable[[], None] | None]:
    """What goes before a command, and what is done before it is executed."""
    if not sys.platform.startswith("linux"):
        return [], None
    if shutil.which("setpriv"):
        name = death_signal.name.removeprefix("SIG")
        return ["setpriv", f"--pdeathsig={name}", "--"], None
    libc = ctypes.CDLL(None)  # loaded here: nothing may be loaded between fork and exec
    set_parent_death_signal = 1
    return [], lambda: libc.prctl(set_parent_death_signal, int(death_signal))
