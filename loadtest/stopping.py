"""How what goes on for long ends: a wait, a task, something beside, a run that is interrupted."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """For so long, or until `stop`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def cancel_and_wait(task: asyncio.Task[Any]) -> None:
    """End it, and go on when it has ended; raises what it had failed with."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Something that goes on beside, until the end of `async with`."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await cancel_and_wait(task)


@contextlib.contextmanager
def interrupt_sets(stop: asyncio.Event) -> Iterator[None]:
    """The first Ctrl-C ends the playing and leads to the proof; the second one breaks off."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None

    def interrupt() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
