"""What all nodes count together, in Redis or Valkey; without one, or while it is down, nothing is,
and each node counts for itself.
"""

import asyncio
from typing import Protocol

import structlog

from server.logs.outages import OUTAGES, SHARED_COUNTS

PAUSE_SECONDS = 5.0
"""So long nothing is asked of a server that did not answer."""

log = structlog.get_logger()


class Counts(Protocol):
    """Those of a server, as `RedisCounts` keeps them."""

    async def hit(self, key: str, per_hour: int) -> float:
        """One more: the seconds to wait; raises `OSError`."""

    async def close(self) -> None:
        """Let go of the connections."""


class SharedCounts:
    """`deployment` keeps the counts of one apart from those of others on the server."""

    def __init__(self, redis_url: str | None, deployment: str) -> None:
        self._paused_until = 0.0
        """On the clock of the event loop."""
        self._counts: Counts | None = None
        """None: this node is alone."""
        if redis_url is not None:
            from server.accounts.guessing.redis_counts import RedisCounts

            self._counts = RedisCounts(redis_url, deployment)

    async def hit(self, key: str, per_hour: float) -> float:
        """One more of these: how many seconds to wait, 0 if it is within so many an hour.

        Also 0 where nobody counts: the caller counts for itself as well.
        """
        now = asyncio.get_running_loop().time()
        if self._counts is None or now < self._paused_until or per_hour >= 1e9:
            return 0.0
        try:
            seconds = await self._counts.hit(key, int(per_hour))
        except OSError as error:
            self._paused_until = now + PAUSE_SECONDS
            text = "this node counts wrong secrets alone for now"
            log.warning(text, reason=str(error), outage=SHARED_COUNTS)
            return 0.0
        OUTAGES.ended(SHARED_COUNTS)
        return seconds

    async def close(self) -> None:
        """Let go of the connections."""
        if self._counts is not None:
            await self._counts.close()
