"""How far a command is, for who looks at a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

Tell = Callable[[str, int, int], None]
"""What is done, how much of it is, and of how much; of 0: nobody knows."""


@contextmanager
def progress_shown(console: Console | None = None) -> Iterator[Tell]:
    """On stderr, and only where that is a terminal; it goes when this ends."""
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("", total=None)

        def tell(text: str, done: int, of: int) -> None:
            progress.update(task, description=text, completed=done, total=of or None)

        yield tell
