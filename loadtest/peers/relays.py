"""The protocols of the relays: plain messages, Socket.IO, and Yjs awareness."""

import asyncio
import json
from collections.abc import Callable, Sequence

import msgpack

from loadtest.bare.bare_client import BareConnection, connect
from loadtest.bare.frames import PONG, TEXT, Messages, frame
from loadtest.peers.cursor_updates import StampedFrames, cursor, member_of, sender_id, stamp_ms
from loadtest.peers.dialect import Moves, Seat

ANSWER_SECONDS = 30.0


class PlainRelay:
    """A server that hands on what it gets, to everyone else on the same path."""

    name = "plain relay, msgpack payload"
    echoes = False
    gathers = False
    heartbeat = b""

    def __init__(self) -> None:
        self._frames = StampedFrames(
            lambda seat, step, due: frame(msgpack.packb(_update(seat, step, due)))
        )

    async def prepare(self, url: str, rooms: Sequence[int]) -> None:
        """Rooms are made by entering them."""

    async def enter(self, url: str, room: int, member: int) -> Seat:
        """The path is the room."""
        return Seat(await connect(f"{url}/room-{room}"), room, member)

    def everyone_is_in(self) -> None:
        """Nothing to look up: updates name their sender."""

    def update(self, seat: Seat, step: int, due_at: float) -> bytes:
        """As large as Prime's own `presence`, with the sender in place of the project."""
        return self._frames.frame(seat, step, due_at)

    def moves_in(self, seat: Seat, payload: bytes) -> Moves:
        """Just what somebody sent."""
        return [_read(msgpack.unpackb(payload))]


class SocketIo:
    """Socket.IO over WebSocket alone, with its msgpack parser."""

    name = "Socket.IO events, msgpack parser"
    echoes = False
    gathers = False
    heartbeat = frame(b"3", TEXT)

    async def prepare(self, url: str, rooms: Sequence[int]) -> None:
        """Rooms are made by entering them."""

    async def enter(self, url: str, room: int, member: int) -> Seat:
        """Engine.IO opens by itself; CONNECT names the room and is answered."""
        connection = await connect(f"{url}/socket.io/?EIO=4&transport=websocket")
        packet = {"type": 0, "nsp": "/", "data": {"room": f"room-{room}"}}
        hello = frame(msgpack.packb(packet))
        await _until(
            connection, hello, lambda payload: payload[:1] == b"\x83" and b"sid" in payload
        )
        return Seat(connection, room, member)

    def everyone_is_in(self) -> None:
        """Nothing to look up: updates name their sender."""

    def update(self, seat: Seat, step: int, due_at: float) -> bytes:
        """An event with an object, as a page would emit it."""
        data = ["cursor", _update(seat, step, due_at)]
        return frame(msgpack.packb({"type": 2, "data": data, "nsp": "/"}))

    def moves_in(self, seat: Seat, payload: bytes) -> Moves:
        """An event; Engine.IO's own pings are texts of one character."""
        if payload == b"2":
            seat.connection.send_message(b"3", TEXT)
            return []
        return [_read(msgpack.unpackb(payload)["data"][1])]


class YAwareness:
    """Yjs awareness; Hocuspocus puts the document's name before each message."""

    echoes = True
    gathers = False
    heartbeat = frame(b"", PONG)
    FIRST_CLOCK = 1 << 14
    FIRST_CLIENT = 1 << 28

    def __init__(self, *, is_hocuspocus: bool) -> None:
        self.name = "Yjs awareness (JSON state)" + (", Hocuspocus" if is_hocuspocus else "")
        self._is_hocuspocus = is_hocuspocus

    async def prepare(self, url: str, rooms: Sequence[int]) -> None:
        """Documents are made by opening them."""

    async def enter(self, url: str, room: int, member: int) -> Seat:
        """Hocuspocus wants a token, though nobody checks it; the other answers a sync step."""
        if self._is_hocuspocus:
            connection = await connect(url)
            hello = frame(self._prefix(room) + b"\x02\x00" + _text("token"))
            answer = self._prefix(room) + b"\x02\x02"
            await _until(connection, hello, lambda payload: payload.startswith(answer))
        else:
            connection = await connect(f"{url}/room-{room}")
            sync_step = frame(b"\x00\x00\x01\x00")  # step 1, of someone who has nothing yet
            await _until(connection, sync_step, lambda payload: payload[:2] == b"\x00\x01")
        return Seat(connection, room, member)

    def everyone_is_in(self) -> None:
        """Nothing to look up: client ids say who it is."""

    def update(self, seat: Seat, step: int, due_at: float) -> bytes:
        """The member's whole state with its next clock; JSON as short as JSON is."""
        clock = self.FIRST_CLOCK + step
        cursor_text = cursor(seat.member, step)
        state = (
            f'{{"user":"{seat.member:08d}","cursor":{{"time":{cursor_text["time"]},'
            f'"y":{cursor_text["y"]:.3f},"track":"{cursor_text["track"]}"}},"at":{stamp_ms(due_at):.3f}}}'
        )
        client = self.FIRST_CLIENT + seat.member
        entry = b"\x01" + _number(client) + _number(clock) + _text(state)
        return frame(self._prefix(seat.room) + b"\x01" + _number(len(entry)) + entry)

    def moves_in(self, seat: Seat, payload: bytes) -> Moves:
        """Awareness of one or several clients; other messages say nothing of cursors."""
        prefix = self._prefix(seat.room)
        if payload[: len(prefix) + 1] != prefix + b"\x01":
            return []
        _, at = _read_number(payload, len(prefix) + 1)
        count, at = _read_number(payload, at)
        moves: Moves = []
        for _ in range(count):
            client, at = _read_number(payload, at)
            _, at = _read_number(payload, at)
            size, at = _read_number(payload, at)
            state = json.loads(payload[at : at + size])
            at += size
            if state and "at" in state:
                moves.append((client - self.FIRST_CLIENT, state["at"]))
        return moves

    def _prefix(self, room: int) -> bytes:
        return _text(f"room-{room}") if self._is_hocuspocus else b""


def _update(seat: Seat, step: int, due_at: float) -> dict[str, object]:
    return {
        "t": "presence",
        "user_id": sender_id(seat.member),
        "cursor": cursor(seat.member, step),
        "at": stamp_ms(due_at),
    }


def _read(update: dict[str, object]) -> tuple[int, float]:
    sender, at = update["user_id"], update["at"]
    if not isinstance(sender, str) or not isinstance(at, float):
        raise ValueError(f"{update!r} is no update of ours")
    return member_of(sender), at


async def _until(
    connection: BareConnection, hello: bytes, is_answer: Callable[[bytes], bool]
) -> None:
    answered_event = asyncio.Event()

    def look(payload: bytes) -> None:
        if is_answer(payload):
            answered_event.set()

    messages = connection.receiver
    assert isinstance(messages, Messages)
    messages.on_message = look
    connection.send(hello)
    async with asyncio.timeout(ANSWER_SECONDS):
        await answered_event.wait()


def _number(value: int) -> bytes:
    """A variable-length unsigned integer of lib0."""
    encoded_bytes = bytearray()
    while value > 127:
        encoded_bytes.append(value & 127 | 128)
        value >>= 7
    encoded_bytes.append(value)
    return bytes(encoded_bytes)


def _read_number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _text(text: str) -> bytes:
    encoded_text = text.encode()
    return _number(len(encoded_text)) + encoded_text
