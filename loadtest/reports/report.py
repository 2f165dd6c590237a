"""A report: one HTML page that needs nothing else, and its figures as JSON beside it."""

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest.flame_graphs.flame_graph import FlameGraph
from loadtest.flame_graphs.flame_svg import COLORS

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #111827; background: #fff;
       max-width: 62rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p.lead { color: #4b5563; margin-top: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .35rem .55rem; text-align: right; border-bottom: 1px solid #e5e7eb; }
th { vertical-align: bottom; font-weight: 600; white-space: nowrap; font-size: .85rem; }
th:first-child, td:first-child { text-align: left; }
.error { color: #b91c1c; } td.error { text-align: left; }
ul.notes { color: #92400e; font-size: .9rem; padding-left: 1.2rem; }
figure { margin: 1.5rem 0; }
figure svg { width: 100%; height: auto; }
figcaption { color: #4b5563; font-size: .9rem; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .3rem 1rem; font-size: .9rem; }
dt { color: #4b5563; } dd { margin: 0; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class TableOf:
    """Rows of figures; `columns` maps a figure's name to its heading, the first one names the row.

    A row with `error` shows that in place of its figures.
    """

    title: str
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What a scenario publishes. `how` says how it was made; `plots` are SVG, of `plots`."""

    title: str
    lead: str
    how: Mapping[str, Any]
    tables: Sequence[TableOf]
    plots: Sequence[str]
    figures: Mapping[str, Any]
    notes: Sequence[str] = ()
    """What makes the figures less than they seem."""
    flame: FlameGraph | None = None


def write(report: Report, directory: Path) -> Path:
    """Write `index.html` and `figures.json`, making the directory; returns the page's path."""
    directory.mkdir(parents=True, exist_ok=True)
    figures = json.dumps(report.figures, indent=1)
    (directory / "figures.json").write_text(figures + "\n", encoding="utf-8")
    page = directory / "index.html"
    page.write_text(_page(report), encoding="utf-8")
    return page


def figure_in_words(value: Any) -> str:
    """A figure as tables show it."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,}"
        case _:
            return str(value)


def _page(report: Report) -> str:
    tables = "".join(_table(table) for table in report.tables)
    plots = "".join(f"<figure>{plot}</figure>\n" for plot in report.plots)
    notes = "".join(f"<li>{html.escape(note)}</li>\n" for note in report.notes)
    terms = "".join(_term(name, value) for name, value in report.how.items())
    title = html.escape(report.title)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n"
        f'<h1>{title}</h1>\n<p class="lead">{html.escape(report.lead)}</p>\n'
        f'{tables}<ul class="notes">{notes}</ul>\n'
        f"{plots}{_flame(report.flame)}<h2>How it was made</h2>\n<dl>{terms}</dl>\n</html>\n"
    )


def _flame(flame: FlameGraph | None) -> str:
    """A flame graph, or why there is none; nothing when none was asked for."""
    if flame is None:
        return ""
    title = "<h2>Where the server's time goes</h2>\n"
    if flame.why_none:
        return f'{title}<p class="error">No flame graph: {html.escape(flame.why_none)}</p>\n'
    folders = ", ".join(
        f'<span style="background: {color}">{folder}</span>' for folder, color in COLORS.items()
    )
    return (
        f'{title}<figure><div class="wide">{flame.svg}</div><figcaption>'
        f"{html.escape(flame.of_what)}, while it held the interpreter (waiting and libuv's reading "
        "are outside), in a run after those whose figures are above. Wide is long; who is called "
        "stands below who calls; a pointer on a box tells its name and share. "
        f"{folders}; grey: libraries.</figcaption></figure>\n"
    )


def _table(table: TableOf) -> str:
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in table.columns.values())
    body = "".join(f"<tr>{_cells(table, row)}</tr>\n" for row in table.rows)
    return (
        f'<h2>{html.escape(table.title)}</h2>\n<div class="wide"><table>\n'
        f"<tr>{head}</tr>\n{body}</table></div>\n"
    )


def _cells(table: TableOf, row: Mapping[str, Any]) -> str:
    names = list(table.columns)
    if "error" not in row:
        return "".join(f"<td>{html.escape(figure_in_words(row.get(name)))}</td>" for name in names)
    error = html.escape(str(row["error"]))
    first = html.escape(str(row.get(names[0], "")))
    return f'<td>{first}</td><td class="error" colspan="{len(names) - 1}">{error}</td>'


def _term(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        value = "; ".join(f"{key}: {_inner(inner)}" for key, inner in value.items() if inner)
    return f"<dt>{html.escape(name)}</dt><dd>{html.escape(str(value))}</dd>\n"


def _inner(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return str(value)
