"""Who gets the events of a room: functions that are called, and iterators."""

import asyncio
import inspect
import logging
import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable

from prime_client.events import Event
from prime_client.failures import PrimeError, WrongUse

EVENTS_BUFFERED = 10_000
"""Events that an iterator may lag behind."""

Listener = Callable[[Event], None]

_log = logging.getLogger(__name__)


class ReaderTooSlow(PrimeError):
    """An iterator over events lags too far behind; what it missed is in the room's state."""


class Events(AsyncIterator[Event]):
    """Every event since it was made; it ends behind the last one."""

    def __init__(self, *, is_over: bool) -> None:
        self._buffered: deque[Event] = deque(maxlen=EVENTS_BUFFERED + 1)
        self._has_arrived = asyncio.Event()
        self._is_over = is_over

    def add(self, event: Event) -> None:
        """It happened."""
        self._buffered.append(event)
        self._has_arrived.set()

    def end(self) -> None:
        """No event follows."""
        self._is_over = True
        self._has_arrived.set()

    async def __anext__(self) -> Event:
        while not self._buffered:
            if self._is_over:
                raise StopAsyncIteration
            self._has_arrived.clear()
            await self._has_arrived.wait()
        if len(self._buffered) > EVENTS_BUFFERED:
            raise ReaderTooSlow(f"more than {EVENTS_BUFFERED} events behind")
        return self._buffered.popleft()


class Listeners:
    """Everyone gets every event, in order. A listener that fails is logged and called again."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._iterators: weakref.WeakSet[Events] = weakref.WeakSet()
        self._is_over = False

    def add(self, listener: Listener) -> Callable[[], None]:
        """Call it with every event; returns the way to stop that."""
        called: object = listener
        if not callable(called) or inspect.iscoroutinefunction(called):
            raise WrongUse(
                "a listener is called and not awaited: give a plain function, or read the events "
                "with `async for event in room.events()`"
            )
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def tell(self, event: Event) -> None:
        """It happened."""
        for iterator in tuple(self._iterators):
            iterator.add(event)
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except (Exception, asyncio.CancelledError):  # a fault of theirs is not to end the room
                _log.exception("a listener failed at %s; it will hear the next event", event)

    def end(self, last: Event) -> None:
        """The last event; iterators end behind it."""
        self._is_over = True
        self.tell(last)
        for iterator in tuple(self._iterators):
            iterator.end()

    def events(self) -> AsyncIterator[Event]:
        """Every event from now on; raises `ReaderTooSlow` rather than skip one in silence."""
        events = Events(is_over=self._is_over)
        self._iterators.add(events)
        return events
