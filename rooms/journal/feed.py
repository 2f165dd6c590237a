"""What one member gets at its own pace: the state in parts, then every delta since, by its seq.

Nothing is copied for it: parts belong to the encoded state, deltas to the tail of the room.
"""

from collections import deque
from collections.abc import Sequence

from rooms.effects import Packet
from rooms.journal.tail import Tail, TailEntry
from schema.messages import Ack
from schema.server_limits import MAX_HELD_ACKS

NO_PARTS: Sequence[bytes] = ()


class Feed:
    """Until it has caught up, its member hears no other `delta`, `ack` or `tick` of the room.

    `seq`: the newest that went out, or that of the state. `is_lost`: the tail has let go of what
    comes next. `is_over`: the member went, or has caught up; nothing more comes.
    """

    __slots__ = (
        "_acks",
        "_last_entry",
        "_next_acks",
        "_parts_given",
        "_tail",
        "is_lost",
        "is_over",
        "parts",
        "project",
        "seq",
        "ticked_at",
    )

    def __init__(
        self,
        project: str,
        tail: Tail,
        seq: int,
        parts: Sequence[bytes] = NO_PARTS,
        ticked_at: float = 0.0,
    ) -> None:
        self.project = project
        self.seq = seq
        self.parts = parts  # frames; those of the encoded state itself
        self.ticked_at = ticked_at  # when the room had ticked last as this began
        self.is_lost = False
        self.is_over = False
        self._parts_given = 0  # parts that went out
        self._acks: dict[int, Packet] = {}  # of the member's own deltas, until their turn
        self._last_entry: TailEntry | None = None  # the delta that went out last
        self._next_acks: deque[Packet] = deque()  # acks whose place is right behind it
        self._tail = tail
        tail.readers.add(self)

    def comes_before(self, seq: int) -> bool:
        """Whether something up to `seq` is still to go out."""
        return bool(self.parts) or seq > self.seq

    @property
    def has_answers(self) -> bool:
        """Whether parts of the state that was joined to, or acks, are still to go out."""
        return bool(self.parts or self._next_acks or self._acks)

    def hold(self, ack: Ack) -> None:
        """An answer whose seq has not come yet: it goes out in its place (rule D2).

        Behind the state, if it is of what is in that. Who asks again and again is lost.
        """
        self._acks[ack.seq] = Packet(ack)
        if len(self._acks) > MAX_HELD_ACKS:
            self.lose()

    def take_acks(self) -> list[Ack]:
        """Answers whose seq will not go out from here, as the member leaves."""
        packets = [*self._next_acks, *self._acks.values()]
        self._next_acks.clear()
        self._acks.clear()
        return [packet.message for packet in packets if isinstance(packet.message, Ack)]

    def next(self) -> bytes | Packet | None:
        """What goes out next, as a frame or to be made one; None: nothing does any more."""
        if self.is_over or self.is_lost:
            return None
        if self._parts_given < len(self.parts):
            return self._next_part()
        return self._next_acks.popleft() if self._next_acks else self._next_delta()

    def lose(self) -> None:
        """What comes next is gone from the tail: the member has to begin anew."""
        self.is_lost = True
        self._forget()

    def stop(self) -> None:
        """The member went, or hears with the others from now on."""
        self.is_over = True
        self._tail.readers.discard(self)
        self._forget()
        self._tail.trim()

    def _next_part(self) -> bytes:
        part = self.parts[self._parts_given]
        self._parts_given += 1
        if self._parts_given == len(self.parts):
            self.parts, self._parts_given = NO_PARTS, 0
            in_state = sorted(seq for seq in self._acks if seq <= self.seq)
            self._next_acks.extend(self._acks.pop(seq) for seq in in_state)
        return part

    def _next_delta(self) -> Packet | None:
        if self._last_entry is not None:
            self._tail.weigh(self._last_entry)
        entry = self._last_entry = self._tail.at(self.seq + 1)
        if entry is None:
            return None
        self.seq += 1
        ack = self._acks.pop(self.seq, None)
        if ack is None:
            return entry.packet
        assert isinstance(ack.message, Ack)
        if not ack.message.duplicate:
            return ack
        self._next_acks.append(ack)
        return entry.packet

    def _forget(self) -> None:
        self.parts, self._parts_given = NO_PARTS, 0
        self._last_entry = None
        self._next_acks.clear()
        self._acks.clear()
