"""How much one connection may say: two buckets, of messages and of bytes (rule E6)."""

import math
from typing import TYPE_CHECKING, cast

from rooms.limits.token_bucket import TokenBucket
from schema.close_codes import RATE_LIMITED, CloseCode
from schema.errors import ErrorCode
from schema.limits import BYTES_PER_SECOND, MAX_SECONDS_OVER_RATE, MESSAGES_PER_SECOND
from schema.messages import ClientMessage, Details, Error
from schema.server_limits import PREPAID_BYTES
from server.sockets.outgoing import Outgoing

if TYPE_CHECKING:
    from server.sockets.connection import Connection

RATE = f"{MESSAGES_PER_SECOND:.0f} messages or {BYTES_PER_SECOND / 1_048_576:.0f} MiB"
BURST_SECONDS = 2.0
PREPAID_MESSAGES = 16


class Rated(Outgoing):
    """What a `Connection` does to keep its peer to the rates; a part of it by inheritance."""

    __slots__ = (
        "_bytes",
        "_bytes_owed",
        "_messages",
        "_messages_in",
        "_over_since",
        "_prepaid",
        "heard_at",
    )

    _bytes: TokenBucket
    _bytes_owed: int
    _messages: TokenBucket
    _messages_in: int
    _over_since: float | None
    _prepaid: int
    heard_at: float

    def close(self, close: CloseCode) -> None:
        """Say why, and end."""
        raise NotImplementedError

    def _is_within_rate(self, size: int) -> bool:
        """Small messages are paid for some at a time."""
        self._bytes_owed += size
        if self._prepaid and self._bytes_owed < PREPAID_BYTES:
            self._prepaid -= 1
            return True
        return self._pay()

    def _pay(self) -> bool:
        now = self.heard_at = self._loop.time()
        if self._over_since is not None and not self._seconds_to_calm(now):
            self._over_since = None
        is_within = self._bytes.take(self._count_traffic(), now)
        if self._prepaid:
            self._prepaid -= 1
        elif self._messages.take(PREPAID_MESSAGES, now):
            self._prepaid = PREPAID_MESSAGES - 1
        elif not self._messages.take(1, now):
            is_within = False
        return is_within or self._over_rate(now)

    def _over_rate(self, now: float) -> bool:
        self._server.count("rate_limited")
        if self._over_since is None:
            self._over_since = now
        elif now - self._over_since > MAX_SECONDS_OVER_RATE:
            self.close(RATE_LIMITED)
        return False

    def _seconds_to_calm(self, now: float) -> float:
        """Until half of both bursts is saved up again: who waits so long is forgiven (rule E6)."""
        messages = self._messages.seconds_until(self._messages.burst / 2, now)
        return max(messages, self._bytes.seconds_until(self._bytes.burst / 2, now))

    def _count_traffic(self) -> int:
        """Into the metrics; the bytes are still to be paid for."""
        owed = self._bytes_owed
        self._server.count("messages_in", self._messages_in)
        self._server.count("bytes_in", owed)
        self._messages_in = self._bytes_owed = 0
        return owed

    def _refuse_for_rate(self, message: ClientMessage) -> None:
        wait = self._seconds_to_calm(self._loop.time())
        details: Details = {"retry_after_ms": max(100, math.ceil(wait * 1_000))}
        text = f"more than {RATE} a second; wait and send it again with the same id"
        message_id = getattr(message, "id", None)
        project = getattr(message, "project", None)
        error = Error(message_id, ErrorCode.RATE_LIMITED, text, project, details)
        self._server.over_rate(cast("Connection", self), message, error)
