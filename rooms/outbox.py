"""What waits for one connection: frames in order, bounded in bytes, and the ticks it is owed."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from schema.limits import MAX_OUTBOX_BYTES, STALL_SECONDS
from schema.server_limits import WRITABLE_BELOW_BYTES


class Verdict(Enum):
    """What to do with a frame."""

    WRITE = auto()
    WAIT = auto()
    SKIP = auto()
    CUT_OFF = auto()


@dataclass(slots=True)
class Outbox:
    """Decides; the connection writes. `buffered`: bytes in the socket's write buffer."""

    waiting: deque[bytes] = field(default_factory=deque)
    waiting_bytes: int = 0
    owed_ticks: set[str] = field(default_factory=set)
    stalled_since: float | None = None
    buffered_before: int = 0

    def offer(self, frame: bytes, buffered: int, now: float) -> Verdict:
        """A frame that must arrive, in order. WAIT means that it is kept here."""
        if not self.waiting and buffered < WRITABLE_BELOW_BYTES:
            self.stalled_since = None
            return Verdict.WRITE
        if self.waiting_bytes + buffered + len(frame) > MAX_OUTBOX_BYTES:
            return Verdict.CUT_OFF
        if self.stalled_since is None:
            self.stalled_since = now
        self.waiting.append(frame)
        self.waiting_bytes += len(frame)
        return Verdict.WAIT

    def offer_tick(self, project: str, buffered: int) -> Verdict:
        """A frame that may be dropped: skipped rather than kept, and the latest owed (rule P4)."""
        if not self.waiting and buffered < WRITABLE_BELOW_BYTES:
            return Verdict.WRITE
        self.owed_ticks.add(project)
        return Verdict.SKIP

    def take(self, buffered: int) -> bytes | None:
        """The next frame, when the socket can take it."""
        if not self.waiting or buffered >= WRITABLE_BELOW_BYTES:
            return None
        frame = self.waiting.popleft()
        self.waiting_bytes -= len(frame)
        return frame

    def progressed(self, buffered: int, now: float) -> None:
        """The socket took some bytes."""
        idle = not self.waiting and buffered < WRITABLE_BELOW_BYTES
        self.stalled_since = None if idle else now

    def is_stalled(self, buffered: int, now: float) -> bool:
        """Whether nothing went out for STALL_SECONDS although something waits (rule X2)."""
        if not self.waiting and buffered < WRITABLE_BELOW_BYTES:
            self.stalled_since = None
            return False
        if self.stalled_since is None or buffered < self.buffered_before:
            self.stalled_since = now  # a slow line that still takes bytes is no stall
        self.buffered_before = buffered
        return now - self.stalled_since >= STALL_SECONDS
