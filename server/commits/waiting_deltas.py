"""Proposals that wait for the journal, by project, in order; one batch of each at a time."""

import time
from collections import deque
from collections.abc import Iterator

from rooms.journal.entry import Proposal
from schema.server_limits import LARGE_DELTA_BYTES, MAX_BATCH, MAX_BATCH_BYTES


class ProjectQueue:
    """The proposals of one project that wait, and how its appends have fared."""

    __slots__ = (
        "failures",
        "is_held_up",
        "is_in_flight",
        "project",
        "retry_at",
        "since",
        "waiting",
    )

    def __init__(self, project: str) -> None:
        self.project = project
        self.waiting: deque[tuple[float, Proposal]] = deque()  # and when each came
        self.is_in_flight = False  # a batch of it is being appended
        self.failures = 0  # in a row; past 0 it is appended alone
        self.since = 0.0  # when the first of those was, in the time of the loop
        self.retry_at = 0.0  # not before
        self.is_held_up = False  # its room knows that it is held up

    @property
    def is_aside(self) -> bool:
        """Whether it is to be appended alone, apart from all others."""
        return self.failures > 0 or len(self.waiting[0][1].payload) > LARGE_DELTA_BYTES

    def batch(self, most: int = MAX_BATCH, most_bytes: int = MAX_BATCH_BYTES) -> list[Proposal]:
        """What goes into its next transaction; stays in the queue until it is settled."""
        taken: list[Proposal] = []
        size = 0
        for _, proposal in self.waiting:
            size += len(proposal.payload)
            if len(taken) == most or size > most_bytes:
                break
            taken.append(proposal)
        return taken

    def batch_alone(self) -> list[Proposal]:
        """The same for one that is aside: at least the first, and after a failure that alone.

        So the one at fault holds up only what comes after it.
        """
        return [self.waiting[0][1]] if self.failures else self.batch() or [self.waiting[0][1]]


class WaitingDeltas:
    """All queues. What was taken stays in its queue until it is settled or refused."""

    def __init__(self) -> None:
        self.queues: dict[str, ProjectQueue] = {}
        """By project; the one whose turn is next comes first."""
        self.count = 0
        """Proposals in all of them."""

    def add(self, proposal: Proposal) -> bool:
        """Put it into its queue; whether that is aside."""
        queue = self.queues.get(proposal.project)
        if queue is None:
            queue = self.queues[proposal.project] = ProjectQueue(proposal.project)
        queue.waiting.append((time.monotonic(), proposal))
        self.count += 1
        return queue.is_aside

    def take_together(self) -> dict[ProjectQueue, list[Proposal]]:
        """The next batch, of all projects that are not aside, in turn."""
        taken: dict[ProjectQueue, list[Proposal]] = {}
        count, size = MAX_BATCH, MAX_BATCH_BYTES
        for queue in self._ready(aside=False):
            batch = queue.batch(count, size)
            if not batch:
                break
            taken[queue] = batch
            count -= len(batch)
            size -= sum(len(proposal.payload) for proposal in batch)
        for queue in taken:
            self._begin(queue)
        return taken

    def take_aside(self, now: float) -> dict[ProjectQueue, list[Proposal]]:
        """The next batch of the one project that is due and has failed least; {}: none is."""
        due = [queue for queue in self._ready(aside=True) if queue.retry_at <= now]
        if not due:
            return {}
        queue = min(due, key=lambda queue: queue.failures)
        self._begin(queue)
        return {queue: queue.batch_alone()}

    def next_retry(self) -> float | None:
        """When the next of those aside is due; None: there are none."""
        return min((queue.retry_at for queue in self._ready(aside=True)), default=None)

    def settle(self, queue: ProjectQueue, batch: list[Proposal]) -> None:
        """It is known what became of the batch."""
        queue.is_in_flight = False
        queue.failures = 0
        queue.is_held_up = False
        for _ in batch:
            queue.waiting.popleft()
        self.count -= len(batch)
        if not queue.waiting:
            del self.queues[queue.project]

    def refuse(self, queue: ProjectQueue) -> list[Proposal]:
        """Take out all that waits in the project, in order."""
        refused = [proposal for _, proposal in queue.waiting]
        self.count -= len(refused)
        queue.waiting.clear()
        return refused

    def forget(self, project: str) -> None:
        """Drop its queue, unless something waits there."""
        queue = self.queues.get(project)
        if queue is not None and not queue.waiting:
            del self.queues[project]

    def _begin(self, queue: ProjectQueue) -> None:
        queue.is_in_flight = True
        self.queues[queue.project] = self.queues.pop(queue.project)  # its next turn is the last

    def _ready(self, *, aside: bool) -> Iterator[ProjectQueue]:
        for queue in self.queues.values():
            if queue.waiting and not queue.is_in_flight and queue.is_aside is aside:
                yield queue
