"""Connecting: subprotocols, hello, logging in, the heartbeat; and the pages for operators."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from server.accounts.access_tokens import AccessTokens
from tests.server.conftest import SECRET, Node
from tests.server.wire import JSON, MSGPACK, PATIENCE, marker

pytestmark = pytest.mark.postgres

BOTH = pytest.mark.parametrize("codec", [JSON, MSGPACK])


@BOTH
async def test_H1_both_subprotocols_are_spoken(node: Node, codec: str) -> None:
    wire = await node.connect(codec)
    assert wire.socket.subprotocol == codec
    welcome = await wire.hello()
    assert welcome["version"] == 1
    assert welcome["user"] is None


@pytest.mark.parametrize("cut", [1, 100, 215, 300, 10_000])
async def test_H2_a_hello_may_come_right_behind_the_handshake(node: Node, cut: int) -> None:
    """However the bytes are cut into packets."""
    where = urlsplit(node.url)
    hello = json.dumps({"t": "hello", "versions": [1], "device": "hasty", "client": "x" * 80})
    request = (
        "GET /v1 HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {JSON}\r\n\r\n"
    ).encode()
    data = request + Frame(Opcode.TEXT, hello.encode()).serialize(mask=True)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    for part in (data[:cut], data[cut:]):
        writer.write(part)
        await asyncio.sleep(0.05)
    async with asyncio.timeout(PATIENCE):
        await reader.readuntil(b"\r\n\r\n")
        assert b'"welcome"' in await reader.readuntil(b'"t":"welcome"')
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("offered", [None, [Subprotocol("chat")]])
async def test_H1_no_subprotocol_of_ours_is_refused(
    node: Node, offered: list[Subprotocol] | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(node.url, subprotocols=offered, proxy=None)
    assert refused.value.response.status_code == 400


@BOTH
async def test_H2_the_highest_common_version_is_welcomed(node: Node, codec: str) -> None:
    wire = await node.connect(codec)
    await wire.send({"t": "hello", "versions": [99, 1], "device": "laptop"})
    assert (await wire.expect("welcome"))["version"] == 1


async def test_H2_no_common_version(node: Node) -> None:
    wire = await node.connect()
    await wire.send({"t": "hello", "versions": [0], "device": "laptop"})
    error = await wire.expect("error")
    assert error["code"] == "unsupported_version"
    assert error["details"]["supported"] == [1]
    await wire.closed(4506)


async def test_A9_a_client_newer_than_the_server_comes_back(node: Node) -> None:
    wire = await node.connect()
    await wire.send({"t": "hello", "versions": [2, 3], "device": "laptop"})
    error = await wire.expect("error")
    assert error["code"] == "unavailable"
    assert error["details"]["retry_after_ms"] >= 5_000
    await wire.closed(1013)


async def test_H2_hello_comes_first(node: Node) -> None:
    wire = await node.connect()
    await wire.send({"t": "call", "id": "a", "method": "projects.list", "params": {}})
    assert (await wire.expect("error"))["code"] == "bad_message"
    await wire.hello()


async def test_H3_no_hello_in_time(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.router.liveness.HELLO_SECONDS", 0.1)
    wire = await node.connect()
    await wire.closed(4006)


async def test_H3_no_login_in_time(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await node.musician("ann")
    monkeypatch.setattr("server.router.liveness.LOGIN_SECONDS", 0.1)
    wire = await node.guest()
    await wire.closed(4006)
    await ann.ping()


async def test_H4_a_token_logs_in(node: Node) -> None:
    ann = await node.musician("ann")
    wire = await node.connect(JSON)
    welcome = await wire.hello(ann.tokens["access_token"])
    assert welcome["user"] == ann.tokens["user"]
    assert (await wire.result("projects.list"))["projects"] == []


async def test_H4_a_token_that_is_none(node: Node) -> None:
    wire = await node.connect()
    await wire.send({"t": "hello", "versions": [1], "device": "laptop", "token": "nonsense"})
    assert (await wire.expect("error"))["code"] == "auth_failed"
    await wire.closed(4507)


async def test_H4_a_token_that_has_run_out(node: Node) -> None:
    ann = await node.musician("ann")
    tokens = node.context.tokens
    access = tokens.read_access(ann.tokens["access_token"])
    old = AccessTokens(tokens.keys, SECRET, -60).access(access.user, access.auth_session).text
    wire = await node.connect()
    await wire.send({"t": "hello", "versions": [1], "device": "laptop", "token": old})
    assert (await wire.expect("error"))["code"] == "token_expired"
    await wire.closed(4003)


async def test_H5_strangers_get_nothing_but_a_login(node: Node) -> None:
    ann = await node.musician("ann")
    project = (await ann.result("projects.create", name="Song"))["id"]
    wire = await node.guest()
    await wire.ping()
    assert (await wire.call("projects.list"))["code"] == "auth_required"
    joining = await wire.ask({"t": "join", "id": "j", "project": project})
    assert joining["code"] == "auth_required"
    await wire.result("auth.login", email="ann@example.org", password="correct horse")
    assert len((await wire.result("projects.list"))["projects"]) == 1


async def test_H6_pong_brings_both_clocks(node: Node) -> None:
    wire = await node.guest()
    await wire.send({"t": "ping", "time": 12.5})
    pong = await wire.expect("pong")
    assert pong["time"] == 12.5
    assert pong["server_time"] > 1_600_000_000_000


async def test_H6_the_silent_are_let_go(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.router.liveness.SILENT_AFTER_SECONDS", 0.5)
    wire = await node.guest()
    await wire.closed(4002)


async def test_operators_pages(node: Node) -> None:
    assert (await node.http("/healthz"))[0] == 200
    assert await node.http("/readyz") == (200, "ready\n")
    await node.guest()
    status, text = await node.http("/metrics")
    assert status == 200
    assert "connections 1" in text
    assert (await node.http("/nowhere"))[0] == 404


async def test_not_ready_while_degraded(node: Node) -> None:
    node.hub.commits.is_degraded = True
    assert (await node.http("/readyz"))[0] == 503
    assert (await node.http("/healthz"))[0] == 200


async def test_H11_who_logs_in_again_in_a_room_edits_by_the_new_login(node: Node) -> None:
    ann = await node.musician("ann")
    project = (await ann.result("projects.create", name="Song"))["id"]
    await ann.join(project)
    await ann.result("auth.login", email="ann@example.org", password="correct horse")
    await ann.result("auth.logout", scope="others")
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"


async def test_H11_a_connection_stays_whose_it_was(node: Node) -> None:
    ann = await node.musician("ann")
    ben = await node.musician("ben")
    project = (await ann.result("projects.create", name="Song"))["id"]
    login = {"email": "ben@example.org", "password": "correct horse"}
    tokens = await ann.result("auth.login", **login)
    assert tokens["user"]["username"] == "ben"
    assert (await ann.result("projects.get", project=project))["role"] == "owner"
    session = await ann.result("auth.login", email="ann@example.org", password="correct horse")
    await ann.result("auth.logout")
    await ann.closed(4501)
    again = await node.connect()
    await again.send(
        {"t": "hello", "versions": [1], "device": "x", "token": session["access_token"]}
    )
    assert (await again.expect("error"))["code"] == "auth_failed"
    await ben.ping()
