"""What can never be right raises at the call, as `PrimeError`, and says what is meant."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import pytest

from prime_client import (
    CannotConnect,
    Client,
    ConnectionOver,
    DeltaRefused,
    MalformedOp,
    NotConnected,
    PrimeError,
    Room,
    UnknownDelta,
    WrongUse,
    ops,
)
from prime_client.presence_values import check_presence, problem_with_value
from prime_client.schema.entities import ENTITY_TYPES, Field
from rooms.rules.entity_rules import problem_with_value as problem_by_the_server
from tests.client.fake_server import PROJECT, FakeServer, Message, swallow

MASTER = ("channels", "ch_master")
T = TypeVar("T")

MISSPELT: list[tuple[dict[str, Any], str]] = [
    (ops.set(*MASTER, volum=0.5), "channels have no property 'volum': is `volume` meant?"),
    (ops.set(*MASTER, glow=1), "channels have no property 'glow'; they have name, "),
    (ops.insert("clips", "clip_001", trak="track_01"), "is `track` meant?"),
    (ops.set(*MASTER, pan=0) | {"expect": {"pam": 1}}, "is `pan` meant?"),
    (ops.delete(*MASTER) | {"expect": {"pam": 1}}, "is `pan` meant?"),
    (ops.move("notes", "note_001", order="a1"), "notes have no property 'order'"),
    (ops.move("tracks", "track_01", time=3), "tracks have no property 'time'"),
    (ops.set("channel", "ch_master", volume=0.5), "is `channels` meant?"),
    (ops.move(*MASTER, parnt="ch_1"), "this one has 'parnt'"),
]


@pytest.mark.parametrize(("op", "told"), MISSPELT, ids=[told for _, told in MISSPELT])
async def test_a_misspelt_name_in_an_edit_is_told_at_once(
    room: Room, op: dict[str, Any], told: str
) -> None:
    before = dict(room.entities("channels"))
    for edit in (room.edit, room.gesture().end):
        with pytest.raises(MalformedOp, match=re.escape(told)):
            edit([ops.set(*MASTER, volume=0.1), op])
    assert room.entities("channels") == before


async def test_every_property_of_the_schema_is_known_and_none_beside_it(room: Room) -> None:
    for collection, fields in ENTITY_TYPES.items():
        room.edit([ops.set(collection, "entity_1", **dict.fromkeys(fields))])
        for name in fields:
            with pytest.raises(MalformedOp, match="no property"):
                room.edit([ops.set(collection, "entity_1", **{name + "x": None})])


async def test_a_newer_servers_property_is_known_where_an_entity_has_it(
    server: FakeServer, room: Room
) -> None:
    """So a copy of what others have made is not refused; and `allow_unknown` says the first one."""
    glowing = ops.set(*MASTER, glow=3)
    with pytest.raises(MalformedOp):
        room.edit([glowing])
    assert await room.saved(room.edit([glowing], allow_unknown=True)) == 1
    assert await room.saved(room.edit([ops.set(*MASTER, glow=4)])) == 2
    assert list(room.select("channels", glow=4)) == ["ch_master"]
    with pytest.raises(WrongUse):
        room.gesture().move(*MASTER, shine=1)
    ride = room.gesture(allow_unknown=True)
    ride.move(*MASTER, shine=1)
    assert await room.saved(ride.end()) == 3


GESTURES: list[tuple[tuple[Any, Any], dict[str, Any], str]] = [
    (MASTER, {"volum": 0.4}, "is `volume` meant?"),
    (MASTER, {"volume": 40}, "channels.volume is at least 0 and at most 2: 40"),
    (MASTER, {"volume": "loud"}, "channels.volume is a number: 'loud'"),
    (MASTER, {"volume": None}, "channels.volume must not be None"),
    (MASTER, {"mute": 1}, "channels.mute is true or false: 1"),
    (("notes", "note_001"), {"key": 60.5}, "notes.key is a whole number"),
    (("tempo", "tempo_start"), {"bpm": 0}, "tempo.bpm is "),
    (("clips", "clip_001"), {"kind": "note"}, "clips.kind is one of notes"),
    (("tracks", "track_01"), {"content": "notes"}, "tracks.content is a list of"),
    (("devices", "device_1"), {"params": 3}, "devices.params is a dict"),
    (("tracks", "track_01"), {"name": 3}, "tracks.name is text: 3"),
    (("channel", "ch_master"), {"volume": 0.4}, "is `channels` meant?"),
    (("channels", {"id": 1}), {"volume": 0.4}, "id is text"),
]


@pytest.mark.parametrize(("entity", "props", "told"), GESTURES, ids=[row[2] for row in GESTURES])
async def test_G3_a_wrong_gesture_is_told_at_once(
    room: Room, entity: tuple[Any, Any], props: dict[str, Any], told: str
) -> None:
    ride = room.gesture()
    with pytest.raises(WrongUse, match=re.escape(told)):
        ride.move(*entity, **props)
    assert ride.values == {}


VALUES: list[Any] = [None, True, 0, -1, 1, 0.5, 3.0, 40, 1e12, "", "loud", "notes", "a1", [], {}]
VALUES += [["notes"], ["x"], {"a": 1}]


def test_no_value_is_refused_that_the_server_takes() -> None:
    """And of numbers, switches and choices every one that it does not take."""
    for fields in ENTITY_TYPES.values():
        for field in fields.values():
            for value in VALUES:
                ours, theirs = problem_with_value(field, value), _theirs(field, value)
                assert theirs is not None or ours is None, (field, value)
                if field.kind in ("number", "boolean", "choice"):
                    assert (ours is None) == (theirs is None), (field, value)


def _theirs(field: Field, value: Any) -> str | None:
    return problem_by_the_server(cast("Any", field), value)


PRESENCE: list[tuple[dict[str, Any], str]] = [
    ({"cursor": 5}, "cursor is a dict of time, track, y: 5"),
    ({"cursor": {"tim": 3}}, "cursor has no 'tim': is `time` meant?"),
    ({"cursor": {}}, "cursor needs `time`"),
    ({"cursor": {"time": "3"}}, "cursor.time is a number: '3'"),
    ({"cursor": {"time": True}}, "cursor.time is a number: True"),
    ({"cursor": {"time": 3, "track": 4}}, "cursor.track is text: 4"),
    ({"view": {"start": 1}}, "view needs `end`"),
    ({"view": [1, 2]}, "view is a dict of start, end, track"),
    ({"tool": 3}, "tool is text: 3"),
    ({"selection": "note_001"}, "selection is a list"),
    ({"selection": [1]}, "each of selection is text: 1"),
    ({"playhead": {"time": 1, "playing": 1}}, "playhead.playing is true or false: 1"),
    ({"at": "now"}, "at is a number"),
    ({"at": None}, "at is a number"),
    ({"cursr": {"time": 1}}, "presence has no 'cursr': is `cursor` meant?"),
]


@pytest.mark.parametrize(("presence", "told"), PRESENCE, ids=[told for _, told in PRESENCE])
async def test_P1_wrong_presence_is_told_at_once(
    room: Room, presence: dict[str, Any], told: str
) -> None:
    with pytest.raises(WrongUse, match=re.escape(told)):
        room.move(**presence)


def test_P1_right_presence_is_taken() -> None:
    check_presence({"cursor": {"time": 1, "track": None, "y": 0.5}, "tool": None, "at": 5})
    check_presence({"view": {"start": 0, "end": 4.5}, "selection": ["note_001"], "cursor": None})
    check_presence({"playhead": {"time": 0, "playing": False}, "selection": None, "view": None})


async def test_P1_what_the_server_refuses_of_presence_is_logged_once(
    server: FakeServer, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.move(cursor={"time": 1e9})
    for _ in range(3):
        server.say(t="error", id=None, code="validation", message="`time` is too large")
    await room.saved(room.edit([ops.set(*MASTER, volume=0.5)]))
    told = "the server refused what waits for no answer: validation: `time` is too large"
    assert caplog.text.count(told) == 1


NOTHING: dict[str, Any] = {}
OPERATOR = {"message": "too loud"}


async def _nothing_logged(
    server: FakeServer, client: Client, caplog: pytest.LogCaptureFixture, **error: Any
) -> None:
    """Of this error, though nobody waits for an answer of its id."""
    server.say(t="error", message="no", **error)
    await client.call("projects.list")  # answered behind it
    assert caplog.messages == []


async def test_what_comes_of_a_room_that_was_left_is_not_logged(
    server: FakeServer, client: Client, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """Its edits were given up, and who waits for them was told."""
    server.reactions["projects.list"] = _reply
    server.reactions["delta"] = swallow
    delta = room.edit([ops.set(*MASTER, volume=0.5)])
    await server.wait_for("delta")
    room.leave()
    late = {"id": delta, "code": "archived", "project": PROJECT, "details": NOTHING}
    await _nothing_logged(server, client, caplog, **late)
    server.reactions["join"] = swallow
    joining = asyncio.create_task(client.join(PROJECT))
    await server.wait_for("join", 2)
    await _nothing_logged(server, client, caplog, **late)
    joining.cancel()


@pytest.mark.parametrize("code", ["auth_required", "auth_failed", "token_expired"])
async def test_R50_that_a_login_is_over_is_not_logged_as_what_was_refused(
    server: FakeServer, client: Client, room: Room, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The end of the connection tells it, with what the operator says."""
    server.reactions["projects.list"] = _reply
    await _nothing_logged(server, client, caplog, id=None, code=code, details=OPERATOR)


