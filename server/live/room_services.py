"""What all live rooms of a node share, and what a room asks of its connections."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from persistence.errors import Unavailable
from persistence.journal.contract import Journal
from rooms.effects import Packet
from rooms.journal.entry import Proposal
from rooms.journal.feed import Feed
from rooms.presence.gathering import Gathering
from rooms.presence.seat import Seat
from schema.close_codes import CloseCode
from server.encoding.codec import Codec
from server.loop.job_scheduler import JobScheduler
from server.loop.threads import InThread
from server.loop.tick_timers import TickTimers
from server.metrics.metrics import Count
from server.nodes.room_broadcast import RoomBroadcast

Spawn = Callable[[Coroutine[Any, Any, None]], object]


def report_mistake(project: str, error: Exception, what: str = "a job of room") -> None:
    """It goes to the log, and counts; what it failed for is lost alone."""
    context = {"message": f"{what} {project} failed", "exception": error}
    asyncio.get_running_loop().call_exception_handler(context)


class RoomClosed(Unavailable):
    """The room is closed for good; another one of the same project may be open."""

    def __init__(self) -> None:
        super().__init__("the room was closed meanwhile; ask again")


class Recipient(Protocol):
    """A connection, as a room sees it."""

    id: str
    codec: Codec
    seat: Seat | None
    """The one that moved last: a shortcut of `Hub.move`."""

    def send_packet(self, packet: Packet) -> bool: ...

    def feed(self, feed: Feed, scheduler: JobScheduler) -> None: ...

    def owe_tick(self, project: str) -> None: ...

    def abort(self, why: str) -> None: ...

    def send_frame(self, frame: bytes) -> None: ...

    def send_tick(self, project: str, frames: bytes) -> None: ...

    def close(self, close: CloseCode) -> None: ...


@dataclass(frozen=True, slots=True)
class RoomServices:
    """What all rooms of a node share.

    `spawn` starts a task that someone owns; `in_thread` runs a function off the loop; `gathering`
    is how long rooms gather just now; `ticked_late` is told by how many seconds a tick was late.
    `doubt` has the journal asked whether it is still the one that we know. `count_made_ops` is told
    of the bytes of ops that were made for a user, who is to be charged for them (rule E6).
    """

    recipients: Mapping[str, Recipient]
    journal: Journal
    submit: Callable[[Proposal], None]
    submit_group: Callable[[Sequence[Proposal]], None]
    spawn: Spawn
    in_thread: InThread
    broadcast: RoomBroadcast
    gathering: Gathering
    ticked_late: Callable[[float], None]
    doubt: Callable[[], None]
    count_made_ops: Callable[[str, int], None]
    count: Count
    scheduler: JobScheduler
    timers: TickTimers
