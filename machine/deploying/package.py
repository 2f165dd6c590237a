"""`./run package`: what production needs, as one file that is the same for the same sources."""

import argparse
import gzip
import io
import json
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from machine.caller_paths import path_of_caller
from machine.sockets.closed_pipes import ended

ROOT = Path(__file__).resolve().parents[2]

FOLDERS = {
    "schema": "schema", "rooms": "rooms", "persistence": "persistence", "server": "server",
    "machine": "machine", "files": "files", "admin": "admin",
    "client/prime_client": "prime_client",
    "docs": "docs", "ops": "ops", "web/dist": "web/dist",
}  # fmt: skip
"""Folder of the checkout -> folder of the package."""

FILES = (
    "run", "Procfile", "pyproject.toml", "requirements.production.lock", "CHANGELOG.md",
    "PROTOCOL.md", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
)  # fmt: skip
"""Files beside them."""

NOT_PACKED = ("persistence/tools/",)
"""What begins with one of these is for those who change Prime."""


class CannotPack(Exception):
    """Why no package can be made here, in one sentence."""


def version_of(root: Path) -> str:
    """As pyproject.toml says it."""
    with (root / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def make_package(root: Path, directory: Path) -> Path:
    """Write `prime-<version>.tar.gz` into the directory; raises `CannotPack`.

    Every time is that of the commit and every owner is root, so that the same sources make the
    same bytes.
    """
    name = f"prime-{version_of(root)}"
    changed_at = int(_git(root, "log", "-1", "--format=%ct"))
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, name_in_package in sorted(_what_is_packed(root), key=lambda both: both[1]):
            entry = tarfile.TarInfo(f"{name}/{name_in_package}")
            content = path.read_bytes()
            entry.size, entry.mtime = len(content), changed_at
            entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            entry.uname = entry.gname = "root"
            archive.addfile(entry, io.BytesIO(content))
    target = directory / f"{name}.tar.gz"
    with target.open("wb") as file, gzip.GzipFile("", "wb", 9, file, changed_at) as compressed:
        compressed.write(tar.getvalue())
    return target


def _what_is_packed(root: Path) -> Iterator[tuple[Path, str]]:
    """Files that git knows, and where each goes."""
    for name in _git(root, "ls-files", "-z").split("\0"):
        if name in FILES:
            yield root / name, name
        for folder, name_in_package in FOLDERS.items():
            if name.startswith(f"{folder}/") and not name.startswith(NOT_PACKED):
                yield root / name, name_in_package + name.removeprefix(folder)


def _git(root: Path, *words: str) -> str:
    try:
        git_process = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise CannotPack("git is not installed; a package is made of the files it knows") from None
    if git_process.returncode != 0:
        last_line = git_process.stderr.strip().splitlines()[-1:]
        raise CannotPack(f"{root} is no checkout that git knows: {' '.join(last_line)}")
    return git_process.stdout


def main() -> int:
    """The command line; exit code 1 where no package can be made."""
    parser = argparse.ArgumentParser(
        prog="./run package",
        description="Write prime-<version>.tar.gz: what production needs, without tests, test"
        " tools, load tests, and without a PostgreSQL or Valkey.",
    )
    parser.add_argument(
        "--out", type=path_of_caller, default=path_of_caller("."), help="directory to write it to"
    )
    parser.add_argument("--json", action="store_true", help="one JSON line on stdout")
    args = parser.parse_args()
    try:
        if not args.out.is_dir():
            parser.error(f"there is no directory {args.out}")
        target = make_package(ROOT, args.out)
    except CannotPack as error:
        sys.stderr.write(f"package: {error}\n")
        return 1
    size = target.stat().st_size
    if args.json:
        sys.stdout.write(json.dumps({"package": str(target), "bytes": size}) + "\n")
    else:
        sys.stdout.write(f"{target} ({size / 2**20:.1f} MiB)\n")
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
