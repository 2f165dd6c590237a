"""A node that is drained takes nobody in and sends its members elsewhere; it goes on, empty."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from schema.limits import CALL_SECONDS
from server.live.hub import Hub
from server.router.readiness import Readiness
from server.router.sending_away import SendingAway
from server.sockets.connections import Connections

ANSWER_SECONDS = CALL_SECONDS + 1.0
"""What is in flight gets to be answered: no call and no join takes longer."""

log = structlog.get_logger()


class Draining:
    """That of one node; taken back as often as one likes (decision 0055)."""

    def __init__(
        self,
        hub: Hub,
        connections: Connections,
        readiness: Readiness,
        sending_away: SendingAway,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._hub = hub
        self._connections = connections
        self._readiness = readiness
        self._sending_away = sending_away
        self._spawn = spawn
        self._under_way: asyncio.Task[None] | None = None
        """What sends members away; None: it was never begun."""
        self._is_left_off = False
        """Whether the node stops."""

    @property
    def is_on(self) -> bool:
        """Whether nobody is taken in."""
        return self._readiness.is_draining

    def turn(self) -> None:
        """The other way round than it is."""
        (self.end if self.is_on else self.begin)()

    def begin(self) -> None:
        """From now on `/readyz` says `draining`; returns at once. Nothing if it is so already."""
        if not self.is_on and not self._is_left_off:
            self._readiness.is_draining = True
            log.info("draining", connections=len(self._connections), rooms=len(self._hub.rooms))
            self._under_way = self._spawn(self._send_away())

    def end(self) -> None:
        """Take people in again; who has not been sent away stays."""
        if self.is_on and not self._is_left_off:
            self._readiness.is_draining = False
            self._end_under_way()
            self._sending_away.take_back()
            log.info("drains no longer", connections=len(self._connections))

    def leave_off(self) -> None:
        """For good: the node stops, and sends everyone away itself."""
        self._is_left_off = True
        self._end_under_way()

    def _end_under_way(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()

    async def _send_away(self) -> None:
        await self._sending_away.run(ANSWER_SECONDS, for_good=False)
        await self._connections.all_gone.wait()
        log.info("drained", rooms=len(self._hub.rooms))
