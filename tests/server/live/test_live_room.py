"""A live room by itself: when an empty one is to be closed."""

import time
from typing import Any
from unittest.mock import Mock

import pytest

from server.live.live_room import LINGER_SECONDS, LiveRoom


@pytest.mark.parametrize("what_was_late", ["emptied", "asked for"])
def test_an_empty_room_stays_a_while_after_it_was_left_or_asked_for(what_was_late: str) -> None:
    """Who is looking up what it needs for a join, or lost its connection, finds it open."""
    now = time.monotonic()
    live: Any = Mock(LiveRoom, is_busy=False, asked_for_at=0.0, _empty_since=None)
    assert not LiveRoom.is_deserted(live, now if what_was_late == "emptied" else 0.0)
    live.asked_for_at = now if what_was_late == "asked for" else 0.0
    assert not LiveRoom.is_deserted(live, now + LINGER_SECONDS - 0.01)
    assert LiveRoom.is_deserted(live, now + LINGER_SECONDS)


def test_a_room_that_someone_came_to_meanwhile_is_empty_anew() -> None:
    live: Any = Mock(LiveRoom, is_busy=False, asked_for_at=0.0, _empty_since=None)
    assert not LiveRoom.is_deserted(live, 1.0)
    live.is_busy = True
    assert not LiveRoom.is_deserted(live, 1.0 + LINGER_SECONDS)
    live.is_busy = False
    assert not LiveRoom.is_deserted(live, 1.0 + 2 * LINGER_SECONDS)
    assert LiveRoom.is_deserted(live, 1.0 + 3 * LINGER_SECONDS)
