"""What PostgreSQL holds of a project, asked for beside the server."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from loadtest.checking.lost_deltas import lost_deltas
from machine.children.child_program import CHECKOUT, ServerFailed, child_environment, last_lines

AUDITS_AT_ONCE = 2


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


async def audits(
    database_url: str, acked_by_project: Mapping[str, Mapping[str, int]]
) -> tuple[int, dict[str, dict[str, Any]]]:
    """How many acknowledged deltas the journal lacks; and the audit of each project."""
    at_once = asyncio.Semaphore(AUDITS_AT_ONCE)

    async def audited(project: str) -> dict[str, Any]:
        async with at_once:
            return await audit(database_url, project)

    audit_by_project = dict(
        zip(acked_by_project, await asyncio.gather(*map(audited, acked_by_project)), strict=True)
    )
    lost_count = 0
    for project, seqs in acked_by_project.items():
        stored = audit_by_project[project]
        lost_count += len(lost_deltas(dict(seqs), stored["delta_ids"]))
        lost_count += not stored["gapless"]
    return lost_count, audit_by_project
