"""What one sees of a demo: a live view on a terminal, plain lines elsewhere."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from loadtest.people.participant import MemberFigures
from loadtest.percentiles import in_words

BAR_CELLS = 14
SPARKS = "▁▂▃▄▅▆▇█"
SPARK_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of a demo at one time."""

    song: str
    elapsed: float
    seconds: float
    """How long they play; infinite: until they are stopped."""
    members: Sequence[MemberFigures]
    beats_per_bar: float = 4.0
    beat_length: float = 1.0
    song_beats: float = 64.0
    deltas_acked: int = 0
    deltas_per_second: Sequence[int] = field(default_factory=list)
    ack_ms: dict[str, float | None] = field(default_factory=dict)
    cursor_ms: dict[str, float | None] = field(default_factory=dict)
    head: int = 0
    kills: int = 0
    node_is_up: bool = True
    address: str = ""
    """Where a browser takes part."""


def place(time: float, beats_per_bar: float, beat_length: float) -> str:
    """A time as musicians say it: bar.beat, both from 1."""
    bar, rest = divmod(max(0.0, time), beats_per_bar)
    return f"{int(bar) + 1}.{int(rest / beat_length) + 1}"


def sparkline(counts: Sequence[int]) -> str:
    """The last counts as little bars."""
    last_counts = list(counts)[-SPARK_SECONDS:]
    top = max(last_counts, default=0) or 1
    return "".join(
        SPARKS[min(len(SPARKS) - 1, count * len(SPARKS) // (top + 1))] for count in last_counts
    )


def live(figures: Figures) -> RenderableType:
    """The view for a terminal, 80 columns wide or more."""
    title = Text.assemble(("Prime", "bold"), "  ", (figures.song, "italic"))
    title.truncate(76, overflow="ellipsis")
    progress = Table.grid(padding=(0, 1))
    if math.isinf(figures.seconds):
        progress.add_row(Text(f"{figures.elapsed:5.1f} s, until Ctrl+C"))
    else:
        bar = ProgressBar(total=max(figures.seconds, 0.1), completed=figures.elapsed, width=52)
        progress.add_row(bar, Text(f"{figures.elapsed:5.1f} / {figures.seconds:g} s"))
    address = Text(figures.address, "cyan", overflow="fold")
    return Group(title, address, progress, _members(figures), _rates(figures))


def plain_line(figures: Figures) -> str:
    """The same in one line, for a log."""
    live_members = sum(member.is_live for member in figures.members)
    return (
        f"{figures.elapsed:6.1f} s  {live_members}/{len(figures.members)} live  "
        f"head {figures.head}  acked {figures.deltas_acked}  "
        f"ack {in_words(figures.ack_ms)}  cursor {in_words(figures.cursor_ms)}  "
        f"restarts {figures.kills}"
    )


def _members(figures: Figures) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("who", width=9, no_wrap=True)
    table.add_column("tool", width=8, no_wrap=True)
    table.add_column("at", width=7, no_wrap=True, justify="right")
    table.add_column("", width=BAR_CELLS, no_wrap=True)
    table.add_column("track", width=22, no_wrap=True, overflow="ellipsis")
    table.add_column("waits", width=5, justify="right")
    for member in figures.members:
        color = member.color if member.is_live else "grey50"
        at = place(member.time, figures.beats_per_bar, figures.beat_length)
        table.add_row(
            Text(f"● {member.name}", color),
            Text(member.tool if member.is_live else "offline"),
            Text(at),
            Text(_position_bar(member.time, figures.song_beats), color),
            Text(member.track),
            Text(str(member.pending or "")),
        )
    return table


def _position_bar(time: float, song_beats: float) -> str:
    cell = int(min(max(time / song_beats, 0.0), 0.999) * BAR_CELLS)
    return "─" * cell + "●" + "─" * (BAR_CELLS - cell - 1)


def _rates(figures: Figures) -> Table:
    node = Text("up", "green") if figures.node_is_up else Text("killed", "bold red")
    table = Table.grid(padding=(0, 2))
    rate = figures.deltas_per_second[-1] if figures.deltas_per_second else 0
    spark = Text(sparkline(figures.deltas_per_second), "cyan")
    table.add_row("saved", Text(f"{figures.deltas_acked} deltas, {rate}/s"), spark)
    table.add_row("ack", Text(in_words(figures.ack_ms)), Text(f"journal head {figures.head}"))
    restarts = Text.assemble("server ", node, f"  restarts {figures.kills}")
    table.add_row("cursor", Text(in_words(figures.cursor_ms)), restarts)
    return table
