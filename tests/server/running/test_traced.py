"""A traced node says at SIGUSR2 what its memory is made of, and what has grown since the first."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import eventually

ROOT = Path(__file__).parents[3]
SOON = 120.0

pytestmark = [pytest.mark.node, pytest.mark.postgres, pytest.mark.slow]


def taken(path: Path) -> list[dict[str, Any]] | None:
    """What another process has written there, which comes whole; None: nothing yet."""
    if not path.exists():
        return None
    found: list[dict[str, Any]] = json.loads(path.read_text())
    path.unlink()
    return found


async def test_it_writes_what_its_memory_is_made_of(tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    words = ("--port", "0", "--data", str(tmp_path / "data"), "--json")
    with (tmp_path / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.memory_traced", *words),
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": "", "REDIS_URL": "", "PRIME_TRACE_FILE": str(trace)},
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SOON):
            assert json.loads(await process.stdout.readline())["ready"]
            for _ in range(2):
                process.send_signal(signal.SIGUSR2)
                sources = await eventually(partial(asyncio.to_thread, taken, trace), SOON)
                assert all(source["held_kb"] >= 0 for source in sources)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
