"""What groups and appends: all that waits, of all rooms, in one transaction at a time."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping

import structlog

from persistence.errors import Unavailable
from persistence.journal import Appended, Journal, Known
from rooms.journal_entry import Proposal
from schema.server_limits import MAX_BATCH, MAX_BATCH_BYTES
from server.metrics import Count

FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 1.0

log = structlog.get_logger()


class Committer:
    """Rooms bound what waits; an append that failed is repeated, ids make that safe (rule D3)."""

    def __init__(
        self,
        journal: Journal,
        known: Callable[[set[str]], Mapping[str, Known]],
        committed: Callable[[list[Proposal], Appended], None],
        degraded: Callable[[bool, str], None],
        count: Count,
    ) -> None:
        self._journal = journal
        self._known = known
        self._committed = committed
        self._degraded = degraded
        self._count = count
        self.took: Callable[[float], None] = lambda _: None
        """Hears of each batch how long, in seconds, its first delta waited for the COMMIT."""
        self._waiting: deque[tuple[float, Proposal]] = deque()
        self._something = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, proposal: Proposal) -> None:
        """Let a proposal wait for the next transaction."""
        self._waiting.append((time.monotonic(), proposal))
        self._something.set()
        self._idle.clear()

    async def settled(self) -> None:
        """Wait until nothing waits any more."""
        await self._idle.wait()

    async def run(self) -> None:
        """For the life of the hub."""
        while True:
            await self._something.wait()
            came_at = self._waiting[0][0]
            batch = self._take_batch()
            appended = await self._append(batch)
            self.took(time.monotonic() - came_at)
            self._count("batches")
            self._count("deltas_committed", len(batch))
            self._committed(batch, appended)
            await asyncio.sleep(0)  # others' turn, before the next batch is encoded
            if not self._waiting:
                self._something.clear()
                self._idle.set()

    def _take_batch(self) -> list[Proposal]:
        batch: list[Proposal] = []
        size = 0
        while self._waiting and len(batch) < MAX_BATCH:
            size += len(self._waiting[0][1].ops)
            if batch and size > MAX_BATCH_BYTES:
                break
            batch.append(self._waiting.popleft()[1])
        return batch

    async def _append(self, batch: list[Proposal]) -> Appended:
        delay = FIRST_RETRY_SECONDS
        is_degraded = False
        while True:
            try:
                known = self._known({proposal.project for proposal in batch})
                appended = await self._journal.append(batch, known)
            except Unavailable as error:
                log.warning("journal unavailable", reason=str(error), waiting=len(batch))
                is_degraded = True
                self._degraded(True, "the database does not answer; your edits wait")
                await asyncio.sleep(delay)
                delay = min(delay * 2, LAST_RETRY_SECONDS)
                continue
            if is_degraded:
                self._degraded(False, "")
            return appended
