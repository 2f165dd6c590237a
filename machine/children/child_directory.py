"""Directories shared with a child server: the lock, its socket, its binaries, its orphans."""

import fcntl
import hashlib
import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from machine.children.child_process import (
    POLL_SECONDS,
    Launcher,
    ServerUnavailable,
    share_with_owner,
)
from machine.reading.plain_file import NotPlain, open_lock


def stop_leftovers(directory: Path, program: str, *steps: tuple[signal.Signals, float]) -> None:
    """End what still works in a directory whose lock we hold: orphans of a killed launcher."""
    for step, seconds in (*steps, (signal.SIGKILL, 2.0)):
        leftovers = list(processes_in(directory, program))
        if not leftovers:
            return
        for process in leftovers:
            try:
                process.send_signal(step)
            except psutil.NoSuchProcess:
                continue
            except psutil.AccessDenied:
                raise ServerUnavailable(
                    f"Process {process.pid} of another user still works in {directory}. "
                    "Stop it, or choose another data directory."
                ) from None
        deadline = time.monotonic() + seconds
        while any(processes_in(directory, program)) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def processes_in(directory: Path, program: str) -> Iterator[psutil.Process]:
    """Living processes of that name whose working directory is this one; a zombie has none."""
    resolved_directory = str(directory.resolve())
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name() == program and process.cwd() == resolved_directory:
                yield process


def make_directory(directory: Path) -> None:
    """Make the directory for a server's files."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServerUnavailable(
            f"Cannot create {directory} ({error.strerror}). Choose another data directory."
        ) from error


class DirectoryInUse(ServerUnavailable):
    """Another process runs a server on it."""


class DirectoryLock:
    """At most one launcher per data directory, on this machine; freed however its holder ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def take(self) -> None:
        try:
            descriptor = open_lock(self._path, 0o644)
        except NotPlain as error:
            raise ServerUnavailable(
                f"{self._path} {error}, and cannot be locked: delete it, or choose another data"
                " directory."
            ) from None
        except OSError as error:
            raise ServerUnavailable(
                f"Cannot use {self._path.parent} for data ({error.strerror}). Choose another "
                "data directory, or start as the user who owns this one."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise DirectoryInUse(
                f"Process {holder} already runs a server on {self._path.parent}. Use that one, "
                f"stop it (kill {holder}), or choose another data directory."
            ) from None
        share_with_owner(descriptor, self._path)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def socket_directory(data: Path, launcher: Launcher) -> Path:
    """A short private directory for a server's socket: a socket's path has 107 bytes at most."""
    name = "prime-" + hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    private = launcher.user is None and runtime.is_absolute() and os.access(runtime, os.W_OK)
    directory = (runtime if private and len(str(runtime)) < 60 else Path("/tmp")) / name
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    status = directory.lstat()
    trusted = {os.geteuid(), launcher.user.uid if launcher.user else os.geteuid()}
    # Anyone may make names in /tmp: a stranger's directory, or a link, would get our sockets.
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in trusted:
        raise ServerUnavailable(
            f"{directory} belongs to somebody else; remove it, and start again."
        )
    launcher.give(directory)
    return directory


def copy_for_all(root: Path, parts: Sequence[str]) -> Path:
    """Copy parts of a closed directory to where an unprivileged child can run them."""
    key = hashlib.sha256(f"{root}{root.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = Path("/var/tmp") / f"prime-binaries-{key}"
    if not target.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="prime-", dir="/var/tmp"))
        for part in parts:
            source = root / part
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            (unfinished / part).parent.mkdir(parents=True, exist_ok=True)
            copy(source, unfinished / part)
        for directory in (
            unfinished,
            *(parent for parent in unfinished.rglob("*") if parent.is_dir()),
        ):
            directory.chmod(0o755)
        unfinished.rename(target)
    if target.is_symlink() or target.stat().st_uid != os.geteuid():
        raise ServerUnavailable(f"{target} belongs to somebody else; remove it, and start again.")
    return target
