"""What one sees of a soak: a live table on a terminal, plain lines elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from loadtest.soak.growth import GROWTH_MB_PER_HOUR, NodeSample

FRAME_SECONDS = 0.5
LINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """A run at a moment. `looks`: the last of each node; `growth`: MiB an hour, by node."""

    elapsed: float
    seconds: float
    evenings: int
    looks: Sequence[NodeSample]
    growth: Mapping[str, float]
    done: Mapping[str, int]


def live(figures: Figures) -> RenderableType:
    """The view for a terminal, 80 columns wide or more."""
    progress = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=figures.seconds, completed=figures.elapsed, width=52)
    progress.add_row(bar, Text(f"{figures.elapsed / 60:.1f} / {figures.seconds / 60:g} min"))
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("node", "MiB", "MiB/h", "tasks", "files", "PostgreSQL", "keys", "rooms", "in"):
        table.add_column(name, justify="left" if name == "node" else "right")
    for look in figures.looks:
        growth = figures.growth.get(look.node)
        grows = growth is not None and growth >= GROWTH_MB_PER_HOUR
        table.add_row(
            look.node,
            f"{look.rss_mb:.1f}",
            Text("" if growth is None else f"{growth:+.2f}", "bold red" if grows else ""),
            *(f"{v:g}" for v in (look.tasks, look.descriptors, look.postgres, look.redis_keys)),
            *(f"{value:g}" for value in (look.rooms, look.members)),
        )
    title = Text.assemble(("Prime soak", "bold"), f"  evening {figures.evenings + 1}")
    return Group(title, progress, table, Text(_progress_text(figures), "dim"))


def plain_line(figures: Figures) -> str:
    """The same in one line, for a log."""
    nodes = "  ".join(
        f"{look.node} {look.rss_mb:.1f} MiB, {look.tasks:g} tasks, {look.descriptors:g} files"
        for look in figures.looks
    )
    return f"{figures.elapsed / 60:5.1f} min  evening {figures.evenings + 1}  {nodes}"


def _progress_text(figures: Figures) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(figures.done.items()))
