"""What the commands of backups have in common: progress for eyes, one line and a code for ends."""

import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape

from machine.postgres_programs import NoProgram, ProgramFailed
from server.backups.kept import NotKept
from server.operating.endings import INTERRUPTED, told

TERMINATED = 143
WIDEST = 100


class Ended(Exception):
    """SIGTERM: what was begun is cleared away first."""


def run(word: str, work: Callable[[Callable[[str], None]], Awaitable[int]]) -> int:
    """The exit code: 0 done, 1 refused or failed, 2 not called rightly; errors are one line.

    `work` is given what shows its progress.
    """
    try:
        return asyncio.run(_watched(work))
    except (NotKept, NoProgram, ProgramFailed) as error:
        return fail(word, str(error), 1)
    except Ended:
        return fail(word, "ended by SIGTERM; nothing was left half done", TERMINATED)
    except KeyboardInterrupt:
        return fail(word, "interrupted; nothing was left half done", INTERRUPTED)
    except Exception as error:
        return fail(word, *told(error))


async def _watched(work: Callable[[Callable[[str], None]], Awaitable[int]]) -> int:
    """SIGTERM ends it as Ctrl-C does: in order."""
    console = Console(stderr=True)
    task = asyncio.ensure_future(_shown(console, work))
    is_ended = asyncio.Event()

    def end() -> None:
        is_ended.set()
        task.cancel()

    with suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    try:
        return await task
    except asyncio.CancelledError:
        if is_ended.is_set():
            raise Ended from None
        raise


async def _shown(console: Console, work: Callable[[Callable[[str], None]], Awaitable[int]]) -> int:
    if not console.is_terminal:
        return await work(lambda _text: None)
    with console.status("beginning") as status:
        return await work(lambda text: status.update(escape(text[:WIDEST])))


def say(text: str) -> None:
    """To stdout."""
    sys.stdout.write(f"{text}\n")


def say_json(report: Any) -> None:
    """A dataclass or a struct as one line of JSON on stdout."""
    say(json.dumps(msgspec.to_builtins(report)))


def fail(word: str, text: str, code: int) -> int:
    """In one line on stderr."""
    sys.stderr.write(f"{word}: {' '.join(text.split())}\n")
    return code
