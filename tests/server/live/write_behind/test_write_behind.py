"""What is written behind, without a database: when a room is stored, and when it is closed."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from persistence.errors import Unavailable
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.live.room_checkpoints import RoomCheckpoints
from server.live.write_behind.presence_rows import PresenceRows
from server.live.write_behind.stays import Stays
from server.live.write_behind.write_behind import (
    CHECKPOINT_DELTAS,
    CHECKPOINT_SECONDS,
    WriteBehind,
)

NOW = 1_000.0


def room_of(project: str, *, head: int = 1, is_deserted: bool = False) -> Any:
    checkpoints = Mock(RoomCheckpoints, stored_seq=1, begun_at=NOW)
    live = Mock(LiveRoom, checkpoints=checkpoints)
    live.is_deserted.return_value = is_deserted
    live.room = SimpleNamespace(project=project, head=head, seats={}, is_shared=False)
    live.stays = Stays()
    live.snapshots = SimpleNamespace(keep_if_due=AsyncMock())
    return live


def behind(*rooms: Any) -> tuple[WriteBehind, Any]:
    hub = Mock(Hub, rooms={live.room.project: live for live in rooms})
    hub.close_if_empty = AsyncMock(return_value=True)
    return WriteBehind(hub, Mock()), hub


async def test_a_deserted_room_is_closed_and_no_other() -> None:
    empty, busy = room_of("empty", is_deserted=True), room_of("busy")
    writes, hub = behind(empty, busy)
    await writes.run_once()
    hub.close_if_empty.assert_called_once_with(empty)


@pytest.mark.parametrize(
    ("deltas", "seconds", "is_stored"),
    [
        (CHECKPOINT_DELTAS, 0.0, True),
        (CHECKPOINT_DELTAS - 1, CHECKPOINT_SECONDS - 0.01, False),
        (1, CHECKPOINT_SECONDS, True),
        (0, CHECKPOINT_SECONDS, False),
    ],
)
async def test_a_checkpoint_is_due_after_many_deltas_or_a_while_after_one(
    deltas: int, seconds: float, is_stored: bool
) -> None:
    live = room_of("song", head=1 + deltas)
    writes, _ = behind(live)
    await writes._store(live, NOW + seconds)
    assert live.checkpoints.store_if_new.called is is_stored


async def test_a_room_that_cannot_be_stored_holds_up_no_other() -> None:
    one, other = room_of("one"), room_of("other")
    one.snapshots.keep_if_due.side_effect = Unavailable("the database is away")
    writes, _ = behind(one, other)
    await writes.run_once()
    other.snapshots.keep_if_due.assert_called_once()


async def test_a_mistake_in_one_room_keeps_no_other_from_being_stored() -> None:
    """Also in the rounds after it, which come to that room first again."""
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: reported.append(told))
    one, other = room_of("one"), room_of("other")
    one.snapshots.keep_if_due.side_effect = ValueError("planted")
    writes, _ = behind(one, other)
    writes._presence = AsyncMock(PresenceRows)
    await writes.run_once()
    other.snapshots.keep_if_due.assert_called_once()
    writes._presence.write_moved.assert_awaited_once()
    assert len(reported) == 1
