"""A server that cannot start says in a line of its log what is wrong and what helps.

A process each. What PostgreSQL answers is walked class by class in `test_command_failures`, and
settings in `tests/server/settings`; here is what the machine refuses.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

NOBODY = "192.0.2.1"
"""An address that no machine has (RFC 5737)."""

pytestmark = [pytest.mark.node, pytest.mark.postgres]


@dataclass(frozen=True)
class Refused:
    """`says` and `helps` are in the line; `in_the_way`: what is prepared in the directory."""

    words: tuple[str, ...]
    code: int
    says: str
    helps: str
    environment: dict[str, str] = field(default_factory=dict)
    in_the_way: Callable[[Path], object] = lambda _: None


def _no_pem(place: Path) -> None:
    for name in ("cert", "key"):
        (place / name).write_text("nothing\n")
        (place / name).chmod(0o600)


def _open_secret(place: Path) -> None:
    (place / "secret").write_text("x" * 40)
    (place / "secret").chmod(0o644)


def _typing_error(place: Path) -> None:
    (place / "prime.toml").write_text("regsitration = 'closed'\n")


REFUSED: dict[str, Refused] = {
    "a port that is taken": Refused(
        ("--port", "TAKEN"), 1, "Address already in use", "ss -ltnp says which"
    ),
    "an address that is not ours": Refused(
        ("--host", NOBODY, "--behind-proxy"), 1, f"cannot listen on {NOBODY}", "ip address"
    ),
    "no TLS where others reach it": Refused(("--host", "0.0.0.0"), 2, "0.0.0.0", "--behind-proxy"),
    "half a pair": Refused(("--tls-cert", "cert"), 2, "PRIME_TLS_KEY is not", "goes with its key"),
    "no certificate there": Refused(
        ("--tls-cert", "none", "--tls-key", "none"),
        1,
        "No such file",
        "it must be there, and readable",
    ),
    "no certificate in it": Refused(
        ("--tls-cert", "cert", "--tls-key", "key"), 1, "cert", "PEM", in_the_way=_no_pem
    ),
    "TLS with several nodes": Refused(
        ("--nodes", "2", "--tls-cert", "cert", "--tls-key", "key"),
        2,
        "--nodes speaks no TLS",
        "leave out --tls-cert",
        in_the_way=_no_pem,
    ),
    "a secret that everyone reads": Refused(
        (), 2, "secret", "chmod o=", {"PRIME_SECRET_FILE": "secret"}, _open_secret
    ),
    "one setting twice": Refused(
        (),
        2,
        "PRIME_SECRET_FILE",
        "PRIME_SECRET",
        {"PRIME_SECRET": "y" * 40, "PRIME_SECRET_FILE": "secret"},
        _open_secret,
    ),
    "no such file of settings": Refused(("--config", "none.toml"), 2, "none.toml", "No such file"),
    "a key that is none": Refused(
        ("--config", "prime.toml"), 2, "regsitration", "registration", in_the_way=_typing_error
    ),
    "a data directory within a file": Refused(
        ("--data", "file/data"),
        1,
        "file/data (Not a directory)",
        "Choose another data directory",
        {"DATABASE_URL": ""},
        lambda place: (place / "file").write_text(""),
    ),
    "a bus of another kind": Refused(
        (), 2, "REDIS_URL must be", "redis://", {"REDIS_URL": "amqp:"}
    ),
}
"""What is wrong -> how it ends."""


@contextmanager
def taken() -> Iterator[int]:
    """A port on which somebody listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def with_words(words: list[str]) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "server", *words]


def beside(place: Path, environment: dict[str, str]) -> dict[str, str]:
    """The environment of a server in that directory."""
    return os.environ | {"REDIS_URL": "", "PRIME_CWD": str(place)} | environment


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_one_line_with_what_helps(what: str, database_url: str, tmp_path: Path) -> None:
    refused = REFUSED[what]
    refused.in_the_way(tmp_path)
    with taken() as port:
        words = [str(port) if word == "TAKEN" else word for word in refused.words]
        words += [] if "--port" in words else ["--port", "0"]
        done = subprocess.run(
            with_words(words),
            cwd=ROOT,
            env=beside(tmp_path, {"DATABASE_URL": database_url} | refused.environment),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (refused.code, ""), done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines if line["level"] == "critical"] == [lines[-1]["event"]]
    assert lines[-1]["exit_code"] == refused.code
    assert refused.says in lines[-1]["event"]
    assert refused.helps in lines[-1]["event"]
    assert "Traceback" not in done.stderr
    assert "a mistake of Prime's own" not in done.stderr


def test_a_port_that_is_taken_is_told_before_a_database_is_made(tmp_path: Path) -> None:
    with taken() as port:
        done = subprocess.run(
            with_words(["--port", str(port), "--data", "data"]),
            cwd=ROOT,
            env=beside(tmp_path, {"DATABASE_URL": ""}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Address already in use" in json.loads(done.stderr.splitlines()[-1])["event"]
    assert not (tmp_path / "data").exists()


def test_a_locale_that_is_none_is_no_reason_not_to_start(tmp_path: Path) -> None:
    none = dict.fromkeys(("LC_ALL", "LANG"), "xx_XX.nonsense")
    words = ["--port", "0", "--json", "--data", "data"]
    process = subprocess.Popen(
        with_words(words),
        cwd=ROOT,
        env=beside(tmp_path, {"DATABASE_URL": ""} | none),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert line.startswith('{"ready": true'), err
    assert process.returncode == 0


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("unshare") is None, reason="takes leave to mount"
)
def test_a_disk_that_is_full_says_which_and_what_helps(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    serve = f"exec {sys.executable} -m server --port 0 --data {small}/data"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"mount -t tmpfs -o size=8m small {small} && {serve}"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "", "REDIS_URL": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.stderr.startswith(("unshare:", "mount:")):
        pytest.skip(done.stderr)
    last = json.loads(done.stderr.splitlines()[-1])
    assert (done.returncode, last["exit_code"]) == (1, 1), done.stderr
    assert "No space left on device" in last["event"]
    assert "make room on that disk" in last["event"]
    assert str(small) in last["event"]
    assert "Traceback" not in done.stderr
