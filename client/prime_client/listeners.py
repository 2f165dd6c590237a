"""Who hears the events of a room: functions that are called, and iterators."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

from prime_client.events import Event

EVENTS_BUFFERED = 10_000
"""Events that an iterator may lag behind."""

Listener = Callable[[Event], None]


class ReaderTooSlow(Exception):
    """An iterator over events lags too far behind; what it missed is in the replica."""


class Listeners:
    """Everyone is told of everything, in order."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._is_over = False

    def add(self, listener: Listener) -> Callable[[], None]:
        """Call it with every event; returns the way to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, event: Event) -> None:
        """It happened."""
        for listener in tuple(self._listeners):
            listener(event)

    def end(self, last: Event) -> None:
        """The last event; iterators end behind it."""
        self._is_over = True
        self.tell(last)

    async def events(self) -> AsyncIterator[Event]:
        """Every event from now on; raises `ReaderTooSlow` rather than skip one in silence."""
        buffered: deque[Event] = deque(maxlen=EVENTS_BUFFERED + 1)
        arrived = asyncio.Event()

        def note(event: Event) -> None:
            buffered.append(event)
            arrived.set()

        stop = self.add(note)
        try:
            while True:
                await arrived.wait()
                arrived.clear()
                while buffered:
                    if len(buffered) > EVENTS_BUFFERED:
                        raise ReaderTooSlow(f"{EVENTS_BUFFERED} events behind")
                    yield buffered.popleft()
                if self._is_over:
                    return
        finally:
            stop()
