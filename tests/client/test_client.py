"""The SDK against a scripted server on a real socket."""

import asyncio
import copy
from typing import Any

import pytest

from prime_client import room as room_module
from prime_client.client import Client
from prime_client.connecting.codec import BadFrame, CodecName, codec_named
from prime_client.connecting.connection import Connection, CouldNotOpen
from prime_client.delivery import send_queue
from prime_client.events import Acknowledged, CameIn, Committed, Event, JoinFailed, Left
from prime_client.failures import (
    CallFailed,
    CallInterrupted,
    CallTimedOut,
    CannotConnect,
    ConnectionOver,
    DeltaRefused,
    DeltaTooLarge,
    RoomClosed,
    TooMuchPending,
    UnknownDelta,
)
from prime_client.room import Room
from tests.client.fake_server import (
    PROJECT,
    VOLUME,
    FakeServer,
    Heard,
    Message,
    fake_server,
    swallow,
)
from tests.client.model_server import member_named


async def until(event: asyncio.Event) -> None:
    async with asyncio.timeout(30):
        await event.wait()


@pytest.mark.parametrize("codec", ["msgpack", "json"])
async def test_H1_both_codecs_speak_hello_calls_rooms_and_presence(codec: CodecName) -> None:
    async with (
        fake_server(codec) as server,
        Client(server.url, device="desk", codec=codec) as client,
    ):
        hello = await server.wait_for("hello")
        assert (hello["versions"], hello["device"], hello["token"]) == ([1], "desk", None)
        user = await client.register("ada@example.org", "ada", "password", "Ada")
        assert user["name"] == "Ada"
        room = await client.join(PROJECT)
        assert "ch_master" in room.state["channels"]
        assert await room.saved(room.edit([VOLUME])) == 1
        room.move(cursor={"time": 1.0}, at=5.0)
        presence = await server.wait_for("presence")
        assert (presence["cursor"], presence["at"]) == ({"time": 1.0}, 5.0)
        assert server.named("auth.register")[0]["params"]["username"] == "ada"


async def test_C1_an_error_reply_is_raised(server: FakeServer, client: Client) -> None:
    def refuse(server: FakeServer, message: Message) -> None:
        details = {"version": 3}
        told = {"code": "conflict", "message": "no", "details": details}
        server.say(t="error", id=message["id"], **told)

    server.reactions["projects.update"] = refuse
    with pytest.raises(CallFailed, match="conflict: no") as failed:
        await client.call("projects.update", version=2)
    assert (failed.value.code, failed.value.details) == ("conflict", {"version": 3})


async def test_an_unanswered_call_times_out(server: FakeServer) -> None:
    async with Client(server.url, device="desk", call_seconds=0.05) as client:
        with pytest.raises(CallTimedOut):
            await client.call("projects.list")


async def test_a_call_cut_off_that_may_not_be_sent_again_says_so(
    server: FakeServer, client: Client
) -> None:
    server.reactions["of.a_newer_server"] = lambda server, _: server.cut()
    with pytest.raises(CallInterrupted):
        await client.call("of.a_newer_server")


@pytest.mark.parametrize("method", ["projects.list", "projects.create"])
async def test_C10_a_call_cut_off_is_sent_again_with_its_key(
    server: FakeServer, client: Client, method: str
) -> None:
    def cut_twice(server: FakeServer, message: dict[str, Any]) -> None:
        if len(server.named(method)) < 3:
            server.cut()
        else:
            server.say(t="reply", id=message["id"], result={})

    server.reactions[method] = cut_twice
    await client.call(method)
    keys = [message.get("idempotency_key") for message in server.named(method)]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert (keys[0] is None) is (method == "projects.list")


async def test_a_call_cut_off_is_not_sent_again_for_ever(server: FakeServer) -> None:
    server.reactions["projects.list"] = lambda server, _: server.cut()
    async with Client(server.url, device="desk", call_seconds=0.3) as client:
        with pytest.raises((CallInterrupted, CallTimedOut)):
            await client.call("projects.list")


