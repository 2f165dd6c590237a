"""Compares open rooms with the journal: rooms that are behind read on, wrong ones are closed."""

import asyncio
from collections.abc import Callable, Collection, Mapping

import structlog

from persistence.errors import PersistenceError
from persistence.journal.contract import Journal
from rooms.journal.entry import Outcome
from server.events.events import EventSubject
from server.live.copy_check import is_wrong_copy
from server.live.live_room import LiveRoom
from server.live.room_services import Spawn
from server.logs.log_throttle import LogThrottle
from server.logs.outages import because
from server.loop.threads import InThread
from server.metrics.metrics import Count
from server.nodes.bus import Bus
from server.nodes.room_broadcast import RoomBroadcast

DOUBT_SECONDS = 30.0
"""At least so long between two checks of one room: each replays what came after a stored state."""

log = structlog.get_logger()


class JournalWatch:
    """One for each hub.

    `rooms`: the open ones; `opening`: the projects whose rooms are being loaded; `close` closes a
    room for good.
    """

    def __init__(
        self,
        rooms: Mapping[str, LiveRoom],
        opening: Collection[str],
        journal: Journal,
        bus: Bus,
        broadcast: RoomBroadcast,
        close: Callable[[LiveRoom], None],
        spawn: Spawn,
        in_thread: InThread,
        count: Count,
    ) -> None:
        self.wrong_up_to: dict[str, int] = {}
        """Of projects whose rooms are loaded anew: up to this seq a copy may be wrong."""
        self._rooms = rooms
        self._opening = opening
        self._journal = journal
        self._bus = bus
        self._broadcast = broadcast
        self._close = close
        self._spawn = spawn
        self._count = count
        self._in_thread = in_thread
        self._doubts = LogThrottle(DOUBT_SECONDS)
        """By project: whether its copy was checked of late."""
        self._heads_while_opening: dict[str, int] = {}
        """By project whose room is being loaded: the newest seq that another node named."""
        self._is_hinted = False
        """Something may have been missed since the journal was last asked."""
        self._is_looking = False
        """A task that asks the journal is under way."""

    def on_heads(self, heads: Mapping[str, int]) -> None:
        """The heads that other nodes or the journal have: open rooms that are behind read on."""
        for project, seq in heads.items():
            live = self._rooms.get(project)
            if live is not None and seq > live.room.head:
                live.catch_up()
            elif live is None and project in self._opening:
                before = self._heads_while_opening.get(project, 0)
                self._heads_while_opening[project] = max(before, seq)

    def hint(self) -> None:
        """Something may have been missed: ask the journal, once for many hints."""
        self._is_hinted = True
        if not self._is_looking:
            self._is_looking = True
            self._spawn(self._look_while_hinted())

    async def look_for_more(self) -> None:
        """The slow tick: one query compares all open rooms with the journal."""
        rooms_asked_for = dict(self._rooms)
        known_by_project = {project: live.known for project, live in rooms_asked_for.items()}
        stands = await self._journal.stand(known_by_project) if known_by_project else {}
        for project, standing in stands.items():
            live = rooms_asked_for[project]
            if self._rooms.get(project) is not live:
                continue
            if standing.verdict is not None:
                self.epoch_is_over(live, standing.verdict)
            elif standing.head > live.room.head:
                self._others_have(project, live)
        self.on_heads({project: project_stands.head for project, project_stands in stands.items()})

    def epoch_is_over(self, live: LiveRoom, verdict: Outcome) -> None:
        """Our copy is not the project any more: its members come back to fresh state (rule J4)."""
        project, known_head = live.room.project, live.known
        if verdict is Outcome.WENT_BACK:
            about = EventSubject(
                project, text=f"from seq {known_head.seq} of epoch {known_head.epoch}"
            )
            self._count("journal_went_back", 1, about)
            log.error(
                "the journal went back: what was acknowledged after that is lost. The project has"
                " a new epoch, its members start from what is stored",
                project=project,
                head=known_head.seq,
                epoch=known_head.epoch,
            )
        else:
            self._count("epoch_changed", 1, EventSubject(project))
            log.info("the project has another epoch; the room is closed", project=project)
        self._close(live)

    def doubt(self, project: str, seq: int) -> None:
        """Another node has come to another state at this seq: one of us is wrong (rule S4)."""
        live, now = self._rooms.get(project), asyncio.get_running_loop().time()
        if live is not None and self._doubts.count_if_due(project, now):
            self._count("nodes_diverged", 1, EventSubject(project, text=f"at seq {seq}"))
            log.error("two nodes hold different states", project=project, seq=seq)
            self._spawn(self._check_copy(live))

    async def _check_copy(self, live: LiveRoom) -> None:
        """If it is ours that is wrong, the members get fresh state."""
        try:
            await self.look_for_more()  # the journal may not be the one that we know
        except PersistenceError as error:
            text, project = "cannot tell whose state is the journal's", live.room.project
            log.warning(text, project=project, **because(error))
            return
        if await is_wrong_copy(live, self._journal, self._in_thread):
            self._count("room_loaded_anew", 1, EventSubject(live.room.project))
            self.wrong_up_to[live.room.project] = live.known.seq
            self._close(live)

    def _others_have(self, project: str, live: LiveRoom) -> None:
        """Another node has written, and the bus lost its message."""
        if not self._bus.is_up:
            live.carry_out(live.room.set_bus_down(True))
        elif not live.room.is_shared:
            self._broadcast.announce(project, asks=True)

    async def _look_while_hinted(self) -> None:
        try:
            while self._is_hinted:
                self._is_hinted = False
                await self.look_for_more()
        except PersistenceError as error:
            log.warning("cannot look for more; the slow tick asks again", **because(error))
        finally:
            self._is_looking = False

    def on_room_open(self, live: LiveRoom) -> None:
        """The room is open: read what other nodes named while it was loaded."""
        project = live.room.project
        self.wrong_up_to.pop(project, None)  # not before: a load may fail, and the next one asks
        self.on_heads({project: self._heads_while_opening.get(project, 0)})

    def on_opening_over(self, project: str) -> None:
        """The room is open, or could not be loaded."""
        self._heads_while_opening.pop(project, None)
