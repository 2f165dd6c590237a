"""One socket: open it, say hello, send, receive, keep it alive, and report how it ended."""

import asyncio
import contextlib
import logging
import ssl
import time
from collections import deque
from collections.abc import Callable, Coroutine
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from prime_client.connecting.codec import MAX_FRAME_BYTES, BadFrame, Codec, Frame, Message
from prime_client.connecting.ending import Ending, not_opened
from prime_client.schema.limits import HEARTBEAT_SECONDS, HELLO_SECONDS

_log = logging.getLogger(__name__)

MISSED_HEARTBEATS = 2.5
"""After so many heartbeats of silence the server is taken for dead, as it does with us (H6)."""

CLOSE_SECONDS = 1.0
"""How long a goodbye may take before the socket is dropped."""

FRAMES_BUFFERED = 256
"""Frames received and not yet read; past this the socket is not read and TCP holds the rest."""

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class CouldNotOpen(Exception):
    """No welcome came; `ending` says what came instead."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.reason)
        self.ending = ending


class _ServerSilent(Exception):
    """The server sent nothing for too long."""


class Connection:
    """A welcomed connection. What is sent waits here for the socket; of presence, the latest only.

    The queue is bounded by those who fill it: rooms and calls keep windows of what is unanswered.
    """

    def __init__(self, socket: ClientConnection, codec: Codec, welcome: Message) -> None:
        self.welcome = welcome
        self.codec = codec
        self._socket = socket
        self._frames: deque[Frame] = deque()
        """What waits for the socket, the oldest first."""
        self._latest_presence: dict[str, Message] = {}
        """Key -> presence that waits, of which only the latest goes out."""
        self._something_to_send = asyncio.Event()
        self._heard_at = time.monotonic()
        """When the server last sent anything, in seconds of `time.monotonic`."""
        self._clock_offsets: deque[float] = deque(maxlen=8)
        """Ms that the clock of the server is ahead of ours, as the latest answers tell."""
        self._end_message = ""
        """What an operator says of the end that comes; empty: nothing."""
        self._after_ms: float | None = None
        """In how many ms the server asked us to come back; None: it did not."""

    @classmethod
    async def open(
        cls,
        url: str,
        codec: Codec,
        hello: Message,
        seconds: float,
        tls: ssl.SSLContext | None = None,
    ) -> "Connection":
        """Connect and say hello; raises `CouldNotOpen`. `tls`: whom to trust, for wss://."""
        try:
            socket = await connect(
                url,
                subprotocols=[Subprotocol(codec.subprotocol)],
                compression=None,
                max_size=MAX_FRAME_BYTES,
                max_queue=FRAMES_BUFFERED,
                ping_interval=None,
                open_timeout=seconds,
                close_timeout=CLOSE_SECONDS,
                proxy=None if urlsplit(url).hostname in LOCAL_HOSTS else True,
                ssl=tls or (True if urlsplit(url).scheme.lower() == "wss" else None),
            )
        except (OSError, ValueError, WebSocketException, AssertionError) as error:
            # websockets 17 asserts where the connection goes in the middle of the handshake.
            raise CouldNotOpen(not_opened(url, error)) from error
        try:
            welcome = await _say_hello(socket, codec, hello)
        except BaseException:
            await _drop(socket)
            raise
        return cls(socket, codec, welcome)

    @property
    def max_message_bytes(self) -> int:
        """The largest message this server takes."""
        return int(self.welcome["max_message_bytes"])

    @property
    def clock_offset_ms(self) -> float:
        """The server's clock minus ours, as the last heartbeats saw it."""
        offsets = sorted(self._clock_offsets)
        return offsets[len(offsets) // 2] if offsets else 0.0

    def send(self, message: Message) -> None:
        """Send in order; never waits."""
        self.send_frame(self.codec.encode(message))

    def send_frame(self, frame: Frame) -> None:
        """Send what is encoded already."""
        self._frames.append(frame)
        self._something_to_send.set()

    def send_latest(self, key: str, message: Message) -> None:
        """Send when the socket is free; until then, a later message updates this one."""
        self._latest_presence[key] = self._latest_presence.get(key, {}) | message
        self._something_to_send.set()

    def forget_latest(self, key: str) -> None:
        """What was not sent yet under this key is not sent any more."""
        self._latest_presence.pop(key, None)

    def end(self) -> None:
        """Drop the socket at once; `run` then returns."""
        self._socket.transport.abort()

    async def run(
        self, on_message: Callable[[Message], None], beside: Coroutine[None, None, None]
    ) -> Ending:
        """Serve the socket until it ends, with `beside` running as long; returns how it ended."""
        reason = ""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(on_message))
                tasks.create_task(self._write())
                tasks.create_task(self._beat())
                tasks.create_task(beside)
        except* ConnectionClosed:
            pass
        except* _ServerSilent:
            reason = "the server fell silent"
        except* BadFrame as group:
            reason = f"the server sent {group.exceptions[0]}"
        finally:
            await _drop(self._socket)
        reason = reason or self._end_message or _reason_of(self._socket)
        return Ending(self._socket.close_code, reason, after_ms=self._after_ms)

    async def _read(self, on_message: Callable[[Message], None]) -> None:
        while True:
            frame = await self._socket.recv()
            self._heard_at = time.monotonic()
            message = self.codec.decode(frame)
            try:
                self._take(message, on_message)
            except BadFrame:
                raise
            except Exception as error:  # it costs this connection, and not the client
                _log.exception("a message `%s` could not be taken", message["t"])
                raise BadFrame(f"a `{message['t']}` that could not be taken: {error!r}") from error

    def _take(self, message: Message, on_message: Callable[[Message], None]) -> None:
        if message["t"] == "pong":
            self._note_pong(message)
        elif message["t"] == "server_leaving":
            self._after_ms = float(message["after_ms"])
        else:
            if message["t"] == "error" and message.get("id") is None:
                self._end_message = (message.get("details") or {}).get(
                    "message"
                ) or self._end_message
            on_message(message)

    async def _write(self) -> None:
        while True:
            await self._something_to_send.wait()
            self._something_to_send.clear()
            while self._frames or self._latest_presence:
                if self._frames:
                    await self._socket.send(self._frames.popleft())
                else:
                    _, message = self._latest_presence.popitem()
                    await self._send_if_it_can_be(message)

    async def _send_if_it_can_be(self, message: Message) -> None:
        """A preview that cannot be encoded is lost, and not the client."""
        try:
            frame = self.codec.encode(message)
        except Exception:
            _log.exception("a `%s` cannot be encoded", message["t"])
            return
        await self._socket.send(frame)

    async def _beat(self) -> None:
        seconds = float(self.welcome.get("heartbeat_seconds") or HEARTBEAT_SECONDS)
        while True:
            self.send({"t": "ping", "time": time.time() * 1_000})
            await asyncio.sleep(seconds)
            if time.monotonic() - self._heard_at > seconds * MISSED_HEARTBEATS:
                raise _ServerSilent

    def _note_pong(self, message: Message) -> None:
        middle = (message["time"] + time.time() * 1_000) / 2
        self._clock_offsets.append(message["server_time"] - middle)


async def _say_hello(socket: ClientConnection, codec: Codec, hello: Message) -> Message:
    try:
        await socket.send(codec.encode(hello))
        async with asyncio.timeout(HELLO_SECONDS):
            answer = codec.decode(await socket.recv())
            if answer["t"] == "welcome":
                return answer
            await socket.wait_closed()
    except ConnectionClosed:
        raise CouldNotOpen(Ending(socket.close_code, _reason_of(socket))) from None
    except BadFrame as error:
        raise CouldNotOpen(Ending(None, f"the server sent {error}")) from error
    except TimeoutError:
        raise CouldNotOpen(Ending(None, "the server did not answer hello")) from None
    problem = answer.get("message") or f"the server answered hello with {answer['t']}"
    after_ms = (answer.get("details") or {}).get("retry_after_ms")
    raise CouldNotOpen(Ending(socket.close_code, str(problem), after_ms=after_ms))


async def _drop(socket: ClientConnection) -> None:
    # close() waits behind what is unsent; a server that does not read must not hold us.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.close()
    socket.transport.abort()


def _reason_of(socket: ClientConnection) -> str:
    return socket.close_reason or "the connection was lost"
