"""What a generator is asked to do, and what it saw."""

from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from loadtest.nodes.cores import Cores
from loadtest.peers.dialect import Dialect

LISTENED_AFTER = 16
"""With a bound on the rooms that have listeners, each so-manieth after it has some, too."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one generator does. Times are seconds.

    Members of a room sit on the `urls` in turn; with `room_by_room` whole rooms do.
    """

    dialect: Callable[[], Dialect]
    urls: tuple[str, ...]
    rooms: tuple[int, ...]
    size: int
    hz: float
    warm_up: float
    seconds: float
    cores: Cores
    room_by_room: bool = False
    listened: int | None = None
    """Rooms with listeners: the first so many and every sixteenth after them; None: all."""

    @property
    def listeners(self) -> int:
        """Members of each room who decode all that they receive; the others count."""
        return max(len(self.urls), listeners_of(self.size))

    def listens(self, room: int, member: int) -> bool:
        """Whether this member decodes all that it receives."""
        in_room = self.listened is None or room < self.listened or room % LISTENED_AFTER == 0
        return in_room and member < self.listeners

    def node_of(self, room: int, member: int) -> int:
        """The index of the url that a member is connected to."""
        return (room if self.room_by_room else member) % len(self.urls)


def listeners_of(size: int) -> int:
    """How many of a room decode all that they receive: some 8 %, from one to eight."""
    return max(1, min(8, size * 8 // 100))


@dataclass(slots=True)
class Measurement:
    """What one generator saw in the measured time, unless said otherwise.

    `series`: seconds since the load began, updates delivered so far, bytes received so far.
    """

    latency_ms: "array[float]" = field(default_factory=lambda: array("d"))
    across_ms: "array[float]" = field(default_factory=lambda: array("d"))
    lag_ms: "array[float]" = field(default_factory=lambda: array("d"))
    series: list[tuple[float, float, int]] = field(default_factory=list)
    due: int = 0
    due_in_all: int = 0
    """Before the measured time, too."""
    sent: int = 0
    delivered: float = 0.0
    delivered_in_all: float = 0.0
    """Before and after the measured time, too."""
    received_bytes: int = 0
    timed_of: int = 0
    """Updates that could have been timed: each due one, at each listener."""
    decoded_messages: int = 0
    repeats: int = 0
    replaced: int = 0
    """Of those timed: seen as a later one of the same member."""
    lost_connections: int = 0
    unsent_bytes: int = 0
    update_bytes: int = 0
    cpu_seconds: float = 0.0
    problems: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class GeneratorFault:
    """Why a generator could not do its job."""

    why: str
