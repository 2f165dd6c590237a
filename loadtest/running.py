"""What all long scenarios do: wait, be interrupted, and have a directory."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """For so long, or until `stop`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


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


@contextlib.contextmanager
def data_directory(named: Path | None, word: str) -> Iterator[Path]:
    """The directory named, or one that is gone afterwards."""
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix=f"prime-{word}-") as directory:
        yield Path(directory) / "data"
