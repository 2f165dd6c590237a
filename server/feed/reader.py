"""The one reader of the change log of a node, however many watch: never past what is under way."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from persistence.errors import PersistenceError
from persistence.pool import Database, Executor
from persistence.rows import watched
from persistence.rows.reading import Row
from persistence.tables import change_log
from persistence.tables.change_log import Change, Place
from schema.limits import MAX_WATCHED_ROWS
from schema.server_limits import MAX_CHANGES_READ, MAX_LISTS_ANEW
from server.feed.moment import Moment, read_moment, tables_of, touched_by_roles
from server.feed.telling import Telling
from server.feed.watches import Watch, Watches

POLL_SECONDS = 0.05
"""Between two looks while someone watches: for writers of whom no node tells."""

GAP_SECONDS = 0.005
"""Between two readings however often it is woken: what comes meanwhile is read together."""

RETRY_SECONDS = 0.5
"""After a look that failed."""

log = structlog.get_logger()


class FeedReader:
    """Reads while someone watches; `wake` when something was written."""

    def __init__(
        self,
        db: Database,
        watches: Watches,
        telling: Telling,
        asked: Callable[[float], None],
        changed: Callable[[float], None],
    ) -> None:
        self._db = db
        self._watches = watches
        self._telling = telling
        self._count_queries = asked
        self._count_changes = changed
        self._place: Place | None = None
        """Up to where the log was read; None: nobody watches, or nothing was read yet."""
        self._woken = asyncio.Event()
        self._asked = asyncio.Event()
        """Somebody waits for the first place."""
        self._has_place = asyncio.Event()
        self.lag_seconds = 0.0
        """From the beginning of the last transaction that was read to its reading."""

    def wake(self) -> None:
        """Something was written."""
        self._woken.set()

    async def ready(self) -> None:
        """Wait until what is written from now on will be read."""
        self._asked.set()
        self._woken.set()
        await self._has_place.wait()

    async def run(self) -> None:
        """For life."""
        while True:
            if not len(self._watches) and not self._asked.is_set():
                self._place = None
                self._has_place.clear()
                await self._asked.wait()
            await self._next()
            try:
                await self.read()
            except PersistenceError as error:
                log.warning("cannot read what has changed", reason=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def read(self) -> None:
        """All that is new; raises `PersistenceError`."""
        self._asked.clear()
        if self._place is None:
            self._place = await change_log.here(self._db)
            self._count_queries(1)
            self._has_place.set()
            return
        tables = tables_of(self._watches)
        now, changes = await change_log.since(self._db, self._place, MAX_CHANGES_READ, tables)
        self._count_queries(1)
        if changes == []:
            self._place = now
            await self._telling.tell_position(now)
        else:
            await self._read_moment(self._place, tables)

    async def _next(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()
        await asyncio.sleep(GAP_SECONDS)

    async def _read_moment(self, place: Place, tables: set[str]) -> None:
        async with watched.one_snapshot(self._db) as db:
            now, changes = await change_log.since(db, place, MAX_CHANGES_READ, tables)
            self._count_queries(4)  # with what begins and ends the transaction
            if changes is not None:
                moment, asked = await read_moment(db, self._watches, now, changes)
                self._count_queries(asked)
                lists = await self._lists_anew(db, moment)
        if changes is None:
            reason = "too_much" if place.leads_to(now) else "other_history"
            log.warning("everyone who watches is to begin anew", reason=reason)
            self._place = now
            self._telling.resync_all(reason)
            return
        self._place = now
        self._seen(changes)
        try:
            await self._telling.tell(moment, lists)
        except Exception:
            self._telling.resync_all("failed")  # who was told what is not known
            raise

    async def _lists_anew(self, db: Executor, moment: Moment) -> dict[Watch, Sequence[Row]]:
        """What lists hold now of those whose roles, or whose peers, have changed."""
        lists: dict[Watch, Sequence[Row]] = {}
        memberships = moment.memberships(change_log.NOWHERE)
        for watch in await touched_by_roles(db, self._watches, memberships):
            if watch.waiting is not None or watch.is_over:
                continue
            if len(lists) >= MAX_LISTS_ANEW:
                self._telling.resync(watch, "access")
                continue
            listed = watch.group.listed
            lists[watch] = await watched.list_rows(
                db, listed.table, listed.columns, watch.user, listed.condition, MAX_WATCHED_ROWS + 1
            )
            self._count_queries(1)
        return lists

    def _seen(self, changes: Sequence[Change]) -> None:
        self._count_changes(len(changes))
        if changes:
            self.lag_seconds = max(change.age for change in changes)
