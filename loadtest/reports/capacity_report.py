"""The page of a capacity run: the table, and latency over load."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtest.reports import plots
from loadtest.reports.capacity_figures import P99_BOUND_MS, curves
from loadtest.reports.report import Report, TableOf, write

STEP_COLUMNS = {
    "rooms": "rooms",
    "verdict": "verdict",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "cpu_percent": "CPU %",
    "delivered_per_s": "delivered/s",
    "delivered_share": "delivered",
    "generator_cpu_percent": "generator CPU %",
    "generator_lag_p99_ms": "generator late ms",
    "taken_by_others_percent": "others on the core %",
}


def write_capacity(
    directory: Path,
    figures: Mapping[str, Any],
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
) -> Path:
    """Write the page, and its plot as a file; `rows` and `notes` are as the terminal shows them.

    Returns the page's path.
    """
    plot = latency_over_load(figures)
    steps = [
        TableOf(f"{row['title']}: every step", STEP_COLUMNS, figures["steps"][row["peer"]])
        for row in figures["peers"]
    ]
    report = Report(
        title=f"Rooms of {figures['size']} at {figures['hz']:g} Hz on one core",
        lead=figures["how"]["load"] + ".",
        how=figures["how"],
        tables=[TableOf("The servers", columns, rows), *steps],
        plots=[plot],
        figures=figures,
        notes=notes,
    )
    page = write(report, directory)
    (directory / "latency_over_load.svg").write_text(plot, encoding="utf-8")
    return page


def latency_over_load(figures: Mapping[str, Any]) -> str:
    """The plot: p50 and p99 of each server at each load that it was tried with."""
    titles = {row["peer"]: row["title"] for row in figures["peers"] if "error" not in row}
    title = f"Latency over load, rooms of {figures['size']} at {figures['hz']:g} Hz"
    return plots.latency_over_load(
        {titles[peer]: curves(figures["steps"][peer]) for peer in titles}, title, P99_BOUND_MS
    )
