"""How the journal stands to open rooms: those behind read on, wrong ones are closed."""

from collections.abc import Callable, Collection, Coroutine, Mapping
from typing import Any

import structlog

from persistence.errors import PersistenceError
from persistence.journal.contract import Journal
from rooms.journal.entry import Outcome
from server.health.metrics import Count
from server.live.copy_check import CopyCheck
from server.live.live_room import LiveRoom
from server.live.room_services import RoomBroadcast
from server.nodes.bus import Bus

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
        others: RoomBroadcast,
        close: Callable[[LiveRoom], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        in_thread: Callable[..., Coroutine[Any, Any, Any]],
        count: Count,
    ) -> None:
        self.wrong_up_to: dict[str, int] = {}
        """Of projects whose rooms are loaded anew: up to this seq a copy may be wrong."""
        self._rooms = rooms
        self._opening = opening
        self._journal = journal
        self._bus = bus
        self._others = others
        self._close = close
        self._spawn = spawn
        self._count = count
        self._copies = CopyCheck(self, journal, in_thread, spawn, count)
        self._heard_while_opening: dict[str, int] = {}
        """The newest seq that was said of each project whose room is being loaded."""
        self._is_hinted = False
        """Something may have been missed since the journal was last asked."""
        self._is_looking = False

    def on_heads(self, heads: Mapping[str, int]) -> None:
        """Other nodes, or the journal itself, are so far: open rooms that are behind read on."""
        for project, seq in heads.items():
            live = self._rooms.get(project)
            if live is not None and seq > live.room.head:
                live.catch_up()
            elif live is None and project in self._opening:
                before = self._heard_while_opening.get(project, 0)
                self._heard_while_opening[project] = max(before, seq)

    def hint(self) -> None:
        """Something may have been missed: look into the journal, once for many hints."""
        self._is_hinted = True
        if not self._is_looking:
            self._is_looking = True
            self._spawn(self._look_while_hinted())

    async def look_for_more(self) -> None:
        """The slow tick: one query asks the journal how it stands to all open rooms."""
        asked = dict(self._rooms)
        known = {project: live.known for project, live in asked.items()}
        stands = await self._journal.stand(known) if known else {}
        for project, each in stands.items():
            live = asked[project]
            if self._rooms.get(project) is not live:
                continue
            if each.verdict is not None:
                self.epoch_is_over(live, each.verdict)
            elif each.head > live.room.head:
                self._others_have(project, live)
        self.on_heads({project: each.head for project, each in stands.items()})

    def epoch_is_over(self, live: LiveRoom, verdict: Outcome) -> None:
        """Our copy is not the project any more: its members come back to fresh state (rule J4)."""
        project, known = live.room.project, live.known
        if verdict is Outcome.WENT_BACK:
            self._count("journal_went_back")
            log.error(
                "the journal went back: what was acknowledged after that is lost. The project has"
                " a new epoch, its members start from what is stored",
                project=project,
                head=known.seq,
                epoch=known.epoch,
            )
        else:
            self._count("epoch_changed")
            log.info("the project has another epoch; the room is closed", project=project)
        self._close(live)

    def doubt(self, live: LiveRoom, seq: int) -> None:
        """Another node has come to another state at this seq."""
        self._copies.doubt(live, seq)

    def load_anew(self, live: LiveRoom) -> None:
        """What we hold is not what the journal comes to: members get fresh state (rule S4)."""
        self._count("room_loaded_anew")
        self.wrong_up_to[live.room.project] = live.known.seq
        self._close(live)

    def _others_have(self, project: str, live: LiveRoom) -> None:
        """Another node has written, and we did not hear it."""
        if not self._bus.is_up:
            live.carry_out(live.room.set_bus_down(True))
        elif not live.room.members.remote.is_shared:
            self._others.announce(project, asks=True)

    async def _look_while_hinted(self) -> None:
        try:
            while self._is_hinted:
                self._is_hinted = False
                await self.look_for_more()
        except PersistenceError as error:
            log.warning("cannot look for more; the slow tick asks again", reason=str(error))
        finally:
            self._is_looking = False

    def opened(self, project: str) -> None:
        """The room is there: what was heard of meanwhile is read on to."""
        self.on_heads({project: self._heard_while_opening.pop(project, 0)})
