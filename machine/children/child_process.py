"""A server binary as our direct child: who it runs as, what it may reach, how it ends."""

import os
import pwd
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from machine.reading.plain_file import NotPlain, open_to_append
from schema.server_limits import LOG_BYTES_KEPT

POLL_SECONDS = 0.005

# A child that gave up root cannot pass a directory of mode 700 above its files (a checkout or
# data under /root). To read and search is all it needs; many containers grant only the second.
SEARCH_CAPABILITIES = ("dac_read_search", "dac_override")


HELPS = (
    ("No space left", "make room on that disk"),
    ("wrote only", "No space left on device: make room on that disk"),  # a part of a page did fit
    ("Disk quota exceeded", "make room within the quota"),
    ("Read-only file system", "choose a data directory that can be written to"),
    ("ermission denied", "start as the owner of that directory, or choose another one"),
    ("Cannot allocate memory", "give this machine more memory, or end what takes it"),
    (
        "initialized by PostgreSQL version",
        "start the Prime that made it, ./run backup, and restore into a new data directory",
    ),
)
"""Part of what an embedded server says as it fails -> what helps."""


class ServerUnavailable(Exception):
    """An embedded server cannot run; the message says why and what to do."""

    exit_code = 1
    """With which a command ends that needs it."""


class NotInstalled(ServerUnavailable):
    """It is not in this installation, as in production: a URL has to name another one."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class ChildUser:
    """The unprivileged account that root hands a server to."""

    name: str
    uid: int
    gid: int


def child_user(data: Path) -> ChildUser | None:
    """Who runs a server on this data: its owner if not root, else postgres or nobody.

    None when we are not root ourselves: then there is nothing to give up.
    """
    if os.geteuid() != 0:
        return None
    lookups: list[Callable[[], pwd.struct_passwd]] = [
        lambda: pwd.getpwnam("postgres"),
        lambda: pwd.getpwnam("nobody"),
    ]
    owner = (data if data.exists() else data.parent).stat().st_uid
    if owner != 0:
        lookups.insert(0, lambda: pwd.getpwuid(owner))
    for lookup in lookups:
        with suppress(KeyError):
            entry = lookup()
            return ChildUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServerUnavailable(
        "The embedded servers do not run as root, and there is no user postgres or nobody to "
        "run them as. Create one (useradd --system postgres) or start Prime as a plain user."
    )


@lru_cache
def setpriv_path() -> str | None:
    """util-linux's setpriv; others of that name lack the words we need."""
    path = shutil.which("setpriv")
    if path is None:
        return None
    help_text = subprocess.run([path, "--help"], capture_output=True, text=True, check=False).stdout
    return path if "--pdeathsig" in help_text and "--ambient-caps" in help_text else None


