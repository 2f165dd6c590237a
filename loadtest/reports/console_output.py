"""What a scenario shows on stderr: bars while it runs, and its figures in a table."""

import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from loadtest.reports.report import figure_in_words
from machine.terminals.consoles import console_of

WIDE = 200
"""Columns where there is no terminal: in a file no cell is cut."""


def wide_console() -> Console:
    """Where reports are told."""
    return console_of(sys.stderr, WIDE, highlight=True)


def progress() -> Progress:
    """Bars on stderr, for long runs."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )


def table_of(rows: Sequence[dict[str, Any]], columns: dict[str, str], title: str) -> Table:
    """Figures for eyes; a row with `error` says so in place of them."""
    table = Table(title=title, title_justify="left", box=None)
    for position, heading in enumerate(columns.values()):
        table.add_column(heading, justify="left" if position == 0 else "right", no_wrap=True)
    for row in rows:
        if "error" in row:
            table.add_row(row["title"], f"[red]{row['error']}[/]")
        else:
            table.add_row(*(figure_in_words(row.get(name)) for name in columns))
    return table
