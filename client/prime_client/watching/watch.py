"""A watch of rows: an iterator over what happens to them that survives reconnects."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Generic, Protocol, Self

from prime_client.connecting.codec import Message
from prime_client.failures import CallFailed, CallInterrupted, ConnectionOver
from prime_client.schema.errors import Retry
from prime_client.watching.row_events import RowEvent, RowLeft, Rows, RowsResynced, RowT
from prime_client.watching.shown_rows import events_of, id_of

CHANGES_BUFFERED = 10_000
"""That may wait for who iterates; past it the list is read anew, and that is told."""

RETRY_SECONDS = 1.0
"""About how long to wait where the server says to watch anew, or cannot just now."""

Call = Callable[..., Awaitable[Any]]


class Watching(Protocol):
    """Where the messages of watches come in."""

    def expect(self) -> int:
        """A call is on its way, whose watch is not known yet; `expected` is given the result."""

    def expected(self, watch: "Watch[Any] | None", turn: int) -> None:
        """It was answered: messages of this watch go to it, also those that came before."""

    def forget(self, watch: "Watch[Any]") -> None: ...


class Watch(AsyncIterator[RowEvent[RowT]], Generic[RowT]):
    """`rows`: what the list shows, by id, as of the event that was iterated over last.

    Ends when it, or the client, is closed. Raises `CallFailed` where the server refuses it, and
    `ConnectionOver` where the client does not come back.
    """

    def __init__(
        self, calls: str, params: Mapping[str, Any], call: Call, watching: Watching
    ) -> None:
        self.calls = calls
        self.rows: dict[str, RowT] = {}
        self.id = ""  # of the watch on the server; empty: there is none
        self._params = dict(params)
        self._call = call
        self._watching = watching
        self._position: str | None = None  # what is buffered leads up to there
        self._known_ids: set[str] = set()  # ids of the rows that there are then
        self._has_begun = False
        self._events = deque[RowEvent[Any]]()
        self._changes_of_moment: list[Any] = []  # changes of a moment that is not whole yet
        self._has_arrived = asyncio.Event()
        self._why_anew = ""  # why all rows have to be read anew
        self._is_closed = False
        self._beginning: asyncio.Task[None] | None = None  # goes on when who iterates gives up

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def __anext__(self) -> RowEvent[RowT]:
        while not self._events:
            if self._is_closed:
                raise StopAsyncIteration
            self._has_arrived.clear()
            if self.id:
                await self._has_arrived.wait()
            else:
                await self._until_begun()
        event = self._events.popleft()
        match event:
            case Rows(rows) | RowsResynced(rows):
                self.rows = dict(rows)
            case RowLeft(id):
                self.rows.pop(id, None)
            case _:
                self.rows[event.id] = event.row
        return event

    async def close(self) -> None:
        """Hear no more. May be called again."""
        id, self._is_closed = self.id, True
        self._detach()
        if id:
            try:
                await self._call("watch.end", watch=id)
            except (CallFailed, ConnectionOver):
                return  # the server ends it with the connection

    # What the client calls.

    def receive(self, message: Message) -> None:
        """One message of this watch."""
        if message["t"] == "resync":
            self.renew(message["reason"])
            return
        self._changes_of_moment += message["changes"]
        if message["position"] is None:
            return
        changes, self._changes_of_moment = self._changes_of_moment, []
        self._take_changes(changes, message["position"])

    def interrupt(self) -> None:
        """The connection is gone, and with it the watch on the server."""
        self._detach()

    def finish(self) -> None:
        """The client is closed, or does not come back: the next look says which."""
        self._detach()

    def renew(self, reason: str) -> None:
        """All rows have to be read anew; what waits is part of them."""
        self._events.clear()
        self._position, self._why_anew = None, reason
        self._detach()

    # Beginning, and beginning again.

    async def _until_begun(self) -> None:
        """The call goes on where this is cancelled: what the server has begun is not left alone."""
        if self._beginning is None:
            self._beginning = asyncio.create_task(self._begin())
            self._beginning.add_done_callback(lambda task: task.cancelled() or task.exception())
        beginning = self._beginning
        try:
            await asyncio.shield(beginning)
        finally:
            if beginning.done() and self._beginning is beginning:
                self._beginning = None

    async def _begin(self) -> None:
        if self._why_anew:  # many may have been told the same
            await asyncio.sleep(RETRY_SECONDS * random.random())
        params = self._params | ({} if self._position is None else {"from": self._position})
        turn = self._watching.expect()
        try:
            watch_answer = await self._call(f"{self.calls}.watch", **params)
        except ConnectionOver as over:
            self._watching.expected(None, turn)
            if over.code is not None:
                raise
            self._is_closed = True
            return
        except CallFailed as failed:
            self._watching.expected(None, turn)
            await self._after(failed)
            return
        except BaseException:
            self._watching.expected(None, turn)
            raise
        self.id = watch_answer["watch"]
        if self._is_closed:  # meanwhile
            self._watching.expected(None, turn)
            await self.close()
            return
        self._began(watch_answer)
        self._watching.expected(self, turn)

    async def _after(self, failure: CallFailed) -> None:
        """Wait where it may go better then; raises it where it cannot."""
        if isinstance(failure, CallInterrupted):
            return
        may_go_better = failure.retry is Retry.WAIT or failure.code == "auth_required"
        if not (may_go_better and self._has_begun):
            raise failure
        await asyncio.sleep(failure.retry_after_seconds or RETRY_SECONDS * random.random())

    def _began(self, watch_answer: Mapping[str, Any]) -> None:
        rows = {id_of(self.calls, row): row for row in watch_answer[self.calls]}
        if watch_answer["resumed"]:
            changes: list[dict[str, Any]] = [
                {"change": "left", "id": id} for id in watch_answer["left"]
            ]
            changes += [{"change": "changed", "id": id, "row": row} for id, row in rows.items()]
            self._take_changes(changes, watch_answer["position"])
            return
        reason = self._why_anew or watch_answer["reason"] or ""
        self._events.append(RowsResynced(rows, reason) if self._has_begun else Rows(rows))
        self._known_ids, self._position = set(rows), watch_answer["position"]
        self._has_begun, self._why_anew = True, ""

    def _take_changes(self, changes: list[Any], position: str) -> None:
        self._position = position
        if len(self._events) + len(changes) > CHANGES_BUFFERED:
            self.renew("behind")
            return
        events = events_of(self._known_ids, changes)
        for change in changes:
            if change["change"] == "left":
                self._known_ids.discard(change["id"])
            else:
                self._known_ids.add(change["id"])
        self._events += events
        self._has_arrived.set()

    def _detach(self) -> None:
        if self.id:
            self._watching.forget(self)
        self.id, self._changes_of_moment = "", []
        self._has_arrived.set()