class Launcher:
    """Starts programs as `user`, able to reach `paths`, bound to our own life.

    Promise: where there is setpriv, a server we started gets its death signal when we die,
    however we die. Elsewhere the next start on the same directory stops it.
    """

    def __init__(self, user: ChildUser | None, paths: Iterable[Path]) -> None:
        self.user = user
        self._privileges: list[str] = []
        if user is not None:
            # "DIR/." is there only for who may enter DIR itself.
            readable_paths = [f"{path}/." if path.is_dir() else str(path) for path in paths]
            self._find_privileges(user, readable_paths)

    def _find_privileges(self, user: ChildUser, paths: list[str]) -> None:
        """Tried, not computed: only the kernel knows its ACLs, containers and namespaces."""
        probe = ["test", "-e", paths[0], *(w for path in paths[1:] for w in ("-a", "-e", path))]
        candidates: list[list[str]] = [[]]
        if setpriv_path() is not None:
            # Without that securebit access(2) ignores capabilities, and PostgreSQL asks access(2).
            candidates += [
                [f"--inh-caps=+{name}", f"--ambient-caps=+{name}", "--securebits=+no_setuid_fixup"]
                for name in SEARCH_CAPABILITIES
            ]
        for self._privileges in candidates:
            answer = self.run(probe)
            if answer.returncode == 0:
                return
        raise ServerUnavailable(
            f"User {user.name} may not enter {' or '.join(paths)}: a directory above is closed to "
            "others, and this system does not let us lend the right to pass it. Choose a data "
            "directory elsewhere, open the closed one (chmod o+x), or start Prime as a plain user."
            f" {answer.stdout.strip()}".rstrip()
        )

    def run(self, command: Sequence[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a short program to its end; `stdout` holds all that it printed."""
        return subprocess.run(
            self._command(command, signal.SIGKILL),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **self._popen_options(),
        )

    def start(
        self, command: Sequence[str], log: Path, death_signal: signal.Signals
    ) -> "ChildProcess":
        """Start a server that writes to `log`."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start servers from the main thread: they die with their thread")
        with open_log(log) as output:
            child = subprocess.Popen(
                self._command(command, death_signal),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **self._popen_options(),
            )
        return ChildProcess(child, log)

    def _command(self, command: Sequence[str], death_signal: signal.Signals) -> list[str]:
        setpriv = setpriv_path()
        if setpriv is None:
            return list(command)
        words = [setpriv, f"--pdeathsig={death_signal.name.removeprefix('SIG')}"]
        if self.user is not None:
            words += [f"--reuid={self.user.uid}", f"--regid={self.user.gid}", "--clear-groups"]
        return [*words, *self._privileges, "--", *command]

    def _popen_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "cwd": "/",
            # Nothing of ours leaks in: PGPORT, PGOPTIONS or a locale would change the server.
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            "start_new_session": True,  # Ctrl-C reaches us first, and we stop it in order
        }
        if self.user is not None and setpriv_path() is None:
            options |= {"user": self.user.uid, "group": self.user.gid, "extra_groups": []}
        return options

    def give(self, directory: Path) -> None:
        """Make the directory private to whoever runs the server."""
        if self.user is not None:
            os.chown(directory, self.user.uid, self.user.gid, follow_symlinks=False)
        directory.chmod(0o700)


class ChildProcess:
    """A running server, and the end of it."""

    def __init__(self, child: subprocess.Popen[bytes], log: Path) -> None:
        self._child = child
        self._log = log
        self.pid = child.pid

    @property
    def is_running(self) -> bool:
        return self._child.poll() is None

    def wait_until(self, is_ready: Callable[[], bool], seconds: float, name: str) -> None:
        """Wait until it serves; if it does not, raise with what it printed last."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.is_running:
                raise ServerUnavailable(
                    f"{name} ended while it started (status {self._child.returncode}). "
                    f"{its_log(self._log)}"
                )
            if time.monotonic() > deadline:
                raise ServerUnavailable(
                    f"{name} was not ready after {seconds:.0f} s; the machine may be overloaded. "
                    f"{its_log(self._log)}"
                )
            time.sleep(POLL_SECONDS)

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Ask with each signal in turn, waiting the seconds beside it; then kill."""
        for step, seconds in steps:
            if not self.is_running:
                return
            self._child.send_signal(step)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(seconds)
        if self.is_running:
            self._child.kill()
            self._child.wait()


def open_log(path: Path) -> IO[bytes]:
    """Open for appending, private; what has grown too long is kept once, under another name."""
    with suppress(FileNotFoundError):
        if path.stat().st_size > LOG_BYTES_KEPT:
            path.replace(path.with_suffix(".old.log"))
    try:
        descriptor = open_to_append(path, 0o600)
    except NotPlain as error:
        raise ServerUnavailable(
            f"{path} {error}, and no log is written to it: delete it."
        ) from None
    share_with_owner(descriptor, path)
    return open(descriptor, "ab")


def share_with_owner(descriptor: int, path: Path) -> None:
    """A file root makes in a plain user's directory stays usable by that user."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def log_tail(path: Path, lines: int = 12) -> str:
    """The last lines a server wrote."""
    with suppress(OSError), path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - 8192))
        text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])
    return "(no log)"


def helped(text: str, helps: Iterable[tuple[str, str]] = HELPS) -> str:
    """What a program said, and behind it what helps, where that is known.

    `helps`: part of what is said -> what helps; the first that is in it.
    """
    help_text = next((help_ for part, help_ in helps if part in text), "")
    return f"{text.rstrip('.')}; {help_text}" if help_text else text


def its_log(path: Path) -> str:
    """How the log of a program that did not start ends, and what helps."""
    return helped(f"Its log, {path}, ends with:\n{log_tail(path)}")
