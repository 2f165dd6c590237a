"""A node that stops: it finishes what is in flight, sends its members elsewhere, stores rooms."""

import asyncio

import structlog

from persistence.errors import PersistenceError
from server.live.hub import Hub
from server.live.write_behind.write_behind import WriteBehind
from server.router.readiness import Readiness
from server.router.sending_away import SendingAway
from server.sockets.connections import Connections

STOP_SECONDS = 10.0
"""From the signal to the end, at most."""

ANSWER_SECONDS = 7.0
"""What is in flight gets to be answered; then calls are ended, and edits sent again elsewhere."""

SETTLE_SECONDS = 1.0
"""Beside that, what the database gets to answer what those have sent who are gone."""

log = structlog.get_logger()


async def shut_down(
    hub: Hub,
    connections: Connections,
    readiness: Readiness,
    sending_away: SendingAway,
    write_behind: WriteBehind,
) -> None:
    """Let everyone go and store every room, within `STOP_SECONDS`; nothing acknowledged is lost."""
    readiness.is_ready, readiness.is_leaving = False, True
    log.info("stopping", connections=len(connections), rooms=len(hub.rooms))
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await sending_away.run(ANSWER_SECONDS, for_good=True)
            await _settle(hub)
            await write_behind.run_once()
            await connections.all_gone.wait()
            await asyncio.gather(*map(write_behind.close_room, list(hub.rooms)))
    except (TimeoutError, PersistenceError) as error:
        log.warning("stopped with work left; nothing acknowledged is lost", reason=str(error))
    log.info("stopped", cut_off=len(connections), rooms_left=len(hub.rooms))
    for connection in list(connections.values()):
        connection.abort("stopping")
    hub.broadcast.leave_all_rooms()


async def _settle(hub: Hub) -> None:
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            await hub.commits.committer.settled()
            await hub.commits.groups.settled()
    except TimeoutError:
        log.warning("the database does not answer; what waits is sent again by its authors")
