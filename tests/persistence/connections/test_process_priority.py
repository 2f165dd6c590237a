"""What takes long in a PostgreSQL of this machine lets appends go first."""

import os

import pytest

from machine.niceness import LAST
from persistence.connections import process_priority as module
from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Database

pytestmark = pytest.mark.postgres


async def niceness(db: Database) -> int:
    return os.getpriority(os.PRIO_PROCESS, await db.fetchval("SELECT pg_backend_pid()"))


async def test_only_the_slow_lanes_step_back(database_url: str) -> None:
    lanes = await Lanes.open(database_url, LaneSizes())
    try:
        by_lane = {name: await niceness(db) for name, db in lanes.by_name.items()}
    finally:
        await lanes.close()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    slow = min(own + module.NICENESS, LAST)
    assert by_lane == {
        "appends": own, "rooms": own, "behind": own, "calls": own, "reads": slow,
        "callers": own, "searches": own,
    }  # fmt: skip


async def test_a_process_that_is_not_that_servers_is_left_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is in a container, say: its numbers are other processes here."""
    before = os.getpriority(os.PRIO_PROCESS, os.getpid())
    monkeypatch.setattr(module, "_postmaster", lambda _: os.getpid() + 1_000_000)
    db = await Database.open(database_url, steps_back=True)
    try:
        assert await niceness(db) == before
    finally:
        await db.close()
