"""The programs that start a server and stay beside it: what they load stays in memory with them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LARGE = ("asyncio", "asyncpg", "msgspec", "structlog")


@pytest.mark.parametrize("program", ["machine.embedded_postgres", "machine.embedded_valkey"])
def test_what_starts_a_server_loads_nothing_large(program: str) -> None:
    """In a process of its own: this one has loaded all of it."""
    code = f"import json, sys, {program}; print(json.dumps([*sys.modules]))"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = json.loads(said.stdout)
    assert program in loaded
    assert [name for name in LARGE if name in loaded] == []
