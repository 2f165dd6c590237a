"""Over a slow line: whoever takes bytes gets in, and stays in (kind K1)."""

import asyncio
import json
import socket
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tests.server.conftest import Node
from tests.server.wire import JSON, Message, Wire

READ_BYTES = 65_536
"""A slow reader reads so much, and then waits for everyone else."""


class SlowReader:
    """A bare client that reads a little at a time; its socket holds little.

    Not less than a segment of the loopback: TCP would wait for its timers instead of sending.
    """

    def __init__(self, url: str, token: str) -> None:
        self.heard: list[Message] = []
        self._token = token
        self._protocol = ClientProtocol(
            parse_uri(url), subprotocols=[Subprotocol(JSON)], max_size=None
        )
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 131_072)
        self._socket.setblocking(False)
        self._where = urlsplit(url)
        self.is_cut_off = False

    async def join(self, project: str, position: Message | None = None) -> None:
        """Connect, log in and ask to be let in."""
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, (self._where.hostname, self._where.port))
        self._protocol.send_request(self._protocol.connect())
        await self._flush()
        await self.until(lambda: self._protocol.state.name == "OPEN")
        await self.send({"t": "hello", "versions": [1], "device": "slow", "token": self._token})
        await self.until(lambda: self.of("welcome"))
        join = {"t": "join", "id": "in", "project": project}
        await self.send(join | ({} if position is None else {"position": position}))

    async def send(self, message: Message) -> None:
        self._protocol.send_text(json.dumps(message).encode())
        await self._flush()

    async def until(self, fact: Callable[[], Any]) -> None:
        """Read bit by bit until it is so; or until we are cut off."""
        async with asyncio.timeout(60):
            while not fact() and not self.is_cut_off:
                await self._read()

    def of(self, kind: str) -> list[Message]:
        return [message for message in self.heard if message["t"] == kind]

    def close(self) -> None:
        self._socket.close()

    async def _read(self) -> None:
        try:
            data = await asyncio.get_running_loop().sock_recv(self._socket, READ_BYTES)
        except OSError:
            data = b""
        if not data:
            self.is_cut_off = True
            return
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                self.heard.append(json.loads(bytes(event.data)))

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            await asyncio.get_running_loop().sock_sendall(self._socket, data)


def _markers(first: int, count: int, text: str) -> list[Message]:
    return [
        {"op": "insert", "col": "markers", "id": f"mk_{n:06}", "entity": {"time": n, "name": text}}
        for n in range(first, first + count)
    ]


async def _edit(wire: Wire, project: str, number: int, ops: list[Message]) -> int:
    answer = await wire.ask(
        {"t": "delta", "project": project, "id": f"delta-{number:06}", "ops": ops}
    )
    assert answer["t"] == "ack", answer
    return int(answer["seq"])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A twentieth of every bound: what is tested is that they go together."""
    monkeypatch.setattr("server.sockets.outbox.MAX_OUTBOX_BYTES", 200_000)
    monkeypatch.setattr("server.sockets.outgoing.SHARED_AT_MOST", 50_000 + 16_384)
    monkeypatch.setattr("server.sockets.outbox.WRITABLE_BELOW_BYTES", 16_384)
    monkeypatch.setattr("server.sockets.connection.WRITABLE_BELOW_BYTES", 16_384)
    monkeypatch.setattr("server.sockets.outgoing.WRITABLE_BELOW_BYTES", 16_384)
    monkeypatch.setattr("server.states.encoded_state.STATE_PART_BYTES", 8_192)
    monkeypatch.setattr("server.router.liveness.SILENT_AFTER_SECONDS", 1_000)  # nobody pings here


async def _full(node: Node) -> tuple[Wire, str]:
    """A project whose state is some times what an outbox holds."""
    ann = await node.musician("ann", JSON)
    project = await ann.result("projects.create", name="Song")
    await ann.join(str(project["id"]))
    text = "".join(chr(33 + n * 7 % 90) for n in range(200))
    for number in range(10):
        await _edit(ann, project["id"], number, _markers(number * 500, 500, text))
    return ann, str(project["id"])


@pytest.mark.usefixtures("small")
async def test_J2_J11_a_state_of_many_outboxes_is_joined_over_a_slow_line(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is edited."""
    compress = zlib.compress
    monkeypatch.setattr(
        "server.states.encoded_state.zlib.compress", lambda data, _: compress(data, 0)
    )
    ann, project = await _full(node)
    first = SlowReader(node.url, ann.tokens["access_token"])
    await first.join(project)
    await first.until(lambda: len(first.of("state")) >= 2)
    last = 0
    for number in range(10, 14):
        last = await _edit(ann, project, number, _markers(number * 500, 50, "later"))
    await first.until(lambda: first.of("delta") and first.of("delta")[-1]["seq"] == last)
    assert not first.is_cut_off
    [joined] = first.of("joined")
    parts = first.of("state")
    assert [part["part"] for part in parts] == list(range(joined["parts"]))
    assert sum(len(part["data"]) for part in parts) > 5 * 200_000
    seqs = [delta["seq"] for delta in first.of("delta")]
    assert seqs == list(range(joined["position"]["seq"] + 1, last + 1))
    first.close()


@pytest.mark.usefixtures("small")
async def test_J3_J11_who_comes_back_gets_all_it_missed_however_much(node: Node) -> None:
    ann, project = await _full(node)
    epoch = (await ann.result("projects.get", project=project))["epoch"]
    slow = SlowReader(node.url, ann.tokens["access_token"])
    await slow.join(project, {"epoch": epoch, "seq": 1})
    await slow.until(lambda: slow.of("delta") and slow.of("delta")[-1]["seq"] == 10)
    assert not slow.is_cut_off
    assert slow.of("joined")[0]["resumed"]
    assert [delta["seq"] for delta in slow.of("delta")] == list(range(2, 11))
    assert sum(len(json.dumps(delta)) for delta in slow.of("delta")) > 3 * 200_000
    slow.close()


@pytest.mark.usefixtures("small")
async def test_X2_X4_a_member_that_reads_slower_than_others_write_stays_in(node: Node) -> None:
    ann, project = await _full(node)
    slow = SlowReader(node.url, ann.tokens["access_token"])
    await slow.join(project)
    await slow.until(
        lambda: slow.of("joined") and len(slow.of("state")) == slow.of("joined")[0]["parts"]
    )
    last = 0
    for number in range(10, 20):  # five times what its outbox holds, and it reads nothing
        last = await _edit(ann, project, number, _markers(number * 500, 400, "n" * 200))
    await slow.until(lambda: slow.of("delta") and slow.of("delta")[-1]["seq"] == last)
    assert not slow.is_cut_off
    assert [delta["seq"] for delta in slow.of("delta")] == list(range(11, last + 1))
    assert node.metrics.counted("fell_behind")
    slow.close()
