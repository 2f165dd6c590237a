"""Stores groups (a large undo or restore) beside the batches of everyone's deltas."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from persistence.errors import Busy, Unavailable
from persistence.journal.contract import Journal, KnownHead
from rooms.journal.entry import Outcome, Proposal
from schema.errors import ErrorCode
from schema.server_limits import MAX_GROUPS_BYTES
from server.commits.committer import HOLD_SECONDS
from server.logs.outages import because
from server.metrics.metrics import Count

FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 1.0

log = structlog.get_logger()

Parts = Sequence[Proposal]


class GroupCommitter:
    """One group at a time, and few bytes that wait: a group may be large.

    `on_answer` is told what became of a group; `on_failure`, that something broke and nobody knows,
    or (UNAVAILABLE) that there are too many just now, or its project cannot be written to.
    """

    def __init__(
        self,
        journal: Journal,
        known_head_of: Callable[[str], KnownHead],
        on_answer: Callable[[Parts, Outcome, int | None], None],
        on_failure: Callable[[Parts, ErrorCode], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        count: Count,
    ) -> None:
        self._journal = journal
        self._known_head_of = known_head_of
        self._on_answer = on_answer
        self._on_failure = on_failure
        self._spawn = spawn
        self._count = count
        self._now = asyncio.get_running_loop().time
        self._append_lock = asyncio.Lock()
        """Held while a group is being appended."""
        self._under_way = 0
        """Groups that are not stored yet."""
        self._bytes = 0
        """Of all groups that are not stored yet."""
        self._idle = asyncio.Event()
        self._idle.set()

    def submit(self, parts: Parts) -> None:
        """Store the deltas of a group, all or none."""
        size = sum(len(part.payload) for part in parts)
        if self._bytes and self._bytes + size > MAX_GROUPS_BYTES:
            self._on_failure(parts, ErrorCode.UNAVAILABLE)
            return
        self._under_way += 1
        self._bytes += size
        self._idle.clear()
        self._spawn(self._commit(parts, size))

    async def settled(self) -> None:
        """Wait until nothing waits any more."""
        await self._idle.wait()

    async def _commit(self, parts: Parts, size: int) -> None:
        try:
            outcome, seq = await self._append(parts)
        except Busy:
            self._on_failure(parts, ErrorCode.UNAVAILABLE)
        except Exception:
            self._on_failure(parts, ErrorCode.INTERNAL)
            raise
        else:
            self._count("commit_groups")
            self._on_answer(parts, outcome, seq)
        finally:
            self._under_way -= 1
            self._bytes -= size
            if not self._under_way:
                self._idle.set()

    async def _append(self, parts: Parts) -> tuple[Outcome, int | None]:
        """Repeated until the journal answers: ids make that safe (rule D3).

        Between two tries it is others' turn: maybe only this project cannot be written to. Raises
        `Busy` once that has been so for too long (rule D16); for no database at all it waits (D7).
        """
        project, staging = parts[-1].project, str(uuid.uuid4())
        delay = FIRST_RETRY_SECONDS
        busy_since: float | None = None
        while True:
            try:
                async with self._append_lock:
                    return await self._journal.append_group(
                        staging, parts, self._known_head_of(project)
                    )
            except Unavailable as error:
                log.warning("journal unavailable", **because(error), parts=len(parts))
                if not isinstance(error, Busy):
                    busy_since = None
                elif busy_since is None:
                    busy_since = self._now()
                elif self._now() - busy_since >= HOLD_SECONDS:
                    raise
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_RETRY_SECONDS)
