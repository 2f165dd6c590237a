"""What PostgreSQL holds of a project, asked for beside the server."""

import asyncio
import json
import subprocess
import sys
from typing import Any

from machine.children.child_program import CHECKOUT, ServerFailed, child_environment, last_lines


async def audit(database_url: str, project: str, *words: str) -> dict[str, Any]:
    """What PostgreSQL holds of a project, by a process that never saw the server."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "audit", project, *words, "--json"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=CHECKOUT,
        env=child_environment({"DATABASE_URL": database_url}),
    )
    output, problems = await process.communicate()
    lines = output.decode().strip().splitlines()
    if process.returncode != 0 and not lines:
        raise ServerFailed(f"the audit failed: {last_lines(problems.decode())}")
    report: dict[str, Any] = json.loads(lines[-1])
    return report
