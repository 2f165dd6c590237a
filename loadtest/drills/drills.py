"""The drills: what an operator does to a deployment that is in use, each done once."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest.drills.full_disk import fill_the_disk, small_disk
from loadtest.drills.renewing_certificates import renew, two_certificates, with_tls
from loadtest.drills.restoring import restore
from loadtest.drills.scene import DrillScene
from loadtest.drills.upgrading import root_of, upgrade, version_before
from loadtest.faults import foreign_faults
from machine.children.child_program import CHECKOUT

SECONDS = 2.0
"""That they play before and after, unless said otherwise."""

Act = Callable[[DrillScene, float], Awaitable[None]]
Around = Callable[[Path], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _nothing(_directory: Path) -> AsyncIterator[None]:
    yield


def _nothing_set(_directory: Path) -> Mapping[str, str]:
    return {}


def _a_secret(_directory: Path) -> Mapping[str, str]:
    return {"PRIME_SECRET": secrets.token_hex(32)}


def _this_checkout(_directory: Path) -> Path:
    return CHECKOUT


@dataclass(frozen=True, slots=True)
class Drill:
    """`act`: with the seconds that it has. `around`: what its directory needs; may skip it."""

    name: str
    meaning: str
    act: Act
    before: Callable[[DrillScene], Awaitable[None]] | None = None
    """Done before anyone plays."""
    around: Around = _nothing
    environment: Callable[[Path], Mapping[str, str]] = _nothing_set
    """Of the nodes, at first; by the drill's directory."""
    root: Callable[[Path], Path] = _this_checkout
    """Of which the nodes are, by the drill's directory."""


async def _rolling_restart(scene: DrillScene, seconds: float) -> None:
    """Each node in its turn, while the others carry all."""
    await _restart_each(scene, seconds, {})


async def _change_the_secret(scene: DrillScene, seconds: float) -> None:
    """In the three steps of the page, with two secrets in force."""
    old_secret = scene.stage.cluster.nodes[0].environment["PRIME_SECRET"]
    new_secret = secrets.token_hex(32)
    for in_force, next_secret, before in (
        (old_secret, new_secret, ""),
        (new_secret, "", old_secret),
        (new_secret, "", ""),
    ):
        environment = {"PRIME_SECRET_NEXT": next_secret, "PRIME_SECRET_BEFORE": before}
        await _restart_each(scene, seconds / 2, {"PRIME_SECRET": in_force, **environment})


async def _restart_each(scene: DrillScene, seconds: float, environment: Mapping[str, str]) -> None:
    for node in scene.stage.cluster.nodes:
        status = await node.leave()
        if status != 0:
            scene.stage.problems.append(f"{node.directory.name} ended with status {status}")
        node.environment.update(environment)
        await node.start()
        await asyncio.sleep(seconds / 4)


async def _standby(scene: DrillScene) -> None:
    """A copy takes seconds, and is there before it is needed."""
    await scene.stage.standby()


async def _fail_over_synchronously(scene: DrillScene, seconds: float) -> None:
    await foreign_faults.fail_over_synchronously(scene.stage, seconds)


async def _fail_over_asynchronously(scene: DrillScene, seconds: float) -> None:
    await foreign_faults.fail_over_asynchronously(scene.stage, seconds)


DRILLS = (
    Drill("rolling_restart", "SIGTERM to each node in its turn, and start it", _rolling_restart),
    Drill(
        "upgrade",
        "nodes of the version before, replaced one by one (needs the history of git)",
        upgrade,
        around=version_before,
        root=root_of,
    ),
    Drill(
        "secret",
        "another PRIME_SECRET, in three steps with two in force",
        _change_the_secret,
        environment=_a_secret,
    ),
    Drill(
        "certificate",
        "nodes that speak TLS read another certificate by SIGHUP, after half a pair was there",
        renew,
        around=two_certificates,
        environment=with_tls,
    ),
    Drill(
        "failover_synchronous",
        "the primary ends at once, its synchronous standby takes over",
        _fail_over_synchronously,
        _standby,
    ),
    Drill(
        "failover_asynchronous",
        "the same, with a standby that is behind: what it lacks is told to clients",
        _fail_over_asynchronously,
        _standby,
    ),
    Drill(
        "restore",
        "back up, go on, stop, restore into a new database, start: what came after is told",
        restore,
    ),
    Drill(
        "disk_full",
        "PostgreSQL's disk is full for a while (needs mount)",
        fill_the_disk,
        around=small_disk,
    ),
)
"""In the order in which they are run."""

BY_NAME = {drill.name: drill for drill in DRILLS}
