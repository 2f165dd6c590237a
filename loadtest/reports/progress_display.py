"""What a long run shows while it goes on, and at its end the table of what it has proved."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loadtest.stopping import wait

FRAME_SECONDS = 0.25
LINE_SECONDS = 2.0


async def show_until(
    stop: asyncio.Event,
    console: Console,
    picture: Callable[[], RenderableType],
    line: Callable[[], str],
    *,
    frame_seconds: float = FRAME_SECONDS,
    line_seconds: float = LINE_SECONDS,
) -> None:
    """The picture of now, again and again, on a terminal; elsewhere lines on stderr."""
    if not console.is_terminal:
        while not stop.is_set():
            await wait(stop, line_seconds)
            print(line(), file=sys.stderr, flush=True)
        return
    with Live(console=console, auto_refresh=False) as display:
        while not stop.is_set():
            display.update(picture(), refresh=True)
            await wait(stop, frame_seconds)


async def run_shown(
    run: Coroutine[Any, Any, None],
    is_over: asyncio.Event,
    console: Console,
    picture: Callable[[], RenderableType],
    line: Callable[[], str],
    *,
    frame_seconds: float = FRAME_SECONDS,
    line_seconds: float = LINE_SECONDS,
) -> None:
    """Run it, and show it until `is_over`, which its end sets."""
    async with asyncio.TaskGroup() as tasks:
        showing = show_until(
            is_over, console, picture, line, frame_seconds=frame_seconds, line_seconds=line_seconds
        )
        tasks.create_task(showing)
        try:
            await run
        finally:
            is_over.set()


def proof_table(claims: Iterable[tuple[bool, str]]) -> RenderableType:
    """What was promised, and whether it was kept."""
    table = Table(title="What was proved", title_justify="left", box=None, show_header=False)
    table.add_column(width=1)
    table.add_column(overflow="fold")
    for is_kept, claim in claims:
        mark = Text("✓", "bold green") if is_kept else Text("✗", "bold red")
        table.add_row(mark, Text(claim))
    return table
