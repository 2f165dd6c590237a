"""Heartbeats for thousands of connections, spread evenly over the time between two of one (H6)."""

import asyncio
from collections.abc import Callable, Sequence

from loadtest.bare.bare_prime import BarePrime, pack
from schema.limits import HEARTBEAT_SECONDS

STEPS_PER_SECOND = 20


async def keep_alive(
    members: Callable[[], Sequence[BarePrime]], seconds: float = HEARTBEAT_SECONDS
) -> None:
    """Until cancelled: each of the members there are pings once in so many seconds."""
    ping = pack({"t": "ping", "time": 0.0})
    steps = max(1, round(seconds * STEPS_PER_SECOND))
    step = 0
    while True:
        for member in members()[step % steps :: steps]:
            member.connection.send(ping)
        step += 1
        await asyncio.sleep(seconds / steps)
