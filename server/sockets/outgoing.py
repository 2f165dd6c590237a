"""The way out of a connection: frames through its outbox, feeds at the reader's pace."""

import asyncio
from typing import TYPE_CHECKING, Protocol, cast

from websockets.frames import Opcode
from websockets.protocol import OPEN

from rooms.effects import Packet
from rooms.journal.feed import Feed
from schema.messages import ClientMessage, Error, ServerMessage
from schema.server_limits import FED_AT_ONCE_BYTES, WRITABLE_BELOW_BYTES
from server.encoding.codec import FINAL, Codec, UnreadableMessage, frame_header
from server.events.events import EventSubject
from server.loop.job_scheduler import JobScheduler
from server.sockets.handshaking.http_answer import HttpAnswer, HttpAsked
from server.sockets.handshaking.request_protocol import RequestProtocol
from server.sockets.outbox import SHARED_AT_MOST, OfferOutcome, Outbox
from server.sockets.reading.pacing import ReadPacing
from server.sockets.reading.turns import ReadTurns
from server.sockets.tcp_info import round_trip_ms

if TYPE_CHECKING:
    from server.sockets.connection import Connection


PING = frame_header(FINAL | Opcode.PING, b"")
"""A ping of WebSocket itself (RFC 6455, 5.5.2), without a payload."""


class Server(Protocol):
    """What a connection asks of the rest of the server."""

    pacing: ReadPacing
    read_turns: ReadTurns

    def on_connect(self, connection: "Connection", peer: object) -> bool: ...

    def refuse_handshake(
        self, connection: "Connection", asked: HttpAsked, peer: object, forwarded: list[str]
    ) -> HttpAnswer | None: ...

    def on_open(self, connection: "Connection") -> None: ...

    def on_close(self, connection: "Connection") -> None: ...

    def received(self, connection: "Connection", message: ClientMessage) -> None: ...

    def end_gesture(self, connection: "Connection", project: str, gesture: str) -> None: ...

    def over_rate(
        self, connection: "Connection", message: UnreadableMessage, error: Error
    ) -> None: ...

    def spend(self, connection: "Connection", ops: float = 0.0) -> float: ...

    def drained(self, connection: "Connection", projects: set[str]) -> None: ...

    def fed(self, connection: "Connection", feed: Feed) -> None: ...

    def answer_http(self, asked: HttpAsked) -> HttpAnswer | None: ...

    def count(self, what: str, amount: float = 1, about: EventSubject | None = None) -> None: ...


