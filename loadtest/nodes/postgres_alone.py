"""What the database of a server takes of deltas without it, measured by a child process."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from loadtest.nodes.cores import Cores
from machine.children.child_program import CHECKOUT


class AloneFailed(Exception):
    """The measurement did not come about; the message is the child's."""


async def postgres_alone(
    database_url: str,
    cores: Cores,
    *,
    batches: Sequence[int],
    projects: int,
    seconds: float,
    ops: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    """A row (batch, deltas_per_s, ...) for each size of batch, from the core that the server had.

    Raises `AloneFailed`.
    """
    sizes = [word for batch in batches for word in ("--batch", str(batch))]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "persistence.tools.append_speed", "--database-url", database_url),
        *("--projects", str(projects), "--seconds", str(seconds), *sizes),
        *("--ops", json.dumps(ops, separators=(",", ":")), "--json"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=CHECKOUT,
    )
    cores.pin_server(process.pid)
    try:
        output, problems = await process.communicate()
    except BaseException:
        process.kill()
        raise
    if process.returncode != 0:
        raise AloneFailed(problems.decode().strip() or f"exit code {process.returncode}")
    rows: list[dict[str, Any]] = json.loads(output)["results"]
    return rows
