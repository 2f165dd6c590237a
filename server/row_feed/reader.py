"""The one reader of the change log of a node, however many watch: never past what is under way."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from persistence.errors import TooSlow, Unavailable
from persistence.pool import Database, Executor
from persistence.rows import watched_rows
from persistence.rows.embedded_values import bring
from persistence.rows.reading import Row
from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import LoggedChange, LogPosition
from schema.errors import ResyncReason
from schema.limits import MAX_WATCHED_ROWS
from schema.server_limits import MAX_CHANGES_READ, MAX_LISTS_ANEW
from server.logs.outages import because
from server.metrics.metrics import Count
from server.row_feed.change_batch import (
    ChangeBatch,
    read_change_batch,
    tables_of,
    touched_by_roles,
    watches_of,
)
from server.row_feed.watch_notifier import WatchNotifier
from server.row_feed.watches import Watch, Watches

POLL_SECONDS = 0.05
"""Between two looks while someone watches: for writers of whom no node tells."""

GAP_SECONDS = 0.005
"""Between two readings however often it is woken: what comes meanwhile is read together."""

RETRY_SECONDS = 0.5
"""After a look that failed."""

READY_SECONDS = 5.0
"""How long a watch that begins waits for the reader."""

MOST_HALVES = 64
"""Looks for rows that cannot be read: one among ten thousand takes thirty."""

SLOW_TRIES = 2
"""One after the other that take too long: the third would not go better."""

log = structlog.get_logger()

Changed = tuple[str, str]
"""A row that has changed: its table in the log, and its id."""

Unreadable = Mapping[Changed, Exception]
"""Rows that cannot be read, and why."""


@dataclass(frozen=True, slots=True)
class _Moment:
    """What was read at once, up to `read_up_to`."""

    read_up_to: LogPosition
    changes: Sequence[LoggedChange] = ()
    batch: ChangeBatch | None = None
    """None: it is not known what has changed."""
    lists: Mapping[Watch, Sequence[Row]] = field(default_factory=dict)
    """What those hold whose lists were read anew."""
    unreadable: Unreadable = field(default_factory=dict)
    """Left out of the batch."""
    concerned: Collection[Watch] = ()
    """Who shows one of those rows, or may see it."""


class _UnreadableList(Exception):
    """What one list holds could not be read: its watch is over, and the moment is read again."""


class FeedReader:
    """Reads while someone watches; `wake` when something was written."""

    def __init__(
        self,
        db: Database,
        watches: Watches,
        telling: WatchNotifier,
        count: Count,
    ) -> None:
        self._db = db
        self._watches = watches
        self._telling = telling
        self._count = count
        self._read_up_to: LogPosition | None = None
        """Up to where the log was read; None: nobody watches, or nothing was read yet."""
        self._woken = asyncio.Event()
        self._is_table_wanted = asyncio.Event()
        """Somebody waits for a table to be read."""
        self._covered_tables = frozenset[str]()
        """Tables of which all is read that comes after the place."""
        self._covers_more = asyncio.Event()
        """Set, and another one made, with each choice of tables."""
        self._slow_readings = 0
        """That took too long, one after the other."""
        self.lag_seconds = 0.0
        """From the beginning of the last transaction that was read to its reading; 0: all is."""

    def wake(self) -> None:
        """Something was written."""
        self._woken.set()

    async def ready(self, logged_table: str) -> None:
        """Wait until all that is written to the table from now on will be read.

        The table is watched before; the log calls it so. Raises `Unavailable` after some seconds.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                while logged_table not in self._covered_tables:
                    self._is_table_wanted.set()
                    self._woken.set()
                    await self._covers_more.wait()
        except TimeoutError:
            raise Unavailable("what changes cannot be read just now") from None

    async def run(self) -> None:
        """For life: what cannot be read ends the watches that should hear of it, not the feed."""
        while True:
            if not len(self._watches) and not self._is_table_wanted.is_set():
                self._read_up_to, self._covered_tables, self.lag_seconds = None, frozenset(), 0.0
                await self._is_table_wanted.wait()
            await self._read_next()
            try:
                await self.read()
                self._slow_readings = 0
            except Exception as error:
                await self._after(error)

    async def read(self) -> None:
        """All that is new; raises `PersistenceError`."""
        self._is_table_wanted.clear()
        if self._read_up_to is None:
            self._read_up_to = await change_log.here(self._db)
            self._count("feed_queries")
        tables = self._cover(tables_of(self._watches))
        now, changes = await change_log.since(self._db, self._read_up_to, MAX_CHANGES_READ, tables)
        self._count("feed_queries")
        if changes == []:
            self._read_up_to, self.lag_seconds = now, 0.0
            self._telling.settle(now)
            await self._telling.tell_position(now)
        else:
            try:
                await self._read_moment(self._read_up_to, tables)
            except _UnreadableList:
                self.wake()  # the place is as before

    def _cover(self, tables: frozenset[str]) -> frozenset[str]:
        """From the place of now on, all changes of these tables are read.

        A watch reads its first rows only once its table is among them. Said before the reading and
        without a pause after the choice: so no place moves past changes that somebody waits for.
        """
        self._covered_tables = tables
        self._covers_more.set()
        self._covers_more = asyncio.Event()
        return tables

    async def _after(self, error: Exception) -> None:
        """The same again where that may go better; otherwise all who watch are to begin anew."""
        self._slow_readings += isinstance(error, TooSlow)
        if isinstance(error, Unavailable) and self._slow_readings < SLOW_TRIES:
            log.warning("cannot read what has changed", **because(error))
        else:
            log.error("what has changed cannot be read: all who watch begin anew", exc_info=error)
            self._read_up_to, self._covered_tables, self._slow_readings = None, frozenset(), 0
            await self._telling.resync_all(ResyncReason.FAILED)
        await asyncio.sleep(RETRY_SECONDS)

    async def _read_next(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()
        await asyncio.sleep(GAP_SECONDS)

    async def _read_moment(self, log_place: LogPosition, tables: frozenset[str]) -> None:
        """All that has changed since; where some rows cannot be read, all but those."""
        try:
            moment = await self._read_but({}, log_place, tables)
        except (Unavailable, _UnreadableList):
            raise
        except Exception as error:
            read_moment = await self._read_without_unreadable(log_place, tables, error)
            if read_moment is None:
                return
            moment = read_moment
        self._read_up_to = moment.read_up_to
        if moment.batch is None:
            is_ours = log_place.leads_to(moment.read_up_to)
            reason = ResyncReason.TOO_MUCH if is_ours else ResyncReason.OTHER_HISTORY
            log.warning("everyone who watches is to begin anew", reason=reason)
            await self._telling.resync_all(reason)
            return
        self._seen(moment.changes)
        if moment.unreadable:
            await self._telling.cannot_read_rows(moment.unreadable, moment.concerned)
        await self._telling.tell(moment.batch, moment.lists)

    async def _read_but(
        self, unreadable: Unreadable, log_place: LogPosition, tables: frozenset[str]
    ) -> _Moment:
        """What has changed, but these rows: of who may see one of them it is known who that is."""
        async with watched_rows.one_snapshot(self._db) as db:
            now, changes = await change_log.since(db, log_place, MAX_CHANGES_READ, tables)
            self._count("feed_queries", 4)  # with what begins and ends the transaction
            if changes is None:
                return _Moment(now)
            left_out = [c for c in changes if (c.table, c.row) in unreadable]
            concerned = await watches_of(db, self._watches, left_out)
            read = [c for c in changes if (c.table, c.row) not in unreadable]
            batch, query_count = await read_change_batch(db, self._watches, now, read)
            self._count("feed_queries", query_count)
            lists = await self._lists_anew(db, batch)
        return _Moment(now, changes, batch, lists, unreadable, concerned)

    async def _read_without_unreadable(
        self, log_place: LogPosition, tables: frozenset[str], error: Exception
    ) -> _Moment | None:
        """None: it is no row's fault, and all who watch these tables have been told."""
        now, changes = await change_log.since(self._db, log_place, MAX_CHANGES_READ, tables)
        if not changes:
            raise error
        try:
            unreadable = await self._unreadable_among(changes, now)
            if unreadable is not None:
                return await self._read_but(unreadable, log_place, tables)
        except (Unavailable, _UnreadableList):
            raise
        except Exception as again:
            error = again
        self._read_up_to = now
        await self._telling.cannot_read({change.table for change in changes}, error)
        return None

    async def _unreadable_among(
        self, changes: Sequence[LoggedChange], place: LogPosition
    ) -> Unreadable | None:
        """The rows that cannot be read, found by halves; None: they are too many."""
        parts = [list(dict.fromkeys((change.table, change.row) for change in changes))]
        found: dict[Changed, Exception] = {}
        for _ in range(MOST_HALVES):
            if not parts:
                return found
            part = parts.pop()
            names = set(part)
            among = [change for change in changes if (change.table, change.row) in names]
            try:
                async with watched_rows.one_snapshot(self._db) as db:
                    await read_change_batch(db, self._watches, place, among)
            except Unavailable:
                raise
            except Exception as error:
                if len(part) == 1:
                    found[part[0]] = error
                else:
                    parts += [part[len(part) // 2 :], part[: len(part) // 2]]
        return None

    async def _lists_anew(self, db: Executor, batch: ChangeBatch) -> dict[Watch, Sequence[Row]]:
        """What lists hold now of those whose roles, or whose peers, have changed."""
        lists: dict[Watch, Sequence[Row]] = {}
        memberships = batch.memberships(change_log.NOWHERE)
        for watch in await touched_by_roles(db, self._watches, memberships):
            if watch.waiting_batches is not None or watch.is_over:
                continue
            if len(lists) >= MAX_LISTS_ANEW:
                self._telling.resync(watch, ResyncReason.ACCESS)
                continue
            watched_list = watch.group.watched_list
            most, user = MAX_WATCHED_ROWS + 1, watch.user
            try:
                lists[watch] = await watched_rows.list_rows(
                    db, watched_list.table, watched_list.columns, user, watched_list.condition, most
                )
                self._count("feed_queries", await bring(db, watched_list.table, lists[watch]))
            except watched_rows.TooLarge:
                self._telling.resync(watch, ResyncReason.TOO_MUCH)
            except Unavailable:
                raise
            except Exception as error:
                self._telling.cannot_list(watch, error)
                raise _UnreadableList from error
            self._count("feed_queries")
        return lists

    def _seen(self, changes: Sequence[LoggedChange]) -> None:
        self._count("feed_changes", len(changes))
        if changes:
            self.lag_seconds = max(change.age for change in changes)
