"""Words whose reader goes away: no trace, and the exit code of what was done."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

SAYS_MUCH = """
import sys
from machine.sockets.closed_pipes import ended
def main():
    for stream in (sys.stdout, sys.stderr):
        stream.write("x" * 300_000)
        print("the end", file=stream)
    return 3
sys.exit(ended(main))
"""


def ran_unread(*words: str) -> tuple[int, bytes]:
    """Nobody reads its stdout from the beginning; its code and its stderr."""
    reads, writes = os.pipe()
    os.close(reads)
    with open(writes, "wb") as unread:
        done = subprocess.run(
            words, cwd=ROOT, stdout=unread, stderr=subprocess.PIPE, timeout=60, check=False
        )
    return done.returncode, done.stderr


def test_it_ends_as_it_would_have() -> None:
    code, told = ran_unread(sys.executable, "-c", SAYS_MUCH)
    assert (code, len(told)) == (3, 300_008)
    read = subprocess.run(
        [sys.executable, "-c", SAYS_MUCH], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert (read.returncode, len(read.stdout), len(read.stderr)) == (3, 300_008, 300_008)


@pytest.mark.parametrize("module", ["admin", "server.version"])
def test_a_full_disk_is_said_in_one_line(module: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", module, "--help"],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1), done.stderr
    assert b"cannot be written: No space left" in done.stderr


@pytest.mark.parametrize("module", ["admin", "server.version"])
def test_words_are_run_so(module: str) -> None:
    code, told = ran_unread(sys.executable, "-m", module, "--help")
    assert (code, told) == (0, b"")


def test_every_module_of_a_word_ends_so() -> None:
    script = (ROOT / "run").read_text()
    paths = [
        ROOT / each
        for each in (
            "admin/__main__.py", "server/__main__.py", "server/commands/migrate_commands.py",
            "server/version.py",
            "server/commands/check_command.py", "server/commands/users_command.py",
            "server/backups/backup_command.py", "server/backups/restore_command.py",
            "server/backups/rehearse_command.py", "files/__main__.py", "loadtest/__main__.py",
            "machine/deploying/package.py", "tests/web/pages_command.py",
            "tests/simulation/__main__.py",
        )
    ]  # fmt: skip
    for path in paths:
        assert "sys.exit(ended(main))" in path.read_text(), path
    assert script.count("run_word ") == 14
    assert script.count("run_python -m ") == script.count("run_python -m pytest ") == 3