class Outgoing:
    """What a `Connection` does to send; all that it holds is the connection's, in one object.

    A part of it by inheritance, as the way of a cursor may cost no call and no attribute more
    (decision 0015).
    """

    __slots__ = {  # name -> what it holds
        "_is_feeding": "whether the scheduler will call, or is calling, `_feed_until`",
        "_scheduler": "of the node, which gives feeds their time; None: there was no feed yet",
        "_unwritten": "frames for one write at the end of this turn of the loop",
        "_unwritten_bytes": "their bytes",
        "outbox": "what waits until the socket has room",
    }

    codec: Codec
    id: str
    _is_open: bool
    _loop: asyncio.AbstractEventLoop
    _protocol: RequestProtocol
    _server: Server
    _transport: asyncio.Transport | None

    def __init__(self) -> None:
        self.outbox = Outbox()
        self._is_feeding = False
        self._scheduler: JobScheduler | None = None
        self._unwritten: list[bytes] = []
        self._unwritten_bytes = 0

    def abort(self, why: str) -> None:
        """Cut off at once, whatever waits."""
        raise NotImplementedError

    def send(self, message: ServerMessage) -> None:
        """One message, in order."""
        self.send_frame(self.codec.frame_of(message))

    def send_packet(self, packet: Packet) -> bool:
        """One packet, in order; its frame is built once for all who get it.

        False: the reader is too slow for it, or it is too large. It is not sent; a feed may bring
        it, or the connection has to end.
        """
        transport = self._transport
        if transport is None or not self._is_open:
            return True
        # `Codec.frame`, `_buffered`, `Outbox.offer` and `_write_soon`, without a call more: every
        # delta comes here once for each who hears it.
        codec, outbox = self.codec, self.outbox
        frame = packet.frames.get(codec.name) or codec.frame(packet)
        size, buffered = len(frame), transport.get_write_buffer_size() + self._unwritten_bytes
        if not outbox.is_behind and buffered + size < WRITABLE_BELOW_BYTES:
            outbox.stalled_since = None
            if not self._unwritten:
                self._loop.call_soon(self._write_and_drain)
            self._unwritten.append(frame)
            self._unwritten_bytes += size
            return True
        offered = outbox.offer(frame, buffered, self._loop.time(), SHARED_AT_MOST)
        if offered is OfferOutcome.WRITE:
            self._write_soon(frame)
        return offered is not OfferOutcome.CUT_OFF

    def feed(self, feed: Feed, scheduler: JobScheduler) -> None:
        """Fetch what the feed has, as fast as the peer reads.

        Within what the jobs of all rooms have of each turn of the loop: nobody else waits for it.
        """
        self.outbox.feeds[feed.project] = feed
        self._scheduler = scheduler
        self._go_on_feeding()

    def send_frame(self, frame: bytes) -> None:
        """One frame that must arrive, or the connection ends (rule X2)."""
        if self._transport is None or not self._is_open:
            return
        match self.outbox.offer(frame, self._buffered, self._loop.time()):
            case OfferOutcome.WRITE:
                self._write_soon(frame)
            case OfferOutcome.CUT_OFF:
                self.abort("outbox_full")
            case _:
                pass

    def offer_frame(self, frame: bytes) -> bool:
        """One frame, in order; False: the reader is too far behind for it, and it is not sent."""
        if self._transport is None or not self._is_open:
            return True
        offered = self.outbox.offer(frame, self._buffered, self._loop.time(), SHARED_AT_MOST)
        if offered is OfferOutcome.WRITE:
            self._write_soon(frame)
        return offered is not OfferOutcome.CUT_OFF

    def send_tick(self, project: str, frames: bytes) -> None:
        """Presence: skipped while the socket is full, and made good later (rule P4)."""
        transport = self._transport
        if transport is None or not self._is_open:
            return
        buffered = transport.get_write_buffer_size() + self._unwritten_bytes
        if not buffered and not self.outbox.is_behind:
            transport.write(frames)
        elif self.outbox.offer_tick(project, buffered) is not OfferOutcome.WRITE:
            self._server.count("ticks_skipped")
        elif self._unwritten:
            self._unwritten.append(frames)
            self._unwritten_bytes += len(frames)
        else:
            transport.write(frames)

    def owe_tick(self, project: str) -> None:
        """The latest of everyone, for a member who could not be sent their moves (rule P4)."""
        self.outbox.owe_tick(project)
        self._loop.call_soon(self._drain)

    @property
    def waiting_bytes(self) -> int:
        """What the peer has not taken yet: what waits here, and what the socket's buffer holds."""
        return self.outbox.waiting_bytes + (0 if self._transport is None else self._buffered)

    @property
    def round_trip_ms(self) -> float | None:
        """To the peer of the socket and back; None: nobody can tell."""
        return None if self._transport is None else round_trip_ms(self._transport)

    @property
    def _buffered(self) -> int:
        """Bytes on their way that the socket has not taken."""
        assert self._transport is not None
        return self._transport.get_write_buffer_size() + self._unwritten_bytes

    def _write_soon(self, frame: bytes) -> None:
        """All of one turn of the event loop in one write: a committed batch is many frames."""
        if not self._unwritten:
            self._loop.call_soon(self._write_and_drain)
        self._unwritten.append(frame)
        self._unwritten_bytes += len(frame)

    def _write_and_drain(self) -> None:
        """The kernel may take all at once, and then nobody says that there is room again."""
        self._write_now()
        if self.outbox.is_behind or self.outbox.owed_ticks or self.outbox.feeds:
            self._drain()

    def _write_now(self) -> None:
        if self._unwritten and self._transport is not None:
            self._transport.writelines(self._unwritten)
        self._unwritten = []
        self._unwritten_bytes = 0

    def ping(self) -> None:
        """Ask for a sign of life: a browser gives it also while the page's script sleeps."""
        self.send_frame(PING)

    def _drain(self) -> None:
        transport = self._transport
        if transport is None or self._protocol.state is not OPEN:
            return
        self._write_now()
        while (frame := self.outbox.take(transport.get_write_buffer_size())) is not None:
            transport.write(frame)
            self.outbox.progressed(transport.get_write_buffer_size(), self._loop.time())
        if self.outbox.is_behind:
            return
        if self.outbox.owed_ticks:
            self._server.drained(cast("Connection", self), self.outbox.take_owed_ticks())
        if self.outbox.feeds:
            self._go_on_feeding()

    def _go_on_feeding(self) -> None:
        if self._scheduler is not None and not self._is_feeding:
            self._is_feeding = True
            self._scheduler.schedule(self._feed_until)

    def _feed_until(self, deadline: float) -> bool:
        """Write what feeds have until the deadline of this turn, or the socket is full."""
        assert self._scheduler is not None
        try:
            while self._feed_some():
                if self._scheduler.time() >= deadline:
                    return True
        except Exception as error:  # whoever let us go on is not at fault, nor are those behind us
            failed = {"message": f"feeding connection {self.id} failed", "exception": error}
            self._loop.call_exception_handler(failed)
            self.abort("feed_failed")
        self._is_feeding = False
        return False

    def _feed_some(self) -> bool:
        """One write of some frames; False: nothing more goes, for now or at all."""
        transport = self._transport
        if transport is None or self._protocol.state is not OPEN:
            return False
        self._write_now()
        pieces: list[bytes | memoryview] = []
        size, buffered = 0, transport.get_write_buffer_size()
        while size < FED_AT_ONCE_BYTES:
            piece = self.outbox.take(buffered + size) or self._fetch(buffered + size)
            if piece is None:
                break
            pieces.append(piece)
            size += len(piece)
        if self._transport is None or not pieces:
            return False
        transport.writelines(pieces)
        self.outbox.progressed(transport.get_write_buffer_size(), self._loop.time())
        return True

    def _fetch(self, buffered: int) -> bytes | memoryview | None:
        """A frame, or the first piece of a large one, from the feed whose turn it is."""
        while buffered < WRITABLE_BELOW_BYTES and (feed := self.outbox.next_feed()) is not None:
            item = feed.next()
            if item is not None:
                frame = self.codec.frame(item) if isinstance(item, Packet) else item
                return self.outbox.begin(frame)
            del self.outbox.feeds[feed.project]
            self._server.fed(cast("Connection", self), feed)
        return None
