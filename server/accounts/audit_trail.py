"""What happened to accounts and roles: noted at once, written behind, and never waited for.

What must be there if and only if the change is: `persistence.tables.audit_log.insert`, in its
transaction. Both are told to the log as well.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from persistence.errors import BadValue, PersistenceError
from persistence.pool import Executor
from persistence.tables import audit_log
from persistence.tables.audit_log import AuditRow
from schema.accounts.audit_events import COUNTED_TOGETHER, AuditEvent
from schema.server_limits import MAX_AUDIT_BYTES
from server.events.events import NO_SUBJECT
from server.token_bucket import TokenBucket

if TYPE_CHECKING:
    from server.metrics.metrics import Count

FLUSH_SECONDS = 2.0
"""Between two writes: what a node that is killed may lose, and what is counted together."""

LAST_SECONDS = 2.0
"""What the last write of a node that stops may take."""

APART_PER_SECOND, APART_AT_ONCE = 1.0, 200.0
"""Entries that strangers bring about and that say of whom; past that they are counted by kind."""

ROWS_AT_ONCE = 500

log = structlog.get_logger()

Key = tuple[object, ...]

TOLD = object()
"""In the key of what the log has already, and the table not yet."""


class AuditTrail:
    """That of one node. `clock`: seconds since 1970."""

    def __init__(
        self, db: Executor, count: "Count", clock: Callable[[], float] = time.time
    ) -> None:
        self._db = db
        self._count = count
        self._clock = clock
        self._unwritten: OrderedDict[Key, AuditRow] = OrderedDict()
        """What is not written yet, the oldest first; what counts together is under one key."""
        self._bytes = 0
        """What they weigh."""
        self.lost_count = 0
        """Entries that found no room since the last write."""
        self._apart = TokenBucket(APART_PER_SECOND, APART_AT_ONCE)
        """For entries that strangers bring about."""
        self._next_number = 0
        """A number for the key of each entry that stands alone."""
        self._flushing = asyncio.Lock()

    def note(
        self,
        event: AuditEvent,
        *,
        user: str | None = None,
        actor: str | None = None,
        project: str | None = None,
        auth_session: str | None = None,
        address: str | None = None,
        account: bytes | None = None,
        **details: Any,
    ) -> None:
        """It happened, just now: written within seconds. Never raises, never waits.

        `cause` among the details is a `Cause`; it is counted for /metrics too.
        """
        cause = details.get("cause")
        self._count(f"audit_entries.{event}")
        if cause:
            self._count(f"auth_refused.{cause}")
        actor = None if actor == user else actor
        row = AuditRow(
            event, user, actor, project, auth_session, address, account, details, at=self._clock()
        )
        if event not in COUNTED_TOGETHER:
            self._next_number += 1
            self._put((self._next_number,), row)
            return
        key: Key = (event, user, account, address, project, cause)
        if key not in self._unwritten and not self._apart.take(1.0, row.at or 0.0):
            key = (event, cause)
            row = AuditRow(event, details={"cause": cause, "of": "many"}, at=row.at)
        self._put(key, row)

    async def flush(self) -> None:
        """Write what waits; raises `PersistenceError`, and then keeps it for later."""
        async with self._flushing:
            self._note_losses()
            while self._unwritten:
                entries_taken = [
                    self._unwritten.popitem(last=False) for _ in range(self._how_many())
                ]
                await self._write(entries_taken)

    async def flush_at_last(self) -> None:
        """The node stops, and nobody calls any more: write what is left, or say what is lost."""
        try:
            async with asyncio.timeout(LAST_SECONDS):
                await self.flush()
        except (TimeoutError, PersistenceError) as error:
            log.warning("audit not written", entries=len(self._unwritten), reason=str(error))

    def _note_losses(self) -> None:
        if self.lost_count:
            row = AuditRow(AuditEvent.ENTRIES_LOST, count=self.lost_count, at=self._clock())
            self._count("audit_entries_lost", self.lost_count, NO_SUBJECT)
            self.lost_count = 0
            # Past the bound: this one is not lost.
            self._unwritten[(row.event, row.id)] = row
            self._bytes += row.bytes

    def _how_many(self) -> int:
        return min(len(self._unwritten), ROWS_AT_ONCE)

    async def _write(self, entries: list[tuple[Key, AuditRow]]) -> None:
        rows = [row for _, row in entries]
        for key, row in entries:
            if key[0] is not TOLD:
                log.info("audit", **row.said | {"what": row.event.value})
        try:
            await self._insert(rows)
        except BaseException:
            for row in reversed(rows):
                key = (TOLD, row.id)
                self._unwritten[key] = row
                self._unwritten.move_to_end(key, last=False)
            raise
        self._bytes -= sum(row.bytes for row in rows)

    async def _insert(self, rows: list[AuditRow]) -> None:
        """One by one if the table takes not all: our own mistake, and no reason to lose others."""
        try:
            await audit_log.insert_many(self._db, rows)
        except BadValue as error:
            if len(rows) > 1:
                for row in rows:
                    await self._insert([row])
                return
            self._count("audit_entries_lost", 1, NO_SUBJECT)
            log.error("an entry of the audit is refused", what=rows[0].event, reason=str(error))

    def _put(self, key: Key, row: AuditRow) -> None:
        before = self._unwritten.get(key)
        if before is not None:
            self._unwritten[key] = _both(before, row)
            return
        self._unwritten[key] = row
        self._bytes += row.bytes
        while self._bytes > MAX_AUDIT_BYTES and self._unwritten:
            _, oldest = self._unwritten.popitem(last=False)
            self._bytes -= oldest.bytes
            self.lost_count += oldest.count


def _both(first: AuditRow, entry_before: AuditRow) -> AuditRow:
    return replace(first, count=first.count + entry_before.count)
