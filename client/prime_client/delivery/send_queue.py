"""Deltas on their way to the server: in order, within a window, again after a new join."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from prime_client.connecting.codec import Frame

DELTAS_IN_FLIGHT = 64
"""Unanswered deltas on the wire: a quarter of what the server allows one connection (D9)."""

BYTES_IN_FLIGHT = 2 << 20
"""Unanswered bytes on the wire: half of what the server takes a second (E6)."""


class SendQueue:
    """Knows what may go out now. An id is in flight at most once on a connection.

    Deltas go out in the order they were added in, and none before one behind it was answered: the
    server refuses what follows one that it refused (rule D12), and that is sent again as well.
    """

    def __init__(self) -> None:
        self.resent = 0
        """How many frames went out that had gone out before."""
        self._is_joined = False
        """Until `begin_again` nothing goes out."""
        self._unsent_frames: OrderedDict[str, Frame | None] = OrderedDict()
        """Id -> the frame of what is to go out, in order; None: it has to be encoded anew."""
        self._in_flight: dict[str, int] = {}
        """Id -> bytes of what is on the wire without an answer, in the order it went out."""
        self._bytes_in_flight = 0
        """The sum of them."""
        self._place_by_id: dict[str, int] = {}
        """Id of whatever has no answer -> its place in the order: the first added is 1."""
        self._added_count = 0
        """How many were added so far: the place of the latest."""
        self._committed_up_to = 0
        """The highest place that is known to be committed; 0: none."""
        self._postponed: list[str] = []
        """Ids of what the server did not take, until the next `take`."""
        self._sent_before: set[str] = set()
        """Ids of what has no answer and was sent at least once, on this connection or before."""

    @property
    def in_flight(self) -> int:
        """How many are on the wire, unanswered."""
        return len(self._in_flight)

    def add(self, delta_id: str, frame: Frame) -> None:
        """One more, after all others."""
        self._unsent_frames[delta_id] = frame
        self._place_by_id[delta_id] = self._added_count = self._added_count + 1

    def stop(self) -> None:
        """We are out of the room: what is in flight may be lost."""
        self._is_joined = False

    def sent_unanswered(self) -> list[str]:
        """What was sent before and has no answer, in order: for the next join (rule J15)."""
        return [delta_id for delta_id in self._place_by_id if delta_id in self._sent_before]

    def begin_again(self) -> list[str]:
        """Nothing is in flight any more: all that is unanswered goes out again.

        Returned, and not sent, is what the server must have refused, for it has committed what was
        sent after it: the answer was lost with a connection (rule D13). What the server has
        committed up to the `head` of the join is known by now, missed or told by the join.
        """
        sent_ids = self.sent_unanswered()
        refused_ids = [
            sent_id for sent_id in sent_ids if self._place_by_id[sent_id] < self._committed_up_to
        ]
        for delta_id in refused_ids:
            self.answered(delta_id)
        self._is_joined = True
        self._in_flight.clear()
        self._postponed.clear()
        self._bytes_in_flight = 0
        self._unsent_frames = OrderedDict((delta_id, None) for delta_id in self._place_by_id)
        return refused_ids

    def postpone(self, delta_id: str) -> None:
        """This one was not taken: it goes out again, in its place."""
        if delta_id not in self._in_flight:
            return
        self._landed(delta_id)
        self._postponed.append(delta_id)

    def committed(self, delta_id: str) -> None:
        """This one is done with, and so is all that went out before it (rule D13)."""
        self._committed_up_to = max(self._committed_up_to, self._place_by_id.get(delta_id, 0))
        self.answered(delta_id)

    def answered(self, delta_id: str) -> None:
        """This one is done with."""
        self._landed(delta_id)
        if delta_id in self._postponed:
            self._postponed.remove(delta_id)
        self._unsent_frames.pop(delta_id, None)
        self._place_by_id.pop(delta_id, None)
        self._sent_before.discard(delta_id)

    def take(self, encode: Callable[[str], Frame]) -> Iterator[Frame]:
        """The frames that may go out now."""
        if self._postponed:
            self._unsent_frames.update(dict.fromkeys(self._postponed))
            self._postponed.clear()
            ids_in_order = sorted(self._unsent_frames, key=self._place_by_id.__getitem__)
            self._unsent_frames = OrderedDict(
                (delta_id, self._unsent_frames[delta_id]) for delta_id in ids_in_order
            )
        while self._unsent_frames and self._window_is_open() and self._is_next():
            delta_id, frame = self._unsent_frames.popitem(last=False)
            if frame is None:
                frame = encode(delta_id)
            if delta_id in self._sent_before:
                self.resent += 1
            self._sent_before.add(delta_id)
            self._in_flight[delta_id] = len(frame)
            self._bytes_in_flight += len(frame)
            yield frame

    def _is_next(self) -> bool:
        """Whether nothing that stands behind the next one is on the wire."""
        if not self._in_flight:
            return True
        latest = next(reversed(self._in_flight))  # they went out in order
        return self._place_by_id[latest] < self._place_by_id[next(iter(self._unsent_frames))]

    def _landed(self, delta_id: str) -> None:
        self._bytes_in_flight -= self._in_flight.pop(delta_id, 0)

    def _window_is_open(self) -> bool:
        is_open = (
            len(self._in_flight) < DELTAS_IN_FLIGHT and self._bytes_in_flight < BYTES_IN_FLIGHT
        )
        return is_open and self._is_joined
