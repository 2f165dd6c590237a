"""A login that the server does not know any more is asked for, and edits are kept until then."""

import asyncio

import pytest

from prime_client.client import Client
from prime_client.delivery import room_delivery
from prime_client.events import LoginNeeded
from prime_client.failures import CallFailed, ConnectionOver, RoomClosed
from prime_client.room import Room
from tests.client.fake_server import PROJECT, FakeServer, Heard, Message, swallow

VOLUME = {"op": "set", "col": "channels", "id": "ch_master", "props": {"volume": 0.5}}


def refuse_token(server: FakeServer, message: Message) -> None:
    """As after a restored backup: the login of the token is not known."""
    if message["token"] is None:
        server.on_hello(message)
    else:
        server.say(t="error", id=None, code="auth_failed", message="the token is not valid")
        server.end(4507)


async def test_J14_a_login_that_is_gone_is_asked_for_and_nothing_pending_is_lost(
    server: FakeServer, client: Client, room: Room
) -> None:
    server.reactions["delta"] = swallow
    heard, pending = Heard(room), [room.edit([VOLUME])]
    await server.wait_for("delta")
    server.reactions["hello"] = refuse_token
    server.cut()
    needed = await heard.until(LoginNeeded)
    assert needed.reason == client.login_needed == "the token is not valid"
    assert client.over is None
    pending.append(room.edit([VOLUME]))
    with pytest.raises(CallFailed, match="log in again"):
        await client.call("projects.list")
    connections = server.connections
    del server.reactions["delta"]
    await client.login("ada@example.org", "password")
    assert [await room.saved(delta_id) for delta_id in pending] == [1, 2]
    assert server.connections == connections + 1  # none without being asked
    assert client.login_needed is None


async def test_H4_a_wrong_password_can_be_put_right(
    server: FakeServer, client: Client, room: Room
) -> None:
    def wrong(server: FakeServer, message: Message) -> None:
        del server.reactions["auth.login"]
        server.say(t="error", id=message["id"], code="auth_failed", message="no")

    heard = Heard(room)
    server.reactions |= {"hello": refuse_token, "auth.login": wrong}
    server.cut()
    await heard.until(LoginNeeded)
    with pytest.raises(CallFailed):
        await client.login("ada@example.org", "wrong")
    heard.events.clear()
    server.end(4006)  # it took too long
    await heard.until(LoginNeeded)
    await client.login("ada@example.org", "password")
    assert await room.saved(room.edit([VOLUME])) == 1


async def test_A2_a_refresh_that_is_refused_asks_the_application(server: FakeServer) -> None:
    def refuse(server: FakeServer, message: Message) -> None:
        server.say(t="error", id=message["id"], code="auth_failed", message="used twice")

    reasons: list[str] = []

    async def log_in(reason: str) -> None:
        reasons.append(reason)
        await one.login("ada@example.org", "password")

    server.reactions["auth.refresh"] = refuse
    async with Client(server.url, device="desk", on_login_needed=log_in) as one:
        await one.login("ada@example.org", "password")
        room = await one.join(PROJECT)
        server.end(4003)
        await server.wait_for("join", 2)
        assert reasons == ["used twice"]
        assert await room.saved(room.edit([VOLUME])) == 1


def refuse_refresh(server: FakeServer, message: Message) -> None:
    text = "this refresh token is not valid any more; log in again"
    server.say(t="error", id=message["id"], code="auth_failed", message=text)


