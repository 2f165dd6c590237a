"""How many members a room has at most, and how many of them one user is (rule K3)."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rooms.presence.remote_members import MemberElsewhere
from rooms.presence.seat import Seat
from schema.limits import MAX_MEMBERS_PER_ROOM

ROOM_IS_FULL = f"{MAX_MEMBERS_PER_ROOM} members are in the room; come when someone has left"


def too_many_devices(most: float) -> str:
    """What a user with so many of them hears."""
    return f"you are in the room with {most:.0f} devices; leave with one of them"


def seats_beyond(
    seats: Iterable[Seat], elsewhere: Mapping[str, MemberElsewhere]
) -> list[tuple[Seat, str]]:
    """Seats of this node that are too many, each with the bound it is over, in a sentence.

    Nodes that let members in at one moment did not know of each other's. The earlier ones stay:
    every node finds the same order, and sees to its own.
    """
    arrivals = sorted(
        [
            *((seat.generation, seat.member, seat.request.user, seat) for seat in seats),
            *((m.generation, m.member.member, m.member.user, None) for m in elsewhere.values()),
        ],
        key=lambda arrival: arrival[:2],
    )
    devices: Counter[str] = Counter()
    beyond = []
    for members_before, (_, _, user, seat) in enumerate(arrivals):
        devices[user] += 1
        if seat is None:
            continue
        if members_before >= MAX_MEMBERS_PER_ROOM:
            beyond.append((seat, ROOM_IS_FULL))
        elif devices[user] > (most := seat.request.seats_allowed):
            beyond.append((seat, too_many_devices(most)))
    return beyond
