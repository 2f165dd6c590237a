"""The feed of a node: who watches, the reader of what changes, and how it is woken."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from persistence.lanes import Lanes
from persistence.rows.embedded_values import BESIDE, shown
from persistence.rows.reading import Row
from persistence.tables.internal.change_log import LogPosition
from schema.errors import ErrorCode, ResyncReason
from server.metrics.metrics import Count
from server.refused import Refused
from server.row_feed.positions import FeedPositions, owner
from server.row_feed.reader import FeedReader
from server.row_feed.subscriber import Subscriber
from server.row_feed.watch_notifier import WatchNotifier
from server.row_feed.watch_start import WatchStart
from server.row_feed.watches import WatchedList, Watches

TELL_GAP_SECONDS = 0.01
"""Between two messages to other nodes that something was written, however much it is."""


@dataclass(frozen=True, slots=True)
class WatchAnswer:
    """What the call `watch` is answered."""

    watch: str
    rows: list[Row]
    left_ids: list[str]
    position: str
    resumed: bool
    reason: str | None


class RowFeed:
    """`is_here`: whether a connection with this id is open; `tell_nodes`: wakes other nodes."""

    def __init__(
        self,
        db: Lanes,
        secret: bytes,
        count: Count,
        is_here: Callable[[str], bool],
        tell_nodes: Callable[[], None],
        accepted_secrets: Sequence[bytes] = (),
    ) -> None:
        self.watches = Watches()
        self._positions = FeedPositions(secret, accepted_secrets)
        self._telling = WatchNotifier(self.watches, self._positions, count)
        self._starting = WatchStart(db.reads, db.callers, count)
        self.reader = FeedReader(db.rooms, self.watches, self._telling, count)
        self._is_here = is_here
        self._tell_nodes = tell_nodes
        self._timer: asyncio.TimerHandle | None = None
        """Until other nodes are told next; None: nothing was written since."""

    def wake(self) -> None:
        """This node has written rows, and they are committed."""
        self.reader.wake()
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(TELL_GAP_SECONDS, self._announce)

    def _announce(self) -> None:
        self._timer = None
        self._tell_nodes()

    async def start(
        self, outlet: Subscriber, user: str, watched_list: WatchedList, position: str | None
    ) -> WatchAnswer:
        """A watch that waits for `begin`; raises `Refused`, `PersistenceError`."""
        since = None if position is None else self._read(position, owner(user, watched_list.key))
        if not self._is_here(outlet.id):
            raise Refused(ErrorCode.VALIDATION, "this connection is gone")
        watch = self.watches.begin(outlet, user, watched_list)
        try:
            await self.reader.ready(watch.group.logged_table)
            first = await self._starting.first(watch, since)
        except BaseException:
            self.watches.end(watch)
            raise
        return WatchAnswer(
            watch.id,
            [row if BESIDE not in row else shown(watched_list.columns, row) for row in first.rows],
            first.left_ids,
            self._positions.write(first.place, watch.owner),
            first.resumed,
            first.reason,
        )

    def begin(self, connection: str, watch: str, *, was_sent: bool) -> None:
        """The first rows are on their way, and changes may follow; or they could not be sent."""
        watch_found = self.watches.find(connection, watch)
        if watch_found is not None and was_sent:
            self._telling.begin(watch_found)
        elif watch_found is not None:
            self.watches.end(watch_found)

    def end(self, connection: str, watch: str) -> None:
        """The connection does not want to hear of it any more."""
        watch_found = self.watches.find(connection, watch)
        if watch_found is not None:
            self.watches.end(watch_found)

    def gone(self, connection: str) -> None:
        """The connection has ended, and with it all that it watches."""
        for watch in self.watches.of_connection(connection):
            self.watches.end(watch)

    def _read(self, position: str, owner: bytes) -> LogPosition | ResyncReason:
        try:
            return self._positions.read(position, owner) or ResyncReason.OTHER_LIST
        except ValueError:
            text = "`from` is no position that a watch was told; leave it out for all rows"
            raise Refused(ErrorCode.VALIDATION, text, field="from") from None
