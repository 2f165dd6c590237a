"""Deltas on their way to the server: in order, within a window, again after a new join."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from client.codec import Frame

DELTAS_IN_FLIGHT = 64
"""Unanswered deltas on the wire: a quarter of what the server allows one connection (D9)."""

BYTES_IN_FLIGHT = 2 << 20
"""Unanswered bytes on the wire: half of what the server takes a second (E6)."""


class SendQueue:
    """Knows what may go out now. An id is in flight at most once on a connection."""

    def __init__(self) -> None:
        self.resent = 0
        self._unsent: OrderedDict[str, Frame | None] = OrderedDict()
        self._in_flight: dict[str, int] = {}
        self._sent_before: set[str] = set()

    @property
    def in_flight(self) -> int:
        """How many are on the wire, unanswered."""
        return len(self._in_flight)

    def add(self, delta_id: str, frame: Frame) -> None:
        """One more, after all others."""
        self._unsent[delta_id] = frame

    def begin_again(self, delta_ids: Iterable[str]) -> None:
        """Nothing is in flight any more; these are unanswered, in this order."""
        self._in_flight.clear()
        self._unsent = OrderedDict((delta_id, None) for delta_id in delta_ids)

    def postpone(self, delta_id: str, pending: Iterable[str]) -> None:
        """This one was not taken: it goes out again, before what is behind it in `pending`."""
        self._in_flight.pop(delta_id, None)
        frames = self._unsent
        waiting = (one for one in pending if one not in self._in_flight)
        self._unsent = OrderedDict((one, frames.get(one)) for one in waiting)

    def answered(self, delta_id: str) -> None:
        """This one is done with."""
        self._in_flight.pop(delta_id, None)
        self._unsent.pop(delta_id, None)
        self._sent_before.discard(delta_id)

    def take(self, encode: Callable[[str], Frame]) -> Iterator[Frame]:
        """The frames that may go out now."""
        while self._unsent and self._window_is_open():
            delta_id, frame = self._unsent.popitem(last=False)
            if frame is None:
                frame = encode(delta_id)
            if delta_id in self._sent_before:
                self.resent += 1
            self._sent_before.add(delta_id)
            self._in_flight[delta_id] = len(frame)
            yield frame

    def _window_is_open(self) -> bool:
        in_flight = self._in_flight
        return len(in_flight) < DELTAS_IN_FLIGHT and sum(in_flight.values()) < BYTES_IN_FLIGHT
