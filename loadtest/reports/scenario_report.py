"""What a scenario shows at its end: a table for eyes, and a page with plots if one is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from loadtest.nodes.process_samples import Samples
from loadtest.reports.measuring_conditions import scenario_conditions
from loadtest.reports.report_table import Target, shown, tell


@dataclass(slots=True)
class ScenarioReport:
    """Its figures, and what lies behind them. `curves`: label -> latencies, in ms."""

    title: str
    lead: str
    targets: Sequence[Target]
    curves: dict[str, Sequence[float]] = field(default_factory=dict)
    samples: Samples | None = None

    def show(self, report: Mapping[str, Any], directory: Path | None, console: Console) -> None:
        """Print the table; with a directory, write the page."""
        tell(self.title, report, self.targets, console)
        if directory is not None:
            path = self._write(report, directory)
            console.print(f"report: {path}", markup=False, highlight=False, soft_wrap=True)

    def _write(self, report: Mapping[str, Any], directory: Path) -> Path:
        from loadtest.reports.report import Report, TableOf, write  # plots take a second to import

        target_words = {target.name: target.in_words for target in self.targets}
        rows = [
            {"what": name, "value": shown(value), "wanted": target_words.get(name, "")}
            for name, value in report.items()
        ]
        columns = {"what": "figure", "value": "measured", "wanted": "wanted"}
        return write(
            Report(
                title=self.title,
                lead=self.lead,
                how=scenario_conditions(report.get("cores", "")),
                tables=[TableOf("Figures", columns, rows)],
                plots=self._plots(),
                figures=report,
            ),
            directory,
        )

    def _plots(self) -> list[str]:
        from loadtest.reports import plots

        plots_drawn = []
        if any(self.curves.values()):
            title = "Latency by percentile"
            plots_drawn.append(plots.percentile_curves(self.curves, title))
        if self.samples is None:
            return plots_drawn
        series, at = self.samples.series, self.samples.seconds
        busy_lines = {name: _points(at, series[name]) for name in self.samples.busy_names}
        levels = {name: _points(at, series[name]) for name in self.samples.level_names}
        seconds = "seconds since the load began"
        plots_drawn.append(plots.lines(busy_lines, "Processor time", seconds, "percent of a core"))
        if levels:
            plots_drawn.append(plots.lines(levels, "Over time", seconds, "as named"))
        return plots_drawn


def _points(at: Sequence[float], values: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(at, values, strict=True))
