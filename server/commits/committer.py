"""Appends the deltas of all rooms that wait, in their order, in one transaction at a time.

A project whose append fails or has to wait goes alone, over a connection of its own, and holds up
nobody else.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

import structlog

from persistence.errors import Busy, ToRepair, Unavailable
from persistence.journal.contract import AppendResult, Journal, KnownHead
from rooms.journal.entry import Proposal
from schema.server_limits import LARGE_DELTA_BYTES, MAX_BATCH, MAX_BATCH_BYTES
from server.events.events import EventSubject
from server.logs.internal_errors import what_to_repair
from server.logs.outages import because
from server.metrics.durations import Observe
from server.metrics.metrics import Count

FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 1.0

TELL_SECONDS = 1.0
"""A room whose own project cannot be written to for so long is told (rule D7)."""

HOLD_SECONDS = 10.0
"""What waits for longer is refused `unavailable`: the same ids are to be sent again (rule D16)."""

Took = Callable[[Mapping[str, Sequence[float]], float], None]
"""Told of each batch when the deltas of each project came and when its COMMIT answered, in
monotonic seconds."""

log = structlog.get_logger()


class ProjectQueue:
    """The proposals of one project that wait, and how its appends have fared."""

    __slots__ = (
        "failing_since",
        "failures",
        "is_held_up",
        "is_in_flight",
        "project",
        "retry_at",
        "waiting_deltas",
    )

    def __init__(self, project: str) -> None:
        self.project = project
        self.waiting_deltas: deque[tuple[float, Proposal]] = deque()  # and when each came
        self.is_in_flight = False  # a batch of it is being appended
        self.failures = 0  # in a row; past 0 it is appended alone
        self.failing_since = 0.0  # when the first of those was, in the time of the loop
        self.retry_at = 0.0  # not before
        self.is_held_up = False  # its room knows that it is held up

    @property
    def goes_alone(self) -> bool:
        """Whether it is to be appended alone, apart from all others."""
        first = self.waiting_deltas[0][1]
        is_large = len(first.payload) > LARGE_DELTA_BYTES
        return self.failures > 0 or is_large or first.margin is not None

    def batch(self, most: int = MAX_BATCH, most_bytes: int = MAX_BATCH_BYTES) -> list[Proposal]:
        """What goes into its next transaction; stays in the queue until it is settled."""
        proposals: list[Proposal] = []
        size = 0
        for _, proposal in self.waiting_deltas:
            size += len(proposal.payload)
            if len(proposals) == most or size > most_bytes or proposal.margin is not None:
                break
            proposals.append(proposal)
        return proposals

    def batch_alone(self) -> list[Proposal]:
        """The same for one that goes alone: at least the first, and after a failure no more.

        So the one at fault holds up only what comes after it.
        """
        first = [self.waiting_deltas[0][1]]
        return first if self.failures else self.batch() or first


class WaitingDeltas:
    """All queues. What was taken stays in its queue until it is settled or refused."""

    def __init__(self) -> None:
        self.queues: dict[str, ProjectQueue] = {}
        """By project; the one whose turn is next comes first."""
        self.count = 0
        """Proposals in all of them."""

    def add(self, proposal: Proposal) -> bool:
        """Put it into its queue; whether that goes alone."""
        queue = self.queues.get(proposal.project)
        if queue is None:
            queue = self.queues[proposal.project] = ProjectQueue(proposal.project)
        queue.waiting_deltas.append((time.monotonic(), proposal))
        self.count += 1
        return queue.goes_alone

    def take_together(self) -> dict[ProjectQueue, list[Proposal]]:
        """The next batch, of all projects that go together, in turn."""
        proposals_by_queue: dict[ProjectQueue, list[Proposal]] = {}
        count, size = MAX_BATCH, MAX_BATCH_BYTES
        for queue in self._ready(alone=False):
            batch = queue.batch(count, size)
            if not batch:
                break
            proposals_by_queue[queue] = batch
            count -= len(batch)
            size -= sum(len(proposal.payload) for proposal in batch)
        for queue in proposals_by_queue:
            self._begin(queue)
        return proposals_by_queue

    def take_alone(self, now: float) -> dict[ProjectQueue, list[Proposal]]:
        """The next batch of the one project that is due and has failed least; {}: none is."""
        due_queues = [queue for queue in self._ready(alone=True) if queue.retry_at <= now]
        if not due_queues:
            return {}
        queue = min(due_queues, key=lambda queue: queue.failures)
        self._begin(queue)
        return {queue: queue.batch_alone()}

    def next_retry(self) -> float | None:
        """When the next of those that go alone is due; None: there are none."""
        return min((queue.retry_at for queue in self._ready(alone=True)), default=None)

    def settle(self, queue: ProjectQueue, batch: list[Proposal]) -> None:
        """It is known what became of the batch."""
        queue.is_in_flight = False
        queue.failures = 0
        queue.is_held_up = False
        for _ in batch:
            queue.waiting_deltas.popleft()
        self.count -= len(batch)
        if not queue.waiting_deltas:
            del self.queues[queue.project]

    def refuse(self, queue: ProjectQueue) -> list[Proposal]:
        """Take out all that waits in the project, in order."""
        refused_proposals = [proposal for _, proposal in queue.waiting_deltas]
        self.count -= len(refused_proposals)
        queue.waiting_deltas.clear()
        return refused_proposals

    def forget(self, project: str) -> None:
        """Drop its queue, unless something waits there."""
        queue = self.queues.get(project)
        if queue is not None and not queue.waiting_deltas:
            del self.queues[project]

    def _begin(self, queue: ProjectQueue) -> None:
        queue.is_in_flight = True
        self.queues[queue.project] = self.queues.pop(queue.project)  # its next turn is the last

    def _ready(self, *, alone: bool) -> Iterator[ProjectQueue]:
        for queue in self.queues.values():
            if queue.waiting_deltas and not queue.is_in_flight and queue.goes_alone is alone:
                yield queue


class Committer:
    """Rooms bound what waits; an append that failed is repeated, ids make that safe (rule D3).

    `held_back` is told of a project that has waited too long, and calls `give_back`; `degraded` of
    one that cannot be written to, or can again (None: all of them), and why. `on_duration` hears of
    each batch when its deltas came and were stored, once their rooms have been told.
    """

    def __init__(
        self,
        journal: Journal,
        known_heads_of: Callable[[set[str]], Mapping[str, KnownHead]],
        committed: Callable[[list[Proposal], AppendResult], None],
        held_back: Callable[[str], None],
        degraded: Callable[[str | None, bool, str], None],
        count: Count,
        on_duration: Took,
    ) -> None:
        self._journal = journal
        self._known_heads_of = known_heads_of
        self._committed = committed
        self._held_back = held_back
        self._degraded = degraded
        self._count = count
        self._on_duration = on_duration
        self._now = asyncio.get_running_loop().time
        self._waiting_deltas = WaitingDeltas()
        self._batch_is_waiting = asyncio.Event()  # something waits that nothing is known against
        self._alone_is_waiting = asyncio.Event()  # something waits that has to go alone
        self._nothing_waits = asyncio.Event()  # nothing waits
        self._nothing_waits.set()
        self._is_to_repair = False  # the operator has been told, and has not yet
        self._outages = 0  # appends in a row, of whatever project, that found no database

    @property
    def held_up(self) -> list[str]:
        """Projects that cannot be written to while others can."""
        return [queue.project for queue in self._waiting_deltas.queues.values() if queue.is_held_up]

    @property
    def waiting(self) -> int:
        """Deltas that wait for the journal."""
        return self._waiting_deltas.count

    def forget(self, project: str) -> None:
        """Its room is closed here: forget how its appends fared."""
        self._waiting_deltas.forget(project)

    def submit(self, proposal: Proposal) -> None:
        """Have a proposal appended with the next transaction that has room for it."""
        event = (
            self._alone_is_waiting if self._waiting_deltas.add(proposal) else self._batch_is_waiting
        )
        event.set()
        self._nothing_waits.clear()

    def give_back(self, project: str) -> list[Proposal]:
        """Take back what has waited too long in a project, in order.

        Nothing, if it is being tried again just now.
        """
        queue = self._waiting_deltas.queues.get(project)
        if queue is None or queue.is_in_flight or not queue.failures:
            return []
        refused_proposals = self._waiting_deltas.refuse(queue)
        if not self._waiting_deltas.count:
            self._nothing_waits.set()
        return refused_proposals

    async def settled(self) -> None:
        """Wait until nothing waits any more."""
        await self._nothing_waits.wait()

    async def run(self) -> None:
        """For the life of the node: append what goes together."""
        while True:
            await self._batch_is_waiting.wait()
            batch = self._waiting_deltas.take_together()
            if batch:
                await self._append(batch)
                await asyncio.sleep(0)  # others' turn, before the next batch is encoded
            else:
                self._batch_is_waiting.clear()

    async def run_alone(self) -> None:
        """For the life of the node, once for each connection: append what goes alone."""
        while True:
            queue_alone = self._waiting_deltas.take_alone(self._now())
            if queue_alone:
                await self._append(queue_alone)
            else:
                await self._something_alone()

    async def _something_alone(self) -> None:
        self._alone_is_waiting.clear()
        retry_at = self._waiting_deltas.next_retry()
        seconds = None if retry_at is None else max(0.0, retry_at - self._now())
        try:
            async with asyncio.timeout(seconds):
                await self._alone_is_waiting.wait()
        except TimeoutError:
            return

    async def _append(self, proposals_by_queue: dict[ProjectQueue, list[Proposal]]) -> None:
        batch = [proposal for proposals in proposals_by_queue.values() for proposal in proposals]
        came_at = {
            queue.project: [at for at, _ in islice(queue.waiting_deltas, len(each))]
            for queue, each in proposals_by_queue.items()
        }
        try:
            known_heads = self._known_heads_of({queue.project for queue in proposals_by_queue})
            appended = await self._journal.append(batch, known_heads)
        except Busy as error:
            self._failed(proposals_by_queue, error)
        except Unavailable as error:
            await self._outage(proposals_by_queue, error)
        except Exception as error:  # whatever it is, it must not end this
            self._failed(proposals_by_queue, error)
        else:
            committed_at = time.monotonic()
            self._succeeded(proposals_by_queue, batch, appended)
            self._on_duration(came_at, committed_at)
        finally:
            self._give_back(proposals_by_queue)

    def _succeeded(
        self,
        proposals_by_queue: dict[ProjectQueue, list[Proposal]],
        batch: list[Proposal],
        appended: AppendResult,
    ) -> None:
        self._count("commit_batches")
        self._count("deltas_committed", len(batch))
        if self._is_to_repair:
            self._is_to_repair = False
            log.info("the database lets Prime append again")
        if self._outages:
            self._outages = 0
            self._degraded(None, False, "")
        for queue, proposals in proposals_by_queue.items():
            was_held_up = queue.is_held_up
            self._waiting_deltas.settle(queue, proposals)
            if was_held_up:
                self._degraded(queue.project, False, "")
        self._committed(batch, appended)

    async def _outage(
        self, proposals_by_queue: dict[ProjectQueue, list[Proposal]], error: Unavailable
    ) -> None:
        """The database is not there, for nobody: all wait."""
        log.warning("journal unavailable", **because(error), waiting=self._waiting_deltas.count)
        self._degraded(None, True, "the database does not answer; your edits wait")
        await asyncio.sleep(_delay(self._outages))
        self._outages += 1

    def _failed(
        self, proposals_by_queue: dict[ProjectQueue, list[Proposal]], error: Exception
    ) -> None:
        """Perhaps one project of several is at fault: each goes alone from here on."""
        if not isinstance(error, Busy):
            project = next(iter(proposals_by_queue)).project if len(proposals_by_queue) == 1 else ""
            text = f"{type(error).__name__}: the log has it"
            self._count("append_failed", 1, EventSubject(project, text=text))
            self._log_failure(proposals_by_queue, error)
        now = self._now()
        for queue in proposals_by_queue:
            if not queue.failures:
                queue.failing_since = now
            is_alone = len(proposals_by_queue) == 1
            queue.retry_at = now + (_delay(queue.failures) if is_alone else 0.0)
            queue.failures += 1
            if is_alone:
                self._failed_alone(queue, now - queue.failing_since, error)

    def _log_failure(
        self, proposals_by_queue: dict[ProjectQueue, list[Proposal]], error: Exception
    ) -> None:
        """In the log: a mistake once a project, what is to repair once for all of them."""
        if isinstance(error, ToRepair):
            if not self._is_to_repair:
                log.error(what_to_repair(error), reason=error.in_full)
            self._is_to_repair = True
        elif not all(queue.failures for queue in proposals_by_queue):
            projects = [queue.project for queue in proposals_by_queue]
            log.error("an append failed; it is tried again", projects=projects, exc_info=error)

    def _failed_alone(self, queue: ProjectQueue, seconds: float, error: Exception) -> None:
        if seconds >= TELL_SECONDS and not queue.is_held_up:
            queue.is_held_up = True
            log.warning("a project is held up", project=queue.project, reason=str(error))
            text = "this project cannot be written to just now; your edits wait"
            self._degraded(queue.project, True, text)
        if seconds >= HOLD_SECONDS:
            queue.is_in_flight = False
            self._held_back(queue.project)

    def _give_back(self, proposals_by_queue: dict[ProjectQueue, list[Proposal]]) -> None:
        for queue in proposals_by_queue:
            queue.is_in_flight = False
            if queue.waiting_deltas:
                (self._alone_is_waiting if queue.goes_alone else self._batch_is_waiting).set()
        if not self._waiting_deltas.count:
            self._nothing_waits.set()


def commit_times(commits: Observe, acks: Observe) -> Took:
    """`commits` hears of each batch the longest, `acks` of each delta up to now."""

    def took(came_at: Mapping[str, Sequence[float]], committed_at: float) -> None:
        commits(committed_at - min(map(min, came_at.values())))
        now = time.monotonic()
        for times in came_at.values():
            for at in times:
                acks(now - at)

    return took


def _delay(failures: int) -> float:
    return min(FIRST_RETRY_SECONDS * 2.0 ** min(failures, 10), LAST_RETRY_SECONDS)
