"""PostgreSQL and Valkey that we started: who starts them again when they end."""

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from machine.children.child_process import ServerUnavailable, log_tail

LOOK_SECONDS = 0.5
READY_SECONDS = 60.0
"""After a crash PostgreSQL replays what was written since its last checkpoint."""

log = structlog.get_logger()


class EmbeddedServers(Protocol):
    """One of them; `log` is where it writes."""

    log: Path

    @property
    def is_running(self) -> bool: ...

    @property
    def is_ready(self) -> bool: ...

    def begin_again(self) -> None: ...


async def keep_running(name: str, server: EmbeddedServers) -> None:
    """For life, in the main thread: its children die with the thread that started them.

    Raises `ServerUnavailable` when it does not come up; to be tried again a while later.
    """
    while True:
        if not server.is_running:
            log.error("it has ended; starting it again", what=name, log=str(server.log))
            server.begin_again()
            await _until_ready(name, server)
            log.info("it serves again", what=name)
        await asyncio.sleep(LOOK_SECONDS)


async def _until_ready(name: str, server: EmbeddedServers) -> None:
    try:
        async with asyncio.timeout(READY_SECONDS):
            while not server.is_ready:
                if not server.is_running:
                    raise ServerUnavailable(
                        f"{name} ended; its log ends with:\n{log_tail(server.log)}"
                    )
                await asyncio.sleep(0.05)
    except TimeoutError:
        text = f"{name} does not serve after {READY_SECONDS:.0f} s; see {server.log}"
        raise ServerUnavailable(text) from None
