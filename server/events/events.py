"""What went wrong on a node of late, for operators: bounded, and gathered where it repeats."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from schema.operating.event_kinds import EVENT_KINDS
from schema.server_limits import MAX_EVENT_NAME, MAX_EVENT_TEXT, MAX_EVENTS, MAX_EVENTS_SIZE

GATHERED_SECONDS = 60.0
"""What happens again to the same within so long is counted with the event before."""


class EventSubject(NamedTuple):
    """Whom or what an event is about; each is empty where it is about none."""

    project: str = ""
    member: str = ""
    user: str = ""
    name: str = ""
    address: str = ""
    text: str = ""
    """In words of our own: nothing of what people make, and no secret."""


NO_SUBJECT = EventSubject()
"""Of what concerns the node itself."""


@dataclass(slots=True)
class Event:
    """One kind of fault that happened to the same, once or some times in a row."""

    number: int
    """On this node; the later one has the higher."""
    kind: str
    about: EventSubject
    first_at: float
    """When it happened first, in seconds since 1970."""
    last_at: float
    """When it happened last."""
    count: int
    """How often it did."""

    @property
    def size(self) -> int:
        """Characters that it holds."""
        return len(self.kind) + sum(map(len, self.about))


class Events:
    """Those of one node. `clock`: seconds since 1970.

    When there are too many, the oldest of the kind that has most goes first: a client in a loop
    does not wash away what happened once.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._events_by_kind: dict[str, deque[Event]] = {}
        """Kind -> its events, the oldest first."""
        self._newest: dict[tuple[str, tuple[str, ...]], Event] = {}
        """Kind, and whom it is about (without the text) -> the newest such event."""
        self._last_number = 0
        """The number that was given out last."""
        self._kept_count = 0
        """How many are kept."""
        self._size = 0
        """What they hold, all together."""

    def note(self, kind: str, about: EventSubject = NO_SUBJECT, count: int = 1) -> None:
        """It happened; a kind that is not in the table is no event."""
        event = self._newest.get((kind, about[:-1]))
        if event is None:
            if kind not in EVENT_KINDS:
                return
            about = EventSubject._make([*(one[:MAX_EVENT_NAME] for one in about[:-1]), about.text])
            event = self._newest.get((kind, about[:-1]))
        now, text = self._clock(), about.text[:MAX_EVENT_TEXT]
        if event is not None and now - event.first_at < GATHERED_SECONDS:
            self._size += len(text) - len(event.about.text)
            event.last_at, event.count = now, event.count + count
            if text != event.about.text:
                event.about = event.about._replace(text=text)
        else:
            self._last_number += 1
            event = Event(self._last_number, kind, about._replace(text=text), now, now, count)
            self._newest[kind, event.about[:-1]] = event
            self._events_by_kind.setdefault(kind, deque()).append(event)
            self._kept_count += 1
            self._size += event.size
        while self._kept_count > MAX_EVENTS or self._size > MAX_EVENTS_SIZE:
            self._forget_one()

    def all(self) -> Iterator[Event]:
        """Those that are kept, in no order."""
        for events in self._events_by_kind.values():
            yield from events

    def _forget_one(self) -> None:
        event = max(self._events_by_kind.values(), key=len).popleft()
        self._kept_count -= 1
        self._size -= event.size
        key = event.kind, event.about[:-1]
        if self._newest.get(key) is event:
            del self._newest[key]
