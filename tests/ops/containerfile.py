"""ops/Containerfile, read; and `python -m tests.ops.containerfile DIRECTORY` does its steps.

They are done in chroots that debootstrap makes, as root, without an engine for containers: each
stage from a Debian of its own, then the command as the user of the file. It takes some minutes and
the network; what is left in DIRECTORY is that of the last run.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from machine.deploying.package import ROOT, make_package

FILE = ROOT / "ops" / "Containerfile"
SUITE = "bookworm"
"""The name of Debian 12, which the file is built from."""

SECONDS = 60.0


@dataclass
class Stage:
    """What stands between one FROM and the next."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)
    """(Instruction, its words), in order."""

    def last(self, instruction: str) -> str:
        """The words of the last one of this name."""
        return [words for found, words in self.steps if found == instruction][-1]


def stages() -> list[Stage]:
    """Of the file, in order."""
    found: list[Stage] = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        instruction, _, words = line.partition(" ")
        if instruction == "FROM":
            base, _, name = words.partition(" AS ")
            found.append(Stage(base, name))
        elif line and not line.startswith("#"):
            found[-1].steps.append((instruction, words))
    return found


def build(directory: Path, base: Path, inherited: Sequence[str]) -> Path:
    """Do every step; returns the root of the last stage."""
    roots: dict[str, Path] = {}
    for number, stage in enumerate(stages()):
        root = roots[stage.name] = directory / f"stage-{number}"
        shutil.rmtree(root, ignore_errors=True)
        subprocess.run(["cp", "-a", base, root], check=True)
        for path in inherited:
            (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-aL", path, root / path.lstrip("/")], check=True)
        for instruction, words in stage.steps:
            _do(instruction, words, root, roots, directory)
    return root


def _do(instruction: str, words: str, root: Path, roots: dict[str, Path], context: Path) -> None:
    _say(f"{instruction} {words}")
    if instruction == "RUN":
        subprocess.run(["chroot", root, "/bin/sh", "-ec", words], check=True)
    elif instruction == "ADD":
        source, target = words.split()
        into = root / target.strip("/")
        subprocess.run(["tar", "-xzf", context / source, "-C", into], check=True)
    elif instruction == "COPY":
        stage, source, target = words.split()
        origin = roots[stage.removeprefix("--from=")] / source.strip("/")
        subprocess.run(["cp", "-a", origin, root / target.strip("/")], check=True)


def start(
    root: Path, words: list[str], environment: dict[str, str], said: IO[str]
) -> "subprocess.Popen[bytes]":
    """As the engine would: in the directory and as the user of the file, without a shell."""
    stage = stages()[-1]
    user, group = (int(number) for number in stage.last("USER").split(":"))

    def enter() -> None:
        os.chroot(root)
        os.chdir(stage.last("WORKDIR"))
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)

    told = dict(words.split("=", 1) for found, words in stage.steps if found == "ENV")
    return subprocess.Popen(words, env=told | environment, stderr=said, preexec_fn=enter)


def serve(root: Path, environment: dict[str, str]) -> None:
    """Start it, ask as HEALTHCHECK does, and stop it; AssertionError where it does not."""
    stage = stages()[-1]
    words = [*json.loads(stage.last("ENTRYPOINT")), *json.loads(stage.last("CMD"))]
    with (root / "said").open("w+") as said:
        alone = start(root, words, {"PRIME_BEHIND_PROXY": "1"}, said)
        assert alone.wait(SECONDS) == 2
        _say(f"without settings: exit code 2, {(root / 'said').read_text().splitlines()[-1]}")
        node = start(root, words, environment, said)
        try:
            _until_healthy(root, node, environment, said)
            _say("it is healthy")
        finally:
            node.send_signal(signal.Signals[stage.last("STOPSIGNAL")])
        assert node.wait(SECONDS) == 0, (root / "said").read_text()
    _say("it stopped with exit code 0")


def _until_healthy(
    root: Path, node: "subprocess.Popen[bytes]", environment: dict[str, str], said: IO[str]
) -> None:
    asked = json.loads(stages()[-1].last("HEALTHCHECK").partition(" CMD ")[2])
    end = time.monotonic() + SECONDS
    while start(root, asked, environment, said).wait(SECONDS) != 0:
        assert node.poll() is None, (root / "said").read_text()
        assert time.monotonic() < end
        time.sleep(0.2)


def _say(text: str) -> None:
    sys.stdout.write(f"--- {text}\n")
    sys.stdout.flush()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.ops.containerfile", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--mirror", default="", help="of Debian, for debootstrap")
    parser.add_argument(
        "--file-of-host", action="append", default=[], help="copied in first, as a pip.conf"
    )
    parser.add_argument("--database-url", required=True, help="of a PostgreSQL to serve from")
    args = parser.parse_args()
    args.directory.mkdir(parents=True, exist_ok=True)
    base = args.directory / "base"
    if not base.exists():
        words = ["debootstrap", "--variant=minbase", SUITE, base]
        subprocess.run([*words, args.mirror] if args.mirror else words, check=True)
    make_package(ROOT, args.directory)
    root = build(args.directory, base, args.file_of_host)
    size = subprocess.run(["du", "-sm", root], capture_output=True, text=True, check=True).stdout
    less = subprocess.run(["du", "-sm", base], capture_output=True, text=True, check=True).stdout
    _say(f"{size.split()[0]} MB, of which Debian {less.split()[0]} MB")
    serve(root, {"DATABASE_URL": args.database_url, "REDIS_URL": "", "PRIME_BEHIND_PROXY": "1"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
