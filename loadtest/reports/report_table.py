"""A report for eyes: a table on stderr, with what was wanted beside what was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from loadtest.reports.console_output import wide_console


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure of a report should be: at most `bound`, or at least."""

    name: str
    bound: float
    at_least: bool = False

    def is_met(self, value: Any) -> bool:
        """Whether a measured value is good enough; what was not measured is not."""
        if not isinstance(value, int | float):
            return False
        return value >= self.bound if self.at_least else value <= self.bound

    @property
    def in_words(self) -> str:
        """The bound as a report has it."""
        return f"{'at least' if self.at_least else 'at most'} {self.bound:g}"


def tell(
    title: str,
    report: Mapping[str, Any],
    targets: Sequence[Target] = (),
    console: Console | None = None,
) -> None:
    """Print the report; a load that was not sustained is said below it, never left to be found."""
    console = console or wide_console()
    target_by_name = {target.name: target for target in targets}
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("what")
    table.add_column("value")
    table.add_column("wanted")
    for name, value in report.items():
        if name != "not_sustained_because":
            table.add_row(name, shown(value), _judged(target_by_name.get(name), value))
    console.print(table)
    for reason in report.get("not_sustained_because", []):
        console.print(f"Not sustained: {reason}.", style="yellow")


def shown(value: Any) -> str:
    """A figure in a cell."""
    match value:
        case None:
            return "not told"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,}"
        case dict() | list() if not value:
            return "none"
        case list():
            return "\n".join(shown(part) for part in value)
        case dict():
            return "  ".join(f"{name} {shown(part)}" for name, part in value.items())
        case _:
            return str(value)


def _judged(target: Target | None, value: Any) -> str:
    if target is None:
        return ""
    if value is None:
        return f"? {target.in_words}"
    mark = "[green]✓[/]" if target.is_met(value) else "[red]✗[/]"
    return f"{mark} {target.in_words}"
