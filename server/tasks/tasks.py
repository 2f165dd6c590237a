"""The tasks of a node: each has an owner, and what one raises is logged and counted."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from server.events.events import EventSubject
from server.metrics.metrics import Count

CANCELLED_AGAIN_SECONDS = 0.25
CANCELLED_TIMES = 20

log = structlog.get_logger()


class Tasks:
    """Those of one node."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self._running: set[asyncio.Task[None]] = set()
        """The event loop itself would forget a task that nobody holds."""

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a task that ends by itself, or with the node."""
        started = asyncio.get_running_loop().create_task(coroutine)
        self._running.add(started)
        started.add_done_callback(self._ended)
        return started

    async def end(self) -> None:
        """Cancel all of them, and wait for them.

        Who goes on is cancelled again: `wait_for` of Python 3.11, which libraries call, forgets
        that it was cancelled when its result comes in the same turn of the loop.
        """
        for _ in range(CANCELLED_TIMES):
            for task in self._running:
                task.cancel()
            if not self._running:
                return
            await asyncio.wait(self._running, timeout=CANCELLED_AGAIN_SECONDS)
        names = sorted(repr(task.get_coro()) for task in self._running)
        log.error("tasks go on though they were cancelled", tasks=names)

    def on_unexpected(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody awaits has failed: a callback, or a job of a room. For the event loop."""
        self._count("task_failed", 1, EventSubject(text=str(context["message"])))
        log.error(context["message"], exc_info=context.get("exception"))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._count("task_failed", 1, EventSubject(text=type(error).__name__))
            log.error("a task failed", task=task.get_name(), exc_info=error)
