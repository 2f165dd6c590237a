"""What is between clients and nodes: links that delay and break, a bus that loses."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from prime_client.connecting.codec import Frame, MsgpackCodec
from rooms.effects import Packet
from rooms.journal.feed import Feed
from schema.close_codes import CloseCode
from server.encoding.codec import MSGPACK
from server.live.live_room import LiveRoom
from server.loop.job_scheduler import JobScheduler
from server.nodes.bus_memory import Exchange, MemoryBus

if TYPE_CHECKING:
    from rooms.presence.seat import Seat
    from tests.simulation.client import Client
    from tests.simulation.studio import Studio


SLOW = 0.02
"""How often a reader does not take what comes next at once."""


class UnreliableBus(MemoryBus):
    """Loses, doubles and delays what it carries, each message by itself."""

    def __init__(self, exchange: Exchange, studio: "Studio") -> None:
        super().__init__(exchange)
        self._studio = studio

    def _deliver(self, project: str | None, message: bytes) -> None:
        studio = self._studio
        if studio.is_calm:
            super()._deliver(project, message)
            return
        for _ in range(studio.rng.choices((0, 1, 2), (8, 88, 4))[0]):
            delay = studio.rng.choice((0.0, 0.0, 0.002, 0.05)) * studio.rng.random()
            studio.later(delay, lambda: MemoryBus._deliver(self, project, message))


class Link:
    """One connection: a queue each way, in order, each message with a delay of its own."""

    codec = MSGPACK

    def __init__(self, studio: "Studio", client: "Client") -> None:
        self.id = f"link-{next(studio.numbers)}"
        self.client = client
        self.node = studio.rng.choice(studio.nodes)
        self.is_cut = False
        self.loses_answers = False
        self.seat: Seat | None = None
        self._studio = studio
        self._arrives = {"up": 0.0, "down": 0.0}

    def to_node(self, data: Frame) -> None:
        assert isinstance(data, bytes)
        self._deliver("up", lambda: self.node.received(self, data))

    def send_frame(self, frame: bytes) -> None:
        """What the hub says; it must be durable by now."""
        if self.is_cut or self.loses_answers:
            return
        message = MsgpackCodec().decode(payload_of(frame))
        self._studio.check_durable(message)
        self._deliver("down", lambda: self.client.receive(self, message))

    def send_packet(self, packet: Packet) -> bool:
        """Now and then it would not fit in the outbox: a feed brings it."""
        if not self._studio.is_calm and self._studio.rng.random() < SLOW:
            return False
        self.send_frame(self.codec.frame(packet))
        return True

    def feed(self, feed: Feed, scheduler: JobScheduler) -> None:
        """Some of it now, the rest when the reader gets to it."""
        while self._studio.rng.random() > SLOW:
            item = feed.next()
            if item is None:
                live = self._room(feed.project)
                if live is not None:
                    live.fed(self, feed)
                return
            self.send_frame(self.codec.frame(item) if isinstance(item, Packet) else item)
        pause = self._studio.rng.choice((0.001, 0.05, 0.5))
        self._studio.later(pause, lambda: None if self.is_cut else self.feed(feed, scheduler))

    def owe_tick(self, project: str) -> None:
        """The room tells it with the next tick that everyone gets."""
        live = self._room(project)
        if live is not None and self.id in live.room.seats:
            self.send_frame(MSGPACK.frame_of(live.room.everyone()))

    def _room(self, project: str) -> LiveRoom | None:
        return None if self.node.hub is None else self.node.hub.rooms.get(project)

    def abort(self, why: str) -> None:
        self._studio.tally[f"aborted_{why}"] += 1
        self.cut()

    def send_tick(self, project: str, frames: bytes) -> None:
        for frame in frames_in(frames):
            self.send_frame(frame)

    def close(self, close: CloseCode) -> None:
        self._studio.tally[f"closed_{close.name}"] += 1
        self.cut()

    def cut(self) -> None:
        """What is under way is lost; the two sides notice at different times."""
        if self.is_cut:
            return
        self.is_cut = True
        studio = self._studio
        self.client.lost(self)
        studio.later(studio.rng.uniform(0.0, 0.6), lambda: self.node.gone(self))

    def lose_answers(self) -> None:
        """The node still hears the client, and the client nothing more; soon the line is cut."""
        self.loses_answers = True
        self._studio.tally["answers_lost"] += 1
        self._studio.later(self._studio.rng.uniform(0.05, 0.8), self.cut)

    def _deliver(self, way: str, what: Callable[[], None]) -> None:
        studio = self._studio
        delay = studio.rng.choice((0.001, 0.005, 0.02, 0.15)) * studio.rng.random()
        delay *= self.client.slowness
        at = max(studio.loop.time() + delay, self._arrives[way] + 1e-5)
        self._arrives[way] = at
        studio.later(at - studio.loop.time(), lambda: None if self.is_cut else what())


def frames_in(data: bytes) -> Iterator[bytes]:
    """Several unmasked WebSocket frames that were written at once, one by one."""
    while data:
        short = data[1]
        start = {126: 4, 127: 10}.get(short, 2)
        length = int.from_bytes(data[2:start], "big") if start > 2 else short
        yield data[: start + length]
        data = data[start + length :]


def payload_of(frame: bytes) -> bytes:
    """What is in an unmasked WebSocket frame (RFC 6455, 5.2)."""
    length = frame[1]
    start = {126: 4, 127: 10}.get(length, 2)
    return frame[start:]
