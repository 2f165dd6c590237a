"""How much one connection may say: buckets of messages, bytes, frames, TLS records (rule E6).

`Incoming` comes here when what was paid for in advance is used up. What its user may have judged is
counted for all connections together, by `Usage`.
"""

import math
from typing import TYPE_CHECKING, cast

from schema.close_codes import RATE_LIMITED, CloseCode
from schema.errors import ErrorCode
from schema.limits import (
    BYTES_PER_SECOND,
    FRAMES_PER_SECOND,
    FRAMES_PER_SECOND_BEFORE_LOGIN,
    MAX_SECONDS_OVER_RATE,
    MESSAGES_PER_SECOND,
)
from schema.messages import Details, Error
from schema.server_limits import PREPAID_BYTES
from server.encoding.codec import UnreadableMessage
from server.events.events import EventSubject
from server.sockets.connection_states import Greeted, LoggedIn, WaitingForHello
from server.sockets.outgoing import Outgoing
from server.token_bucket import TokenBucket

if TYPE_CHECKING:
    from server.sockets.connection import Connection
    from server.sockets.reading.pacing import PacedReads
    from server.sockets.reading.tls_records import TlsRecords

RATE = f"{MESSAGES_PER_SECOND:.0f} messages or {BYTES_PER_SECOND / 1_048_576:.0f} MiB"
BURST_SECONDS = 2.0
PREPAID_MESSAGES = 16

BYTES_OF_AN_OP = 1_024
"""To read so many bytes takes about as long as to judge an op."""

ON_ITS_WAY = 0.5
"""Part of a wait in which what was sent before a client was told to wait may still come."""

DROPPED_IN_SILENCE = ("presence", "gesture")
"""Messages that are not answered when they come over the rate."""