async def test_C13_a_batch_gives_results_and_refusals_in_order(
    server: FakeServer, client: Client
) -> None:
    told: dict[str, Any] = {"code": "not_found", "message": "no", "details": {}}
    other: dict[str, Any] = {"code": "not_done", "message": "none", "details": {}}

    def answer(server: FakeServer, message: dict[str, Any]) -> None:
        atomic = message["params"]["atomic"]
        answers = [{"error": other} if atomic else {"result": {"count": 1}}, {"error": told}]
        server.say(t="reply", id=message["id"], result={"answers": answers, "done": False})

    server.reactions["batch"] = answer
    calls: list[tuple[str, dict[str, Any]]] = [("projects.list", {}), ("projects.get", {})]
    result, refused = await client.batch(calls)
    assert (result, refused.code) == ({"count": 1}, "not_found")
    assert "idempotency_key" not in server.named("batch")[0]
    with pytest.raises(CallFailed, match="not_found"):
        await client.batch(calls, atomic=True)
    assert "idempotency_key" in server.named("batch")[1]


async def test_D4_a_refused_delta_is_raised_and_taken_back(server: FakeServer, room: Room) -> None:
    def refuse(server: FakeServer, message: Message) -> None:
        told = {"code": "op_invalid", "message": "no", "details": {"op": 0}}
        server.say(t="error", id=message["id"], **told)

    server.reactions["delta"] = refuse
    delta_id = room.edit([VOLUME])
    assert room.state["channels"]["ch_master"]["volume"] == 0.5
    for _ in ("while waiting", "afterwards"):
        with pytest.raises(DeltaRefused, match="op_invalid"):
            await room.saved(delta_id)
    assert room.state["channels"]["ch_master"]["volume"] == 1
    await room.settled()


async def test_J3_reconnect_resumes_and_sends_again(server: FakeServer, room: Room) -> None:
    first = room.edit([VOLUME])
    assert await room.saved(first) == 1
    server.reactions["delta"] = swallow
    second = room.edit([VOLUME])
    await server.wait_for("delta", 2)
    del server.reactions["delta"]
    server.cut()
    third = room.edit([VOLUME])
    assert await room.saved(second) == 2
    assert await room.saved(third) == 3
    assert server.named("join")[1]["position"] == {"epoch": "e", "seq": 1}
    assert server.named("hello")[1]["token"] == "access1"
    assert [message["id"] for message in server.named("delta")] == [first, second, second, third]
    assert room.resent == 2  # the third had been given to a socket that was cut already


async def test_X1_a_final_close_code_ends_it(
    server: FakeServer, client: Client, room: Room
) -> None:
    server.reactions["delta"] = swallow
    delta_id = room.edit([VOLUME])
    server.end(4500, "replaced")
    with pytest.raises(ConnectionOver, match=r"replaced \(4500\)"):
        await room.saved(delta_id)
    with pytest.raises(ConnectionOver):
        room.edit([VOLUME])
    with pytest.raises(ConnectionOver):
        await client.call("projects.list")
    assert client.over is not None
    assert client.over.code == 4500
    await client.close()
    assert server.connections == 1


@pytest.mark.parametrize("code", [1012, 4002, 4004])
async def test_X1_other_close_codes_bring_us_back(
    server: FakeServer, room: Room, code: int
) -> None:
    server.end(code)
    await server.wait_for("join", 2)
    assert await room.saved(room.edit([VOLUME])) == 1


async def test_H4_a_login_that_is_refused_is_final(server: FakeServer) -> None:
    def refuse(server: FakeServer, _message: Message) -> None:
        server.say(t="error", id=None, code="auth_failed", message="that token is not valid")
        server.end(4507)

    server.reactions["hello"] = refuse
    client = Client(server.url, device="desk", access_token="forged")
    with pytest.raises(ConnectionOver, match="not valid") as over:
        await client.connect()
    assert over.value.code == 4507
    await client.close()


