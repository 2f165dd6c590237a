"""What is written behind, without a database: what is remembered, and when a room is closed."""

import time
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from schema.messages import Presence
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.live.write_behind.stays import Stays
from server.live.write_behind.write_behind import LINGER_SECONDS, WriteBehind


def room_of(*connections: str) -> Any:
    seats = {c: SimpleNamespace(connection=c, presence=Presence(tool="knife")) for c in connections}
    checkpoints = SimpleNamespace(seq=1, at=0.0)
    live = Mock(LiveRoom, is_busy=bool(seats), asked_for_at=0.0, checkpoints=checkpoints)
    live.room = SimpleNamespace(project="song", head=1, seats=seats, is_shared=False)
    live.stays = Stays()
    live.snapshots = SimpleNamespace(keep_if_due=AsyncMock())
    return live


def behind(*rooms: Any) -> tuple[WriteBehind, Any]:
    hub = Mock(Hub, rooms={f"song {n}": live for n, live in enumerate(rooms)})
    return WriteBehind(hub, Mock()), hub


def test_P6_a_presence_that_is_written_is_not_written_again_until_it_is_another() -> None:
    live = room_of("ann")
    writes, _ = behind(live)
    written, ann = writes._open_rooms()[live], live.room.seats["ann"]
    assert not written.has(ann)
    written.presence["ann"] = ann.presence
    assert writes._open_rooms()[live].has(ann)
    ann.presence = Presence(tool="pencil")
    assert not written.has(ann)


def test_what_was_written_of_rooms_and_members_that_have_gone_is_forgotten() -> None:
    live, other = room_of("ann", "ben"), room_of("cat")
    writes, hub = behind(live, other)
    written = writes._open_rooms()[live]
    written.presence = {c: seat.presence for c, seat in live.room.seats.items()}
    del live.room.seats["ben"]
    del hub.rooms["song 1"]
    assert list(writes._open_rooms()) == [live]
    assert list(written.presence) == ["ann"]


@pytest.mark.parametrize("what_was_late", ["empty_since", "asked_for_at"])
async def test_an_empty_room_stays_a_while_after_it_was_left_or_asked_for(
    what_was_late: str,
) -> None:
    """Who is looking up what it needs for a join, or lost its connection, finds it open."""
    live, now = room_of(), time.monotonic()
    writes, hub = behind(live)
    hub.rooms = {"song": live}
    hub.close_if_empty = AsyncMock(return_value=True)
    written = writes._open_rooms()[live]
    written.empty_since = now if what_was_late == "empty_since" else 0.0
    live.asked_for_at = now if what_was_late == "asked_for_at" else 0.0
    await writes._keep_room(live, written, now + LINGER_SECONDS - 0.01)
    hub.close_if_empty.assert_not_called()
    await writes._keep_room(live, written, now + LINGER_SECONDS)
    hub.close_if_empty.assert_called_once_with(live)
