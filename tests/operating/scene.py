"""A machine to be an operator on: Debian's servers in namespaces of their own.

Names, ports, users and paths are those of the page. All that is written goes to a layer in memory
over this machine's files, and is gone at the end; /tmp, /run, /dev and the network are new
(Python packages that are there are put there, too).
"""

import os
import selectors
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from machine.deploying.package import make_package
from tests.operating.chapters import ROOT

MACHINE = Path(__file__).parent / "machine"
NEEDED = ("unshare", "ip", "pg_createcluster", "redis-server", "haproxy", "nginx", "openssl")
"""Programs that the page uses; without one of them nothing is run."""

END_OF_COMMAND = "\x01"


class CannotSet(Exception):
    """Why there is no such machine here, in one sentence."""


class Printed(NamedTuple):
    """What a command did."""

    code: int | None
    """None: it was not done in time."""
    lines: list[str]


def why_not() -> str | None:
    """What is missing for a scene; None: nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "there is no root on Linux here, so no namespaces for the page's servers"
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [name for name in NEEDED if shutil.which(name, path=path) is None]
    return f"there is no {', '.join(missing)} on this machine" if missing else None


@contextmanager
def scene(scratch: Path) -> Iterator["Shell"]:
    """The machine, switched off at the end; raises `CannotSet`."""
    files = scratch / "files"
    _put_in_place(files)
    (scratch / "layer").mkdir()
    with subprocess.Popen(
        [
            *("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child"),
            *("bash", MACHINE / "enter.sh", scratch / "layer", files),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            shell = Shell(process)
            began = shell.run("cd", seconds=20)
            if began.code != 0:
                raise CannotSet(f"no namespaces here: {' '.join(began.lines)}")
            yield shell
        finally:
            process.kill()


def _put_in_place(files: Path) -> None:
    """What is on the machine before the operator comes."""
    put_stand_ins(files, [path.stem for path in MACHINE.glob("[a-z]*.py")])
    (files / "root").mkdir()
    make_package(ROOT, files / "root")
    _certify(files / "etc/letsencrypt/live/prime.example.com")


def put_stand_ins(root: Path, names: Iterable[str]) -> None:
    """Programs that need a network or a running systemd, as those of tests/operating/machine."""
    programs, library = root / "usr/local/bin", root / "usr/local/lib"
    for directory in (programs, library):
        directory.mkdir(parents=True, exist_ok=True)
    for name in names:
        target = programs / name.replace("_", "-")
        target.write_text(f"#!/usr/bin/python3\n{(MACHINE / name).with_suffix('.py').read_text()}")
        target.chmod(0o755)
    (library / "packages.txt").write_text("\n".join(sys.path))
    (library / "python.txt").write_text(os.path.realpath(sys.executable))


def _certify(live: Path) -> None:
    """What certbot would have left behind, had there been an authority to answer it."""
    live.mkdir(parents=True)
    for path in (live.parent.parent, live.parent):
        path.chmod(0o700)
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90"]
    words += ["-subj", "/CN=prime.example.com", "-addext", "subjectAltName=DNS:prime.example.com"]
    words += ["-keyout", str(live / "privkey.pem"), "-out", str(live / "fullchain.pem")]
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Shell:
    """Root's shell on that machine: what one command sets, the next one sees."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._typed: IO[bytes] = process.stdin
        self._printed: IO[bytes] = process.stdout
        os.set_blocking(self._printed.fileno(), False)

    def run(self, command: str, seconds: float = 120, *, answers: str = "") -> Printed:
        """Type a command, and what it asks for, and wait until it is done."""
        asked = f"<(printf %s {shlex.quote(answers)})" if answers else "/dev/null"
        self._type(f"eval {shlex.quote(command)} < {asked}; printf '\\n\\001%s\\n' $?\n")
        return self._until_done(time.monotonic() + seconds)

    def _type(self, text: str) -> None:
        try:
            self._typed.write(text.encode())
            self._typed.flush()
        except BrokenPipeError:
            pass  # the shell has ended; what it printed says why

    def _until_done(self, deadline: float) -> Printed:
        text = ""
        with selectors.DefaultSelector() as selector:
            selector.register(self._printed, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if not selector.select(left):
                    continue
                chunk = self._printed.read(65_536)
                if not chunk:
                    break
                text += chunk.decode(errors="replace")
                before, is_done, code = text.partition(f"\n{END_OF_COMMAND}")
                if is_done and code.endswith("\n"):
                    return Printed(int(code), before.splitlines())
        return Printed(None, text.splitlines())
