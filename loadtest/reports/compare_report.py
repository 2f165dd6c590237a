"""The page of a comparison: the table, and what a table does not show."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.flame_graphs.flame_graph import FlameGraph
from loadtest.load.generators import Loaded
from loadtest.reports import plots
from loadtest.reports.cursor_figures import notes_of
from loadtest.reports.report import Report, TableOf, write


def write_compare(
    directory: Path,
    figures: Mapping[str, Any],
    columns: Mapping[str, str],
    last_runs: Mapping[str, Loaded],
    flame: FlameGraph | None = None,
) -> Path:
    """Write the page; `last_runs` maps a server's title to its last run. Returns the path."""
    rows = [row for row in figures["results"] if "error" not in row]
    per_cpu = {row["title"]: float(row["updates_per_cpu_s"] or 0) for row in rows}
    repeats = figures["repeat"]
    note = f" Medians of {repeats} runs; curves show the last." if repeats > 1 else ""
    report = Report(
        title="Prime beside what else one would pick",
        lead=f"{figures['how']['load']}.{note}",
        how=figures["how"],
        tables=[TableOf("The servers", columns, figures["results"])],
        plots=[
            plots.bars(per_cpu, "Updates delivered per CPU-second", "updates per CPU-second"),
            *latency_plots(last_runs),
            *cost_plots(last_runs),
        ],
        figures=figures,
        notes=notes_of(figures["results"], "title"),
        flame=flame,
    )
    return write(report, directory)


def latency_plots(runs: Mapping[str, Loaded]) -> list[str]:
    """Latencies by percentile."""
    title = "Latency from schedule to screen, by percentile"
    times = {
        name: [*run.measured.latency_ms, *run.measured.across_ms] for name, run in runs.items()
    }
    return [plots.percentile_curves(times, title)]


def cost_plots(runs: Mapping[str, Loaded]) -> list[str]:
    """Throughput, processor and memory over time."""
    seconds = "seconds since the load began"
    throughput = {name: _rates(run.measured.series) for name, run in runs.items()}
    cpu = {name: [(at, p) for at, p, _ in run.cost.series] for name, run in runs.items()}
    memory = {name: [(at, mb) for at, _, mb in run.cost.series] for name, run in runs.items()}
    return [
        plots.lines(throughput, "Updates delivered per second", seconds, "updates per second"),
        plots.lines(cpu, "Processor time of the server", seconds, "percent of a core"),
        plots.lines(memory, "Memory of the server", seconds, "MiB resident"),
    ]


def _rates(series: Sequence[tuple[float, float, int]]) -> list[tuple[float, float]]:
    """From running totals to rates, at the end of each step."""
    return [
        (later_at, max(0.0, more_updates - updates) / (later_at - at))
        for (at, updates, _), (later_at, more_updates, _) in itertools.pairwise(series)
        if later_at - at > 0.05
    ]
