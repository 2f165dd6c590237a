"""After a run: everything answered, and everything acknowledged found in the journal."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.checking.audit import audit
from loadtest.checking.lost_deltas import lost_deltas
from loadtest.people.returning_member import ReturningMember

AUDITS_AT_ONCE = 2
LOOK_SECONDS = 0.05


async def settle(members: Sequence[ReturningMember], seconds: float) -> int:
    """Wait until all are in and no delta waits; how many deltas still do after that time."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if all(member.prime is not None and not member.pending for member in members):
            return 0
        await asyncio.sleep(LOOK_SECONDS)
    return sum(len(member.pending) for member in members)


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
