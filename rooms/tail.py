"""The newest deltas of a room, for who comes back: bounded in bytes, no hole up to the head."""

from collections import deque
from itertools import islice

from msgspec import Struct

from rooms.effects import Packet
from schema.messages import Dropped
from schema.server_limits import MAX_TAIL_BYTES


class Kept(Struct, frozen=True, gc=False):
    """A committed delta: what was proposed (`payload_hash`), and the packet that tells of it."""

    seq: int
    delta_id: str
    payload_hash: bytes
    at: float
    size: int
    packet: Packet
    drops: tuple[Dropped, ...]
    digest: str = ""


class Tail:
    """Holds every delta after `start`."""

    def __init__(self, start: int, digest: str = "") -> None:
        self.start = start
        self._start_digest = digest
        """Of the state at `start`; empty: not known."""
        self._kept: deque[Kept] = deque()
        self._by_id: dict[str, Kept] = {}
        self.bytes = 0

    def append(self, kept: Kept) -> None:
        """The next delta; the oldest go when there are too many bytes."""
        self._kept.append(kept)
        self._by_id[kept.delta_id] = kept
        self.bytes += kept.size
        while self.bytes > MAX_TAIL_BYTES and len(self._kept) > 1:
            oldest = self._kept.popleft()
            del self._by_id[oldest.delta_id]
            self.bytes -= oldest.size
            self.start, self._start_digest = oldest.seq, oldest.digest

    def find(self, delta_id: str) -> Kept | None:
        """The delta with this id, if it is still here."""
        return self._by_id.get(delta_id)

    def digest_at(self, seq: int) -> str:
        """Of the state after this delta; empty: it is not known."""
        place = seq - self.start - 1
        if place == -1:
            return self._start_digest
        return self._kept[place].digest if 0 <= place < len(self._kept) else ""

    def holds_after(self, seq: int) -> bool:
        """Whether every delta after `seq` is still here."""
        return seq >= self.start

    def after(self, seq: int) -> tuple[Packet, ...]:
        """The packets of every delta after `seq`, in order."""
        newest_first = islice(reversed(self._kept), self._count_after(seq))
        return tuple(kept.packet for kept in newest_first)[::-1]

    def bytes_after(self, seq: int) -> int:
        """About how many bytes `after(seq)` is, by the mean size."""
        newer = self._count_after(seq)
        return 0 if not newer else self.bytes * newer // len(self._kept)

    def _count_after(self, seq: int) -> int:
        return max(0, min(len(self._kept), self._kept[-1].seq - seq)) if self._kept else 0
