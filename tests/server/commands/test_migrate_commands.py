"""The words that an operator types beside `serve`: nothing that is set goes unread."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.commands.migrate_commands import WORDS

ROOT = Path(__file__).parents[3]


def ran(word: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "machine.starting",
            "server.commands.migrate_commands",
            word,
            *arguments,
        ],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRIME_LIMITS", "nonsense"),
        ("PRIME_SECRET", "short"),
        ("DATABASE_URL", "nonsense"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_by_every_word(
    word: str, name: str, value: str
) -> None:
    told = ran(word, **{"DATABASE_URL": "postgresql://127.0.0.1:1/x", name: value})
    assert told.returncode == 2
    assert told.stderr.startswith(f"{word}: {name}")
    assert len(told.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("word", WORDS)
def test_help_is_told_whatever_is_set(word: str) -> None:
    told = ran(word, "--help", PRIME_LIMITS="nonsense")
    assert (told.returncode, told.stdout.startswith(f"usage: ./run {word}")) == (0, True)
