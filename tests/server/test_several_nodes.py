"""`./run --nodes 3`, as an operator meets it: one line, one port, and nodes that come back."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from prime_client.client import Client

ROOT = Path(__file__).parents[2]
SOON = 60.0

pytestmark = [pytest.mark.hub, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


@contextlib.asynccontextmanager
async def serving(data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    with (data.parent / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "serve", "--nodes", "3"),
            *("--port", "0", "--data", str(data), "--json"),
            cwd=ROOT,
            env=environment | {"DATABASE_URL": ""},
            stdout=subprocess.PIPE,
            stderr=log,
        )
    try:
        assert process.stdout is not None
        yield process, json.loads(await process.stdout.readline())
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def is_ready(url: str) -> bool:
    page = url.replace("ws://", "http://").replace("/v1", "/readyz")
    try:
        return bool(urllib.request.urlopen(page, timeout=1).status == 200)
    except OSError:
        return False


async def test_three_nodes_serve_one_port_and_one_that_ends_is_begun_again(tmp_path: Path) -> None:
    async with serving(tmp_path / "data") as (process, ready):
        assert ready["pid"] == process.pid
        assert len({node["url"] for node in ready["nodes"]}) == 3
        async with Client(ready["url"], device="desk") as client:
            await client.register("ada@example.org", "ada", "a long password")
        victim = ready["nodes"][1]
        os.kill(victim["pid"], signal.SIGKILL)
        async with asyncio.timeout(SOON):
            while not await asyncio.to_thread(is_ready, victim["url"]):  # noqa: ASYNC110 -- asked
                await asyncio.sleep(0.1)
        async with Client(victim["url"], device="desk") as client:
            assert (await client.login("ada@example.org", "a long password"))["username"] == "ada"
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 5
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SOON):
            assert await process.wait() == 0
        assert not [child for child in children if child.is_running()]


async def test_what_keeps_a_node_from_starting_is_said(tmp_path: Path) -> None:
    only_a_node_sees_it = "postgresql://prime@127.0.0.1:1/prime?sslmode=nonsense"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "--nodes", "2", "--port", "0", "--data", str(tmp_path)),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": only_a_node_sees_it, "REDIS_URL": ""},
        stderr=subprocess.PIPE,
    )
    _, problem = await process.communicate()
    assert process.returncode == 1
    assert b"did not start" in problem
    assert b"must be a database URL" in problem
    assert b"Traceback" not in problem


async def test_a_database_that_is_down_is_waited_for_until_told_to_stop(tmp_path: Path) -> None:
    nobody = "postgresql://prime@127.0.0.1:1/prime"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "--nodes", "2", "--port", "0", "--data", str(tmp_path)),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": nobody, "REDIS_URL": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(SOON):
        while not (tmp_path / "node-2.log").exists():  # noqa: ASYNC110 -- another process
            await asyncio.sleep(0.1)
        while "trying again" not in (tmp_path / "node-2.log").read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        said, problem = await process.communicate()
    assert (process.returncode, said) == (0, b"")
    assert b"Traceback" not in problem


def test_how_many_nodes_is_a_small_number() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", "--nodes", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "must be a whole number from 1 to 16" in done.stderr
