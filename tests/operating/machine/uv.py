"""Stands in for uv where there is no network: packages come from those of this checkout."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

PYTHON = Path("/usr/local/lib/python.txt").read_text()
"""Whose packages these are; Debian's own may need others."""

sys.path[:] = Path("/usr/local/lib/packages.txt").read_text().splitlines()


def install(python: Path, lock: Path) -> None:
    """Link what the lock names into that Python's packages."""
    target = next(python.parent.parent.glob("lib/python*/site-packages"))
    for name in re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==", lock.read_text(), re.M):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # of another system
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (target / top).exists():
                (target / top).symlink_to(Path(str(found.locate_file(top))))


words = sys.argv[1:]
if words[0] == "venv":
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", words[-1]], check=True)
else:
    install(Path(words[words.index("--python") + 1]), Path(words[words.index("-r") + 1]))
