"""What waits for one connection: frames in order, bounded in bytes, feeds, and ticks it is owed."""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from rooms.journal.feed import Feed
from schema.limits import MAX_OUTBOX_BYTES, STALL_SECONDS
from schema.server_limits import FED_AT_ONCE_BYTES, MAX_PUSHED_BYTES, WRITABLE_BELOW_BYTES

SHARED_AT_MOST = MAX_PUSHED_BYTES + WRITABLE_BELOW_BYTES
"""That may wait for a connection, of frames that a feed could bring as well."""


NOTHING = memoryview(b"")
"""No rest of a frame: one object for all, as nearly every connection has none."""


class OfferOutcome(Enum):
    """What becomes of a frame that was offered."""

    WRITE = auto()
    WAIT = auto()
    SKIP = auto()
    CUT_OFF = auto()


@dataclass(slots=True)
class Outbox:
    """Decides; the connection writes. `buffered`: bytes in the socket's write buffer.

    `feeds`: by project, what is fetched when there is room; their bytes belong to the rooms.
    `unsent_rest`: of a large frame of a feed, of which a piece went out: nothing goes between.
    `is_behind`: whether there is a rest, or frames wait. `acknowledged_before`: what the peer had
    acknowledged, in bytes of all time, when it was last looked at. `waiting_frames` and
    `owed_ticks` are None until something is first put there: empty they would be a tenth of an idle
    connection.
    """

    waiting_frames: deque[bytes] | None = None
    waiting_bytes: int = 0
    is_behind: bool = False
    feeds: dict[str, Feed] = field(default_factory=dict)
    unsent_rest: memoryview = NOTHING
    owed_ticks: set[str] | None = None
    stalled_since: float | None = None
    buffered_before: int = 0
    acknowledged_before: int = 0

    def offer(
        self, frame: bytes, buffered: int, now: float, most: int = MAX_OUTBOX_BYTES
    ) -> OfferOutcome:
        """A frame that must arrive, in order. WAIT means that it is kept here.

        `most`: bytes that may wait; `SHARED_AT_MOST` of a frame that a feed could bring as well,
        and should where that is CUT_OFF.
        """
        if self.waiting_bytes + buffered + len(frame) > most:
            return OfferOutcome.CUT_OFF
        if not self.is_behind and buffered < WRITABLE_BELOW_BYTES:
            self.stalled_since = None
            return OfferOutcome.WRITE
        if self.stalled_since is None:
            self.stalled_since = now
        if self.waiting_frames is None:
            self.waiting_frames = deque()
        self.waiting_frames.append(frame)
        self.waiting_bytes += len(frame)
        self.is_behind = True
        return OfferOutcome.WAIT

    def offer_tick(self, project: str, buffered: int) -> OfferOutcome:
        """A frame that may be dropped: skipped rather than kept, and the latest owed (rule P4)."""
        if not self.is_behind and buffered < WRITABLE_BELOW_BYTES:
            return OfferOutcome.WRITE
        self.owe_tick(project)
        return OfferOutcome.SKIP

    def owe_tick(self, project: str) -> None:
        """The latest of everyone in a room, once there is room for it."""
        if self.owed_ticks is None:
            self.owed_ticks = set()
        self.owed_ticks.add(project)

    def take_owed_ticks(self) -> set[str]:
        """The projects whose latest is owed; none is any more."""
        owed, self.owed_ticks = self.owed_ticks, None
        return owed or set()

    def take(self, buffered: int) -> bytes | memoryview | None:
        """The next frame, or piece of one, when the socket can take it."""
        if not self.is_behind or buffered >= WRITABLE_BELOW_BYTES:
            return None
        if self.unsent_rest:
            return self._piece()
        assert self.waiting_frames is not None
        frame = self.waiting_frames.popleft()
        self.waiting_bytes -= len(frame)
        self.is_behind = bool(self.waiting_frames)
        return frame

    def begin(self, frame: bytes) -> bytes | memoryview:
        """A frame that a feed has brought: what of it goes at once; `take` gives the rest."""
        if len(frame) <= FED_AT_ONCE_BYTES * 2:
            return frame
        self.unsent_rest = memoryview(frame)
        return self._piece()

    def _piece(self) -> memoryview:
        piece, self.unsent_rest = (
            self.unsent_rest[:FED_AT_ONCE_BYTES],
            self.unsent_rest[FED_AT_ONCE_BYTES:],
        )
        self.is_behind = bool(self.unsent_rest or self.waiting_frames)
        return piece

    def next_feed(self) -> Feed | None:
        """The one whose turn it is: each room gets a frame after the other."""
        if not self.feeds:
            return None
        project = next(iter(self.feeds))
        feed = self.feeds[project] = self.feeds.pop(project)
        return feed

    def empty(self) -> list[bytes | memoryview]:
        """All that waits, at once: nothing comes after it."""
        unsent_frames: list[bytes | memoryview] = [self.unsent_rest, *(self.waiting_frames or ())]
        self.clear()
        return unsent_frames

    def clear(self) -> None:
        """Forget all of it."""
        self.waiting_frames = None
        self.feeds.clear()
        self.unsent_rest, self.waiting_bytes, self.is_behind = NOTHING, 0, False

    def progressed(self, buffered: int, now: float) -> None:
        """The socket took some bytes."""
        idle = not self.is_behind and buffered < WRITABLE_BELOW_BYTES
        self.stalled_since = None if idle else now

    def something_waits(self, buffered: int) -> bool:
        """Whether the socket is full, or frames wait for it."""
        return self.is_behind or buffered >= WRITABLE_BELOW_BYTES

    def is_stalled(self, buffered: int, acknowledged: int, now: float) -> bool:
        """Whether the peer took nothing for STALL_SECONDS although something waits (rule X2).

        The system takes from us in large pieces: on a slow line seconds lie between two of them,
        while the peer acknowledges byte after byte (`acknowledged`; 0 where nobody can tell).
        """
        if not self.something_waits(buffered):
            self.stalled_since = None
            return False
        took = buffered < self.buffered_before or acknowledged > self.acknowledged_before
        if self.stalled_since is None or took:
            self.stalled_since = now  # a slow line that still takes bytes is no stall
        self.buffered_before, self.acknowledged_before = buffered, acknowledged
        return now - self.stalled_since >= STALL_SECONDS
