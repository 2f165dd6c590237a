"""A node that is drained takes nobody in and sends its members elsewhere; it goes on, empty."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from server.live.hub import Hub
from server.router.readiness import Readiness
from server.router.shutdown import send_away
from server.sockets.connections import Connections

log = structlog.get_logger()


class Draining:
    """That of one node; taken back as often as one likes (decision 0055)."""

    def __init__(
        self,
        hub: Hub,
        connections: Connections,
        readiness: Readiness,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
    ) -> None:
        self._hub = hub
        self._connections = connections
        self._readiness = readiness
        self._spawn = spawn
        self._under_way: asyncio.Task[None] | None = None
        """What sends members away; None: it was never begun."""

    @property
    def is_on(self) -> bool:
        """Whether nobody is taken in."""
        return self._readiness.is_draining

    def turn(self) -> None:
        """The other way round than it is."""
        (self.end if self.is_on else self.begin)()

    def begin(self) -> None:
        """From now on `/readyz` says `draining`; returns at once. Nothing if it is so already."""
        if not self.is_on:
            self._readiness.is_draining = True
            log.info("draining", connections=len(self._connections), rooms=len(self._hub.rooms))
            self._under_way = self._spawn(self._send_away())

    def end(self) -> None:
        """Take people in again; who has not been sent away stays."""
        if self.is_on:
            self._readiness.is_draining = False
            if self._under_way is not None:
                self._under_way.cancel()
            log.info("drains no longer", connections=len(self._connections))

    async def _send_away(self) -> None:
        await send_away(self._hub, self._connections)
        await self._connections.all_gone.wait()
        log.info("drained", rooms=len(self._hub.rooms))
