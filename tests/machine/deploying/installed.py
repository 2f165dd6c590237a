"""A package of Prime, unpacked and with what production installs: without the network."""

import os
import subprocess
import sys
import tarfile
import venv
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from machine.deploying.package import ROOT, make_package
from tests.machine.deploying.pins import pins


def unpacked(directory: Path) -> Path:
    """The package's own directory under this one."""
    with tarfile.open(make_package(ROOT, directory)) as archive:
        archive.extractall(directory, filter="data")
    return next(path.parent for path in directory.glob("*/run"))


def installed(directory: Path) -> Path:
    """As `./run install` leaves it, with packages from this Python's own: the locked ones alone."""
    root = unpacked(directory)
    venv.create(root / ".venv", symlinks=True)
    target = next((root / ".venv").glob("lib/python*/site-packages"))
    for name in sorted({name for name, _, _ in pins("requirements.production.lock")}):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # of another system
        for top in sorted({file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}):
            (target / top).symlink_to(Path(str(found.locate_file(top))))
    lock = (root / "requirements.production.lock").read_text()
    version = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    (root / ".venv" / "stamp").write_text(f"{version}\n{lock}")
    return root


def run(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`./run` there, by a shell that has nothing of ours."""
    return subprocess.run(
        [root / "run", *words],
        cwd="/",
        env=bare_environment() | environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def bare_environment() -> dict[str, str]:
    """Of a service: no variable of a developer's machine."""
    return {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
