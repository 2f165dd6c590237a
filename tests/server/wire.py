"""A client of the bare protocol for tests: maps in, maps out, nothing understood."""

import asyncio
import base64
import contextlib
import itertools
import json
import zlib
from collections import deque
from typing import Any

import msgpack
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from schema.errors import ERRORS, ErrorCode

ROWS_TELL = ("project_changed", "role_changed", "tick")
"""What may come between any two messages: of rows it is told when this node has read them."""

PATIENCE = 30.0
"""For an answer on a machine that others use, too; only a hub that is broken takes so long."""
"""Seconds that any answer may take."""

JSON = "prime.v1.json"
MSGPACK = "prime.v1.msgpack"

Message = dict[str, Any]


def assert_its_details(error: Message) -> None:
    """An error has the details that the table says of its code, and no others (rule E11)."""
    row, keys = ERRORS[ErrorCode(error["code"])], set(error["details"])
    assert set(row.has) <= keys <= {*row.has, *row.may_have}, error


class Wire:
    """One connection; `backlog` holds what came while something else was waited for."""

    def __init__(self, socket: ClientConnection, codec: str) -> None:
        self.socket = socket
        self.codec = codec
        self.backlog: deque[Message] = deque()
        self.user = ""
        self.tokens: Message = {}
        self._ids = itertools.count(1)

    def encode(self, message: object) -> bytes | str:
        """As this subprotocol has it."""
        if self.codec == JSON:
            return json.dumps(message)
        packed: bytes = msgpack.packb(message)
        return packed

    async def send(self, message: object) -> None:
        await self.socket.send(self.encode(message))

    async def send_raw(self, data: bytes | str) -> None:
        await self.socket.send(data)

    async def next(self) -> Message:
        """The next message, whatever it is."""
        if self.backlog:
            return self.backlog.popleft()
        return await self._receive()

    async def expect(self, kind: str) -> Message:
        """The next message that is no tick; it must be of this kind."""
        while (message := await self.next())["t"] == "tick":
            pass
        assert message["t"] == kind, message
        return message

    async def until(self, kind: str) -> Message:
        """The next message of this kind; what comes before it is forgotten."""
        while (message := await self.next())["t"] != kind:
            pass
        return message

    async def until_one_of(self, *kinds: str) -> Message:
        """The next message of one of these kinds; what comes before it is forgotten."""
        while (message := await self.next())["t"] not in kinds:
            pass
        return message

    async def until_quiet(self, kind: str, within: float) -> Message:
        """As `until`, for what may take longer than any answer."""
        while True:
            message = (
                self.backlog.popleft()
                if self.backlog
                else self._decode(await asyncio.wait_for(self.socket.recv(), within))
            )
            if message["t"] == kind:
                return message

    async def ask(self, message: Message) -> Message:
        """Send it, and bring the answer with its id."""
        await self.send(message)
        return await self.answer_to(message["id"])

    async def answer_to(self, message_id: str) -> Message:
        """The message with this id; all others are kept in order."""
        kept: deque[Message] = deque()
        while True:
            message = await self.next()
            if message.get("id") == message_id and message["t"] != "delta":
                self.backlog.extendleft(reversed(kept))
                return message
            kept.append(message)

    async def call(self, method: str, /, **params: Any) -> Message:
        """A call, and its reply or error."""
        call = {"t": "call", "id": self.new_id(), "method": method, "params": params}
        return await self.ask(call)

    async def keyed(self, key: str, method: str, /, **params: Any) -> Message:
        """A call with an idempotency key, and its reply or error."""
        call = {"t": "call", "id": self.new_id(), "method": method, "params": params}
        return await self.ask(call | {"idempotency_key": key})

    async def result(self, method: str, /, **params: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self.call(method, **params)
        assert answer["t"] == "reply", answer
        return answer["result"]

    async def ping(self) -> None:
        """Everything sent before has been dealt with when this returns."""
        time = float(next(self._ids))
        await self.send({"t": "ping", "time": time})
        kept: deque[Message] = deque()
        while (message := await self.next()).get("time") != time or message["t"] != "pong":
            kept.append(message)
        self.backlog.extendleft(reversed(kept))

    def heard(self, *kinds: str) -> list[Message]:
        """Those of the kept messages that are of these kinds."""
        return [message for message in self.backlog if message["t"] in kinds]

    async def closed(self, code: int, within: float = PATIENCE) -> list[Message]:
        """The connection ends with this code; what came before."""
        before = list(self.backlog)
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(within):
                while True:
                    before.append(self._decode(await self.socket.recv()))
        assert self.socket.close_code == code
        return before

    async def hello(self, token: str | None = None, device: str = "laptop") -> Message:
        """Say hello; the welcome."""
        await self.send({"t": "hello", "versions": [1], "device": device, "token": token})
        return await self.expect("welcome")

    async def join(
        self, project: str, position: Message | None = None, digest: str | None = None
    ) -> tuple[Message, dict[str, Any]]:
        """`joined`, and the state (empty when resumed)."""
        message = {"t": "join", "id": self.new_id(), "project": project, "position": position}
        if digest is not None:
            message["digest"] = digest
        joined = await self.ask(message)
        assert joined["t"] == "joined", joined
        packed = b""
        for part in range(joined["parts"]):
            state = await self._next_state()
            assert (state["part"], state["parts"]) == (part, joined["parts"])
            data = state["data"]
            packed += base64.b64decode(data) if self.codec == JSON else data
        return joined, self._unpack(zlib.decompress(packed)) if packed else {}

    async def _next_state(self) -> Message:
        """The next `state`; what is told of rows may stand before it, and is kept."""
        kept: deque[Message] = deque()
        while (message := await self.next())["t"] in ROWS_TELL:
            kept.append(message)
        assert message["t"] == "state", message
        self.backlog.extendleft(reversed(kept))
        return message

    async def propose(
        self, project: str, *ops: Message, id: str | None = None, **options: Any
    ) -> str:
        """Send a delta, `options` being its other fields; its id."""
        delta_id = id or f"delta_{self.user[:8]}_{next(self._ids)}"
        delta = {"t": "delta", "project": project, "id": delta_id, "ops": list(ops)}
        await self.send(delta | options)
        return delta_id

    async def edit(self, project: str, *ops: Message, **options: Any) -> Message:
        """Propose, and bring the ack or error."""
        return await self.answer_to(await self.propose(project, *ops, **options))

    def new_id(self) -> str:
        return f"q{next(self._ids)}"

    async def _receive(self) -> Message:
        async with asyncio.timeout(PATIENCE):
            return self._decode(await self.socket.recv())

    def _decode(self, data: bytes | str) -> Message:
        assert isinstance(data, str) == (self.codec == JSON)
        message: Message = json.loads(data) if isinstance(data, str) else msgpack.unpackb(data)
        if message["t"] == "error":
            assert_its_details(message)
        return message

    def _unpack(self, data: bytes) -> dict[str, Any]:
        state: dict[str, Any] = (
            json.loads(data) if self.codec == JSON else msgpack.unpackb(data, strict_map_key=False)
        )
        return state


def marker(entity_id: str, time: float = 1.0, name: str = "") -> Message:
    """An op that inserts a marker."""
    entity = {"time": time, "name": name}
    return {"op": "insert", "col": "markers", "id": entity_id, "entity": entity}


def rename(entity_id: str, name: str) -> Message:
    """An op that renames a marker."""
    return {"op": "set", "col": "markers", "id": entity_id, "props": {"name": name}}


def delete(entity_id: str) -> Message:
    """An op that deletes a marker."""
    return {"op": "delete", "col": "markers", "id": entity_id}
