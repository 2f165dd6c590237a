"""Room is the only way to what is in it: the server calls methods and reads no part."""

import re
from pathlib import Path

from rooms.room import Room

PARTS = (
    "edits", "follower", "gestures", "joining", "members", "members_gestures", "room_ticks",
)  # fmt: skip

REACH_INSIDE = re.compile(rf"\broom\.({'|'.join(PARTS)})\b")


def test_these_are_the_parts_of_a_room() -> None:
    plain = {"epoch", "project", "ticks"}  # the ticks: who moves asks no method of the room
    assert set(Room.__slots__) == {*PARTS, *plain, "on_given_up", "tick", "tick_due"}


def test_the_server_speaks_to_a_room_by_its_methods() -> None:
    server = Path(__file__).parents[2] / "server"
    inside = [
        f"{module.relative_to(server)}: {line.strip()}"
        for module in sorted(server.rglob("*.py"))
        for line in module.read_text().splitlines()
        if REACH_INSIDE.search(line)
    ]
    assert inside == []
