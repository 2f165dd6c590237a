"""The way in of a connection: bytes are cut into frames, counted, and decoded as messages.

A cursor is some eighty bytes in one frame, a delta some hundreds: whole short messages are taken
out at once (docs/decisions/0011-a-short-way-for-short-frames.md).
"""

from typing import TYPE_CHECKING, cast

from websockets.frames import CloseCode as TheirCloseCode
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN, State

from schema.close_codes import BAD_MESSAGES, RATE_LIMITED, SESSION_REVOKED, CloseCode
from schema.errors import ErrorCode
from schema.limits import BAD_MESSAGES_ALLOWED, LOGINS_NEEDED_ALLOWED, MAX_FRAGMENTS
from schema.messages import Error
from schema.server_limits import PREPAID_BYTES
from server.encoding.codec import MSGPACK, BadMessage
from server.sockets.connection_states import Greeted, Leaving, Session, WaitingForHello
from server.sockets.handshaking.handshake import Handshake
from server.sockets.rate_limit import RateLimited
from server.sockets.reading.frame_cutter import (
    LENGTH_IN_TWO,
    MASKED,
    SHORT,
    SHORTEST_FRAME,
    FrameCutter,
    apply_mask,
)
from server.sockets.reading.pacing import PacedReads
from server.sockets.reading.tls_records import SMALL_READ
from server.token_bucket import TokenBucket

if TYPE_CHECKING:
    import asyncio

    from server.sockets.connection import Connection

LONGEST_HEADER = 8
"""Of a short message, with the length in two bytes."""

SMALL_FRAGMENT = 1_024
"""A shorter one is charged as a frame; longer ones are bounded by their bytes."""

READ_SECONDS = 0.001
"""How long one connection may be read from before it is the others' turn."""

PACED_SECONDS = 4.0
"""So long is one paced behind the last of which it sent too many: until that is forgiven."""


