"""One WebSocket: the Sans-I/O protocol of `websockets` under an asyncio.Protocol of our own.

Reads are decoded in place, without a task; writes go through the outbox, which is bounded in bytes.
"""

import asyncio
import contextlib
import socket
import ssl
import uuid
from typing import TYPE_CHECKING, Any, cast

from websockets.exceptions import InvalidState
from websockets.http11 import Request
from websockets.protocol import OPEN, State
from websockets.typing import Subprotocol

from schema.close_codes import FIRST_FINAL_CODE, CloseCode
from schema.limits import (
    LOGIN_SECONDS,
    MAX_MESSAGE_BYTES,
    MAX_MESSAGE_BYTES_BEFORE_LOGIN,
    MAX_OUTBOX_BYTES,
)
from schema.server_limits import CLOSING_SECONDS, UNSENT_BYTES, WRITABLE_BELOW_BYTES
from server.encoding.codec import CODECS, MSGPACK, Codec
from server.identity import NOTHING_SAID, DeviceSaid, Identity
from server.sockets.connection_states import Greeted, Leaving, LoggedIn, Session, WaitingForHello
from server.sockets.handshaking.handshake import Handshake, take_apart
from server.sockets.handshaking.http_answer import asked_by, response_of
from server.sockets.handshaking.request_protocol import RequestProtocol
from server.sockets.incoming import Incoming
from server.sockets.outgoing import Server
from server.sockets.reading.frame_cutter import FrameCutter
from server.sockets.reading.tls_records import READ_AHEAD, TlsRecords
from server.sockets.tcp_info import acknowledged_bytes, is_peer_gone

if TYPE_CHECKING:
    from rooms.presence.seat import Seat

SUBPROTOCOLS = [Subprotocol(name) for name in CODECS]

GOODBYE = (1000, 1001)
"""Codes of a peer that is done, and does not just lose the connection (RFC 6455, 7.4.1)."""


def limit_unsent(peer: socket.socket) -> None:
    """Let the kernel hold little that is not on its way: it would hide whether the peer reads."""
    with contextlib.suppress(OSError, AttributeError):  # not on every system, not on every socket
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


