"""What a command says at its end: how much there is, and what was not kept."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from files.imported_song import Song
from files.losses import Loss, printable
from prime_client.copy.state_ops import State

SHOWN_ITEMS = 5
"""Of each kind of loss, named on a terminal; --json names more."""


def report_import(
    arguments: argparse.Namespace, song: Song, name: str, project: str, deltas: int
) -> None:
    """`name` is the project's, which may be another than the song's."""
    counts: dict[str, Any] = asdict(song.counts)
    if arguments.json:
        report = {"project": project, "name": name, "counts": counts, "deltas": deltas}
        _print_id(json.dumps(report | _as_json(song.losses)), project)
        return
    console = Console(stderr=True)
    console.print(Text(printable(name)), highlight=False, soft_wrap=True)
    table = Table(show_header=False, box=None)
    for loss_text, count in counts.items():
        table.add_row(loss_text, f"{count:,}")
    console.print(table)
    _show(console, song.losses)
    _print_id(project, project)


def _print_id(text: str, project: str) -> None:
    """On stdout; where that cannot be written, who made the project still hears its id."""
    said = f"the project is there: {project}"
    if cast("TextIO | None", sys.stdout) is None:
        print(said, file=sys.stderr)
        return
    try:
        print(text, flush=True)
    except OSError:
        print(said, file=sys.stderr)
        raise


def report_export(
    arguments: argparse.Namespace, path: Path, project: str, state: State, losses: list[Loss]
) -> None:
    size = sum(map(len, state.values()))
    if arguments.json:
        report = {"project": project, "file": str(path), "entities": size}
        print(json.dumps(report | _as_json(losses)))
        return
    console = Console(stderr=True)
    console.print(f"{size:,} entities written to {path}", highlight=False)
    _show(console, losses)


def _as_json(losses: list[Loss]) -> dict[str, Any]:
    problems = [str(loss) for loss in losses]
    return {"problems": problems, "losses": [asdict(loss) for loss in losses]}


def _show(console: Console, losses: list[Loss]) -> None:
    """The report of what is left out and what is changed; each line says which."""
    if losses:
        console.print("not kept, or changed where a line says so:")
    for loss in losses:
        item_list = ", ".join(loss.items[:SHOWN_ITEMS])
        ellipsis = " ..." if len(loss.items) > SHOWN_ITEMS else ""
        text = (
            f"  {loss.count:,} \u00d7 {loss.what}{': ' if item_list else ''}{item_list}{ellipsis}"
        )
        console.print(text, markup=False, highlight=False, soft_wrap=True)
