"""Prime's own protocol, as the load of a comparison speaks it: `presence` out, ticks in."""

from collections.abc import Sequence
from dataclasses import replace

import msgpack

from loadtest.bare.bare_prime import Account, BarePrime, create_project, enter, register
from loadtest.bare.frames import frame
from loadtest.peers.cursor_updates import StampedFrames, cursor, stamp_ms
from loadtest.peers.dialect import Moves, Seat


class PrimeDialect:
    """One account, a device for each member. Ticks gather what several members said."""

    name = "prime.v1.msgpack"
    echoes = True
    gathers = True
    heartbeat = frame(msgpack.packb({"t": "ping", "time": 0.0}))

    def __init__(self) -> None:
        self._frames = StampedFrames(self._frame)
        self._account: Account | None = None
        self._projects: dict[int, str] = {}
        self._devices: dict[tuple[int, int], BarePrime] = {}
        self._members: dict[int, dict[str, int]] = {}

    async def prepare(self, url: str, rooms: Sequence[int]) -> None:
        """An account that owns all projects."""
        if self._account is None:
            self._account = await register(url)
        for room in rooms:
            self._projects[room] = await create_project(self._account, f"load {room}")

    async def enter(self, url: str, room: int, member: int) -> Seat:
        """A device of the account joins the project, on whatever node of the same database."""
        assert self._account is not None
        account = replace(self._account, url=url)
        device = await enter(account, f"device {room}-{member}", self._projects[room])
        self._devices[room, member] = device
        return Seat(device.connection, room, member)

    def everyone_is_in(self) -> None:
        """Ticks name members by ids that the server gave them on joining."""
        self._members = {room: {} for room in self._projects}
        for (room, member), device in self._devices.items():
            self._members[room][device.joined[self._projects[room]]["you"]] = member

    def update(self, seat: Seat, step: int, due_at: float) -> bytes:
        """`presence` with a cursor."""
        return self._frames.frame(seat, step, due_at)

    def _frame(self, seat: Seat, step: int, due_at: float) -> bytes:
        message = {
            "t": "presence",
            "project": self._projects[seat.room],
            "cursor": cursor(seat.member, step),
            "at": stamp_ms(due_at),
        }
        return frame(msgpack.packb(message))

    def moves_in(self, seat: Seat, payload: bytes) -> Moves:
        """The members that a tick names with a stamp."""
        message = msgpack.unpackb(payload)
        match message["t"]:
            case "tick":
                return self._moved(seat, message)
            case "error":
                raise ValueError(f"the server says {message['code']}: {message['message']}")
            case _:
                return []

    def _moved(self, seat: Seat, tick: dict[str, object]) -> Moves:
        members, moved_members = self._members[seat.room], tick["moved"]
        if tick["project"] != self._projects[seat.room] or not isinstance(moved_members, dict):
            raise ValueError("a tick of another room")
        return [
            (members[name], presence["at"])
            for name, presence in moved_members.items()
            if "at" in presence
        ]
