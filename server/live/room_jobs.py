"""The jobs of a room: all that touches its document, one after the other, a slice at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from persistence.journal.contract import KnownHead
from rooms.aspect import AspectState
from rooms.document.document import State
from rooms.effects import PAUSE, Effects, Job, pausing
from rooms.room import Room
from schema.ops import Op
from server.live.room_services import RoomClosed, Spawn, report_mistake
from server.loop.job_scheduler import JOB_SECONDS, JobScheduler

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class FrozenState:
    """The whole state at a seq, and what has taken effect otherwise than proposed up to it."""

    known_head: KnownHead
    digest: str
    state: State
    unrecorded_ops: dict[int, list[Op]]
    aspects: dict[str, AspectState]
    """What the aspects but the document hold, by name."""

    @property
    def seq(self) -> int:
        """Of the last entry that is in the state."""
        return self.known_head.seq


class RoomJobs:
    """Those of one room. Once it is closed, nothing more is done, and whoever waits is told.

    `carry_out` does what jobs ask for; `all_done` hears when none is left.
    """

    __slots__ = (
        "_all_done",
        "_awaited",
        "_carry_out",
        "_held_back_futures",
        "_is_running",
        "_job_seconds",
        "_jobs_left",
        "_loop",
        "_room",
        "_scheduler",
        "_spawn",
        "_was_long",
        "is_closed",
    )

    def __init__(
        self,
        room: Room,
        scheduler: JobScheduler,
        spawn: Spawn,
        carry_out: Callable[[Effects], None],
        all_done: Callable[[], None],
    ) -> None:
        self.is_closed = False
        """For good; set by `close` alone."""
        self._room = room
        self._scheduler = scheduler
        self._spawn = spawn
        self._carry_out = carry_out
        self._all_done = all_done
        self._loop = asyncio.get_running_loop()
        self._jobs_left: deque[Job] = deque()
        """Those not done; the first one is under way."""
        self._is_running = False
        """The scheduler runs them, or will."""
        self._job_seconds = 0.0
        """What the first one has taken so far."""
        self._was_long = False
        """The one before it was a long one: who makes such steps makes more of them."""
        self._awaited: set[asyncio.Future[Any]] = set()
        """Futures that jobs will set; `close` sets them to `RoomClosed`."""
        self._held_back_futures: list[asyncio.Future[FrozenState]] = []
        """Those who want a frozen state, while the head is inside a group (rule D14)."""

    def __len__(self) -> int:
        return len(self._jobs_left)

    def close(self) -> None:
        """Do nothing more; whoever waits for a job gets `RoomClosed`."""
        self.is_closed = True
        self._jobs_left.clear()
        refuse(self._awaited)
        self._awaited.clear()

    def run(self, job: Job) -> None:
        """Do a job when those before it are done: at once, if there are none."""
        if self.is_closed:
            return
        self._jobs_left.append(job)
        if not self._is_running:
            self._is_running = True
            self._scheduler.schedule(self._run_until, is_long=self._was_long)

    async def done(self, job: Job) -> None:
        """`run`, and wait until it is done; raises `RoomClosed`."""
        self.check_open()
        finished_future: asyncio.Future[None] = self._loop.create_future()
        self.run(job)
        self.run(_telling(finished_future))
        await self._answer_to(finished_future)

    async def freeze(self) -> FrozenState:
        """The state between two jobs, and never inside a group; raises `RoomClosed`."""
        self.check_open()
        frozen_state: asyncio.Future[FrozenState] = self._loop.create_future()
        self.run(self._take_frozen_state(frozen_state))
        return await self._answer_to(frozen_state)

    async def _answer_to(self, future: asyncio.Future[Answer]) -> Answer:
        """Wait for what a job sets; raises `RoomClosed`."""
        self._awaited.add(future)
        try:
            return await future
        finally:
            self._awaited.discard(future)

    def check_open(self) -> None:
        """Raises `RoomClosed`, if it is."""
        if self.is_closed:
            raise RoomClosed

    def start(self, doing: Coroutine[Any, Any, None]) -> None:
        """Start a task of this room; it may wait for jobs."""
        self._spawn(self._while_open(doing))

    async def _while_open(self, doing: Coroutine[Any, Any, None]) -> None:
        """A task of a closed room ends quietly: nobody waits for what it does."""
        try:
            await doing
        except RoomClosed:
            if not self.is_closed:
                raise

    def _take_frozen_state(self, future: "asyncio.Future[FrozenState]") -> Job:
        room, document = self._room, self._room.document
        if room.is_inside_group:
            self._held_back_futures.append(future)
            return
        try:
            state = yield from pausing(document.freezing())
            known_head = KnownHead(room.epoch, room.head, room.head_id)
            frozen_state = FrozenState(
                known_head, document.digest, state, room.unrecorded_ops(), room.other_aspects()
            )
        except Exception as error:
            if future.done():
                raise
            future.set_exception(error)  # else whoever waits would wait until the room closes
            return
        if not future.done():
            future.set_result(frozen_state)

    def _run_until(self, deadline: float) -> bool:
        now = self._scheduler.time()
        try:
            while self._jobs_left:
                for effects in self._jobs_left[0]:
                    if effects:  # else it is only a pause
                        self._carry_out(effects)
                        if self.is_closed:
                            return False
                    before, now = now, self._scheduler.time()
                    self._job_seconds += now - before
                    if now >= deadline:
                        return True
                self._jobs_left.popleft()
                self._was_long = self._job_seconds >= JOB_SECONDS
                self._job_seconds = 0.0
                if self._held_back_futures and not self._room.is_inside_group:
                    self._jobs_left.extend(map(self._take_frozen_state, self._held_back_futures))
                    self._held_back_futures.clear()
        except Exception as error:
            self._failed(error)
            return True
        self._is_running = False
        self._all_done()
        return False

    def _failed(self, error: Exception) -> None:
        """The jobs after it are not at fault, nor is whoever let us go on."""
        self._job_seconds = 0.0
        if self._jobs_left:
            self._jobs_left.popleft()
        report_mistake(self._room.project, error)


def refuse(futures: Iterable["asyncio.Future[Any]"]) -> None:
    """Tell those who wait that the room is closed."""
    for future in futures:
        if not future.done():
            future.set_exception(RoomClosed())
            future.exception()  # whoever waited may have gone


def _telling(finished_future: "asyncio.Future[None]") -> Job:
    if not finished_future.done():
        finished_future.set_result(None)
    yield PAUSE
