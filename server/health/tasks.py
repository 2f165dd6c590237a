"""The tasks of a node: each has an owner, and what one raises is logged and counted."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from server.health.metrics import Count

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

    def cancel(self) -> None:
        """End all of them."""
        for task in list(self._running):
            task.cancel()

    def on_unexpected(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody awaits has failed: a callback, or a job of a room. For the event loop."""
        self._count("task_failed")
        log.error(context["message"], exc_info=context.get("exception"))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._count("task_failed")
            log.error("a task failed", task=task.get_name(), exc_info=error)