class RateLimited(Outgoing):
    """What a `Connection` does to keep its peer to the rates; a part of it by inheritance."""

    __slots__ = {  # name -> what it holds
        "_byte_bucket": "bytes that may come just now",
        "_bytes_read": "of the last large message, not charged to its user yet",
        "_exceeded_since": "since when it has sent more than it may, in seconds of the loop",
        "_frame_bucket": "frames without a whole message that may come; None: none has come yet",
        "_frames_in": "frames of all time, but for messages that are not in the metrics yet",
        "_has_sent_after_told_to_wait": "it has sent more after it had heard that it is to wait",
        "_is_to_be_quiet_from": "from then on it has heard that it is to wait",
        "_message_bucket": "messages that may come just now",
        "_messages_in": "messages that are not in the metrics yet",
        "_paced_reads": "what stands before it while it is paced; None: it is not",
        "_prepaid_messages": "messages that are taken from the bucket, and still to come",
        "_received_bytes": "bytes of all time, out of their TLS records",
        "_records": "how many TLS records come; None: it has none",
        "_told_to_wait_until": "when what was refused may be sent again, in seconds of the loop",
        "_uncharged_bytes": "bytes that came, and are not taken from the bucket yet",
        "last_received_at": "when something came, in seconds of the loop, as of the last look",
    }

    def __init__(self, now: float) -> None:
        super().__init__()
        self.last_received_at = now
        self._message_bucket = TokenBucket(MESSAGES_PER_SECOND, MESSAGES_PER_SECOND * BURST_SECONDS)
        self._byte_bucket = TokenBucket(BYTES_PER_SECOND, BYTES_PER_SECOND * BURST_SECONDS)
        self._frame_bucket: TokenBucket | None = None
        self._frames_in = 0
        self._exceeded_since: float | None = None
        self._messages_in = 0
        self._paced_reads: PacedReads | None = None
        self._prepaid_messages = 0
        self._received_bytes = 0
        self._records: TlsRecords | None = None
        self._uncharged_bytes = 0
        self._told_to_wait_until = now
        self._is_to_be_quiet_from = now
        self._has_sent_after_told_to_wait = False
        self._bytes_read = 0

    def close(self, close: CloseCode) -> None:
        """Say why, and end."""
        raise NotImplementedError

    @property
    def _is_paced(self) -> bool:
        """Whether it is read a little at a time."""
        return self._paced_reads is not None

    def seconds_to_pay(self, messages: int) -> float:
        """0, and so many more messages are paid for, as those of one that is several; or when."""
        now = self._loop.time()
        if self._message_bucket.take(messages, now):
            return 0.0
        self._server.count("rate_limited")
        return self._message_bucket.seconds_until(messages, now)

    def _pay(self) -> bool:
        now = self.last_received_at = self._loop.time()
        if self._exceeded_since is not None and self._has_waited(now):
            self._exceeded_since = None
        owed = self._count_traffic()
        is_within = self._byte_bucket.take(owed, now)
        if owed >= PREPAID_BYTES and is_within:
            is_within = self._may_be_read(owed)
        if self._prepaid_messages:
            self._prepaid_messages -= 1
        elif self._message_bucket.take(PREPAID_MESSAGES, now):
            self._prepaid_messages = PREPAID_MESSAGES - 1
        elif not self._message_bucket.take(1, now):
            is_within = False
        return is_within or self._over_rate(now)

    def _is_frame_paid(self) -> bool:
        """Whether one more frame without a whole message may come; one of a stranger costs more."""
        self._frames_in += 1
        if self._frame_bucket is None:
            self._frame_bucket = TokenBucket(FRAMES_PER_SECOND, FRAMES_PER_SECOND * BURST_SECONDS)
        is_stranger = isinstance(cast("Connection", self).session, (WaitingForHello, Greeted))
        price = FRAMES_PER_SECOND / FRAMES_PER_SECOND_BEFORE_LOGIN if is_stranger else 1
        return self._frame_bucket.take(price, self._loop.time())

    def _are_records_paid(self, waiting: int = 0, *, at_once: bool = False) -> bool:
        """Whether TLS records keep to their rate, or it is not the time to look.

        While it is paced, what has come may wait to be deciphered. Else all that was deciphered
        must have been handed over, and dealt with, but for `waiting`: as many frames as may be in
        what is left of a read.
        """
        if self._records is None or self._paced_reads is not None:
            return True
        now, received = self._loop.time(), self._received_bytes
        if not (at_once or self._records.is_due(received, now)):
            return True
        frames = self._frames_in + self._messages_in
        return not self._records.are_too_many(received, frames, waiting, now)

    def _count_records_anew(self) -> None:
        if self._records is not None:
            frames = self._frames_in + self._messages_in
            self._records.begin_anew(self._received_bytes, frames, self._loop.time())

    def about(self) -> EventSubject:
        """Whose it is, for events; the room is the one where it moved last."""
        connection = cast("Connection", self)
        session, seat, waiting = connection.session, connection.seat, self.waiting_bytes
        project, member = ("", "") if seat is None else (seat.project, seat.member)
        text = f"{waiting} bytes waited for it" if waiting else ""
        if not isinstance(session, LoggedIn):
            return EventSubject(project, member, address=connection.address, text=text)
        identity, program = session.identity, session.device_said.client
        text = ", ".join(filter(None, (program, text)))
        return EventSubject(
            project,
            member,
            identity.user,
            identity.name or identity.username,
            connection.address,
            text,
        )

    def _may_be_read(self, size: int) -> bool:
        """Whether its user owes nothing. The bytes are charged with the next large message: the ops
        of this one are to be judged, once it is read."""
        if self._server.spend(cast("Connection", self), self._bytes_read / BYTES_OF_AN_OP):
            return False
        self._bytes_read = size
        return True

    def _has_waited(self, now: float) -> bool:
        """As it was told to, and long enough for what it may send alone (rule E6).

        Who has waited and is refused again, for others of its user came first, is not at fault.
        """
        if now < self._told_to_wait_until or self._has_sent_after_told_to_wait:
            return False
        return not self._seconds_until_refilled(now)

    def _over_rate(self, now: float) -> bool:
        """One that is refused, for so long, without waiting as it was told, is closed."""
        began = self._exceeded_since is None
        self._server.count("rate_limited", 1, self.about() if began else None)
        wait, _ = self._wait(now)
        if now >= self._told_to_wait_until:
            self._told_to_wait_until = now + wait
            self._is_to_be_quiet_from = now + wait * ON_ITS_WAY
            self._has_sent_after_told_to_wait = False
        elif now > self._is_to_be_quiet_from:
            self._has_sent_after_told_to_wait = True
        if self._exceeded_since is None:
            self._exceeded_since = now
        elif now - self._exceeded_since > MAX_SECONDS_OVER_RATE:
            self.close(RATE_LIMITED)
        return False

    def _wait(self, now: float) -> tuple[float, str]:
        """How long it is to wait, and what is more than it may."""
        wait = self._seconds_until_refilled(now)
        for_user = self._server.spend(cast("Connection", self))
        if for_user > wait:
            return for_user, "this user may have judged, over all connections"
        return max(0.1, wait), f"{RATE} a second"

    def _seconds_until_refilled(self, now: float) -> float:
        """Until half of both bursts is saved up again: who waits so long is forgiven (rule E6)."""
        messages = self._message_bucket.seconds_until(self._message_bucket.burst / 2, now)
        return max(messages, self._byte_bucket.seconds_until(self._byte_bucket.burst / 2, now))

    def _count_traffic(self) -> int:
        """Into the metrics; the bytes are still to be paid for."""
        owed = self._uncharged_bytes
        self._server.count("received_messages", self._messages_in)
        self._server.count("received_bytes", owed)
        self._frames_in += self._messages_in
        self._messages_in = self._uncharged_bytes = 0
        return owed

    def refuse_for_user(self, message: UnreadableMessage) -> None:
        """It was read, and its user has had too much judged: the same id is to come again."""
        self._over_rate(self._loop.time())
        self._refuse_for_rate(message)

    def _refuse_for_rate(self, message: UnreadableMessage) -> None:
        connection = cast("Connection", self)
        if message.name in DROPPED_IN_SILENCE:
            is_over = message.name == "gesture" and not message.has_values
            if is_over and message.id and message.project:
                self._server.end_gesture(connection, message.project, message.id)
            return
        wait, exceeded = self._wait(self._loop.time())
        details: Details = {"retry_after_ms": math.ceil(wait * 1_000)}
        text = f"more than {exceeded}; wait and send it again with the same id"
        error = Error(message.id, ErrorCode.RATE_LIMITED, text, message.project, details)
        self._server.over_rate(connection, message, error)
