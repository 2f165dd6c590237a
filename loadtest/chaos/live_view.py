"""What one sees of chaos: a live table on a terminal, plain lines elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """One kind of fault so far."""

    name: str
    times: int
    acked: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A run at a moment; `faults_in_force`: the faults of this moment."""

    elapsed: float
    seconds: float
    seed: int
    faults_in_force: Sequence[str]
    faults: Sequence[FaultFigures]
    nodes_up: Sequence[bool]
    live: int
    musicians: int
    acked: int
    head: int


def live(figures: Figures) -> RenderableType:
    """The view for a terminal, 80 columns wide or more."""
    title = Text.assemble(("Prime chaos", "bold"), f"  seed {figures.seed}")
    progress = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=figures.seconds, completed=figures.elapsed, width=52)
    progress.add_row(bar, Text(f"{figures.elapsed:5.1f} / {figures.seconds:g} s"))
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("fault", width=30, no_wrap=True)
    table.add_column("times", justify="right")
    table.add_column("acked meanwhile", justify="right")
    for fault in figures.faults:
        now = fault.name in figures.faults_in_force
        style = "bold red" if now else "" if fault.times else "dim"
        mark = "▶ " if now else "  "
        table.add_row(Text(mark + fault.name, style), str(fault.times), str(fault.acked))
    nodes = Text("nodes ")
    for is_up in figures.nodes_up:
        nodes.append("● " if is_up else "○ ", "green" if is_up else "bold red")
    members = f" {figures.live}/{figures.musicians} musicians live"
    nodes.append(f"{members}, {figures.acked} deltas acknowledged")
    return Group(title, progress, table, nodes)


def plain_line(figures: Figures) -> str:
    """The same in one line, for a log."""
    nodes_up = sum(figures.nodes_up)
    return (
        f"{figures.elapsed:6.1f} s  {figures.live}/{figures.musicians} live  "
        f"nodes {nodes_up}/{len(figures.nodes_up)}  head {figures.head}  acked {figures.acked}  "
        f"{', '.join(figures.faults_in_force) or 'getting well'}"
    )
