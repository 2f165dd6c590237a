"""Asks the journal for a room: what follows, what became of a delta, what a step changed."""

import asyncio
from collections.abc import Callable

import structlog

from persistence.errors import Compacted, OtherHistory, PersistenceError, Unavailable
from persistence.journal.contract import Journal, KnownHead, may_have_more
from rooms.edits import answers
from rooms.effects import LookUp, Recall
from rooms.journal.entry import Outcome
from rooms.room import Room
from schema.errors import ErrorCode
from schema.messages import Error
from schema.server_limits import CATCH_UP_ENTRIES
from server.live.room_jobs import RoomJobs
from server.live.room_services import RoomClosed, RoomServices
from server.logs.internal_errors import internal_error
from server.logs.outages import because
from server.states.stored_state import DamagedState, TooManyChanges, changes_of

EARLY_SECONDS = 0.02
"""How long an entry that came too early waits for those before it, which are under way too."""

log = structlog.get_logger()


class RoomJournal:
    """For one room; each answer of the journal is given to it as a job."""

    __slots__ = (
        "_doubt",
        "_expect",
        "_in_thread",
        "_is_catching_up",
        "_jobs",
        "_journal",
        "_must_read",
        "_room",
    )

    def __init__(
        self,
        room: Room,
        jobs: RoomJobs,
        services: RoomServices,
        expect: Callable[[int, str], None],
    ) -> None:
        self._expect = expect
        """Is told of an entry that the journal has, maybe past the head."""
        self._room = room
        self._jobs = jobs
        self._journal: Journal = services.journal
        self._in_thread = services.in_thread
        self._doubt = services.doubt
        self._is_catching_up = False
        """A task that reads on is under way."""
        self._must_read = False
        """The task reads on even if what comes by itself fills the gap."""

    def catch_up(self, *, is_early: bool = False) -> None:
        """Read what the journal holds past the head; if `is_early`, unless it comes by itself."""
        if self._jobs.is_closed:
            return
        self._must_read = self._must_read or not is_early
        if not self._is_catching_up:
            self._is_catching_up = True
            self._jobs.start(self._catch_up())

    async def _catch_up(self) -> None:
        room = self._room
        try:
            if not self._must_read:
                await asyncio.sleep(EARLY_SECONDS)
            while self._must_read or room.newest_early:
                self._must_read = False
                asked_at = room.newest_early
                await self.read_on()
                room.forget_early(asked_at)
        except RoomClosed:
            raise
        except OtherHistory:
            self._doubt()
        except PersistenceError as error:
            log.warning("cannot catch up; the slow tick asks again", **because(error))
        finally:
            self._is_catching_up = False

    async def read_on(self) -> None:
        """Apply all that the journal holds by now; raises `OtherHistory`, `PersistenceError`."""
        room = self._room
        while True:
            self._jobs.check_open()
            known_head = KnownHead(room.epoch, room.head, room.head_id)
            entries = await self._journal.read_on(room.project, known_head, CATCH_UP_ENTRIES)
            await self._jobs.done(room.committed(entries))
            if not may_have_more(entries, CATCH_UP_ENTRIES):
                return

    async def look_up(self, look_up: LookUp) -> None:
        """Whether the delta was committed long ago; says so to the room."""
        room = self._room
        answer = room.look_up_failed(look_up)  # whatever happens: the member's deltas wait for it
        try:
            outcome = await self._journal.find(look_up.proposal)
            if outcome is not None and outcome[0] is Outcome.DUPLICATE:
                self._expect(outcome[1], look_up.proposal.delta_id)
            answer = room.looked_up(look_up, outcome)
        except Unavailable:
            pass
        except Exception as error:
            log.error("cannot look up a delta; its author sends it again", exc_info=error)
        finally:
            self._jobs.run(answer)

    async def recall(self, recall: Recall) -> None:
        """What the steps have changed; says so to the room."""
        project = self._room.project
        error: Error | None = None
        changes = {}
        try:
            changes = await changes_of(self._journal, project, recall.seqs, self._in_thread)
        except Compacted as problem:
            text = "this step is older than the history that is kept"
            error = Error("", ErrorCode.COMPACTED, text, project, {"oldest": problem.oldest})
        except Unavailable:
            text = "the database does not answer; ask again with the same id"
            error = answers.try_again(project, "", ErrorCode.UNAVAILABLE, text)
        except TooManyChanges as problem:
            text = f"this step is too large to be undone: {problem}; bring back a snapshot instead"
            error = answers.refused(project, "", ErrorCode.LIMIT_REACHED, text)
        except DamagedState as problem:
            error = answers.refused(project, "", ErrorCode.SNAPSHOT_DAMAGED, str(problem))
        except RoomClosed:
            raise
        except Exception as problem:
            error = internal_error("", problem, project)
        self._jobs.run(self._room.recalled(recall.connection, changes, error))
