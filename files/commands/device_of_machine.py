"""The device that a command logs in as: the same at each run of one account on one machine.

A login on a device that is new to its account is told by mail (rule A60), so a device made anew at
each run would be told of each time. Commands that run at once are devices apart: two of one device
would end each other in a room (rule H12).
"""

import contextlib
import fcntl
import hashlib
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from machine.reading.plain_file import NotPlain, open_lock
from prime_client.ids import new_id

AT_ONCE = 32
"""Commands of one account on one machine that are known again; more are devices made anew."""

MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
"""Where a machine says which it is; one that does not has its name alone."""


@contextlib.contextmanager
def device_of_machine(account: str) -> Iterator[str]:
    """A device of this machine and account that no other command has meanwhile."""
    key = _key_of(account)
    for number in range(1, AT_ONCE + 1):
        descriptor = _locked(Path(tempfile.gettempdir()) / f"prime-command-{key}-{number}.lock")
        if descriptor is None:
            continue
        try:
            yield f"command line {key}" + (f" {number}" if number > 1 else "")
        finally:
            os.close(descriptor)
        return
    yield f"command line {new_id()}"


def _key_of(account: str) -> str:
    """By a hash: a device is shown to others, who shall not read there whose machine it is."""
    about = "\n".join((_machine_id(), socket.gethostname(), str(os.geteuid()), account.lower()))
    return hashlib.sha256(f"prime command line\n{about}".encode()).hexdigest()[:16]


def _machine_id() -> str:
    for path in MACHINE_IDS:
        with contextlib.suppress(OSError, ValueError):
            return path.read_text().strip()
    return ""


def _locked(path: Path) -> int | None:
    """Free again however its holder ends; None: another has it, or it cannot be made."""
    try:
        descriptor = open_lock(path, 0o600)
    except (NotPlain, OSError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
