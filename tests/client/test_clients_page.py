"""Every program of docs/clients.md runs against a real server, and prints what the page says."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from loadtest.faults.fault_proxy import FaultProxy, tcp
from persistence.library import system_presets
from tests.server.conftest import Node

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "clients.md"
URL = "ws://127.0.0.1:8787/v1"

pytestmark = [pytest.mark.node, pytest.mark.postgres]


class Example(NamedTuple):
    """A program of the page, and what it prints."""

    heading: str
    program: str
    printed: str


def examples() -> list[Example]:
    """In the order of the page: a later one goes on with what an earlier one has made."""
    found = []
    for section in re.split(r"\n###? ", PAGE.read_text(encoding="utf-8"))[1:]:
        pair = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", section, re.DOTALL)
        if pair is not None:
            found.append(Example(section.splitlines()[0], pair[1], pair[2]))
    return found


def test_every_program_of_the_page_has_what_it_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.count("```python") == page.count("```text") == len(examples()) >= 7
    assert all(URL in example.program for example in examples())


def test_the_first_edit_takes_about_twenty_lines() -> None:
    assert len([line for line in examples()[0].program.splitlines() if line.strip()]) <= 20


async def test_every_program_prints_what_the_page_says(node: Node, tmp_path: Path) -> None:
    """They run for half a second each, all on one server."""
    async with node.server.foundation.db.behind.transaction() as transaction:
        await system_presets.install(transaction)
    async with FaultProxy(tcp("127.0.0.1", urlsplit(node.url).port or 0)) as network:
        url = f"ws://127.0.0.1:{network.port}/v1"
        for example in examples():
            path = tmp_path / "program.py"
            path.write_text(example.program.replace(URL, url))
            printed = await asyncio.wait_for(_run(path, network), 30)
            assert printed == example.printed, example.heading


async def _run(path: Path, network: FaultProxy) -> str:
    """What it prints; the network goes and comes when it says so."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", path),
        env=os.environ | {"PYTHONPATH": str(ROOT / "client")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert running.stdout is not None
    printed = ""
    async for line in running.stdout:
        printed += line.decode()
        if line == b"pull the plug\n":
            network.refuse()
        if line.endswith(b"put it in again\n"):
            network.heal()
    assert await running.wait() == 0, printed
    return printed
