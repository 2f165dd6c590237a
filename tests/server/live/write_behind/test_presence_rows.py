"""Where members are, without a database: what is remembered of what is stored."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from persistence.errors import Unavailable
from persistence.tables import session_states
from schema.messages import Presence
from server.live.live_room import LiveRoom
from server.live.write_behind.presence_rows import PresenceRows


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> AsyncMock:
    """What is written instead of into the table: called with a database and rows."""
    upsert_many = AsyncMock()
    monkeypatch.setattr(session_states, "upsert_many", upsert_many)
    return upsert_many


def room_of(*connections: str) -> Any:
    seats = {
        connection: SimpleNamespace(
            connection=connection,
            project="song",
            request=SimpleNamespace(user=connection, device="desk"),
            presence=Presence(tool="knife"),
        )
        for connection in connections
    }
    return Mock(LiveRoom, room=SimpleNamespace(seats=seats), is_closed=False)


def written_users(rows: AsyncMock) -> list[str]:
    return [row.user for call in rows.call_args_list for row in call.args[1]]


async def test_P6_a_presence_that_is_written_is_not_written_again_until_it_is_another(
    rows: AsyncMock,
) -> None:
    live, presence = room_of("ann"), PresenceRows(Mock())
    ann = live.room.seats["ann"]
    assert not presence.are_all_written(live)
    await presence.write_moved({live: "session"})
    await presence.write_moved({live: "session"})
    assert presence.is_written(live, ann)
    assert written_users(rows) == ["ann"]
    ann.presence = Presence(tool="pencil")
    assert not presence.is_written(live, ann)
    await presence.write_moved({live: "session"})
    assert written_users(rows) == ["ann", "ann"]


async def test_P6_what_could_not_be_written_is_written_the_next_time(rows: AsyncMock) -> None:
    live, presence = room_of("ann"), PresenceRows(Mock())
    rows.side_effect = [Unavailable("away"), None]
    with pytest.raises(Unavailable):
        await presence.write_moved({live: "session"})
    assert not presence.are_all_written(live)
    await presence.write_moved({live: "session"})
    assert presence.are_all_written(live)


async def test_what_was_written_of_rooms_and_members_that_have_gone_is_forgotten(
    rows: AsyncMock,
) -> None:
    live, other, presence = room_of("ann", "ben"), room_of("cat"), PresenceRows(Mock())
    ben, cat = live.room.seats["ben"], other.room.seats["cat"]
    await presence.write_moved({live: "session", other: "another session"})
    del live.room.seats["ben"]
    presence.forget_others([live])
    assert presence.are_all_written(live)
    assert not presence.is_written(live, ben)
    assert not presence.is_written(other, cat)
