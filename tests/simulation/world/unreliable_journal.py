"""A journal of a simulated database: slow, and now and then away."""

import asyncio
import random
from collections.abc import Callable, Collection, Mapping, Sequence

from persistence.errors import Busy, Unavailable
from persistence.journal.contract import AppendResult, Checkpoint, Fence, JournalStand, KnownHead
from persistence.journal.memory import MemoryJournal
from rooms.journal.entry import Entry, Outcome, Proposal, StepMark

LOCK_SECONDS = 0.1


class UnreliableJournal:
    """A journal that takes its time, and now and then does not answer, before or after the fact."""

    def __init__(self, inner: MemoryJournal, rng: random.Random) -> None:
        self.inner = inner
        self.rng = rng
        self.trouble = 0.08
        self.late = 0.0
        """How often an append is on its way for seconds."""
        self.locked_until = 0.0
        """Until then, in seconds of the loop, somebody else has the row of the project."""
        self.saved: Callable[[Checkpoint], None] = lambda _: None

    async def _pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.0, 0.03))

    async def _before(self) -> None:
        await self._pause()
        self._perhaps_fail("before")

    async def _after(self) -> None:
        self._perhaps_fail("after")
        await self._pause()

    def _perhaps_fail(self, when: str) -> None:
        if self.rng.random() < self.trouble:
            raise Unavailable(f"the simulated database is away, {when} the fact")

    async def _lock(self) -> None:
        """Of the row that every append needs: waits for it as long as its lane lets it."""
        if asyncio.get_running_loop().time() < self.locked_until:
            await asyncio.sleep(LOCK_SECONDS)
            if asyncio.get_running_loop().time() < self.locked_until:
                raise Busy("canceling statement due to lock timeout")

    async def append(
        self, proposals: Sequence[Proposal], known: Mapping[str, KnownHead]
    ) -> AppendResult:
        await self._before()
        if self.late and self.rng.random() < self.late:
            await asyncio.sleep(self.rng.uniform(0.5, 3.0))
        await self._lock()
        appended = await self.inner.append(proposals, known)
        await self._after()
        return appended

    async def append_group(
        self, staging: str, parts: Sequence[Proposal], known: KnownHead
    ) -> tuple[Outcome, int | None]:
        await self._before()
        await self._lock()
        appended = await self.inner.append_group(staging, parts, known)
        await self._after()
        return appended

    async def marks(self, project: str, up_to: int, limit: int) -> list[StepMark]:
        await self._before()
        return await self.inner.marks(project, up_to, limit)

    async def record_effective_ops(
        self, project: str, effective_ops: Mapping[int, bytes], known: KnownHead
    ) -> None:
        await self._before()
        await self.inner.record_effective_ops(project, effective_ops, known)
        await self._after()

    async def base(self, project: str, at: int) -> Checkpoint | None:
        await self._before()
        return await self.inner.base(project, at)

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        await self._before()
        entries = await self.inner.read(project, after, limit)
        await self._after()
        return entries

    async def read_on(self, project: str, known: KnownHead, limit: int) -> list[Entry]:
        await self._before()
        entries = await self.inner.read_on(project, known, limit)
        await self._after()
        return entries

    async def stand(self, known: Mapping[str, KnownHead]) -> dict[str, JournalStand]:
        await self._before()
        stands = await self.inner.stand(known)
        await self._after()
        return stands

    async def read_aspect(
        self, project: str, aspect: str, after: int, up_to: int, limit: int
    ) -> list[Entry]:
        await self._before()
        return await self.inner.read_aspect(project, aspect, after, up_to, limit)

    async def find(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        await self._before()
        found = await self.inner.find(proposal)
        await self._after()
        return found

    async def raise_fence(self, project: str, member: str) -> Fence:
        await self._before()
        fence = await self.inner.raise_fence(project, member)
        await self._after()
        return fence

    async def seqs_of(
        self, project: str, author: str, delta_ids: Collection[str]
    ) -> dict[str, int]:
        await self._before()
        found = await self.inner.seqs_of(project, author, delta_ids)
        await self._after()
        return found

    async def heads(self, projects: Collection[str]) -> dict[str, int]:
        await self._before()
        return await self.inner.heads(projects)

    async def load(self, project: str) -> Checkpoint:
        await self._before()
        checkpoint = await self.inner.load(project)
        await self._after()
        return checkpoint

    async def save(self, checkpoint: Checkpoint) -> None:
        await self._before()
        await self.inner.save(checkpoint)
        self.saved(checkpoint)
        await self._after()