async def test_A2_a_join_with_a_refresh_token_that_is_refused_raises_as_calls_do(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.reactions["auth.refresh"] = refuse_refresh
    async with asyncio.timeout(30), Client(server.url, device="desk", refresh_token="stale") as one:
        with pytest.raises(CallFailed) as of_call:
            await one.projects.list()
        with pytest.raises(CallFailed) as of_join:
            await one.join(PROJECT)
        text = "auth_required: this refresh token is not valid any more; log in again"
        assert str(of_join.value) == str(of_call.value) == text
        assert caplog.text.count("a login is needed, and no `on_login_needed` is told") == 1
        await one.login("ada@example.org", "password")
        room = await one.join(PROJECT)
        assert await room.saved(room.edit([VOLUME])) == 1


async def test_A9_a_join_that_waits_while_its_login_ends_raises(server: FakeServer) -> None:
    server.reactions["join"] = swallow
    async with asyncio.timeout(30), Client(server.url, device="desk") as one:
        await one.login("ada@example.org", "password")
        joining = asyncio.create_task(one.join(PROJECT))
        await server.wait_for("join")
        server.end(4501)
        with pytest.raises(CallFailed, match="auth_required: log in again"):
            await joining


async def test_A9_who_waits_to_be_in_again_hears_that_the_login_ended(
    server: FakeServer, client: Client, room: Room
) -> None:
    server.reactions["join"] = swallow
    server.cut()
    await server.wait_for("join", 2)
    waiting = [asyncio.create_task(room.joined()), asyncio.create_task(client.join(PROJECT))]
    await asyncio.sleep(0)  # both wait
    server.end(4501)
    async with asyncio.timeout(30):
        for one in waiting:
            with pytest.raises(CallFailed, match="auth_required"):
                await one
        with pytest.raises(CallFailed, match="auth_required"):
            await client.join(PROJECT)
        del server.reactions["join"]
        await client.login("ada@example.org", "password")
        assert await client.join(PROJECT) is room
        assert await room.saved(room.edit([VOLUME])) == 1


async def test_H4_a_join_waits_for_who_is_asked_to_log_in(server: FakeServer) -> None:
    server.reactions["auth.refresh"] = refuse_refresh
    asked = asyncio.Event()

    def show_form(_why: str) -> None:
        asked.set()

    async with (
        asyncio.timeout(30),
        Client(server.url, device="desk", refresh_token="old", on_login_needed=show_form) as one,
    ):
        joining = asyncio.create_task(one.join(PROJECT))
        await asked.wait()
        with pytest.raises(CallFailed, match="auth_required: this refresh token"):
            await one.join("00000000-0000-4000-8000-000000000002", seconds=0.01)
        assert not joining.done()
        await one.login("ada@example.org", "password")
        room = await joining
        assert await room.saved(room.edit([VOLUME])) == 1


async def test_H4_who_cannot_log_in_again_gives_up_aloud(server: FakeServer) -> None:
    one = Client(server.url, device="desk", on_login_needed=lambda why: one.give_up(why))
    async with one:
        await one.login("ada@example.org", "password")
        room = await one.join(PROJECT)
        server.reactions |= {"hello": refuse_token, "delta": swallow}
        delta_id = room.edit([VOLUME])
        server.cut()
        with pytest.raises(ConnectionOver, match="not valid"):
            await room.saved(delta_id)


async def test_H4_a_callback_that_fails_leaves_the_login_open(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    failed = asyncio.Event()

    def ask(_reason: str) -> None:
        failed.set()
        raise RuntimeError("no window to ask in")

    async with Client(server.url, device="desk", on_login_needed=ask) as client:
        await client.login("ada@example.org", "password")
        room = await client.join(PROJECT)
        server.reactions["hello"] = refuse_token
        server.cut()
        async with asyncio.timeout(30):
            await failed.wait()
        await client.login("ada@example.org", "password")
        assert await room.saved(room.edit([VOLUME])) == 1
    assert "on_login_needed failed; a login is still needed" in caplog.text


async def test_H4_what_one_user_has_pending_is_not_proposed_as_another(
    server: FakeServer, client: Client, room: Room
) -> None:
    server.reactions["delta"] = swallow
    heard, delta_id = Heard(room), room.edit([VOLUME])
    server.reactions["hello"] = refuse_token
    server.cut()
    await heard.until(LoginNeeded)

    def other(server: FakeServer, message: Message) -> None:
        tokens = {"access_token": "b", "refresh_token": "b", "expires_in": 900.0}
        user = {"id": "u2", "username": "ben", "name": "Ben"}
        server.say(t="reply", id=message["id"], result=tokens | {"user": user})

    server.reactions["auth.login"] = other
    await client.login("ben@example.org", "password")
    with pytest.raises(RoomClosed, match="another user"):
        await room.saved(delta_id)


async def test_A3_a_delta_refused_for_the_login_is_kept(
    server: FakeServer, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(server: FakeServer, message: Message) -> None:
        server.say(t="error", id=message["id"], code="auth_failed", message="this login was ended")

    monkeypatch.setattr(room_delivery, "RETRY_SECONDS", 0.01)
    heard = Heard(room)
    server.reactions |= {"delta": refuse, "hello": refuse_token}
    room.edit([VOLUME])
    room.edit([VOLUME])
    await heard.until(LoginNeeded)
    assert len(room.replica.pending) == 2


async def test_a_borrowed_token_that_ran_out_is_lent_anew(server: FakeServer) -> None:
    async with Client(server.url, device="desk", access_token="lent") as client:
        room = await client.join(PROJECT)
        heard = Heard(room)
        server.end(4003)
        await heard.until(LoginNeeded)
        await client.log_in_with("lent again")
        assert await room.saved(room.edit([VOLUME])) == 1
        assert server.named("hello")[-1]["token"] == "lent again"


async def test_A9_a_login_that_was_ended_is_asked_for_and_nothing_pending_is_lost(
    server: FakeServer, client: Client, room: Room
) -> None:
    """As when one has logged in on too many devices (K2): the room is not lost for it."""
    server.reactions["delta"] = swallow
    heard, pending = Heard(room), room.edit([VOLUME])
    await server.wait_for("delta")
    server.end(4501)
    await heard.until(LoginNeeded)
    assert client.over is None
    del server.reactions["delta"]
    await client.login("ada@example.org", "password")
    assert await room.saved(pending) == 1


async def test_A3_who_logs_out_is_out_for_good(
    server: FakeServer, client: Client, room: Room
) -> None:
    def end(server: FakeServer, message: Message) -> None:
        server.say(t="reply", id=message["id"], result={})
        server.end(4501)

    server.reactions["auth.logout"] = end
    await client.logout()
    async with asyncio.timeout(30):
        with pytest.raises(ConnectionOver):
            await room.saved(room.edit([VOLUME]))
    assert client.login_needed is None


async def test_A74_a_server_from_before_device_tokens_is_asked_without(server: FakeServer) -> None:
    def older(server: FakeServer, message: Message) -> None:
        if "device_token" in message["params"]:
            unknown = "Object contains unknown field `device_token`"
            server.say(t="error", id=message["id"], code="validation", message=unknown)
        else:
            FakeServer.on_auth_login(server, message)

    server.reactions["auth.login"] = older
    async with Client(server.url, device="desk", device_token="kept") as client:
        assert (await client.login("ada@example.org", "password"))["username"] == "ada"
        assert client.device_token == "kept"
    asked = [message["params"] for message in server.named("auth.login")]
    assert ["device_token" in params for params in asked] == [True, False]
