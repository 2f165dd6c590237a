"""The drills: what an operator does to a deployment that is in use, each done once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from loadtest.drills.full_disk import fill_the_disk, small_disk
from loadtest.drills.restoring import restore
from loadtest.drills.scene import Scene
from loadtest.faults import foreign_faults

SECONDS = 2.0
"""That they play before and after, unless said otherwise."""

Act = Callable[[Scene, float], Awaitable[None]]
Around = Callable[[Path], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _nothing(_directory: Path) -> AsyncIterator[None]:
    yield


@dataclass(frozen=True, slots=True)
class Drill:
    """`act`: with the seconds that it has. `around`: what its directory needs; may skip it."""

    name: str
    meaning: str
    act: Act
    before: Callable[[Scene], Awaitable[None]] | None = None
    """Done before anyone plays."""
    around: Around = _nothing


async def _rolling_restart(scene: Scene, seconds: float) -> None:
    """Each node in its turn, while the others carry all."""
    for node in scene.stage.cluster.nodes:
        status = await node.leave()
        if status != 0:
            scene.stage.problems.append(f"{node.directory.name} ended with status {status}")
        await node.start()
        await asyncio.sleep(seconds / 4)


async def _standby(scene: Scene) -> None:
    """A copy takes seconds, and is there before it is needed."""
    await scene.stage.standby()


async def _fail_over_synchronously(scene: Scene, seconds: float) -> None:
    await foreign_faults.fail_over_synchronously(scene.stage, seconds)


async def _fail_over_asynchronously(scene: Scene, seconds: float) -> None:
    await foreign_faults.fail_over_asynchronously(scene.stage, seconds)


DRILLS = (
    Drill("rolling_restart", "SIGTERM to each node in its turn, and start it", _rolling_restart),
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