async def test_A2_a_token_that_ran_out_is_refreshed_before_joining(
    server: FakeServer, room: Room
) -> None:
    server.end(4003, "token_expired")
    await server.wait_for("join", 2)
    names = [message.get("method", message["t"]) for message in server.heard]
    again = [name for name in names[names.index("join") + 1 :] if name != "ping"]
    assert again[:3] == ["hello", "auth.refresh", "join"]
    assert server.named("hello")[1]["token"] is None
    assert server.named("auth.refresh")[0]["params"] == {"refresh_token": "refresh1"}


async def test_A2_a_client_that_starts_again_needs_no_password(server: FakeServer) -> None:
    async with Client(server.url, device="desk") as client:
        assert client.refresh_token is None
        await client.login("ada@example.org", "password")
        kept = client.refresh_token
    async with Client(server.url, device="desk", refresh_token=kept) as client:
        await client.join(PROJECT)
        assert server.named("auth.refresh")[0]["params"] == {"refresh_token": kept}
        assert client.refresh_token != kept
        assert client.user is not None


async def test_A2_a_client_whose_refresh_token_is_refused_can_log_in(server: FakeServer) -> None:
    server.reactions["auth.refresh"] = lambda server, message: server.say(
        t="error", id=message["id"], code="auth_failed", message="not known"
    )
    async with Client(server.url, device="desk", refresh_token="stale") as client:
        why = client.login_needed
        assert why == "not known"
        with pytest.raises(CallFailed, match="auth_required"):
            await client.projects.list()
        await client.login("ada@example.org", "password")
        assert client.login_needed is None
        room = await client.join(PROJECT)
        assert await room.saved(room.edit([VOLUME])) == 1


async def test_closing_saves_what_is_on_its_way(
    server: FakeServer, client: Client, room: Room
) -> None:
    held: list[Message] = []
    server.reactions["delta"] = lambda _server, message: held.append(message)
    delta = room.edit([VOLUME])
    closing = asyncio.ensure_future(client.close())
    await server.wait_for("delta")
    assert not closing.done()
    server.on_delta(held[0])
    await closing
    assert await room.saved(delta) == 1


