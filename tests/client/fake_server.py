"""A scripted server on a real socket: says what a test wants, and remembers what it heard."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from prime_client.connecting.codec import CodecName, codec_named
from prime_client.events import Event
from prime_client.room import Room
from tests.client.model_server import member_named, new_state

Message = dict[str, Any]
Reaction = Callable[["FakeServer", Message], None]
PROJECT = "00000000-0000-4000-8000-000000000001"
VOLUME = {"op": "set", "col": "channels", "id": "ch_master", "props": {"volume": 0.5}}
USER = {"id": "u", "username": "ada", "name": "Ada"}


class FakeServer:
    """One client at a time; `reactions` overrides what is done on a message of a name."""

    def __init__(self, codec: CodecName = "msgpack") -> None:
        self.codec = codec_named(codec)
        self.heard: list[Message] = []
        self.reactions: dict[str, Reaction] = {}
        self.connections = 0
        self.head = 0
        self.epoch = "e"
        self.heartbeat_seconds = 10.0
        self.expires_in = 900.0
        self.resumes = True
        self._socket: ServerConnection | None = None
        self._changed = asyncio.Condition()
        self._server: Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/v1"

    async def start(self) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            subprotocols=[Subprotocol(self.codec.subprotocol)],
            compression=None,
            ping_interval=None,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def wait_for(self, name: str, times: int = 1) -> Message:
        """The message of that name, once it was heard so often."""
        async with self._changed, asyncio.timeout(30):
            await self._changed.wait_for(lambda: len(self.named(name)) >= times)
        return self.named(name)[times - 1]

    def named(self, name: str) -> list[Message]:
        return [message for message in self.heard if name in (message["t"], message.get("method"))]

    def say(self, **message: Any) -> None:
        assert self._socket is not None
        frame = self.codec.encode(message)
        if isinstance(frame, bytes):
            self._socket.protocol.send_binary(frame)
        else:
            self._socket.protocol.send_text(frame.encode())
        self._socket.send_data()

    def cut(self) -> None:
        """The network goes: no close frame."""
        assert self._socket is not None
        self._socket.transport.abort()

    def end(self, code: int, reason: str = "") -> None:
        assert self._socket is not None
        self._socket.protocol.send_close(code, reason)
        self._socket.send_data()

    async def _serve(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.connections += 1
        try:
            async for frame in socket:
                message = self.codec.decode(frame)
                async with self._changed:
                    self.heard.append(message)
                    self._react(message)
                    self._changed.notify_all()
        except ConnectionClosed:
            pass

    def _react(self, message: Message) -> None:
        name: str = message.get("method") or message["t"]
        reaction = self.reactions.get(name) or getattr(
            FakeServer, "on_" + name.replace(".", "_"), None
        )
        if reaction is not None:
            reaction(self, message)

    # What is done unless a test says otherwise.

    def on_hello(self, _message: Message) -> None:
        self.say(
            t="welcome",
            version=1,
            connection=f"c{self.connections}",
            node="n",
            server_time=0.0,
            heartbeat_seconds=self.heartbeat_seconds,
            max_message_bytes=1_048_576,
            user=None,
        )

    def on_ping(self, message: Message) -> None:
        self.say(t="pong", time=message["time"], server_time=message["time"] + 1_000)

    def on_auth_login(self, message: Message) -> None:
        number = len(self.named("auth.login")) + len(self.named("auth.refresh"))
        tokens = {"access_token": f"access{number}", "refresh_token": f"refresh{number}"}
        tokens |= {"user": USER, "expires_in": self.expires_in}  # type: ignore[dict-item]
        self.say(t="reply", id=message["id"], result=tokens)

    on_auth_register = on_auth_login
    on_auth_refresh = on_auth_login

    def on_join(self, message: Message) -> None:
        resumed = self.resumes and message.get("position") is not None
        self.say(
            t="joined",
            id=message["id"],
            project=message["project"],
            you="ada",
            role="editor",
            members=[member_named("ada")],
            position={"epoch": self.epoch, "seq": self.head},
            resumed=resumed,
            parts=0 if resumed else 1,
        )
        if not resumed:
            self.say_state(message["project"])

    def say_state(self, project: str) -> None:
        frame = self.codec.encode(new_state())
        data = zlib.compress(frame if isinstance(frame, bytes) else frame.encode())
        self.say(t="state", project=project, part=0, parts=1, data=data)

    def on_delta(self, message: Message) -> None:
        self.head += 1
        self.say(t="ack", project=PROJECT, id=message["id"], seq=self.head, at=0.0)

    def on_leave(self, message: Message) -> None:
        self.say(t="left", project=message["project"], id=message["id"])


class Heard:
    """The events of a room, and how to wait for one."""

    def __init__(self, room: Room) -> None:
        self.events: list[Event] = []
        self._arrived = asyncio.Event()
        room.subscribe(self._note)

    def _note(self, event: Event) -> None:
        self.events.append(event)
        self._arrived.set()

    async def until(self, kind: type[Event]) -> Any:
        """The first of this kind, once it has come."""
        async with asyncio.timeout(30):
            while not any(isinstance(event, kind) for event in self.events):
                self._arrived.clear()
                await self._arrived.wait()
        return next(event for event in self.events if isinstance(event, kind))


@asynccontextmanager
async def fake_server(codec: CodecName = "msgpack") -> AsyncIterator[FakeServer]:
    server = FakeServer(codec)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def swallow(_server: FakeServer, _message: Message) -> None:
    """Hear it, and say nothing."""