class Incoming(RateLimited):
    """What a `Connection` does to receive; a part of it by inheritance, as `Outgoing` is."""

    __slots__ = {  # name -> what it holds
        "_cutter": "cuts short frames out of what comes, past the protocol",
        "_fragment_count": "how many fragments of a message came so far",
        "_fragments": "payload of the fragments that came of a message so far",
        "_fragments_opcode": "opcode of that message",
        "_has_turn": "`take_turn` will be called; until then nothing is read",
        "_is_at_start": "whether the next byte begins a frame that may be cut out",
        "_is_open": "whether messages go in and out: after the handshake, before the close",
        "_is_read": "whether what comes is looked at: until too much came that holds nothing",
        "_unread": "a read that is dealt with in several turns, or behind hello; empty: none is",
        "_unread_from": "where in it the next turn begins",
        "_unreadable_bucket": "how much that cannot be read or needs a login is answered (rule E4)",
    }

    _handshake: Handshake | None
    session: Session

    def __init__(self, now: float) -> None:
        super().__init__(now)
        self._cutter = FrameCutter(MSGPACK.first_byte)
        self._has_turn = False
        self._is_at_start = False
        self._is_open = False
        self._is_read = True
        self._unread = b""
        self._unread_from = 0
        self._fragment_count = 0
        self._fragments = bytearray()
        self._fragments_opcode = Opcode.BINARY
        self._unreadable_bucket = TokenBucket(BAD_MESSAGES_ALLOWED / 10, BAD_MESSAGES_ALLOWED)

    @property
    def _is_hello_looked_at(self) -> bool:
        """Whether what has come behind hello is left unread, until hello is answered (rule H7)."""
        return isinstance(self.session, Greeted) and self.session.is_looked_at

    def _shake_hands(self, request: Request) -> None:
        """A handshake has come."""
        raise NotImplementedError

    def _flush_protocol(self) -> None:
        """Write what the protocol has to say."""
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        """Bytes: whatever whole messages are in them are dealt with now."""
        self._received_bytes += len(data)
        payload = only_payload(data, self.codec.first_byte) if self._is_at_start else None
        if payload is not None:  # nearly always: a read is one short message
            self._receive_message(payload)
        else:
            self._receive_some(data)

    def _receive_message(self, data: bytes) -> None:
        if not self._is_open:
            self._charge_frame()
            return
        self._messages_in += 1
        if not self._is_within_rate(len(data)):
            self._refuse_unread(data)
            return
        try:
            message = self.codec.decode(data)
        except BadMessage as error:
            self._refuse_bad(error)
            return
        self._server.received(self, message)  # type: ignore[arg-type]  # a cast takes 0.05 us

    def _is_within_rate(self, size: int) -> bool:
        """Whether a message may be acted on. Small ones are paid for some at a time.

        That takes 0.16 us for each; all of `_pay`, clock and buckets and metrics, 1.2 us.
        """
        self._uncharged_bytes += size
        if self._prepaid_messages and self._uncharged_bytes < PREPAID_BYTES:
            self._prepaid_messages -= 1
            return True
        if self._is_at_start and not self._are_records_paid():
            self._pace()
        return self._pay()

    def _receive_some(self, data: bytes) -> None:
        began_at = self.last_received_at = self._loop.time()
        if self._handshake is not None and self._protocol.state is State.CONNECTING:
            request, data = self._handshake.cut(data)
            self._feed_protocol(request)
        if self._protocol.state is State.CONNECTING:
            if data:  # behind a request that is no handshake: nobody looks at it
                self._feed_protocol(data)
        elif self._unread:  # a transport may go on for a moment after `pause_reading`
            self._unread += data
        elif self._is_hello_looked_at:
            self._unread, self._unread_from = data, 0
        elif self._is_read:
            self._is_at_start = False
            self._receive_frames(self._cutter.completed(data), 0, began_at)
        if self._records is not None and self._is_looked_at():
            self._count_records(len(data))

    def _count_records(self, size: int) -> None:
        """A small read that is no whole frame may be many TLS records: it is looked at, alone."""
        is_small = size < SMALL_READ and not self._is_at_start
        waiting = (len(self._unread) - self._unread_from) // SHORTEST_FRAME if self._unread else 0
        if not self._are_records_paid(waiting, at_once=is_small):
            self._pace()
        elif is_small:
            self._wait_for_turn()

    def _receive_frames(self, data: bytes, position: int, began_at: float) -> None:
        """Deal with frames, in order, for about a millisecond; then it is the others' turn.

        Before hello one message at a time: what is behind it may have to wait.
        """
        is_over = False
        while not is_over:
            is_first = isinstance(self.session, WaitingForHello)
            payloads, frames, position = self._cutter.cut(data, position, one_message=is_first)
            for payload in payloads:
                self._receive_message(payload)
            if frames:
                self._feed_protocol(frames)
            is_to_wait = self._is_paced or self._is_hello_looked_at
            if is_to_wait or self._loop.time() - began_at > READ_SECONDS:
                break
            is_over = position == len(data) or not self._is_looked_at()
        is_at_start = self._is_open and self._cutter.is_at_start
        self._is_at_start = is_at_start and not self._is_hello_looked_at
        if is_over or not self._is_looked_at():
            return
        if position < len(data):
            self._unread, self._unread_from = data, position
            self._is_at_start = False
        # The loop would go on reading here, up to 8 MiB, before it turned to anyone else.
        self._wait_for_turn(self._loop.time() - began_at)

    def _wait_for_turn(self, took: float = 0.0) -> None:
        """Read no more until it is the turn of this connection again; `took`: how long it was."""
        cast("asyncio.Transport", self._transport).pause_reading()
        if self._has_turn:
            return
        self._has_turn = True
        if self._paced_reads is not None:
            self._paced_reads.wait_for_turn()
        else:
            self._server.read_turns.wait(self.take_turn, took)

    def _wait_for_answer_to_hello(self) -> None:
        """Read no more until `_wait_for_turn` is called again; turns before that are let pass."""
        if self._is_looked_at():
            cast("asyncio.Transport", self._transport).pause_reading()
        self._is_at_start = False

    def take_turn(self) -> None:
        """Go on with what a read has left; the socket is read again behind it."""
        self._has_turn = False
        if self._is_hello_looked_at:
            return
        data, self._unread = self._unread, b""
        if not self._is_looked_at():
            return
        if data:
            try:
                self._receive_frames(data, self._unread_from, self._loop.time())
            except BaseException:
                self.abort("")  # a transport does so where it reads itself; the rest is lost
                raise
        if not (self._has_turn or self._is_hello_looked_at) and self._is_looked_at():
            cast("asyncio.Transport", self._transport).resume_reading()

    def _pace(self) -> None:
        """Too much came that costs more than it holds: it is read more slowly (rule E6)."""
        if self._is_looked_at():
            transport = cast("asyncio.Transport", self._transport)
            until = self._loop.time() + PACED_SECONDS
            if self._paced_reads is not None:
                self._paced_reads.until = until
                return
            connection, pacing = cast("Connection", self), self._server.pacing
            self._paced_reads = PacedReads(connection, pacing, until)
            self._server.count("paced_connections", 1, self.about())
            self._wait_for_turn()
            transport.set_protocol(self._paced_reads)

    def note_read(self, *, all_of_it: bool) -> None:
        """While it is paced: a read is over, which was all that had come, or a part of that."""
        if self._paced_reads is None or not self._is_looked_at():
            return
        is_over = all_of_it and not self._unread and self._loop.time() >= self._paced_reads.until
        if is_over:
            self._paced_reads = None
            self._count_records_anew()
        self._wait_for_turn()
        if is_over:
            transport = cast("asyncio.Transport", self._transport)
            transport.set_protocol(cast("Connection", self))

    def _is_looked_at(self) -> bool:
        """Whether what comes is of any use: not of one that is gone, or sends too many frames."""
        transport = self._transport
        return self._is_read and transport is not None and not transport.is_closing()

    def _feed_protocol(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._shake_hands(event)
            elif isinstance(event, Frame):
                self._receive_frame(event)
        self._is_open = self._protocol.state is OPEN
        self._flush_protocol()

    def _receive_frame(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            if frame.fin:
                self._receive_whole(frame.opcode, bytes(frame.data))
            else:
                self._cutter.is_in_fragments = True
                self._fragments = bytearray()
                self._fragment_count = 0
                self._fragments_opcode = frame.opcode
                self._receive_fragment(frame.data)
        elif frame.opcode is Opcode.CONT:
            if frame.fin:
                self._cutter.is_in_fragments = False
                self._fragments += frame.data
                whole, self._fragments = bytes(self._fragments), bytearray()
                self._receive_whole(self._fragments_opcode, whole)
            else:
                self._receive_fragment(frame.data)
        else:
            self._uncharged_bytes += len(frame.data)
            self._charge_frame()

    def _receive_fragment(self, data: bytes | bytearray | memoryview) -> None:
        self._fragments += data
        self._fragment_count += 1
        if self._fragment_count >= MAX_FRAGMENTS:  # the last one is still to come
            self._protocol.fail(TheirCloseCode.MESSAGE_TOO_BIG, f"over {MAX_FRAGMENTS} fragments")
            self._is_open = False
        elif len(data) < SMALL_FRAGMENT:
            self._charge_frame()

    def _charge_frame(self) -> None:
        """One that holds no whole message: it cannot be refused by itself (rule E6)."""
        if not self._is_read or self._is_frame_paid():
            return
        if self._is_open:
            self._pace()
        else:
            self._read_no_more()

    def _read_no_more(self) -> None:
        """Much came behind a close, or much that holds nothing: this is the end."""
        if self._is_open:
            self.close(RATE_LIMITED)
        self._is_read = False
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()  # it is cut off soon, and would go on meanwhile

    def _receive_whole(self, opcode: Opcode, data: bytes) -> None:
        if opcode is self.codec.opcode:
            self._receive_message(data)
        elif self._is_open:
            self._messages_in += 1
            kind = "binary" if opcode is Opcode.BINARY else "text"
            text = f"{self.codec.name} is not sent in {kind} frames"
            self._refuse_unreadable(Error(None, ErrorCode.BAD_MESSAGE, text))

    def _refuse_unread(self, data: bytes) -> None:
        """It is not read: to see whom to answer takes a tenth of that."""
        unread = self.codec.look_at(data)
        if unread.name is not None:
            self._refuse_for_rate(unread)
        else:
            self._refuse_unreadable(Error(None, ErrorCode.BAD_MESSAGE, "not a message"))

    def _refuse_bad(self, error: BadMessage) -> None:
        if error.is_noise:
            self._refuse_unreadable(error.as_answer())
            return
        self.refuse(error.as_answer())
        if error.project is not None and error.gesture is not None:
            self._server.end_gesture(cast("Connection", self), error.project, error.gesture)

    def refuse(self, error: Error) -> None:
        """Answer a message that makes no sense here."""
        self._server.count("bad_messages", 1, self.about())
        self.send(error)

    def _refuse_unreadable(self, error: Error) -> None:
        """Answer bytes that name no message; the fifth in ten seconds are the last (rule E4)."""
        self.refuse(error)
        if not self._unreadable_bucket.take(1, self._loop.time()):
            self.close(self._why_noisy())

    def refuse_without_login(self, error: Error) -> None:
        """Answer a message that needs a login; who goes on without one is closed (rule E4)."""
        self.refuse(error)
        part = BAD_MESSAGES_ALLOWED / LOGINS_NEEDED_ALLOWED
        if not self._unreadable_bucket.take(part, self._loop.time()):
            self.close(self._why_noisy())

    def _why_noisy(self) -> CloseCode:
        """Who goes on as the login has just ended may not know that yet (rule A3)."""
        return SESSION_REVOKED if isinstance(self.session, Leaving) else BAD_MESSAGES


def only_payload(data: bytes, plain: int) -> bytes | None:
    """That of the message, if `data` is a short one and nothing else; None: see `FrameCutter`."""
    size = len(data)
    if size < LONGEST_HEADER or data[0] != plain:
        return None
    length = data[1] - MASKED
    if length == size - 6 and length < LENGTH_IN_TWO:
        return apply_mask(data[6:], data[2:6])
    if length == LENGTH_IN_TWO and (data[2] << 8 | data[3]) == size - 8 <= SHORT:
        return apply_mask(data[8:], data[4:8])
    return None
