"""The page of `cursors --nodes 2`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.load.generators import Loaded
from loadtest.reports import plots
from loadtest.reports.compare_report import cost_plots
from loadtest.reports.cursor_figures import notes_of
from loadtest.reports.report import Report, TableOf, write


def write_two_nodes(
    directory: Path,
    figures: Mapping[str, Any],
    columns: Mapping[str, str],
    loaded_within: Loaded,
    loaded_across: Loaded,
) -> Path:
    """Write the page; returns its path."""
    latencies = {
        "within one node": loaded_within.measured.latency_ms,
        "across nodes": loaded_across.measured.across_ms,
        "within, in spread rooms": loaded_across.measured.latency_ms,
    }
    per_update = {
        row["placement"]: (row["cpu_us_per_update"] or 0.0) * 1_000 for row in figures["placements"]
    }
    report = Report(
        title="Rooms on two nodes",
        lead=f"{figures['how']['load']}.",
        how=figures["how"],
        tables=[TableOf("Placements", columns, figures["placements"])],
        plots=[
            plots.percentile_curves(latencies, "Latency within a node and across nodes"),
            plots.bars(per_update, "Processor time per update delivered", "ns, both nodes"),
            *cost_plots({"each on one node": loaded_within, "each on both nodes": loaded_across}),
        ],
        figures=figures,
        notes=notes_of(figures["placements"], "placement"),
    )
    return write(report, directory)
