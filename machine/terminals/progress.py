"""How far a command is, for who looks at a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text


class Tell(Protocol):
    """Is told what is done, how much of it is, and of how much; of 0: nobody knows."""

    def __call__(self, text: str, done: int = 0, of: int = 0, /) -> None:
        """From the thread that began it."""


def tell_nobody(_text: str, _done: int = 0, _of: int = 0, /) -> None:
    """Where nobody looks."""


class _HowFar(ProgressColumn):
    """In percent and in numbers, where somebody knows of how much."""

    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text("")
        return Text(f"{task.percentage:3.0f} %  {task.completed:,.0f} of {task.total:,.0f}")


def _column(most: int | None = None, ratio: int | None = None) -> Column:
    return Column(no_wrap=True, overflow="ellipsis", max_width=most, ratio=ratio)


@contextmanager
def progress_shown(console: Console | None = None) -> Iterator[Tell]:
    """On stderr, and only where that is a terminal; it goes when this ends.

    The text has all the width that numbers and bar leave. Before the first one nothing is shown.
    """
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False, table_column=_column(ratio=1)),
        BarColumn(10, table_column=_column(10)),
        _HowFar(table_column=_column()),
        TimeRemainingColumn(table_column=_column()),
    )
    with Progress(
        *columns, console=console, transient=True, expand=True, disable=not console.is_terminal
    ) as progress:
        progress.add_task("", total=None, visible=False)
        [shown] = progress.tasks

        def tell(text: str, done: int = 0, of: int = 0, /) -> None:
            if shown.total == (of or None):
                progress.update(shown.id, description=text, completed=done, visible=True)
                return
            shown.total = of or None
            # The speed as well.
            progress.reset(shown.id, description=text, completed=done, visible=True)

        yield tell