async def test_what_closing_gives_up_is_logged(
    server: FakeServer, client: Client, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    server.reactions["delta"] = swallow
    delta = room.edit([VOLUME])
    await client.close(seconds=0.01)
    with pytest.raises(ConnectionOver):
        await room.saved(delta)
    assert "closed with 1 edit that was not saved" in caplog.text


async def test_A2_a_token_is_refreshed_before_it_runs_out(server: FakeServer) -> None:
    server.expires_in = 0.05
    async with Client(server.url, device="desk") as client:
        await client.login("ada@example.org", "password")
        await server.wait_for("auth.refresh", 2)
        assert server.connections == 1


async def test_A12_a_client_that_is_warned_refreshes_on_the_same_connection(
    server: FakeServer,
) -> None:
    async with Client(server.url, device="desk") as client:
        await client.login("ada@example.org", "password")
        server.say(t="token_expiring", in_ms=60_000)
        await server.wait_for("auth.refresh", 1)
        assert server.connections == 1
    async with Client(server.url, device="desk", access_token="lent") as client:
        server.say(t="token_expiring", in_ms=60_000)
        await client.login("ada@example.org", "password")
        assert len(server.named("auth.refresh")) == 1


async def test_A13_a_client_says_on_which_device_it_is(server: FakeServer) -> None:
    async with Client(server.url, device="desk", device_name="My Mac", device_kind="plugin"):
        hello = server.named("hello")[0]
        assert (hello["device_name"], hello["device_kind"]) == ("My Mac", "plugin")
    async with Client(server.url, device="desk"):
        assert "device_name" not in server.named("hello")[1]


async def test_H6_a_silent_server_is_left(server: FakeServer, room: Room) -> None:
    server.heartbeat_seconds = 0.02
    server.cut()
    await server.wait_for("join", 2)
    server.reactions["ping"] = swallow
    await server.wait_for("hello", 3)


async def test_a_server_that_is_down_is_named_in_the_error(server: FakeServer) -> None:
    await server.stop()
    client = Client(server.url, device="desk")
    with pytest.raises(CannotConnect, match="127"):
        await client.connect(0.1)


async def test_a_server_that_comes_up_later_is_found(server: FakeServer) -> None:
    await server.stop()
    client = Client(server.url, device="desk")
    connecting = asyncio.ensure_future(client.connect(10))
    await server.start()
    await connecting
    assert client.is_connected
    await client.close()


async def test_D2_a_gap_leads_to_a_new_join(server: FakeServer, room: Room) -> None:
    delta: dict[str, Any] = {"t": "delta", "project": PROJECT, "id": "remote_1", "at": 0.0}
    delta |= {"user": "ben", "member": "ben", "ops": [VOLUME]}
    server.say(**delta, seq=5)
    await server.wait_for("leave")
    again = await server.wait_for("join", 2)
    assert again["position"] == {"epoch": "e", "seq": 0}
    assert room.gaps == 1
    assert await room.saved(room.edit([VOLUME])) == 1


async def test_D7_a_postponed_delta_is_sent_again(server: FakeServer, room: Room) -> None:
    def postpone(server: FakeServer, message: Message) -> None:
        del server.reactions["delta"]
        server.say(t="error", id=message["id"], code="unavailable", message="later")

    server.reactions["delta"] = postpone
    delta_id = room.edit([VOLUME])
    assert await room.saved(delta_id) == 1
    assert [message["id"] for message in server.named("delta")] == [delta_id, delta_id]


async def test_deltas_that_find_us_outside_lead_to_one_new_join(
    server: FakeServer, room: Room
) -> None:
    def outside(server: FakeServer, message: Message) -> None:
        server.say(t="error", id=message["id"], code="not_joined", message="join first")

    server.reactions["delta"] = outside
    server.reactions["leave"] = lambda server, _: server.reactions.clear()
    room.edit([VOLUME])
    room.edit([VOLUME])
    await room.settled()
    assert len(server.named("join")) == 2


async def test_J5_position_ahead_leads_to_fresh_state(server: FakeServer, room: Room) -> None:
    def ahead(server: FakeServer, message: Message) -> None:
        del server.reactions["join"]
        server.say(t="error", id=message["id"], code="position_ahead", message="no")

    server.reactions["join"] = ahead
    server.cut()
    third = await server.wait_for("join", 3)
    assert "position" not in third


async def test_J1_a_project_not_ours_is_told(server: FakeServer, client: Client) -> None:
    def hide(server: FakeServer, message: Message) -> None:
        server.say(t="error", id=message["id"], code="not_found", message="no such project")

    server.reactions["join"] = hide
    with pytest.raises(CallFailed, match="not_found"):
        await client.join(PROJECT)


async def test_a_join_that_cannot_be_served_now_is_tried_again(
    server: FakeServer, client: Client
) -> None:
    def later(server: FakeServer, message: Message) -> None:
        del server.reactions["join"]
        server.say(t="error", id=message["id"], code="unavailable", message="later")

    server.reactions["join"] = later
    await client.join(PROJECT)
    assert len(server.named("join")) == 2


async def test_R52_who_joins_a_closed_room_is_told_the_sentence(
    server: FakeServer, client: Client
) -> None:
    def closed(server: FakeServer, message: Message) -> None:
        details = {"retry_after_ms": 1_000, "message": "Tidying"}
        server.say(
            t="error", id=message["id"], code="unavailable", message="closed", details=details
        )

    server.reactions["join"] = closed
    with pytest.raises(CallFailed, match="unavailable") as told:
        await client.join(PROJECT)
    assert told.value.details["message"] == "Tidying"
    del server.reactions["join"]
    await client.join(PROJECT)


async def test_R52_who_is_in_a_room_that_is_closed_keeps_edits_and_comes_back(
    server: FakeServer, room: Room
) -> None:
    def closed(server: FakeServer, message: Message) -> None:
        del server.reactions["join"]
        details = {"retry_after_ms": 1, "message": "Tidying"}
        server.say(
            t="error", id=message["id"], code="unavailable", message="closed", details=details
        )

    server.reactions["join"] = closed
    heard = Heard(room)
    server.cut()
    delta_id = room.edit([VOLUME])
    told = await heard.until(JoinFailed)
    assert told.details["message"] == "Tidying"
    assert await room.saved(delta_id) == 1


async def test_R3_being_put_out_closes_the_room(server: FakeServer, room: Room) -> None:
    server.reactions["delta"] = swallow
    events = room.events()
    delta_id = room.edit([VOLUME])
    await server.wait_for("delta")
    server.say(t="left", project=PROJECT, id=None, reason="access_revoked")
    with pytest.raises(RoomClosed, match="access_revoked"):
        await room.saved(delta_id)
    with pytest.raises(RoomClosed):
        await room.settled()
    assert [event async for event in events][-1] == Left("access_revoked")


async def test_what_ends_a_room_is_told_as_what_it_is(server: FakeServer, client: Client) -> None:
    """A code and a sentence, as whoever shows it needs both (rule R51)."""
    for ends, left in (
        (lambda room: room.leave(), Left(None)),
        (
            lambda room: server.say(t="left", project=PROJECT, reason="kicked", message="Bye."),
            Left("kicked", "Bye."),
        ),
    ):
        room = await client.join(PROJECT)
        events = room.events()
        ends(room)
        assert [event async for event in events][-1] == left
    room = await client.join(PROJECT)
    events = room.events()
    await client.close()
    [*_, told] = [event async for event in events]
    assert isinstance(told, Left)
    assert told.reason == "connection_over"
    assert told.message


@pytest.mark.parametrize(
    ("reason", "message", "told"),
    [
        ("access_revoked", "", ("no member of this project any more", "invitation")),
        ("kicked", "Back at noon.", ("an operator", "`client.join(project)`", "Back at noon.")),
        ("of_a_newer_server", "Why.", ("of_a_newer_server: the server", "Why.", "client.join")),
    ],
)
async def test_R51_who_is_put_out_is_told_what_happened_and_what_to_do(
    server: FakeServer, room: Room, reason: str, message: str, told: tuple[str, ...]
) -> None:
    server.say(t="left", project=PROJECT, id=None, reason=reason, message=message)
    with pytest.raises(RoomClosed) as closed:
        await room.reached(1 << 40)
    for words in (f"{reason}: ", "not saved", *told):
        assert words in str(closed.value)
    assert closed.value.left == Left(reason, message)


async def test_who_left_is_told_how_to_come_back(server: FakeServer, room: Room) -> None:
    room.leave()
    with pytest.raises(RoomClosed, match=r"^you left the room; `client\.join\(project\)`"):
        room.edit([VOLUME])


async def test_leaving_tells_the_server_and_ends_the_room(server: FakeServer, room: Room) -> None:
    room.leave()
    await server.wait_for("leave")
    with pytest.raises(RoomClosed):
        room.edit([VOLUME])


async def test_events_come_in_order(server: FakeServer, room: Room) -> None:
    events = room.events()
    heard: list[Event] = []
    server.say(t="member_joined", project=PROJECT, member=member_named("ben"))
    delta: dict[str, Any] = {"t": "delta", "project": PROJECT, "id": "remote_1", "at": 0.0}
    server.say(**delta, seq=1, user="ben", member="ben", ops=[VOLUME])
    heard += [await anext(events), await anext(events)]
    assert isinstance(heard[0], CameIn)
    assert isinstance(heard[1], Committed)
    server.head = 1
    room.edit([VOLUME])
    assert isinstance(await anext(events), Acknowledged)
    room.leave()
    assert isinstance(await anext(events), Left)
    with pytest.raises(StopAsyncIteration):
        await anext(events)


async def test_edits_are_bounded(
    room: Room, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "MAX_PENDING", 2)
    server.reactions["delta"] = swallow
    room.edit([VOLUME])
    room.edit([VOLUME])
    with pytest.raises(TooMuchPending):
        room.edit([VOLUME])
    assert len(room.replica.pending) == 2
    room.leave()  # nobody has to wait for them


async def test_what_cannot_be_encoded_is_not_applied(room: Room) -> None:
    """msgpack raises another error for each: of range, of type, of depth."""
    before = copy.deepcopy(room.state)
    surrogate = VOLUME | {"props": {"name": "\ud800"}}
    for op in (VOLUME | {"props": {"volume": 1 << 70}}, surrogate, VOLUME | {"props": {"x": {1}}}):
        with pytest.raises((ValueError, OverflowError)):
            room.edit([VOLUME, op])
    assert room.state == before
    assert room.replica.pending == {}
    assert await room.saved(room.edit([VOLUME])) == 1


async def test_E3_a_delta_too_large_is_not_applied(room: Room) -> None:
    huge = {"op": "insert", "col": "tracks", "id": "track_01", "entity": {"name": "x" * 2_000_000}}
    with pytest.raises(DeltaTooLarge):
        room.edit([huge])
    assert room.state["tracks"] == {}
    with pytest.raises(UnknownDelta):
        await room.saved("never_sent")


async def test_D9_deltas_in_flight_are_bounded(
    server: FakeServer, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_queue, "DELTAS_IN_FLIGHT", 3)
    waiting: list[Message] = []
    server.reactions["delta"] = lambda _server, message: waiting.append(message)
    for _ in range(5):
        room.edit([VOLUME])
    await server.wait_for("delta", 3)
    assert len(waiting) == 3
    del server.reactions["delta"]
    for message in waiting:
        server.on_delta(message)
    await room.settled()
    assert len(server.named("delta")) == 5


async def test_what_the_server_garbles_costs_one_connection(server: FakeServer, room: Room) -> None:
    assert server._socket is not None
    server._socket.protocol.send_binary(b"\xc1")
    server._socket.send_data()
    await server.wait_for("join", 2)
    assert await room.saved(room.edit([VOLUME])) == 1


async def test_logout_ends_the_login(server: FakeServer, client: Client) -> None:
    def bye(server: FakeServer, message: Message) -> None:
        server.say(t="reply", id=message["id"], result={})

    server.reactions["auth.logout"] = bye
    await client.login("ada@example.org", "password")
    assert client.access_token == "access1"
    await client.logout()
    assert client.access_token is None


@pytest.mark.parametrize("name", ["msgpack", "json"])
def test_frames_that_are_no_messages_are_refused(name: CodecName) -> None:
    codec = codec_named(name)
    good = codec.encode({"t": "ping", "time": 1.0})
    assert codec.decode(good) == {"t": "ping", "time": 1.0}
    wrong_kind = good.decode("latin-1") if isinstance(good, bytes) else good.encode()
    no_name = codec.encode({"time": 1.0})
    nothing = b"\xc1" if isinstance(good, bytes) else "{"
    bomb = b"\xdd\xff\xff\xff\xff" if isinstance(good, bytes) else "[" * 100_000
    for frame in (wrong_kind, no_name, nothing, bomb):
        with pytest.raises(BadFrame):
            codec.decode(frame)
    for data in (b"no zlib", b"x\x9c\x03"):
        with pytest.raises(BadFrame):
            codec.decode_state(data)


async def test_a_connection_that_goes_in_the_handshake_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """websockets asserts there: a client that let that through was over for good."""

    async def connect(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("prime_client.connecting.connection.connect", connect)
    with pytest.raises(CouldNotOpen) as caught:
        await Connection.open("ws://127.0.0.1:9/v1", codec_named("msgpack"), {}, 1.0)
    assert not caught.value.ending.is_final
