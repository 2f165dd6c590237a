"""Calls that need a whole document take one at a time, so that memory is bounded."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from typing import Any

from schema.errors import ErrorCode
from schema.server_limits import MAX_DOCUMENT_CALLS_WAITING
from server.refused import Refused

KEPT = 32
"""Answers kept for who asks the same of the same seq."""

RETRY_MILLISECONDS = 1_000


class DocumentSlots:
    """One slot for the whole server. Users take it in turn, however many calls each makes."""

    def __init__(self) -> None:
        self._is_taken = False
        """Someone has the slot, or was just given it."""
        self._waiting_by_user: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        """User -> the calls that wait, oldest first; the user whose turn is next comes first."""
        self._cached_answers: OrderedDict[Hashable, Any] = OrderedDict()
        """Answers by key; the one asked for longest ago comes first."""

    @property
    def waiting(self) -> int:
        """How many users have calls that wait."""
        return len(self._waiting_by_user)

    @asynccontextmanager
    async def slot(self, user: str) -> AsyncIterator[None]:
        """Wait until nobody else has a document; raises `Refused`."""
        if self._is_taken:
            await self._wait_for_slot(user)
        self._is_taken = True
        try:
            yield
        finally:
            self._wake_next()

    async def once(self, key: Hashable, user: str, find: Callable[[], Awaitable[Any]]) -> Any:
        """A small answer about the state that `key` names: found in the slot, if none is kept."""
        if key not in self._cached_answers:
            async with self.slot(user):
                if key not in self._cached_answers:
                    self._cached_answers[key] = await find()
                    while len(self._cached_answers) > KEPT:
                        self._cached_answers.popitem(last=False)
                return self._cached_answers[key]
        self._cached_answers.move_to_end(key)
        return self._cached_answers[key]

    async def _wait_for_slot(self, user: str) -> None:
        waiting_calls = self._waiting_by_user.setdefault(user, deque())
        if len(waiting_calls) >= MAX_DOCUMENT_CALLS_WAITING:
            text = "too many of your calls that need a whole state wait; ask again when one is done"
            raise Refused(ErrorCode.UNAVAILABLE, text, retry_after_ms=RETRY_MILLISECONDS)
        slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting_calls.append(slot)
        try:
            await slot
        except asyncio.CancelledError:
            if not slot.cancelled():
                self._wake_next()  # it had been given the slot, and nobody else has it
            elif slot in waiting_calls:
                waiting_calls.remove(slot)
                if not waiting_calls and self._waiting_by_user.get(user) is waiting_calls:
                    del self._waiting_by_user[user]
            raise

    def _wake_next(self) -> None:
        """The oldest call of the user whose turn is longest ago."""
        self._is_taken = False
        while self._waiting_by_user:
            user, waiting_calls = self._waiting_by_user.popitem(last=False)
            while waiting_calls and waiting_calls[0].done():
                waiting_calls.popleft()  # cancelled, and not yet told so
            if not waiting_calls:
                continue
            slot = waiting_calls.popleft()
            if waiting_calls:
                self._waiting_by_user[user] = waiting_calls
            self._is_taken = True
            slot.set_result(None)
            return
