"""What can be read of a joined project, and what joined means."""

import asyncio
import re
from typing import Any

import pytest

from prime_client import CallTimedOut, Client, MalformedOp, Room, RoomClosed, WrongUse, new_id, ops
from tests.client.fake_server import PROJECT, VOLUME, FakeServer, Message, swallow
from tests.client.model_server import member_named


async def test_entities_are_read_by_collection_id_and_property(room: Room) -> None:
    lead, clip = new_id(), new_id()
    room.edit(
        [
            ops.insert("tracks", lead, name="Lead"),
            ops.insert("tracks", new_id(), name="Bass"),
            ops.insert("clips", clip, track=lead, time=0, duration=4),
        ]
    )
    assert room.get("tracks", lead) == room.state["tracks"][lead]
    assert room.get("tracks", clip) is None
    assert set(room.entities("tracks")) == set(room.state["tracks"])
    assert list(room.select("tracks", name="Lead")) == [lead]
    assert list(room.select("clips", track=lead, duration=4)) == [clip]
    assert room.select("clips", track=lead, duration=5) == {}
    with pytest.raises(TypeError):
        room.entities("tracks")[lead] = {}  # type: ignore[index]


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda room: room.get("clip", "c"), "no collection 'clip': is `clips` meant?"),
        (lambda room: room.entities("clip"), "no collection 'clip'"),
        (lambda room: room.shown("clip", "c"), "no collection 'clip'"),
        (
            lambda room: room.select("clips", trak="t"),
            "clips have no property 'trak': is `track` meant?",
        ),
    ],
)
async def test_what_is_misspelt_is_named(room: Room, read: Any, told: str) -> None:
    with pytest.raises(WrongUse, match=re.escape(told)):
        read(room)


async def test_G1_what_is_shown_has_the_gestures_of_others_laid_over_it(
    server: FakeServer, room: Room
) -> None:
    events = room.events()
    server.say(t="member_joined", project=PROJECT, member=member_named("ben"))
    values = {"ch_master": {"col": "channels", "props": {"volume": 0.25}}}
    server.say(t="tick", project=PROJECT, moved={}, gestures={"ben": {"gesture1": values}})
    for _ in range(3):
        await anext(events)
    assert set(room.members) >= {"ben"}
    shown, stored = room.shown("channels", "ch_master"), room.get("channels", "ch_master")
    assert shown is not None
    assert stored is not None
    assert (shown["volume"], stored["volume"]) == (0.25, 1)


async def test_to_join_again_waits_until_we_are_in_again(
    server: FakeServer, client: Client, room: Room
) -> None:
    held: list[Message] = []
    server.reactions["join"] = lambda _server, message: held.append(message)
    server.cut()
    await server.wait_for("join", 2)
    again = asyncio.ensure_future(client.join(PROJECT))
    await asyncio.sleep(0)
    assert not again.done()
    assert not room.is_live
    server.on_join(held[0])
    assert await again is room
    assert room.is_live


async def test_a_join_that_takes_too_long_is_given_up(server: FakeServer, client: Client) -> None:
    """A room that nobody ever had is left; one that somebody has is kept."""
    await client.login("ada@example.org", "password")
    server.reactions["join"] = swallow
    with pytest.raises(CallTimedOut, match="join was not answered within"):
        await client.join(PROJECT, seconds=0.01)
    await server.wait_for("leave")
    del server.reactions["join"]
    room = await client.join(PROJECT)
    server.reactions["join"] = swallow
    server.cut()
    await server.wait_for("join", 3)
    with pytest.raises(CallTimedOut):
        await client.join(PROJECT, seconds=0.01)
    del server.reactions["join"]
    server.cut()
    assert await room.saved(room.edit([VOLUME])) == 1


async def test_who_gives_up_a_join_does_not_end_that_of_another(
    server: FakeServer, client: Client
) -> None:
    await client.login("ada@example.org", "password")
    held: list[Message] = []
    server.reactions["join"] = lambda _server, message: held.append(message)
    one, other = (asyncio.ensure_future(client.join(PROJECT)) for _ in range(2))
    await server.wait_for("join")
    one.cancel()
    await asyncio.wait([one])
    server.on_join(held[0])
    room = await other
    room.leave()
    with pytest.raises(RoomClosed):
        await room.joined()


async def test_P1_a_misspelt_place_is_named_and_not_sent(server: FakeServer, room: Room) -> None:
    with pytest.raises(WrongUse, match="presence has no 'cusror': is `cursor` meant"):
        room.move(cusror={"time": 1})  # type: ignore[call-arg]
    room.move(cursor={"time": 1, "track": None}, tool=None)
    assert await server.wait_for("presence") == {
        **{"t": "presence", "project": PROJECT, "tool": None},
        "cursor": {"time": 1, "track": None},
    }


async def test_G2_a_gesture_whose_end_is_refused_is_given_up(
    server: FakeServer, room: Room
) -> None:
    """Else others would see for ever what will never be."""
    gesture = room.gesture()
    gesture.move("channels", "ch_master", volume=0.5)
    await server.wait_for("gesture")
    with pytest.raises(MalformedOp):
        gesture.end([{"op": "set"}])
    assert (await server.wait_for("gesture", 2))["values"] is None
    untouched = room.gesture()
    with pytest.raises(MalformedOp, match="at least one op"):
        untouched.end()
    assert (await server.wait_for("gesture", 3))["id"] == untouched.id


CANNOT_BE_SENT: list[Any] = [object(), {1, 2}, b"x", float("inf"), 1 << 70, "\ud800", {1: 2}]


@pytest.mark.parametrize("value", CANNOT_BE_SENT, ids=lambda value: type(value).__name__)
async def test_what_cannot_be_sent_is_told_to_who_says_it_and_ends_nothing(
    client: Client, room: Room, value: Any
) -> None:
    """It was found out where the socket is written, and was the end of the client."""
    gesture = room.gesture()
    with pytest.raises(ValueError, match=r"cannot be sent|are text"):
        room.move(cursor={"time": value})
    with pytest.raises(ValueError, match=r"cannot be sent|are text"):
        gesture.move("channels", "ch_master", volume=value)
    if not isinstance(value, bytes | float | dict):  # a number or text for msgpack
        with pytest.raises((TypeError, ValueError, OverflowError)):
            await client.call("projects.create", name=value)
    assert room._connection is not None
    room._connection.send_latest("x", {"t": "presence", "value": value})
    assert await room.saved(room.edit([VOLUME])) == 1
    assert client.over is None
    assert client.connections == 1


async def test_what_is_said_is_copied(server: FakeServer, room: Room) -> None:
    cursor: Any = {"time": 1.0}
    room.move(cursor=cursor)
    cursor["time"] = "later"
    assert (await server.wait_for("presence"))["cursor"] == {"time": 1.0}
