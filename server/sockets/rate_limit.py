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


class RateLimited(Outgoing):
    """What a `Connection` does to keep its peer to the rates; a part of it by inheritance."""

    __slots__ = {  # name -> what it holds
        "_byte_bucket": "bytes that may come just now",
        "_exceeded_since": "since when it has sent more than it may, in seconds of the loop",
        "_message_bucket": "messages that may come just now",
        "_messages_in": "messages that are not in the metrics yet",
        "_prepaid_messages": "messages that are taken from the bucket, and still to come",
        "_uncharged_bytes": "bytes that came, and are not taken from the bucket yet",
        "last_received_at": "when something came, in seconds of the loop, as of the last look",
    }

    def __init__(self, now: float) -> None:
        super().__init__()
        self.last_received_at = now
        self._message_bucket = TokenBucket(MESSAGES_PER_SECOND, MESSAGES_PER_SECOND * BURST_SECONDS)
        self._byte_bucket = TokenBucket(BYTES_PER_SECOND, BYTES_PER_SECOND * BURST_SECONDS)
        self._exceeded_since: float | None = None
        self._messages_in = 0
        self._prepaid_messages = 0
        self._uncharged_bytes = 0

    def close(self, close: CloseCode) -> None:
        """Say why, and end."""
        raise NotImplementedError

    def _is_within_rate(self, size: int) -> bool:
        """Whether a message may be acted on. Small ones are paid for some at a time.

        That takes 0.16 us for each; all of `_pay`, clock and buckets and metrics, 1.2 us.
        """
        self._uncharged_bytes += size
        if self._prepaid_messages and self._uncharged_bytes < PREPAID_BYTES:
            self._prepaid_messages -= 1
            return True
        return self._pay()

    def _pay(self) -> bool:
        now = self.last_received_at = self._loop.time()
        if self._exceeded_since is not None and not self._seconds_until_refilled(now):
            self._exceeded_since = None
        is_within = self._byte_bucket.take(self._count_traffic(), now)
        if self._prepaid_messages:
            self._prepaid_messages -= 1
        elif self._message_bucket.take(PREPAID_MESSAGES, now):
            self._prepaid_messages = PREPAID_MESSAGES - 1
        elif not self._message_bucket.take(1, now):
            is_within = False
        return is_within or self._over_rate(now)

    def _over_rate(self, now: float) -> bool:
        self._server.count("rate_limited")
        if self._exceeded_since is None:
            self._exceeded_since = now
        elif now - self._exceeded_since > MAX_SECONDS_OVER_RATE:
            self.close(RATE_LIMITED)
        return False

    def _seconds_until_refilled(self, now: float) -> float:
        """Until half of both bursts is saved up again: who waits so long is forgiven (rule E6)."""
        messages = self._message_bucket.seconds_until(self._message_bucket.burst / 2, now)
        return max(messages, self._byte_bucket.seconds_until(self._byte_bucket.burst / 2, now))

    def _count_traffic(self) -> int:
        """Into the metrics; the bytes are still to be paid for."""
        owed = self._uncharged_bytes
        self._server.count("messages_in", self._messages_in)
        self._server.count("bytes_in", owed)
        self._messages_in = self._uncharged_bytes = 0
        return owed

    def _refuse_for_rate(self, message: ClientMessage) -> None:
        wait = self._seconds_until_refilled(self._loop.time())
        details: Details = {"retry_after_ms": max(100, math.ceil(wait * 1_000))}
        text = f"more than {RATE} a second; wait and send it again with the same id"
        message_id = getattr(message, "id", None)
        project = getattr(message, "project", None)
        error = Error(message_id, ErrorCode.RATE_LIMITED, text, project, details)
        self._server.over_rate(cast("Connection", self), message, error)
