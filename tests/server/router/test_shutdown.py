"""How connections end: a stop in good order, and readers who do not read."""

import asyncio
import base64
import json
import os
import socket
from urllib.parse import urlsplit

import pytest
import structlog

from schema.close_codes import CLOSE_CODES, RESTARTING
from schema.limits import MAX_OUTBOX_BYTES
from server.states.journal_audit import audit
from tests.server.conftest import Node, eventually
from tests.server.wire import JSON, MSGPACK, Message, marker

pytestmark = pytest.mark.postgres


def masked(message: Message) -> bytes:
    """A short text frame as a client must send it."""
    data = json.dumps(message).encode()
    assert 126 <= len(data) < 65_536
    return b"\x81\xfe" + len(data).to_bytes(2, "big") + bytes(4) + data


async def deaf_member(node: Node, token: str, project: str) -> socket.socket:
    """In the room, over a socket that is never read again."""
    where = urlsplit(node.url)
    loop = asyncio.get_running_loop()
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    raw.setblocking(False)
    await loop.sock_connect(raw, (where.hostname, where.port))
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = (
        f"GET /v1 HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: {JSON}\r\n\r\n"
    )
    await loop.sock_sendall(raw, handshake.encode())
    hello = {"t": "hello", "versions": [1], "device": "deaf", "token": token, "client": "x" * 100}
    await loop.sock_sendall(raw, masked(hello))
    async with asyncio.timeout(30):
        heard = b""
        while b'"welcome"' not in heard:
            heard += await loop.sock_recv(raw, 4_096)
    join = {"t": "join", "id": "j" * 60, "project": project, "position": None}
    await loop.sock_sendall(raw, masked(join))
    return raw


def big(n: int) -> list[Message]:
    """Ops of some 500 KB."""
    path = "x" * 1_000
    return [
        {"op": "insert", "col": "media", "id": f"media_{n}_{m}", "entity": {"path": path}}
        for m in range(480)
    ]


async def test_X1_a_stop_closes_with_restarting(node: Node, database_url: str) -> None:
    ann, ben, project = await node.pair((JSON, MSGPACK))
    for n in range(20):
        await ann.propose(project, marker(f"marker_{n}", n))
    await ben.edit(project, marker("ben_mark_1"))
    stopping = asyncio.create_task(node.stop())
    before = await ann.closed(1012)
    await ben.closed(1012)
    await stopping
    acks = [message for message in before if message["t"] == "ack"]
    found = await audit(database_url, project)
    assert found["checkpoint_seq"] == found["head"] >= len(acks) + 1
    assert found["checkpoint_ok"]
    assert found["gapless"]


async def test_X3_the_log_tells_a_stop_from_a_crash(node: Node) -> None:
    ann, _, _ = await node.pair((JSON, MSGPACK))
    with structlog.testing.capture_logs() as lines:
        stopping = asyncio.create_task(node.stop())
        await ann.closed(1012)
        await stopping
    told = {line["event"]: line for line in lines}
    assert (told["stopping"]["connections"], told["stopping"]["rooms"]) == (2, 1)
    assert told["stopped"]["cut_off"] == 0


async def test_X1_codes_say_whether_to_come_back() -> None:
    for close in CLOSE_CODES:
        assert close.reconnect == (close.code < 4_500)


async def test_X1_what_waits_goes_before_the_close(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, _, project = await node.pair()
    for module in ("outbox", "outgoing"):
        monkeypatch.setattr(f"server.sockets.{module}.WRITABLE_BELOW_BYTES", 0)  # every frame waits
    await ann.propose(project, marker("marker_1"))
    connection = node.connection(user=ann.user)

    async def waits() -> bool:
        return bool(connection.outbox.waiting_frames)

    await eventually(waits)
    connection.close(RESTARTING)
    before = await ann.closed(1012)
    assert [message["t"] for message in before] == ["ack"]


async def test_F18_X2_who_does_not_read_is_cut_off(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sockets.outbox.STALL_SECONDS", 1.0)
    monkeypatch.setattr("rooms.presence.absent_members.ABSENCE_SECONDS", 0.1)
    ann, ben, project = await node.pair((MSGPACK, MSGPACK))
    deaf = await deaf_member(node, ben.tokens["access_token"], project)
    await ann.until("member_joined")
    connection = node.connection(device="deaf")
    for n in range(12):
        assert (await ann.edit(project, *big(n)))["t"] == "ack"
        assert connection.outbox.waiting_bytes <= MAX_OUTBOX_BYTES
        await ben.until("delta")
    left = await ann.until("member_left")
    assert left["project"] == project
    assert connection.id not in node.connections
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"
    deaf.close()


async def test_X2_joining_over_and_over_without_reading(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sockets.outbox.STALL_SECONDS", 1.0)
    monkeypatch.setattr("rooms.presence.absent_members.ABSENCE_SECONDS", 0.1)
    ann, ben, project = await node.pair()
    for n in range(3):
        await ann.edit(project, *big(n))
    deaf = await deaf_member(node, ben.tokens["access_token"], project)
    await ann.until("member_joined")
    connection = node.connection(device="deaf")
    loop = asyncio.get_running_loop()
    epoch = (await ann.result("projects.get", project=project))["epoch"]
    position = {"epoch": epoch, "seq": 0}
    join = {"t": "join", "id": "j" * 60, "project": project, "position": position}
    try:
        for _ in range(20):
            await loop.sock_sendall(deaf, masked(join))
            await ann.ping()
            assert connection.outbox.waiting_bytes <= MAX_OUTBOX_BYTES
    except ConnectionError:
        pass
    await ann.until("member_left")
    assert connection.id not in node.connections
    deaf.close()
