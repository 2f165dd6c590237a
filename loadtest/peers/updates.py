"""What a hand on the timeline says: one cursor update, equally large for everyone compared."""

import math
from typing import Any

ID_CHARACTERS = 36
"""Prime's messages name a project by a UUID; a relay's name the sender by one as long."""


def cursor(member: int, step: int) -> dict[str, Any]:
    """A place in the song. Its numbers have fractions, so that every encoding has one length."""
    return {
        "time": 1_000.125 + (step + member * 7) % 8_000,
        "y": 0.105 + (step % 80) / 100,
        "track": f"tr_{member % 100_000:05d}",
    }


def stamp_ms(due: float) -> float:
    """When the update was due, in ms, to a hundredth, as a number that never ends in a zero."""
    return math.floor(due * 100_000) / 100 + 0.005


def sender_id(member: int) -> str:
    """A name as long as a UUID that says which member of the room it is."""
    return f"{member:08d}-0000-4000-8000-000000000000"


def member_of(sender: str) -> int:
    """Whom a `sender_id` names; raises ValueError for anything else."""
    if len(sender) != ID_CHARACTERS:
        raise ValueError(f"{sender!r} is no sender of ours")
    return int(sender[:8])
