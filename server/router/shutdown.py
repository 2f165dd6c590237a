"""A node that stops: it finishes what is in flight, and sends its members elsewhere, gently."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from typing import TypeVar

import structlog

from persistence.errors import PersistenceError
from schema.close_codes import RESTARTING
from schema.messages import ServerLeaving
from schema.server_limits import MAX_SPREAD_MS
from server.live.hub import Hub
from server.live.write_behind.write_behind import WriteBehind
from server.router.readiness import Readiness
from server.sockets.connections import Connections

STOP_SECONDS = 10.0
"""From the signal to the end, at most."""

SETTLE_SECONDS = 3.0
"""What the database gets to answer what is in flight; after that it is sent again elsewhere."""

BATCHES = 20
BATCH_GAP_SECONDS = 0.1
SMALL_BATCH = 25
"""Members go in at most so many batches; a few go all at once."""

SPREAD_MS_PER_MEMBER = 5

log = structlog.get_logger()

T = TypeVar("T")


def batches(members: Sequence[T]) -> Iterable[Sequence[T]]:
    """Cut into at most `BATCHES` parts."""
    size = max(SMALL_BATCH, -(-len(members) // BATCHES))
    return (members[n : n + size] for n in range(0, len(members), size))


def spread_ms(members: int) -> int:
    """Within how many milliseconds so many members are to come back."""
    return min(MAX_SPREAD_MS, members * SPREAD_MS_PER_MEMBER)


async def shut_down(
    hub: Hub, connections: Connections, readiness: Readiness, write_behind: WriteBehind
) -> None:
    """Let everyone go and store every room, within `STOP_SECONDS`; nothing acknowledged is lost."""
    readiness.is_ready, readiness.is_leaving = False, True
    log.info("stopping", connections=len(connections), rooms=len(hub.rooms))
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await send_away(hub, connections)
            await write_behind.run_once()
            await connections.all_gone.wait()
            await asyncio.gather(*map(write_behind.close_room, list(hub.rooms)))
    except (TimeoutError, PersistenceError) as error:
        log.warning("stopped with work left; nothing acknowledged is lost", reason=str(error))
    log.info("stopped", cut_off=len(connections), rooms_left=len(hub.rooms))
    for connection in list(connections.values()):
        connection.abort("stopping")
    hub.broadcast.leave_all_rooms()


async def send_away(hub: Hub, connections: Connections) -> None:
    """Finish what is in flight, and send each member elsewhere at a time of its own (rule X3)."""
    await _settle(hub)
    await _say_goodbye(connections)


async def _settle(hub: Hub) -> None:
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            await hub.commits.committer.settled()
            await hub.commits.groups.settled()
    except TimeoutError:
        log.warning("the database does not answer; what waits is sent again by its authors")


async def _say_goodbye(connections: Connections) -> None:
    leaving = list(connections.values())
    spread = spread_ms(len(leaving))
    for number, batch in enumerate(batches(leaving)):
        if number:
            await asyncio.sleep(BATCH_GAP_SECONDS)
        for connection in batch:
            connection.send(ServerLeaving(after_ms=random.randint(0, spread)))
            connection.close(RESTARTING)
