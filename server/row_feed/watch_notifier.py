"""Tells watches what has changed, in terms of their lists, or that they are to begin anew."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
from msgspec import Raw, Struct

from persistence.rows.reading import Row
from persistence.rows.watched_rows import row_id
from persistence.tables.internal.change_log import LoggedChange, LogPosition
from schema.errors import ResyncReason
from schema.limits import MAX_CHANGES_AT_ONCE, MAX_WATCHED_ROWS
from schema.messages import Resync, Rows
from server.encoding.codec import frame_header
from server.events.events import EventSubject
from server.metrics.metrics import Count
from server.row_feed.change_batch import MEMBERS, ChangeBatch
from server.row_feed.list_changes import CHANGED, ENTERED, LEFT, ListChanges, concerned, kinds
from server.row_feed.positions import FeedPositions
from server.row_feed.visibility import is_seen_by_peers, is_seen_by_role
from server.row_feed.watches import Watch, Watches, WatchGroup

AT_A_TIME_SECONDS = 0.002
"""How long it goes on in one turn of the event loop: cursors wait for it."""

POSITION_SECONDS = 30.0
"""After so long without a change a watch is told how far it has come."""

log = structlog.get_logger()

Numbers = dict[Watch, list[int]]
"""What each watch is to be told, as numbers of `ListChanges`."""


class _Rows(Struct, frozen=True, gc=False, tag_field="t", tag="rows"):
    """`schema.messages.Rows`, its changes encoded before."""

    watch: str
    changes: Raw
    position: str | None


class WatchNotifier:
    """For all watches of a node."""

    def __init__(self, watches: Watches, positions: FeedPositions, count: Count) -> None:
        self._watches = watches
        self._positions = positions
        self._count = count
        self._positions_due = 0.0
        """When it is next looked for those who were told none for long, in seconds of the loop."""
        self._began_at = 0.0
        """When the turn of the event loop began that it works in, in seconds of the loop."""

    async def tell(self, batch: ChangeBatch, lists: Mapping[Watch, Sequence[Row]]) -> None:
        """Everyone whose list is another one now. `lists`: what those hold that were read anew."""
        self._began_at = asyncio.get_running_loop().time()
        begun_watches = self._hold_for_beginners(batch)
        for watch in begun_watches:
            with self._or_anew(watch):
                self._tell_one_watch(watch, batch, lists.get(watch))
            await self._pause()
        for group in self._concerned(batch, lists):
            try:
                await self._tell_group(group, batch, lists)
            except Exception as error:
                self._note(group.logged_table, error)
                await self._end(group.watches(), ResyncReason.FAILED)
        self._settle(begun_watches, batch.read_up_to)

    def begin(self, watch: Watch) -> None:
        """Its first rows are on their way: what came meanwhile follows."""
        watch.told_at = asyncio.get_running_loop().time()
        batches, watch.waiting_batches = watch.waiting_batches or [], None
        if watch.cannot_begin is not None:
            self.resync(watch, watch.cannot_begin)
        for batch in batches:
            with self._or_anew(watch):
                self._tell_one_watch(watch, batch, None)

    async def tell_position(self, place: LogPosition) -> None:
        """Those who were told nothing for long: a position that is old is good for little."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._positions_due:
            return
        self._positions_due = loop.time() + POSITION_SECONDS / 10
        self._began_at = loop.time()
        for watch in list(self._watches.all()):
            if watch.waiting_batches is None and loop.time() - watch.told_at >= POSITION_SECONDS:
                watch.told_at = loop.time()
                watch.outlet.send(Rows(watch.id, [], self._positions.write(place, watch.owner)))
            await self._pause()

    def resync(self, watch: Watch, reason: ResyncReason) -> None:
        """It is over; its reader is to watch anew."""
        if not watch.is_over:
            self._count(f"watches_ended.{reason}")
            watch.outlet.send(Resync(watch.id, reason))
            self._watches.end(watch)

    async def resync_all(self, reason: ResyncReason) -> None:
        """All who watch now: nobody can be told what has changed."""
        self._began_at = asyncio.get_running_loop().time()
        await self._end(self._watches.all(), reason)

    async def cannot_read(self, tables: Collection[str], error: Exception) -> None:
        """What has changed in these tables of the log: who watches others hears nothing of it."""
        self._began_at = asyncio.get_running_loop().time()
        for table in sorted(tables):
            self._note(table, error)
        if MEMBERS in tables:  # by whose rows it is known who sees what, of any table
            await self._end(self._watches.all(), ResyncReason.FAILED)
        for table in tables:
            for group in self._watches.of_table(table):
                await self._end(group.watches(), ResyncReason.FAILED)

    async def cannot_read_rows(
        self, mistakes: Mapping[tuple[str, str], Exception], watches: Collection[Watch]
    ) -> None:
        """These rows (table, id) cannot be read: these watches, which may show them, begin anew."""
        self._began_at = asyncio.get_running_loop().time()
        for (table, row), error in mistakes.items():
            self._note(table, error, row)
        await self._end(watches, ResyncReason.FAILED)

    def cannot_list(self, watch: Watch, error: Exception) -> None:
        """What the list of this watch holds now cannot be read."""
        self._note(watch.group.logged_table, error)
        self.resync(watch, ResyncReason.FAILED)

    async def _end(self, watches: Iterable[Watch], reason: ResyncReason) -> None:
        for watch in list(watches):
            if watch.waiting_batches is None:
                self.resync(watch, reason)
            else:
                _hold_no_more(watch, reason)
            await self._pause()

    @contextmanager
    def _or_anew(self, watch: Watch) -> Iterator[None]:
        """What cannot be told one watch ends that one, and no other."""
        try:
            yield
        except Exception as error:
            self._note(watch.group.logged_table, error)
            self.resync(watch, ResyncReason.FAILED)

    def _note(self, table: str, error: Exception, row: str = "") -> None:
        log.error("what has changed cannot be told", table=table, row=row, exc_info=error)
        self._count("changes_untold", 1, EventSubject(name=table, text=type(error).__name__))

    def _hold_for_beginners(self, batch: ChangeBatch) -> list[Watch]:
        """Keep it for those whose first rows are not on their way; the other beginners."""
        begun_watches: list[Watch] = []
        members = batch.changes_by_relation.get(MEMBERS, {})
        for watch in self._watches.beginners:
            if watch.waiting_batches is None:
                begun_watches.append(watch)
                continue
            own_changes = batch.changes_by_relation.get(watch.group.relation, {})
            if watch.cannot_begin is not None or not (own_changes or members):
                continue
            watch.waiting_change_count += len(own_changes) + (
                len(members) if members is not own_changes else 0
            )
            if watch.waiting_change_count <= MAX_CHANGES_AT_ONCE:
                watch.waiting_batches.append(batch)
            else:
                _hold_no_more(watch, ResyncReason.TOO_MUCH)
        return begun_watches

    def settle(self, place: LogPosition) -> None:
        """Nothing has changed up to there: beginners whose first rows it saw are none any more."""
        self._settle([w for w in self._watches.beginners if w.waiting_batches is None], place)

    def _settle(self, begun_watches: Iterable[Watch], log_place: LogPosition) -> None:
        saw = [watch for watch in begun_watches if log_place.saw_all_of(watch.first_rows_place)]
        self._watches.beginners.difference_update(saw)

    def _concerned(self, batch: ChangeBatch, lists: Mapping[Watch, object]) -> Iterable[WatchGroup]:
        """Only these are looked at, however many there are."""
        return batch.groups | {watch.group for watch in lists if not watch.is_over}

    async def _tell_group(
        self, group: WatchGroup, batch: ChangeBatch, lists: Mapping[Watch, Sequence[Row]]
    ) -> None:
        changes = ListChanges(group.watched_list.columns)
        anew = {watch for watch in lists if watch.group is group}
        row_numbers = await self._of_group(group, batch, changes, anew)
        for watch in anew - self._watches.beginners:
            row_numbers[watch] = self._anew(watch, batch, changes, lists[watch])
            await self._pause()
        for watch, numbers in row_numbers.items():
            with self._or_anew(watch):
                self._send(watch, changes, numbers, batch.read_up_to)
            await self._pause()
        await self._pause()

    async def _of_group(
        self, group: WatchGroup, batch: ChangeBatch, changes: ListChanges, apart: set[Watch]
    ) -> Numbers:
        """Beginners are told by themselves: what is told here may be older than their rows."""
        numbers: Numbers = {}
        table = group.watched_list.table
        beginners = self._watches.beginners
        for id in batch.changes_by_relation.get(group.relation, {}):
            row = batch.rows.get(table.relation, {}).get(id)
            try:
                for kind, watches in kinds(group, id, batch):
                    settled_watches = watches - beginners - apart
                    number = changes.number(kind, id, row) if settled_watches else 0
                    for watch in settled_watches:
                        _take_change(watch, kind, id)
                        numbers.setdefault(watch, []).append(number)
            except Exception as error:  # of this row alone
                self._note(group.logged_table, error, id)
                await self._end(concerned(group, id, batch) - beginners, ResyncReason.FAILED)
            await self._pause()
        return numbers

    def _anew(
        self, watch: Watch, batch: ChangeBatch, changes: ListChanges, rows: Sequence[Row]
    ) -> list[int]:
        """By what the whole list holds now: roles have changed, and with them who sees what."""
        table = watch.group.watched_list.table
        now = {row_id(table, row): row for row in rows}
        shown_ids, changed_ids = (
            set(watch.shown_ids),
            batch.news(watch.group.relation, watch.first_rows_place),
        )
        happened = [
            *((LEFT, id) for id in shown_ids - now.keys()),
            *((CHANGED, id) for id in changed_ids if id in shown_ids and id in now),
            *((ENTERED, id) for id in now if id not in shown_ids),
        ]
        for kind, id in happened:
            _take_change(watch, kind, id)
        return [changes.number(kind, id, now.get(id)) for kind, id in happened]

    def _tell_one_watch(self, watch: Watch, batch: ChangeBatch, anew: Sequence[Row] | None) -> None:
        """What a moment was to one watch, but for what its first rows have told.

        `anew`: what its list holds now, where that was read.
        """
        if watch.is_over or not batch.read_up_to.saw_all_of(watch.first_rows_place):
            return  # all of it was seen by its first rows
        changes = ListChanges(watch.group.watched_list.columns)
        if anew is not None:
            numbers = self._anew(watch, batch, changes, anew)
        elif _is_touched(watch, batch.memberships(watch.first_rows_place)):
            self.resync(watch, ResyncReason.ACCESS)
            return
        else:
            numbers = self._news(watch, batch, changes)
        self._send(watch, changes, numbers, batch.read_up_to)

    def _news(self, watch: Watch, batch: ChangeBatch, changes: ListChanges) -> list[int]:
        numbers: list[int] = []
        table = watch.group.watched_list.table
        for id in batch.news(watch.group.relation, watch.first_rows_place):
            row = batch.rows.get(table.relation, {}).get(id)
            for kind, watches in kinds(watch.group, id, batch):
                if watch in watches:
                    _take_change(watch, kind, id)
                    numbers.append(changes.number(kind, id, row))
        return numbers

    def _send(
        self, watch: Watch, changes: ListChanges, numbers: Sequence[int], log_place: LogPosition
    ) -> None:
        if watch.is_over or not numbers:
            return
        if len(watch.shown_ids) > MAX_WATCHED_ROWS:
            self.resync(watch, ResyncReason.TOO_MANY_ROWS)
            return
        if len(numbers) > MAX_CHANGES_AT_ONCE:
            self.resync(watch, ResyncReason.TOO_MUCH)
            return
        watch.told_at = asyncio.get_running_loop().time()
        codec = watch.outlet.codec
        position = self._positions.write(log_place, watch.owner)
        parts = changes.parts(codec, numbers)
        for n, part in enumerate(parts, 1):
            message = _Rows(watch.id, part, position if n == len(parts) else None)
            payload = codec.encode(message)
            if not watch.outlet.offer_frame(frame_header(codec.first_byte, payload) + payload):
                self.resync(watch, ResyncReason.BEHIND)
                return

    async def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() - self._began_at > AT_A_TIME_SECONDS:
            await asyncio.sleep(0)
            self._began_at = loop.time()


def _hold_no_more(watch: Watch, reason: ResyncReason) -> None:
    watch.waiting_batches, watch.cannot_begin = [], reason


def _take_change(watch: Watch, kind: str, id: str) -> None:
    if watch.is_over:
        return
    if kind == ENTERED:
        watch.show(id)
    elif kind == LEFT:
        watch.hide(id)


def _is_touched(watch: Watch, memberships: Iterable[LoggedChange]) -> bool:
    """Whether these changes of roles may make its list another one."""
    table = watch.group.watched_list.table
    changes = list(memberships)
    if is_seen_by_peers(table) and changes:
        return True
    return is_seen_by_role(table) and any(change.user == watch.user for change in changes)
