"""What the members of a room receive: some decode it all, the others count."""

from array import array
from collections import Counter
from collections.abc import Callable

from loadtest.bare.frames import Headers, Messages, Opcode
from loadtest.clock import now_ms
from loadtest.peers.dialect import Dialect, Moves, Seat

DECODED_KEPT = 256
"""Messages of a room that are remembered decoded, for those who get the same bytes."""

NONSENSE = (ValueError, KeyError, TypeError, IndexError)


class Listener:
    """Decodes every message of one connection, checks it, and times the updates of others.

    An update that a server has replaced by a later one of the same member is seen when that one
    is: members move every `period_ms`, so it is known when those in between were due.
    `latencies` has one list for updates from members on the same node, one for those of others.
    """

    def __init__(
        self, seat: Seat, dialect: Dialect, period_ms: float, is_across: Callable[[int], bool]
    ) -> None:
        self.updates = 0
        self.own_count = 0
        self.repeats = 0
        self.replaced = 0
        self.messages = 0
        self.problems: Counter[str] = Counter()
        self.payload_sizes: Counter[int] = Counter()
        self.latencies = (array("d"), array("d"))
        self.window_ms = (float("inf"), float("-inf"))
        """Only updates that were due within are timed."""
        self.receiver = Messages(self.message, seat.connection.control)
        self._seat = seat
        self._dialect = dialect
        self._period_ms = period_ms
        self._is_across = is_across
        self._newest: dict[int, float] = {}

    @property
    def room(self) -> int:
        """The room it is in."""
        return self._seat.room

    def start_over(self, period_ms: float) -> None:
        """Forget what was timed; members move every `period_ms` from now on."""
        self._period_ms = period_ms
        self._newest.clear()
        self.repeats = self.replaced = self.messages = 0
        self.problems.clear()
        for times in self.latencies:
            del times[:]

    def message(self, payload: bytes) -> None:
        """A whole message."""
        now = now_ms()
        try:
            moves = self._dialect.moves_in(self._seat, payload)
        except NONSENSE as error:
            self.problems[f"{type(error).__name__}: {error}"[:200]] += 1
            return
        self.messages += 1
        if len(moves) == 1:
            self.payload_sizes[len(payload)] += 1
        for member, at in moves:
            self._update(member, at, now)

    def _update(self, member: int, at: float, now: float) -> None:
        if member == self._seat.member:
            self.own_count += 1
            return
        before = self._newest.get(member, at - self._period_ms)
        if at <= before:
            self.repeats += 1
            return
        self._newest[member] = at
        self.updates += 1
        times = self.latencies[self._is_across(member)]
        begin, end = self.window_ms
        if begin <= at < end:
            times.append(now - at)
        for periods_ago in range(1, round((at - before) / self._period_ms)):
            due_at = at - periods_ago * self._period_ms
            if begin <= due_at < end:
                self.replaced += 1
                times.append(now - due_at)


class CountingReceiver:
    """Counts messages of one update each by their frames' headers.

    An update comes in a frame of one length, as those who decode saw. Where senders get their own
    back, those of the others are the rest.
    """

    def __init__(self, payload_bytes: int, members: int, *, echoes: bool) -> None:
        self.receiver = Headers(payload_bytes)
        self._part_of_others = (members - 1) / members if echoes else 1.0

    @property
    def updates(self) -> float:
        """Updates of others so far."""
        return self.receiver.frames * self._part_of_others


class SharedTicks:
    """Who moved in the ticks of a room: each is decoded once, however many members get it."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._decoded: dict[bytes, frozenset[int]] = {}

    def moved(self, seat: Seat, payload: bytes) -> frozenset[int]:
        """The members in this tick."""
        moved_members = self._decoded.get(payload)
        if moved_members is None:
            moves: Moves = self._dialect.moves_in(seat, payload)
            moved_members = self._decoded[payload] = frozenset(member for member, _ in moves)
            if len(self._decoded) > DECODED_KEPT:
                del self._decoded[next(iter(self._decoded))]
        return moved_members


class CountingTicks:
    """Counts the others whom each tick names; ticks of the same bytes are looked up."""

    def __init__(self, seat: Seat, ticks: SharedTicks) -> None:
        self.updates = 0.0
        self.problems: Counter[str] = Counter()
        self.receiver = Messages(self._message, self._control)
        self._seat = seat
        self._ticks = ticks

    def _message(self, payload: bytes) -> None:
        try:
            moved_members = self._ticks.moved(self._seat, payload)
        except NONSENSE as error:
            self.problems[f"{type(error).__name__}: {error}"[:200]] += 1
            return
        self.updates += len(moved_members) - (self._seat.member in moved_members)

    def _control(self, opcode: Opcode, payload: bytes) -> None:
        self._seat.connection.control(opcode, payload)
