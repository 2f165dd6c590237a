"""Where each node of this machine has the socket that `./run admin` speaks to."""

import hashlib
import os
import socket
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

LONGEST_PATH = 107
"""Bytes of a socket's path, by the kernel."""

NAME_LENGTH = 40
"""Of the name of a socket within its directory, with the slash."""


OF_UNITS = "admin"
"""Within the runtime directory of a unit."""

RUN = Path("/run/prime")
"""Where ops/systemd gives each node its runtime directory."""

TEMPORARY = Path("/tmp")
"""Where a directory is made for data whose own path is too long; it goes with its last socket."""


class NoSocket(Exception):
    """Why there is none, in one sentence."""


def directory_of(given: Path | None, data: Path, environment: Mapping[str, str]) -> Path:
    """The one that is given; else what systemd gives the unit, else in XDG_RUNTIME_DIR.

    Else beside the data, if that is short.
    """
    if given is not None:
        return given
    of_unit = (environment.get("RUNTIME_DIRECTORY") or "").partition(":")[0]
    if of_unit:
        return Path(of_unit) / OF_UNITS
    runtime = Path(environment.get("XDG_RUNTIME_DIR") or "")
    if runtime.is_absolute() and os.access(runtime, os.W_OK) and _is_short(runtime / "prime-admin"):
        return runtime / "prime-admin"
    directory = data / "admin"
    if _is_short(directory):
        return directory
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return TEMPORARY / f"prime-admin-{os.geteuid()}-{digest}"


def listen(directory: Path, name: str) -> socket.socket:
    """A socket that only this user and root can open; raises `NoSocket`.

    Those that a killed node has left behind in the directory are removed.
    """
    path = directory / f"{name}.sock"
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise NoSocket(f"the path {path} is longer than {LONGEST_PATH} bytes; choose a shorter one")
    try:
        try:
            listening = _bound_in(directory, path)
        except FileNotFoundError:  # the last socket of another node took the directory with it
            listening = _bound_in(directory, path)
    except OSError as error:
        raise NoSocket(f"cannot listen in {directory}: {error.strerror}") from error
    listening.setblocking(False)
    return listening


def remove(path: Path) -> None:
    """The socket of a node that ends, and a temporary directory that nobody has one in any more."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
        if path.parent.parent == TEMPORARY:
            path.parent.rmdir()  # fails while there are others


def directories_of_units(run: Path = RUN) -> list[Path]:
    """Where nodes listen that systemd has started, each by itself."""
    return sorted(run.glob(f"*/{OF_UNITS}"))


def sockets_in(directory: Path) -> list[Path]:
    """Those that are there, living or not; raises `NoSocket`."""
    try:
        return sorted(path for path in directory.glob("*.sock") if path.is_socket())
    except OSError as error:
        raise NoSocket(f"cannot look into {directory}: {error.strerror}") from error


def remove_stale(directory: Path) -> None:
    """Whatever nobody listens on any more."""
    for path in sockets_in(directory):
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(1.0)
            try:
                knock.connect(str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                continue  # busy, or another user's


def _bound_in(directory: Path, path: Path) -> socket.socket:
    _make_private(directory)
    remove_stale(directory)
    return _bound(path)


def _bound(path: Path) -> socket.socket:
    """It listens before it has its name: nobody takes it for one that is left behind."""
    unnamed = path.with_suffix(".new")
    unnamed.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(unnamed))
        unnamed.chmod(0o600)
        listening.listen()
        unnamed.rename(path)
    except OSError:
        listening.close()
        raise
    return listening


def _make_private(directory: Path) -> None:
    """Made if need be, and ours alone; raises `NoSocket`."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = directory.lstat()
    # Anyone may make names in /tmp: who owns the directory owns what it is told.
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise NoSocket(f"{directory} belongs to somebody else; remove it, or name another one")
    directory.chmod(0o700)


def _is_short(directory: Path) -> bool:
    return len(os.fsencode(directory)) + NAME_LENGTH <= LONGEST_PATH
