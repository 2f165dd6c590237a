"""Two nodes on one PostgreSQL and one Valkey, each a process of its own, without a balancer."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from machine.children.child_program import CHECKOUT, ServerFailed
from machine.local_node import LocalNode

VALKEY_SECONDS = 30.0


@asynccontextmanager
async def two_local_nodes(
    directory: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[LocalNode, LocalNode]]:
    """They run until the block ends; raises `ServerFailed`."""
    async with _valkey(directory) as redis_url:
        environment = {**(environment or {}), "REDIS_URL": redis_url}
        async with (
            LocalNode(directory / "one", environment=environment) as first_node,
            LocalNode(
                directory / "two", database_url=first_node.database_url, environment=environment
            ) as second_node,
        ):
            yield first_node, second_node


@asynccontextmanager
async def _valkey(directory: Path) -> AsyncIterator[str]:
    """Its own process: the load test starts servers, and imports none."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "machine.embedded_valkey", "--data", str(directory)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(VALKEY_SECONDS):
            ready_line: dict[str, Any] = json.loads(await process.stdout.readline())
        yield ready_line["redis_url"]
    except (TimeoutError, ValueError):
        raise ServerFailed("Valkey did not start") from None
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()
