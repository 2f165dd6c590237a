"""What a hand on the timeline says: one cursor update, equally large for everyone compared."""

import math
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from loadtest.peers.dialect import Seat

ID_CHARACTERS = 36
"""Prime's messages name a project by a UUID; a relay's name the sender by one as long."""

PLACES = 8
"""Different places that a member's frames name in turn."""

_FLOAT = struct.Struct(">Bd")
_FLOAT_64 = 0xCB
"""How msgpack marks the number that follows as one of eight bytes."""


class StampedFrames:
    """Updates as frames, made whole once per member and place: later ones differ in their stamp.

    A generator sends tens of thousands a second, and packing each costs it more than sending it.
    """

    def __init__(self, make: "Callable[[Seat, int, float], bytes]") -> None:
        self._make = make
        self._around_stamp: dict[tuple[int, int, int], tuple[bytes, bytes]] = {}

    def frame(self, seat: "Seat", step: int, due_at: float) -> bytes:
        """The frame for this move. Raises ValueError if `make` puts no stamp into it."""
        key = (seat.room, seat.member, step % PLACES)
        head_and_tail = self._around_stamp.get(key)
        if head_and_tail is None:
            whole_frame, stamp = self._make(seat, step, due_at), _packed_stamp(due_at)
            stamp_offset = whole_frame.rindex(stamp)
            head_and_tail = self._around_stamp[key] = (
                whole_frame[:stamp_offset],
                whole_frame[stamp_offset + len(stamp) :],
            )
        return head_and_tail[0] + _packed_stamp(due_at) + head_and_tail[1]


def _packed_stamp(due_at: float) -> bytes:
    """`stamp_ms` as msgpack has it."""
    return _FLOAT.pack(_FLOAT_64, stamp_ms(due_at))


def cursor(member: int, step: int) -> dict[str, Any]:
    """A place in the song. Its numbers have fractions, so that every encoding has one length."""
    return {
        "time": 1_000.125 + (step + member * 7) % 8_000,
        "y": 0.105 + (step % 80) / 100,
        "track": f"tr_{member % 100_000:05d}",
    }


def stamp_ms(due_at: float) -> float:
    """When the update was due, in ms, to a hundredth, as a number that never ends in a zero."""
    return math.floor(due_at * 100_000) / 100 + 0.005


def sender_id(member: int) -> str:
    """A name as long as a UUID that says which member of the room it is."""
    return f"{member:08d}-0000-4000-8000-000000000000"


def member_of(sender: str) -> int:
    """Whom a `sender_id` names; raises ValueError for anything else."""
    if len(sender) != ID_CHARACTERS:
        raise ValueError(f"{sender!r} is no sender of ours")
    return int(sender[:8])
