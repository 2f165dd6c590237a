"""`./run web`: build the pages and the SDK in `web/dist`, look whether they are, or pack."""

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from loadtest.peers.installing import INSTALLED, PeerFailed, node_packages
from machine.sockets.closed_pipes import ended
from tests.javascript.node import Node
from tests.web.building import WEB, build_pages, package

DIST = WEB / "dist"


def differences(built: Path, kept: Path) -> list[str]:
    """Names of files that are not the same in both."""
    there = {path.name: path.read_bytes() for path in built.iterdir()}
    here = {path.name: path.read_bytes() for path in kept.iterdir()} if kept.is_dir() else {}
    return sorted(name for name in there | here if there.get(name) != here.get(name))


def main() -> int:
    """Exit code 1: it is not what the sources make, or they make nothing; 2: not called rightly."""
    parser = argparse.ArgumentParser(prog="./run web", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="say whether it is what the sources make"
    )
    parser.add_argument(
        "--package", type=Path, metavar="FOLDER", help="write the package of the SDK into a folder"
    )
    arguments = parser.parse_args()
    try:
        node = _node()
    except PeerFailed as missing:
        print(f"the pages cannot be built here: {missing}", file=sys.stderr)
        return 0 if arguments.check else 1
    try:
        if arguments.package is not None:
            return _package(node, arguments.package.resolve())
        return _check(node) if arguments.check else _build(node)
    except (AssertionError, subprocess.TimeoutExpired) as failed:
        print(f"the sources in web/ cannot be built:\n{failed}", file=sys.stderr)
        return 1


def _node() -> Node:
    INSTALLED.mkdir(exist_ok=True)
    command, folder = asyncio.run(node_packages(WEB, "web"))
    return Node(command, folder)


def _build(node: Node) -> int:
    build_pages(node, DIST)
    for path in sorted(DIST.iterdir()):
        print(f"{path.stat().st_size:9,}  {path.relative_to(WEB.parent)}")
    return 0


def _package(node: Node, folder: Path) -> int:
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder} holds something: name a folder that is empty or new", file=sys.stderr)
        return 1
    package(node, folder)
    print(f"{folder}: npm pack {folder}, or npm publish {folder}")
    return 0


def _check(node: Node) -> int:
    with tempfile.TemporaryDirectory() as folder:
        build_pages(node, Path(folder))
        wrong = differences(Path(folder), DIST)
    if wrong:
        print(f"not what the sources make: {', '.join(wrong)}; run ./run web", file=sys.stderr)
        return 1
    print("web/dist is what the sources make", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(ended(main))