class Connection(Incoming, asyncio.Protocol):
    """A WebSocket of a client: how far it has come (`session`), and the way to it."""

    __slots__ = {  # name -> what it holds
        "_handshake": "until it is a WebSocket, or is gone; None: it is",
        "_is_aborted": "it is being cut off: that is counted once",
        "_loop": "the event loop",
        "_protocol": "of `websockets`: handshake, close, and all that is no short frame",
        "_server": "the rest of the server",
        "_transport": "the socket; None: it is gone, or not there yet",
        "address": "what it is counted under",
        "calls_in_flight": "how many of its calls are not answered yet",
        "codec": "what the handshake has agreed on",
        "id": "16 hex digits, made here",
        "is_sent_away": "its turn to go has come: nothing new of it is begun (rule X3)",
        "seat": "of the room where it moved last: a short way for `Hub.move` (decision 0015)",
        "session": "waiting for hello, greeted, logged in or leaving",
    }

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop.time())
        self.id = uuid.uuid4().hex[:16]
        self.address = ""
        self.codec: Codec = MSGPACK
        self.session: Session = WaitingForHello(loop.time(), loop.time())
        self.seat: Seat | None = None
        self.calls_in_flight = 0
        self.is_sent_away = False
        self._server = server
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._is_aborted = False
        self._handshake: Handshake | None = None
        self._protocol = RequestProtocol(
            subprotocols=SUBPROTOCOLS, max_size=MAX_MESSAGE_BYTES_BEFORE_LOGIN
        )

    @property
    def identity(self) -> Identity | None:
        """Whose it is; None: that is not known, or it is leaving."""
        return self.session.identity if isinstance(self.session, LoggedIn) else None

    @property
    def rooms(self) -> set[str]:
        """Projects whose rooms it is in, or on the way into; of one who is logged in."""
        return self.session.rooms if isinstance(self.session, LoggedIn) else set()

    @property
    def waits_for_turn(self) -> bool:
        """Whether it is we who leave what it sent unread, for it is paced."""
        return self._has_turn and self._is_paced

    @property
    def is_owed(self) -> bool:
        """Whether a call or a join has no answer, or something that came is not read to its end.

        What it waits for in rooms where it is, they know.
        """
        session = self.session
        is_joining = isinstance(session, LoggedIn) and bool(session.joins)
        return self.calls_in_flight > 0 or is_joining or (self._has_turn and not self._is_paced)

    def greet(
        self, device: str, said: DeviceSaid = NOTHING_SAID, *, is_looked_at: bool = False
    ) -> None:
        """It has said hello; `is_looked_at`: with a token, which is looked at first."""
        if isinstance(self.session, WaitingForHello):
            self.session = Greeted(self.session.opened_at, device, said, is_looked_at)
            if is_looked_at:
                self._wait_for_answer_to_hello()

    def log_in(self, identity: Identity) -> None:
        """It is somebody's now, and may send longer messages. One that is leaving stays so."""
        match self.session:
            case Greeted(device=device, device_said=said):
                self._become(LoggedIn(device, identity, device_said=said))
                self._protocol.max_message_size = MAX_MESSAGE_BYTES
            case LoggedIn() as session:
                session.identity = identity

    def hear_no_more(self) -> None:
        """It is nobody's from now on: what it still says is refused, until it is closed."""
        self._leave(for_good=True)

    def _leave(self, *, for_good: bool) -> None:
        if isinstance(self.session, Leaving):
            self.session.for_good = for_good
        else:
            self._become(Leaving(self.identity, for_good))

    def _become(self, session: Session) -> None:
        """What waited for the answer to hello has its turn behind it."""
        has_waited, self.session = self._is_hello_looked_at, session
        if has_waited and self._is_looked_at():
            self._wait_for_turn()

    def _says_goodbye(self) -> bool:
        close_received, close_sent = self._protocol.close_rcvd, self._protocol.close_sent
        if self._protocol.close_rcvd_then_sent:
            return close_received is not None and close_received.code in GOODBYE
        return close_sent is not None and close_sent.code >= FIRST_FINAL_CODE

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A TCP connection is there; the handshake comes next."""
        self._transport = cast("asyncio.Transport", transport)
        # Just when the outbox takes it for full is it paused, and somebody says when it is not.
        full, low = WRITABLE_BELOW_BYTES - 1, WRITABLE_BELOW_BYTES // 4
        self._transport.set_write_buffer_limits(high=full, low=low)
        if not self._server.on_connect(self, transport.get_extra_info("peername")):
            self.abort("too_many_sockets")
            return
        if (peer := transport.get_extra_info("socket")) is not None:
            limit_unsent(peer)
        if isinstance(transport.get_extra_info("sslcontext"), ssl.SSLContext):
            self._records = TlsRecords(self._transport)
            cast("Any", self._transport).set_read_buffer_limits(high=READ_AHEAD)
        self._handshake = Handshake(self._loop, self._expect_handshake)

    def eof_received(self) -> bool:
        """The other side said its last; so do we."""
        self._protocol.receive_eof()
        self._flush_protocol()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._transport = None
        self._leave(for_good=self._says_goodbye())
        self._is_open = self._is_at_start = False
        self._unread = b""
        self._paced_reads = None
        self._end_handshake()
        if self._protocol.is_unreadable:
            self._server.count("bad_requests", 1, self.about())
        take_apart(self._protocol)
        self._count_traffic()
        self.outbox.clear()
        self._server.on_close(self)

    def resume_writing(self) -> None:
        """The socket's buffer has room again."""
        self._drain()

    def close(self, close: CloseCode) -> None:
        """Say why, and end; a peer that does not answer in time is cut off."""
        if self._transport is None:
            return
        self._server.count(f"closed_connections.{close.name}", 1, self.about())
        if self._protocol.state is State.CONNECTING:
            self._transport.abort()
            return
        if self._protocol.state is OPEN:
            self._write_now()
            self._transport.writelines(self.outbox.empty())  # nothing may follow the close frame
        try:
            self._protocol.send_close(close.code, close.name)
        except InvalidState:
            return  # it is closing already
        self._is_open = False
        if self._is_hello_looked_at:  # what may come behind hello must not fail behind the close
            self._protocol.max_message_size = MAX_MESSAGE_BYTES
        self._leave(for_good=close.code >= FIRST_FINAL_CODE)
        self._flush_protocol()
        self._loop.call_later(CLOSING_SECONDS, self.abort, "")

    def abort(self, why: str) -> None:
        """Cut off at once, whatever waits."""
        if self._transport is not None:
            if why and not self._is_aborted:
                self._server.count(f"aborted_connections.{why}", 1, self.about())
            self._leave(for_good=False)
            self._is_aborted = True  # what else is sent to it until it is gone is no other event
            self._transport.abort()

    def check(self, now: float) -> bool:
        """Whether the peer still reads; one that does not is cut off (rule X2).

        As is one that is left unread and has closed: nobody reads so far that they would see it.
        """
        if self._transport is None:
            return True
        is_hello_looked_at = self._is_hello_looked_at
        if (self._is_paced or is_hello_looked_at) and is_peer_gone(self._transport):
            self.abort("")
            return False
        if self._messages_in or self._has_turn or is_hello_looked_at:
            self.last_received_at = now  # or it is we who do not read
        self._byte_bucket.take(self._count_traffic(), now)
        self._drain()
        if self._records is not None and (self._is_paced or self._transport.is_reading()):
            self._loop.call_soon(self._count_silent_records)
        buffered = self._buffered
        waits = self.outbox.something_waits(buffered)
        acknowledged = acknowledged_bytes(self._transport) if waits else 0
        if self.outbox.is_stalled(buffered, acknowledged, now):
            self.abort("slow_reader")
            return False
        return True

    # The way in.

    def _count_silent_records(self) -> None:
        """Of TLS records that hold nothing, as changes of keys, nothing is ever handed over.

        It was read before this turn and still is: what came in between has been deciphered.
        """
        if self._records is None or not self._is_looked_at():
            return
        is_read = cast("asyncio.Transport", self._transport).is_reading()
        if not self._is_paced and is_read and not self._are_records_paid():
            self._pace()
        if self._is_paced and self._records.hold_nothing(self._received_bytes):
            self._read_no_more()

    def _end_handshake(self) -> None:
        if self._handshake is not None:
            self._handshake.end()
            self._handshake = None

    def _expect_handshake(self) -> None:
        if self._transport is None or self._handshake is None:
            return
        session, now = self.session, self._loop.time()
        is_new = isinstance(session, WaitingForHello) and now - session.opened_at < LOGIN_SECONDS
        if self.waits_for_turn and is_new:
            self._handshake.begin_anew()
        else:
            self.abort("no_handshake")

    def _shake_hands(self, request: Request) -> None:
        upgrade_asked = asked_by(request, None if self._handshake is None else self._handshake.form)
        plain = self._server.answer_http(upgrade_asked)
        if plain is None and self._transport is not None:
            forwarded = request.headers.get_all("X-Forwarded-For")
            peer = self._transport.get_extra_info("peername")
            plain = self._server.refuse_handshake(self, upgrade_asked, peer, forwarded)
        if plain is not None:
            response = response_of(self._protocol, plain, upgrade_asked.method)
        else:
            response = self._protocol.accept(request)
            request._exception = None
        self._protocol.send_response(response)
        if self._protocol.state is OPEN:
            self._end_handshake()
            self.codec = CODECS[str(self._protocol.subprotocol)]
            self._is_open = True
            if isinstance(self.session, WaitingForHello):
                self.session.awaited_since = self._loop.time()
            self._cutter = FrameCutter(self.codec.first_byte)
            self._server.on_open(self)

    def _flush_protocol(self) -> None:
        transport = self._transport
        if transport is None:
            return
        self._write_now()
        for data in self._protocol.data_to_send():
            if not data:
                transport.close()
            elif self.outbox.unsent_rest and self._protocol.state is OPEN:
                self.send_frame(data)  # a pong waits: nothing goes between two pieces of a frame
            else:
                if self.outbox.unsent_rest:
                    transport.writelines(self.outbox.empty())  # before the close frame
                transport.write(data)
        if transport.get_write_buffer_size() > MAX_OUTBOX_BYTES:
            self.abort("outbox_full")  # pongs, to someone who pings and does not read
        is_page = self._protocol.state is State.CONNECTING  # its reader has the handshake's time
        if self._protocol.close_expected() and not is_page:
            self._loop.call_later(CLOSING_SECONDS, self.abort, "")
