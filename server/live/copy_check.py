"""Two nodes hold different states at one seq (S4): whose is not the journal's is loaded anew."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from persistence.errors import PersistenceError
from persistence.journal.contract import Journal
from rooms.document.document import Document
from server.health.log_throttle import LogThrottle
from server.health.metrics import Count
from server.live.live_room import LiveRoom
from server.live.room_services import RoomClosed
from server.states.stored_state import Damaged, document_at

if TYPE_CHECKING:
    from server.states.stored_state import InThread

DOUBT_SECONDS = 30.0
"""At least so long between two checks of one room: each replays what came after a stored state."""

log = structlog.get_logger()


class Watch(Protocol):
    """What a check needs of the journal's watch."""

    async def look_for_more(self) -> None: ...

    def load_anew(self, live: LiveRoom) -> None: ...


class CopyCheck:
    """One for each hub."""

    def __init__(
        self,
        watch: Watch,
        journal: Journal,
        in_thread: "InThread",
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        count: Count,
    ) -> None:
        self._watch = watch
        self._journal = journal
        self._in_thread = in_thread
        self._spawn = spawn
        self._count = count
        self._throttle = LogThrottle(DOUBT_SECONDS)

    def doubt(self, live: LiveRoom, seq: int) -> None:
        """Another node has come to another digest at this seq: one of us is wrong."""
        project = live.room.project
        if self._throttle.count_if_due(project, asyncio.get_running_loop().time()):
            self._count("nodes_diverged")
            log.error("two nodes hold different states", project=project, seq=seq)
            self._spawn(self._check(live))

    async def _check(self, live: LiveRoom) -> None:
        project = live.room.project
        try:
            await self._watch.look_for_more()  # the journal may not be the one that we know
            frozen = await live.freeze()
            there = await document_at(self._journal, project, frozen.seq, self._in_thread)
            async with there:
                stored = await there.use(_digest)
        except RoomClosed:
            return
        except (PersistenceError, Damaged) as error:
            log.warning(
                "cannot tell whose state is the journal's", project=project, reason=str(error)
            )
            return
        if stored != frozen.digest and not live.is_closed:
            log.error(
                "our state is not the journal's; the room is loaded anew",
                project=project,
                seq=frozen.seq,
                digest=frozen.digest,
                journal=stored,
            )
            self._watch.load_anew(live)


def _digest(document: Document) -> str:
    return document.digest