async def test_what_comes_of_a_call_that_timed_out_is_not_logged(
    server: FakeServer, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    server.reactions["projects.get"] = swallow
    calling = asyncio.create_task(client.call("projects.get", project=PROJECT))
    asked = await server.wait_for("projects.get")
    calling.cancel()
    await asyncio.wait([calling])
    server.reactions["projects.list"] = _reply
    late = {"id": asked["id"], "code": "unavailable", "project": None, "details": NOTHING}
    await _nothing_logged(server, client, caplog, **late)


async def test_a_gesture_that_is_refused_is_logged(
    server: FakeServer, client: Client, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    server.reactions["projects.list"] = _reply
    refused = {"id": room.gesture().id, "code": "forbidden", "project": PROJECT}
    server.say(t="error", message="no", **refused, details=NOTHING)
    await client.call("projects.list")
    assert caplog.messages == ["the server refused what waits for no answer: forbidden: no"]


def _reply(server: FakeServer, message: Message) -> None:
    server.say(t="reply", id=message["id"], result={})


def _refuse(server: FakeServer, message: Message) -> None:
    told = {"code": "op_invalid", "message": "no", "details": {"op": 1}}
    server.say(t="error", id=message["id"], **told)


async def test_D4_a_refusal_that_nobody_waits_for_is_logged(
    server: FakeServer, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """With its code, its sentence and the op that it is about."""
    server.reactions["delta"] = _refuse
    edit = [ops.set(*MASTER, volume=0.5), ops.set(*MASTER, pan=0.125)]
    room.edit(edit)
    await room.settled()
    (record,) = caplog.records
    assert (record.levelno, record.name.split(".")[0]) == (logging.WARNING, "prime_client")
    assert record.message == f"an edit was refused and taken back: op_invalid: no: {edit[1]}"
    with pytest.raises(DeltaRefused):
        await room.saved(room.edit(edit))
    assert len(caplog.records) == 1


ENDINGS: list[Callable[[Client], Awaitable[object]]] = [
    lambda client: client.call("projects.list"),
    lambda client: client.projects.list(),
    lambda client: client.register("ada@example.org", "ada", "password"),
    lambda client: client.login("ada@example.org", "password"),
    lambda client: client.logout(),
    lambda client: client.join(PROJECT),
    lambda client: client.snapshot_state(PROJECT, "s"),
    lambda client: client.state_at(PROJECT, seq=1),
    lambda client: anext(client.history_ops(PROJECT)),
]


@pytest.mark.parametrize("use", ENDINGS)
async def test_a_client_that_was_not_told_to_connect_says_so_at_once(
    server: FakeServer, use: Callable[[Client], Awaitable[object]]
) -> None:
    """And one that was closed says that: `join` waited for a minute."""
    client = Client(server.url, device="desk", call_seconds=600)
    with pytest.raises(NotConnected, match="not connected: use `async with`"):
        await use(client)
    async with client:
        await client.login("ada@example.org", "password")
    with pytest.raises(ConnectionOver, match="closed"):
        await use(client)


WRONG: list[Callable[[Client, Room], object]] = [
    lambda _, room: room.subscribe(cast("Any", 5)),
    lambda _, room: room.get("clip", "c"),
    lambda _, room: room.get("clips", cast("Any", {})),
    lambda _, room: room.shown("clips", cast("Any", {})),
    lambda _, room: room.entities(cast("Any", {})),
    lambda _, room: room.move(cursor=cast("Any", object())),
    lambda _, room: room.saved(cast("Any", {})),
    lambda _, room: room.reached(cast("Any", "5")),
    lambda client, _: client.join(cast("Any", {"id": PROJECT})),
    lambda client, _: client.call("projects.create", name=object()),
    lambda client, _: client.call("projects.create", name=1 << 70),
    lambda client, _: client.call("projects.create", name="\ud800"),
]


@pytest.mark.parametrize("use", WRONG)
async def test_wrong_use_is_a_prime_error(
    client: Client, room: Room, use: Callable[[Client, Room], object]
) -> None:
    with pytest.raises(WrongUse):
        await _awaited(use(client, room))
    assert client.over is None


async def _awaited(made: object) -> None:
    if isinstance(made, Awaitable):
        await made


async def test_an_id_of_no_delta_is_a_prime_error(room: Room) -> None:
    with pytest.raises(UnknownDelta) as raised:
        await room.saved("x")
    assert isinstance(raised.value, PrimeError)


@pytest.mark.parametrize("how", ["end", "cancel"])
async def test_a_gesture_that_is_over_takes_nothing_more(room: Room, how: str) -> None:
    ride = room.gesture()
    ride.move(*MASTER, volume=0.5)
    getattr(ride, how)()
    with pytest.raises(WrongUse, match="over"):
        ride.move(*MASTER, volume=0.6)
    with pytest.raises(WrongUse, match="over"):
        ride.end()
    ride.cancel()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8787/v1", "127.0.0.1:8787", "", "ws:///v1", "ws://127.0.0.1:99999/v1"]
)
async def test_an_address_that_cannot_be_is_told_at_once(url: str) -> None:
    with pytest.raises(CannotConnect, match="an address of Prime is like"):
        await Client(url, device="desk").connect(600)


class _HttpServer:
    """Answers every request with one status, and counts them."""

    def __init__(self, status: str) -> None:
        self.status = status
        self.asked = asyncio.Semaphore(0)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        self.asked.release()


@pytest.mark.parametrize("status", ["404 Not Found", "200 OK", "403 Forbidden", "426 Upgrade"])
async def test_H1_where_there_is_no_prime_a_client_gives_up_at_once(status: str) -> None:
    http = _HttpServer(status)
    async with await asyncio.start_server(http.answer, "127.0.0.1", 0) as listening:
        url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v2"
        with pytest.raises(
            CannotConnect, match=rf"no Prime at this .* \(HTTP {status[:3]}\); an a"
        ):
            await Client(url, device="desk").connect(600)


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests"])
async def test_H1_a_server_that_is_busy_is_tried_again(status: str) -> None:
    http = _HttpServer(status)
    async with await asyncio.start_server(http.answer, "127.0.0.1", 0) as listening:
        client = Client(f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1", device="desk")
        connecting = asyncio.ensure_future(client.connect(600))
        for _ in range(3):
            await http.asked.acquire()
        assert not connecting.done()
        connecting.cancel()
        await asyncio.wait([connecting])
        await client.close()


async def test_H1_who_was_connected_comes_back_from_whatever_a_proxy_says(
    server: FakeServer, client: Client, room: Room
) -> None:
    """Edits wait in memory: a proxy without its server for a minute must not end the client."""
    port, http = server.port, _HttpServer("404 Not Found")
    await server.stop()
    mine = room.edit([ops.set(*MASTER, volume=0.5)])
    async with await asyncio.start_server(http.answer, "127.0.0.1", port):
        for _ in range(2):
            await http.asked.acquire()
    await server.start()
    assert await room.saved(mine) == 1
    assert client.over is None
