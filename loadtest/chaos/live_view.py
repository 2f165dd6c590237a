"""What one sees of chaos: a live table on a terminal, plain lines elsewhere, and the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from loadtest.reports.progress_display import proof_table

ANOMALIES_SHOWN = 10


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


def verdict(report: dict[str, Any]) -> RenderableType:
    """The end of it: what was promised, and whether it was kept."""
    return proof_table(_claims(report))


def _claims(report: dict[str, Any]) -> list[tuple[bool, str]]:
    anomalies = report["anomalies"]
    kinds = ", ".join(f"{kind} {count}" for kind, count in report["anomaly_kinds"].items())
    anomaly_words = f"anomalies ({kinds})" if anomalies else "no anomaly"
    times = sum(fault["times"] for fault in report["faults"].values())
    acked_count = sum(fault["acked"] for fault in report["faults"].values())
    same_song_words = (
        f"{report['musicians']} musicians, a fresh join and PostgreSQL hold the same song"
    )
    again_words = (
        f"{report['resent']} deltas sent again, {report['sent_again_acked']} answers to echoes"
    )
    # Long: each claim is said once, in the order in which it is shown.
    claims = [
        (report["lost"] == 0, f"{report['acked']} deltas acknowledged, {report['lost']} lost"),
        (report["converged"], f"{same_song_words} ({report['digest']})"),
        (
            not anomalies,
            f"{anomaly_words} in {report['happenings']} happenings (seed {report['seed']})",
        ),
        (not report["vacuous"], f"{times} faults, {acked_count} deltas acknowledged meanwhile"),
        (
            not report["copies_wrong"],
            f"{report['copies_checked']} looks at a copy, {report['copies_wrong']} wrong",
        ),
        (
            not report["checkpoints_wrong"],
            f"{report['checkpoints_checked']} checkpoints, {report['checkpoints_wrong']} wrong",
        ),
        (
            not report["false_alarms"],
            f"alarms {report['alarms'] or 'none'}, {report['false_alarms']} false",
        ),
        (
            not report["memory_problems"],
            "memory, warm and at the end: "
            + ", ".join(
                f"{name} {m['warm_mb']:.0f} and {m['end_mb']:.0f} MiB"
                for name, m in report["memory"].items()
            ),
        ),
        (True, f"{report['lost_by_failover']} acknowledged deltas went with a primary"),
        (True, f"{report['reconnects']} reconnects, {again_words}"),
    ]
    texts = [anomaly["text"] for anomaly in anomalies[:ANOMALIES_SHOWN]]
    for name in ("copies_wrong", "checkpoints_wrong", "false_alarms"):
        texts += report[f"{name}_were"][:ANOMALIES_SHOWN]
    texts += [*report["memory_problems"], *report["problems"], *report["vacuous"]]
    claims += [(False, text) for text in texts]
    if report["history"]:
        claims.append((True, f"the history is in {report['history']}"))
    return claims
