"""ops/Containerfile, read; and `python -m tests.ops.containerfile DIRECTORY` does its steps.

They are done in chroots, as root, without an engine for containers: each stage in a root of its
own, then the command as the user of the file. The roots are those that debootstrap makes, which
takes some minutes and the network; or, with --over-this-machine, layers over the files of this one,
where apt-get and uv are the stand-ins of tests/operating. What is left in DIRECTORY is that of the
last run.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from machine.deploying.package import ROOT, make_package
from machine.embedded_postgres import EmbeddedPostgres
from tests.operating.scene import put_stand_ins

FILE = ROOT / "ops" / "Containerfile"
SUITE = "bookworm"
"""The name of Debian 12, which the file is built from."""

SECONDS = 60.0

PORT = 54_321
"""Of a PostgreSQL that every user on the machine may use."""

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What Debian's images set; nothing else of ours reaches a step."""


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


def build(directory: Path, root_of: Callable[[Path], None]) -> Path:
    """Do every step; returns the root of the last stage. `root_of` makes an empty directory one."""
    roots: dict[str, Path] = {}
    for number, stage in enumerate(stages()):
        root = roots[stage.name] = directory / f"stage-{number}"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        root_of(root)
        for instruction, words in stage.steps:
            _do(instruction, words, root, roots, directory)
    return root


def copy_of(base: Path, inherited: Sequence[str]) -> Callable[[Path], None]:
    """Roots that are a Debian of their own, with files of this machine."""

    def make(root: Path) -> None:
        subprocess.run(["cp", "-a", f"{base}/.", root], check=True)
        for path in inherited:
            (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-aL", path, root / path.lstrip("/")], check=True)

    return make


def over_this_machine(layers: Path) -> Callable[[Path], None]:
    """Roots that are layers in memory over `/`, in a namespace of mounts, which ends them."""
    subprocess.run(["mount", "-t", "tmpfs", "layers", layers], check=True)

    def make(root: Path) -> None:
        upper, work = layers / root.name / "upper", layers / root.name / "work"
        for each in (upper, work):
            each.mkdir(parents=True)
        options = f"lowerdir=/,upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", root], check=True)
        for how, name in (("--rbind", "dev"), ("--rbind", "proc"), ("--bind", "tmp")):
            subprocess.run(["mount", how, f"/{name}", root / name], check=True)
        shutil.rmtree(root / "opt", ignore_errors=True)
        (root / "opt").mkdir()
        (root / "root").chmod(0o711)  # where an interpreter of root's may be
        put_stand_ins(root, ("apt_get", "uv"))

    return make


def _do(instruction: str, words: str, root: Path, roots: dict[str, Path], context: Path) -> None:
    _say(f"{instruction} {words}")
    if instruction == "RUN":
        command = ["chroot", str(root), "/bin/sh", "-ec", words]
        subprocess.run(command, check=True, env={"PATH": PATH, "HOME": "/root"})
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
        assert alone.wait(SECONDS) == 2, (root / "said").read_text()
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


def _bootstrap(base: Path, mirror: str) -> None:
    if not base.exists():
        words = ["debootstrap", "--variant=minbase", SUITE, str(base)]
        subprocess.run([*words, mirror] if mirror else words, check=True)


def _megabytes(root: Path) -> str:
    shown = subprocess.run(["du", "-sm", root], capture_output=True, text=True, check=True).stdout
    return shown.split()[0]


def _say(text: str) -> None:
    sys.stdout.write(f"--- {text}\n")
    sys.stdout.flush()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.ops.containerfile", description=(__doc__ or "").partition("\n\n")[2]
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--over-this-machine", action="store_true")
    parser.add_argument("--mirror", default="", help="of Debian, for debootstrap")
    parser.add_argument(
        "--file-of-host", action="append", default=[], help="copied in first, as a pip.conf"
    )
    parser.add_argument("--database-url", help="of a PostgreSQL to serve from; one of its own")
    args = parser.parse_args()
    args.directory.mkdir(parents=True, exist_ok=True)
    make_package(ROOT, args.directory)
    root = _built(args)
    if args.database_url is not None:
        serve(root, _settings(args.database_url))
        return 0
    with EmbeddedPostgres(args.directory / "data", port=PORT) as postgres:
        serve(root, _settings(f"postgresql://prime@127.0.0.1:{PORT}/prime"))
        assert postgres.is_running
    return 0


def _built(args: argparse.Namespace) -> Path:
    if args.over_this_machine:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        layers = args.directory / "layers"
        layers.mkdir(exist_ok=True)
        return build(args.directory, over_this_machine(layers))
    base = args.directory / "base"
    _bootstrap(base, args.mirror)
    root = build(args.directory, copy_of(base, args.file_of_host))
    _say(f"{_megabytes(root)} MB, of which Debian {_megabytes(base)} MB")
    return root


def _settings(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "REDIS_URL": "", "PRIME_BEHIND_PROXY": "1"}


if __name__ == "__main__":
    sys.exit(main())
