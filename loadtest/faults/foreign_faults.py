"""Faults that come from elsewhere: sessions of others, strangers, and a standby that takes over."""

import asyncio
import secrets
import time

from loadtest.checking.failovers import epochs_before
from loadtest.checking.history import What
from loadtest.faults.proxied_cluster import ProxiedCluster
from loadtest.nodes.child_programs import beside
from prime_client.client import Client
from prime_client.failures import CannotConnect, ConnectionOver

HELD_BACK_SECONDS = 1.5
"""How long an asynchronous standby gets nothing before its primary is lost: so much is lost."""

ACKED_AGAIN_SECONDS = 20.0
"""After a promotion, until a delta is acknowledged."""

OUT_SECONDS = 5.0
"""A revoked login is out by then even if the bus is down; with the bus it is a second (rule A3)."""

FOREIGN_SESSION = "persistence.tools.foreign_session"
NEIGHBOUR = "neighbour"
"""Another database of the same PostgreSQL."""


async def lock_row(stage: ProxiedCluster, seconds: float) -> str:
    """Somebody's transaction has the row of the musicians' project."""
    project = stage.musicians[0].room.project
    url = stage.cluster.database_url
    async with beside(url, FOREIGN_SESSION, "lock", project) as (session_answer, _):
        if not session_answer["found"]:
            stage.problems.append(f"there is no row of {project} to lock")
        await asyncio.sleep(seconds)
        stage.hits_by_fault["postgres_row_locked"] += sum(
            bool(m.room.in_flight) for m in stage.musicians
        )
    return "the musicians' project"


async def foreign_transaction(stage: ProxiedCluster, seconds: float) -> str:
    """A transaction stays open elsewhere in the cluster, the bus is down, and somebody logs out."""
    nodes = stage.cluster.nodes
    first_url, last_url = nodes[0].url, nodes[-1].url
    for way in stage.node_ways:
        way.redis.stall()
    try:
        async with beside(stage.cluster.database_url, FOREIGN_SESSION, "transaction", NEIGHBOUR):
            try:
                await _log_out(stage, first_url, last_url)
            except (CannotConnect, ConnectionOver) as error:
                stage.problems.append(f"a guest could not log in: {error}")
            await asyncio.sleep(min(seconds, 0.5))
    finally:
        for way in stage.node_ways:
            way.redis.heal()
    return "all nodes"


async def _log_out(stage: ProxiedCluster, node_url: str, other_url: str) -> None:
    """On one node; the connection at the other one must be over in time."""
    unique = secrets.token_hex(4)
    async with Client(node_url, device="guest") as guest:
        await guest.register(f"{unique}@guest.example", f"guest-{unique}", secrets.token_urlsafe())
        token = guest.access_token
        async with Client(other_url, device="guest elsewhere", access_token=token) as other_client:
            ends_at = time.monotonic() + OUT_SECONDS
            await guest.logout()
            while other_client.is_connected:
                await asyncio.sleep(0.02)
                if time.monotonic() > ends_at:
                    break
            if other_client.is_connected:
                stage.problems.append(
                    f"a login was revoked, and {OUT_SECONDS:g} s later still connected, while a "
                    "transaction was open in another database (rule A3)"
                )
            stage.hits_by_fault["postgres_foreign_transaction"] += 1


async def be_hostile(stage: ProxiedCluster, seconds: float) -> str:
    """A stranger does all that it should not."""
    assert stage.hostile is not None
    await stage.hostile.attack(stage.musicians[0].room.project, seconds)
    stage.hits_by_fault["hostile_client"] = stage.hostile.answers.total()
    return "everyone"


async def work_on_the_large(stage: ProxiedCluster, seconds: float) -> str:
    """Megabytes are joined, pasted into, undone and restored on the same nodes."""
    assert stage.large is not None
    await stage.large.work(seconds)
    stage.hits_by_fault["project_large"] = stage.large.answered_count
    return "a project of its own"


async def fail_over_synchronously(stage: ProxiedCluster, _seconds: float) -> str:
    """Commits wait for the standby; so nothing acknowledged may be lost."""
    standby = await stage.standby()
    await standby.make_synchronous()
    await stage.worst_moment()
    return await _fail_over(stage, is_synchronous=True)


async def fail_over_asynchronously(stage: ProxiedCluster, seconds: float) -> str:
    """The standby is behind: what it has not had is lost, and everyone must see it that way."""
    standby = await stage.standby()
    standby.proxy.stall()
    await asyncio.sleep(min(seconds, HELD_BACK_SECONDS))
    await stage.worst_moment()
    ended = await _fail_over(stage, is_synchronous=False)
    stage.hits_by_fault["postgres_failover_asynchronous"] += _taken_by_last(stage)
    return ended


def _taken_by_last(stage: ProxiedCluster) -> int:
    """Acknowledged deltas that the standby had not had, as far as the history says it."""
    failover, happenings = stage.failovers[-1], stage.history.happenings
    project = stage.musicians[0].room.project
    before = epochs_before(failover, happenings)
    return sum(h.what is What.OK and failover.takes(h, project, before) for h in happenings)


async def _fail_over(stage: ProxiedCluster, *, is_synchronous: bool) -> str:
    await stage.fail_over(is_synchronous=is_synchronous)
    deadline, acked_before = time.monotonic() + ACKED_AGAIN_SECONDS, stage.acked()
    while stage.acked() == acked_before:
        if time.monotonic() > deadline:
            stage.problems.append(
                f"{ACKED_AGAIN_SECONDS:g} s after a promotion nothing has been acknowledged"
            )
            break
        await asyncio.sleep(0.05)
    return stage.cluster.postgres.program.log.parent.name
