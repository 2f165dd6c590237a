"""An event loop whose time passes only while everybody waits: hours in milliseconds, no sockets."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Stuck(Exception):
    """Everybody waits, and nothing will ever happen."""


class _Selector:
    """Has nothing to watch: waiting moves the clock on at once."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Stuck("nothing is scheduled and nothing is ready")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """For coroutines that wait for each other and for time, and for nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Selector()

    def time(self) -> float:
        """Virtual seconds."""
        return self._selector.now

    def _process_events(self, events: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody waits in a selector that could be woken."""


def run_virtually(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end in virtual time; what is still under way then is cancelled."""
    loop = VirtualLoop()
    try:
        loop.run_until_complete(main)
    finally:
        loop.run_until_complete(_cancel_the_rest())
        loop.close()


async def _cancel_the_rest() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
