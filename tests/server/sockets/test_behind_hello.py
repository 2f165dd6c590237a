"""What comes behind a hello whose token is looked at waits, in order, until hello is answered."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from websockets.frames import Frame, Opcode

from machine.sockets.certificate_authority import CertificateAuthority
from persistence.tables import auth_sessions
from schema.limits import (
    LOGINS_NEEDED_ALLOWED,
    MAX_MESSAGE_BYTES,
    MAX_MESSAGE_BYTES_BEFORE_LOGIN,
)
from server.sockets.connection import Connection
from server.sockets.connection_states import Greeted
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.sockets.test_tls import over_tls
from tests.server.wire import JSON, MSGPACK, Message, Wire, marker

pytestmark = pytest.mark.postgres

BOTH = pytest.mark.parametrize("codec", [JSON, MSGPACK])

MORE_THAN_A_STRANGER_MAY = LOGINS_NEEDED_ALLOWED + 14


class HeldLook:
    """Logins are looked at, and nothing is found out until `go_on` is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_begun, self.go_on = asyncio.Event(), asyncio.Event()
        self._look = auth_sessions.revoked_among
        monkeypatch.setattr(auth_sessions, "revoked_among", self)

    async def __call__(self, *of_look: Any) -> Any:
        self.has_begun.set()
        await self.go_on.wait()
        return await self._look(*of_look)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> HeldLook:
    return HeldLook(monkeypatch)


def hello(token: str) -> Message:
    return {"t": "hello", "versions": [1], "device": "hasty", "token": token}


def call(number: int, **params: Any) -> Message:
    return {"t": "call", "id": f"call-{number}", "method": "projects.get", "params": params}


