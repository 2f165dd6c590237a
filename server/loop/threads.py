"""Work off the loop, in a thread of one kind; who stops waiting for it ends it, too."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

InThread = Callable[..., Coroutine[Any, Any, Any]]
"""Runs a function, with arguments, off the event loop; what it says."""


class AbandonedWork(Exception):
    """Nobody waits any more for what this thread works out."""


class _Here(threading.local):
    """What this thread works at: whether it is still wanted."""

    is_wanted: Callable[[], bool] | None = None


_here = _Here()


def yield_gil() -> None:
    """In a worker thread: let the loop have the interpreter; raises `AbandonedWork`."""
    time.sleep(0)
    if _here.is_wanted is not None and not _here.is_wanted():
        raise AbandonedWork


class Threads:
    """One thread, and what waits for it."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, function: Callable[..., Any], *args: Any) -> Any:
        """What the function says. If cancelled, its next `yield_gil` raises `AbandonedWork`."""
        waiting_future = asyncio.get_running_loop().create_future()
        work_future = asyncio.get_running_loop().run_in_executor(
            self._executor, _work, lambda: not waiting_future.cancelled(), function, args
        )
        try:
            return await work_future
        except asyncio.CancelledError:
            waiting_future.cancel()
            raise

    def close(self) -> None:
        """Begin nothing more, and wait for nothing."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _work(is_wanted: Callable[[], bool], function: Callable[..., Any], args: Any) -> Any:
    _here.is_wanted = is_wanted
    try:
        yield_gil()
        return function(*args)
    finally:
        _here.is_wanted = None
