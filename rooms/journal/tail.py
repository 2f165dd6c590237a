"""The newest deltas of a room, for who comes back: bounded in bytes, no hole up to the head."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from rooms.effects import Packet
from schema.messages import Dropped
from schema.ops import Op
from schema.server_limits import MAX_FED_TAIL_BYTES, MAX_TAIL_BYTES

ENTRY_SIZE = 256
"""Of an entry in memory, beside its ops and frames."""

OP_SIZE = 300
"""Of an op that took effect, beside its values: defaults and cascades are named by no proposal."""

VALUES_FACTOR = 4
"""A value as an object takes some four times its bytes in the journal."""


class TailReader(Protocol):
    """Someone who is still being told the deltas after `seq`."""

    seq: int

    def lose(self) -> None: ...


class TailEntry(Struct, gc=False):
    """A committed delta: what was proposed (`payload_hash`), and the packet that tells of it.

    `drops`, `dropped_total`: as the first ack named them. `acked_ops`: what it said that took
    effect; None: just what was proposed. `proposed_ops`: the ops of an edit as they were proposed,
    where they took effect otherwise, or not. `atomic`: it was to take effect as a whole, or not at
    all. `size`: bytes of all that is held of it, about: the ops as objects, and the frames.
    `frame_bytes`: the bytes of its frames that `size` counts.
    """

    seq: int
    delta_id: str
    payload_hash: bytes
    committed_at: float
    size: int
    packet: Packet
    drops: Sequence[Dropped]
    acked_ops: list[Op] | None = None
    proposed_ops: Sequence[Op] = ()
    atomic: bool = False
    digest: str = ""
    frame_bytes: int = 0
    dropped_total: int | None = None


def size_of(proposed_bytes: int, ops: int) -> int:
    """About how many bytes an entry takes without its frames; `ops`: how many took effect.

    That may be far more than what was proposed: defaults, and all that a delete took with it.
    """
    return ENTRY_SIZE + VALUES_FACTOR * proposed_bytes + OP_SIZE * ops


class Tail:
    """Holds every delta after `start_seq`.

    It keeps what its readers still need, up to a larger bound; who is further behind is lost.
    """

    def __init__(self, start: int, digest: str = "") -> None:
        self.start_seq = start
        self.bytes = 0
        self.readers: set[TailReader] = set()
        self._start_digest = digest
        """Of the state at `start_seq`; empty: not known."""
        self._entries: deque[TailEntry] = deque()
        self._by_id: dict[str, TailEntry] = {}

    def append(self, entry: TailEntry) -> None:
        """The next delta; the oldest go when there are too many bytes."""
        if self._entries:
            self.weigh(self._entries[-1])
        self._entries.append(entry)
        self._by_id[entry.delta_id] = entry
        self.bytes += entry.size
        if entry.packet.frames:
            self.weigh(entry)
        self.trim()

    def trim(self) -> None:
        """Let go of the oldest, as far as nobody needs them or they are too many bytes."""
        if self.bytes <= MAX_TAIL_BYTES or len(self._entries) <= 1:
            return
        needed_seq = min((reader.seq for reader in self.readers), default=self._entries[-1].seq)
        while len(self._entries) > 1 and (
            self.bytes > MAX_FED_TAIL_BYTES
            or (self.bytes > MAX_TAIL_BYTES and self._entries[0].seq <= needed_seq)
        ):
            oldest = self._entries.popleft()
            del self._by_id[oldest.delta_id]
            self.bytes -= oldest.size
            self.start_seq, self._start_digest = oldest.seq, oldest.digest
        if needed_seq < self.start_seq:
            for reader in [reader for reader in self.readers if reader.seq < self.start_seq]:
                self.readers.discard(reader)
                reader.lose()

    def give_entries(self) -> deque[TailEntry]:
        """All of them, of a closed room: nobody is fed from it any more."""
        given, self._entries, self._by_id = self._entries, deque(), {}
        if given:
            self.start_seq, self._start_digest, self.bytes = given[-1].seq, given[-1].digest, 0
        return given

    def find(self, delta_id: str) -> TailEntry | None:
        """The delta with this id, if it is still here."""
        return self._by_id.get(delta_id)

    def digest_at(self, seq: int) -> str:
        """Of the state after this delta; empty: it is not known."""
        index = seq - self.start_seq - 1
        if index == -1:
            return self._start_digest
        return self._entries[index].digest if 0 <= index < len(self._entries) else ""

    def at(self, seq: int) -> TailEntry | None:
        """The delta with this seq, if it is still here."""
        index = seq - self.start_seq - 1
        return self._entries[index] if 0 <= index < len(self._entries) else None

    def holds_after(self, seq: int) -> bool:
        """Whether every delta after `seq` is still here."""
        return seq >= self.start_seq

    def is_newest(self, seq: int) -> bool:
        """Whether there is no delta after `seq`."""
        return self._count_after(seq) == 0

    def bytes_after(self, seq: int) -> int:
        """About how many bytes the deltas after `seq` are, by the mean size."""
        newer = self._count_after(seq)
        return 0 if not newer else self.bytes * newer // len(self._entries)

    def weigh(self, entry: TailEntry) -> None:
        """Frames may have been made of it since it was counted: for its hearers, or a reader."""
        added_bytes = sum(map(len, entry.packet.frames.values())) - entry.frame_bytes
        if added_bytes and entry.seq > self.start_seq:
            entry.frame_bytes += added_bytes
            entry.size += added_bytes
            self.bytes += added_bytes

    def _count_after(self, seq: int) -> int:
        return max(0, min(len(self._entries), self._entries[-1].seq - seq)) if self._entries else 0
