"""docs/accounts.md: every command on it is run, and answers what the page says."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from persistence.pool import Database
from server.commands.users_command import parser
from tests.operating.chapters import text as operating

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "accounts.md"

PUBLIC_URL = "https://prime.example.com"
PASSWORD = "seven songs in a kettle"

CHANCE = (
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
    (r"(?<==)[A-Za-z0-9_-]{43}\b", "TOKEN"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", "TIME"),
    (r"made the key \S+:", "made the key KID:"),
)
"""What is another one each time, and what it is called here."""


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def sessions() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page that shows what it says, with that, in order."""
    command, said = "", list[str]()
    for line in text().splitlines():
        if not line.startswith("    ") or line.startswith("    $ "):
            if command:
                yield command, said
            command, said = line.removeprefix("    $ ") if line.startswith("    $ ") else "", []
        elif command:
            said.append(line.removeprefix("    "))


def without_chance(lines: list[str]) -> list[str]:
    plain = "\n".join(lines)
    for pattern, name in CHANCE:
        plain = re.sub(pattern, name, plain)
    return plain.splitlines()


def run(url: str, command: str) -> list[str]:
    words = shlex.split(command)
    assert words[:2] == ["./run", "users"], command
    finished = subprocess.run(
        [sys.executable, "-m", "machine.starting", "server.commands.users_command", *words[2:]],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "PRIME_PUBLIC_URL": PUBLIC_URL},
        input=PASSWORD,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, ""), command
    return finished.stdout.splitlines()


@pytest.mark.postgres
async def test_every_command_says_what_the_page_says(database_url: str) -> None:
    ran = 0
    for command, said in sessions():
        typed = [line for line in said if line.endswith((":", ": ")) and "within a day" not in line]
        shown = [line for line in said if line not in typed]
        assert without_chance(run(database_url, command)) == without_chance(shown), command
        ran += 1
    assert ran >= 8


@pytest.mark.postgres
async def test_the_sql_of_the_page_is_right(database: Database) -> None:
    blocks = re.findall(r"```sql\n(.*?)```", text(), re.DOTALL)
    assert blocks
    for block in blocks:
        await database.fetch(block.strip().rstrip(";"))


def test_every_word_and_option_of_users_that_is_named_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    named = re.findall(r"\./run users ([a-z-]+)((?: --[a-z-]+| [\w@.]+| \"[^\"]*\")*)", text())
    assert len(named) > 8
    for word, rest in named:
        with pytest.raises(SystemExit) as ended:
            parser().parse_args([word, "--help"])
        told = capsys.readouterr().out
        assert ended.value.code == 0, word
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in told, f"{word} {option}"


def test_every_setting_that_is_named_is_on_the_page_for_operators() -> None:
    settings = set(re.findall(r"\b(?:PRIME_[A-Z_]+|SMTP_URL|DATABASE_URL)\b", text()))
    settings = {name for name in settings if not name.startswith("PRIME_PROVIDER_")}
    known = operating()
    assert [name for name in sorted(settings) if f"`{name}`" not in known] == []
    metrics = set(re.findall(r"`(prime_\w+)`", text()))
    assert metrics
    assert [name for name in sorted(metrics) if f"`{name}`" not in known] == []
