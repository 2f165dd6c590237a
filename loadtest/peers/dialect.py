"""What the load needs of a protocol: enter a room, say where one is, understand what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from loadtest.bare.bare_client import BareConnection

Moves = list[tuple[int, float]]
"""Updates in one message: which member of the room moved, and its stamp in ms."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A connection inside a room. `member` counts from 0 within the room."""

    connection: BareConnection
    room: int
    member: int


class Dialect(Protocol):
    """One server's protocol. A dialect lives in one generator process.

    `echoes`: whether senders get their own updates back. `gathers`: whether a message tells of
    several members, so that counting messages would not count updates. `heartbeat`: a frame by
    which a member who does not move shows that it is there; empty: the server wants none.
    """

    name: str
    echoes: bool
    gathers: bool
    heartbeat: bytes

    async def prepare(self, url: str, rooms: Sequence[int]) -> None:
        """Make what must be there before anyone can enter these rooms; again for more of them."""

    async def enter(self, url: str, room: int, member: int) -> Seat:
        """A new connection inside the room."""

    def everyone_is_in(self) -> None:
        """All have entered: names may be looked up now."""

    def update(self, seat: Seat, step: int, due_at: float) -> bytes:
        """The frame that says where a member is."""

    def moves_in(self, seat: Seat, payload: bytes) -> Moves:
        """The updates in a message, one's own among them.

        Raises ValueError, KeyError or TypeError for what is none.
        """