def frames(wire: Wire, message: Message, *, pieces: int = 1) -> bytes:
    """A message as it goes over the socket, in so many fragments."""
    encoded = wire.encode(message)
    data = encoded.encode() if isinstance(encoded, str) else encoded
    kind = Opcode.TEXT if wire.codec == JSON else Opcode.BINARY
    size = -(-len(data) // pieces)
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(
        Frame(Opcode.CONT if n else kind, part, n == len(parts) - 1).serialize(mask=True)
        for n, part in enumerate(parts)
    )


def write(wire: Wire, data: bytes) -> None:
    """In one write, past the library."""
    wire.socket.transport.write(data)


def looked_at(node: Node) -> Connection:
    """The connection whose hello is looked at."""
    [connection] = [c for c in node.connections.values() if isinstance(c.session, Greeted)]
    return connection


async def assert_all_is_done(wire: Wire, project: str, calls: int) -> None:
    """`welcome`, and then what came behind hello; what the room does comes in its own time."""
    assert (await wire.expect("welcome"))["user"]["id"] == wire.user
    kinds: dict[str, str] = {}
    while len(kinds) < calls + 1:
        message = await wire.next()
        if "id" in message and message["t"] in ("reply", "joined", "error"):
            kinds[message["id"]] = message["t"]
    assert kinds == {"join-1": "joined"} | {f"call-{n}": "reply" for n in range(calls)}
    assert (await wire.edit(project, marker("marker_1")))["seq"] == 1


@BOTH
@pytest.mark.parametrize("pieces", [1, 3])
async def test_H7_what_comes_in_one_write_with_hello_is_handled_behind_welcome(
    node: Node, codec: str, pieces: int
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    wire = await node.connect(codec)
    wire.user = ann.user
    behind = [{"t": "join", "id": "join-1", "project": project}]
    behind += [call(n, project=project) for n in range(14)]
    data = frames(wire, hello(ann.tokens["access_token"]), pieces=pieces)
    write(wire, data + b"".join(frames(wire, message) for message in behind))
    await assert_all_is_done(wire, project, 14)


@BOTH
async def test_H7_what_comes_while_hello_is_looked_at_waits_in_order(
    node: Node, held: HeldLook, codec: str
) -> None:
    ann = await node.musician("ann")
    wire = await node.connect(codec)
    await wire.send(hello(ann.tokens["access_token"]))
    await held.has_begun.wait()
    for n in range(MORE_THAN_A_STRANGER_MAY):
        await wire.send({"t": "leave", "id": f"leave-{n}", "project": ann.user})
        await wire.send({"t": "ping", "time": float(n)})
    await ann.ping()
    held.go_on.set()
    await wire.expect("welcome")
    for n in range(MORE_THAN_A_STRANGER_MAY):
        assert (await wire.expect("left"))["id"] == f"leave-{n}"
        assert (await wire.expect("pong"))["time"] == float(n)


async def test_H7_behind_hello_a_message_may_be_as_long_as_after_a_login(node: Node) -> None:
    ann = await node.musician("ann")
    wire = await node.connect()
    long = call(0, project="x" * 2 * MAX_MESSAGE_BYTES_BEFORE_LOGIN)
    write(wire, frames(wire, hello(ann.tokens["access_token"])) + frames(wire, long))
    await wire.expect("welcome")
    assert (await wire.expect("error"))["code"] == "validation"


@pytest.mark.parametrize("is_held", [False, True])
async def test_H7_H4_behind_a_hello_that_is_refused_nothing_is_answered(
    node: Node, held: HeldLook, *, is_held: bool
) -> None:
    held.go_on.set()
    ann = await node.musician("ann")
    other = await node.again(ann, "phone")
    await ann.result("auth.logout")
    await other.closed(4501)
    held.has_begun.clear()
    if is_held:
        held.go_on.clear()
    for token in ("nonsense", ann.tokens["access_token"]):
        wire = await node.connect()
        behind = [call(n, project=ann.user) for n in range(MORE_THAN_A_STRANGER_MAY)]
        write(wire, b"".join(frames(wire, message) for message in [hello(token), *behind]))
        if is_held and token != "nonsense":
            await held.has_begun.wait()
            held.go_on.set()
        [error] = await wire.closed(4507)
        assert error["code"] == "auth_failed"


@pytest.mark.parametrize("is_forged", [True, False])
async def test_H7_X1_megabytes_behind_a_refused_hello_keep_nobody_from_hearing_why(
    node: Node, *, is_forged: bool
) -> None:
    """What is left unread when a socket is closed has the peer's system forget what came."""
    ann = await node.musician("ann")
    token = ann.tokens["access_token"]
    if is_forged:
        token = token[:-3] + ("abc" if token[-3:] != "abc" else "cba")
    else:
        await ann.ask({"t": "call", "id": "out", "method": "auth.logout", "params": {}})
    for _ in range(4):
        wire = await node.connect()
        large = frames(wire, call(1, text="x" * 900_000))
        write(wire, frames(wire, hello(token)) + large * 10)
        [error] = await wire.closed(4507)
        assert error["code"] == "auth_failed"


async def test_H7_while_hello_is_looked_at_no_more_is_read(node: Node, held: HeldLook) -> None:
    ann = await node.musician("ann")
    wire = await node.connect()
    await wire.send(hello(ann.tokens["access_token"]))
    await held.has_begun.wait()
    connection, client = looked_at(node), wire.socket.transport
    write(wire, frames(wire, call(1, project=ann.user)) * 200_000)
    for _ in range(100):
        await ann.ping()
    assert client.get_write_buffer_size() > MAX_MESSAGE_BYTES
    assert connection._received_bytes < MAX_MESSAGE_BYTES
    client.abort()


async def test_H7_who_goes_while_hello_is_looked_at_is_let_go(node: Node, held: HeldLook) -> None:
    ann = await node.musician("ann")
    wire = await node.connect()
    await wire.send(hello(ann.tokens["access_token"]))
    await held.has_begun.wait()
    left = looked_at(node)
    await wire.send(call(1, project=ann.user))
    wire.socket.transport.abort()

    async def is_gone() -> bool:
        return left.id not in node.connections

    await eventually(is_gone)
    held.go_on.set()
    await ann.ping()


async def test_H7_over_tls_what_comes_behind_hello_waits_too(
    nodes: Nodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, project = await over_tls(nodes, CertificateAuthority(tmp_path))
    [node] = nodes.all
    wire, held = await node.connect(), HeldLook(monkeypatch)
    wire.user = ann.user
    await wire.send(hello(ann.tokens["access_token"]))
    await held.has_begun.wait()
    await wire.send({"t": "join", "id": "join-1", "project": project})
    for n in range(14):
        await wire.send(call(n, project=project))
    await ann.ping()
    held.go_on.set()
    await assert_all_is_done(wire, project, 14)


async def test_X3_behind_a_hello_that_a_leaving_server_refuses_all_is_refused_so(
    node: Node,
) -> None:
    ann = await node.musician("ann")
    wire = await node.connect()
    [late] = [c for c in node.connections.values() if c.identity is None]
    late.is_sent_away = True
    await wire.send(hello(ann.tokens["access_token"]))
    for n in range(MORE_THAN_A_STRANGER_MAY):
        await wire.send({"t": "leave", "id": f"leave-{n}", "project": ann.user})
        await wire.send({"t": "presence", "project": ann.user, "tool": "knife"})
    await wire.ping()
    errors = wire.heard("error")
    assert len(errors) == MORE_THAN_A_STRANGER_MAY + 1
    assert {error["code"] for error in errors} == {"unavailable"}
