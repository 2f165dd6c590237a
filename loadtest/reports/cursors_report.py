"""The page of `cursors`: what a member costs as rooms grow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.flame_graphs.flame_graph import FlameGraph
from loadtest.load.generators import Loaded
from loadtest.reports import plots
from loadtest.reports.compare_report import cost_plots, latency_plots
from loadtest.reports.cursor_figures import notes_of
from loadtest.reports.report import Report, TableOf, write


def write_cursors(
    directory: Path,
    figures: Mapping[str, Any],
    columns: Mapping[str, str],
    runs: Mapping[int, Loaded],
    flame: FlameGraph | None = None,
) -> Path:
    """Write the page; `runs` by size. Returns its path."""
    runs_by_title = {f"{size} members": run for size, run in runs.items()}
    cost = [(row["size"], row["cpu_us_per_member_s"]) for row in figures["sizes"]]
    latency = {
        name: [(row["size"], row[f"{name}_ms"] or 0.0) for row in figures["sizes"]]
        for name in ("p50", "p99")
    }
    report = Report(
        title="Moving cursors, by the size of a room",
        lead=f"{figures['how']['load']}.",
        how=figures["how"],
        tables=[TableOf("Sizes", columns, figures["sizes"])],
        plots=[
            plots.lines(
                {"the server's CPU for a member": cost},
                "What a member costs",
                "members of the room",
                "us of CPU per second",
            ),
            plots.lines(latency, "Latency by size", "members of the room", "ms"),
            *latency_plots(runs_by_title),
            *cost_plots(runs_by_title),
        ],
        figures=figures,
        notes=notes_of(figures["sizes"], "size"),
        flame=flame,
    )
    return write(report, directory)
