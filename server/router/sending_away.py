"""Members are sent elsewhere, gently: each when all that it had asked for is answered."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import structlog

from schema.close_codes import RESTARTING
from schema.errors import ErrorCode
from schema.messages import Details, Error, ServerLeaving
from schema.server_limits import MAX_SPREAD_MS
from server.live.hub import Hub
from server.loop.deadlines import Deadlines
from server.sockets.connection import Connection
from server.sockets.connection_states import Greeted
from server.sockets.connections import Connections

BATCHES = 20
BATCH_GAP_SECONDS = 0.1
SMALL_BATCH = 25
"""Members go in at most so many batches; a few go all at once."""

SPREAD_MS_PER_MEMBER = 5

LOOK_SECONDS = 0.025
"""Between two looks at who has been answered; what comes before the first one is refused, and not
lost behind a close."""

LAST_SECONDS = 1.0
"""What calls get whose time was ended, until they are answered `unavailable`."""

log = structlog.get_logger()

T = TypeVar("T")


def batches(members: Sequence[T]) -> Iterable[Sequence[T]]:
    """Cut into at most `BATCHES` parts."""
    size = max(SMALL_BATCH, -(-len(members) // BATCHES))
    return (members[n : n + size] for n in range(0, len(members), size))


def spread_ms(members: int) -> int:
    """Within how many milliseconds so many members are to come back."""
    return min(MAX_SPREAD_MS, members * SPREAD_MS_PER_MEMBER)


class SendingAway:
    """That of one node, which stops or is drained. `deadlines`: of its calls and joins."""

    def __init__(self, hub: Hub, connections: Connections, deadlines: Deadlines) -> None:
        self._hub = hub
        self._connections = connections
        self._deadlines = deadlines
        self._now = asyncio.get_running_loop().time
        self._leaving: list[Connection] = []
        """Whose turn has come, and who is not told yet: something has no answer."""
        self._spread_ms = 0
        """Within how many milliseconds all are to come back."""

    async def run(self, seconds: float, *, for_good: bool) -> None:
        """Tell each to go when it has its answers, the last ones after about so many seconds.

        `for_good`: calls of whoever has gone are waited for as well, and what is not done by then
        is cancelled, and answered `unavailable`.
        """
        until = self._now() + seconds
        connections = list(self._connections.values())
        self._spread_ms, self._leaving = spread_ms(len(connections)), []
        for number, batch in enumerate(batches(connections)):
            if number:
                await self._let_go_until(min(until, self._now() + BATCH_GAP_SECONDS), lambda: True)
            for connection in batch:
                connection.is_sent_away = True
                self._leaving.append(connection)
        await self._let_go_until(until, lambda: self._is_owed(for_good=for_good))
        if self._is_owed(for_good=for_good):
            text = "not all was answered in time: calls are ended, edits are sent again elsewhere"
            log.warning(text, connections=len(self._leaving), calls=len(self._deadlines))
            if for_good:
                self._deadlines.end_all()
                await self._let_go_until(self._now() + LAST_SECONDS, lambda: bool(self._deadlines))
        while self._leaving:
            self._say_goodbye(self._leaving.pop())

    def take_back(self) -> None:
        """Who has not been told to go stays, and is served again."""
        self._leaving.clear()
        for connection in self._connections.values():
            connection.is_sent_away = False

    def _is_owed(self, *, for_good: bool) -> bool:
        return bool(self._leaving or (for_good and self._deadlines))

    async def _let_go_until(self, until: float, goes_on: Callable[[], bool]) -> None:
        """Let go who has been answered, until then at most."""
        while True:
            await asyncio.sleep(max(0.0, min(LOOK_SECONDS, until - self._now())))
            self._let_go()
            if not goes_on() or self._now() >= until:
                return

    def _let_go(self) -> None:
        if not self._leaving:
            return
        owed_by_rooms = self._hub.owed()
        leaving, self._leaving = self._leaving, []
        for connection in leaving:
            if connection.id not in self._connections:
                continue  # it has gone by itself
            if connection.is_owed or connection.id in owed_by_rooms:
                self._leaving.append(connection)
            else:
                self._say_goodbye(connection)

    def _say_goodbye(self, connection: Connection) -> None:
        after_ms = random.randint(0, self._spread_ms)
        session = connection.session
        if isinstance(session, Greeted) and session.is_looked_at:
            text = "this server does not take you in: it stops, or is drained; come to another one"
            details: Details = {"retry_after_ms": max(1, after_ms)}
            connection.send(Error(None, ErrorCode.UNAVAILABLE, text, None, details))
        connection.send(ServerLeaving(after_ms=after_ms))
        connection.close(RESTARTING)
