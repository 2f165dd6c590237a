"""Plots as SVG. This is the only module that imports matplotlib, and only reports import it."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

Points = Sequence[tuple[float, float]]

COLORS = ("#2563eb", "#dc2626", "#16a34a", "#d97706", "#7c3aed", "#0891b2", "#db2777", "#4b5563")
PERCENTILES = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99)

mpl.rcParams["svg.fonttype"] = "none"
mpl.rcParams["font.family"] = "sans-serif"


def percentile_curves(values_ms: Mapping[str, Sequence[float]], title: str) -> str:
    """How long the fastest so many percent took: one curve per label, both axes logarithmic."""
    figure, axes = _figure(title, "percent of updates", "ms (logarithmic)")
    for number, (label, values) in enumerate(values_ms.items()):
        if not values:
            continue
        curve = percentile_curve(sorted(values))
        axes.plot([x for x, _ in curve], [y for _, y in curve], label=label, **_style(number))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(1, _nines(PERCENTILES[-1]))
    axes.set_xticks([_nines(p) for p in PERCENTILES], [f"{p:g}" for p in PERCENTILES])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    return _svg(figure, axes)


def bars(values: Mapping[str, float], title: str, unit: str) -> str:
    """One bar per label, with its figure at the end."""
    figure, axes = _figure(title, unit, "")
    labels = list(values)[::-1]
    widths = [values[label] for label in labels]
    order = {label: number for number, label in enumerate(values)}
    colors = [COLORS[order[label] % len(COLORS)] for label in labels]
    bars_drawn = axes.barh(labels, widths, color=colors, height=0.65)
    axes.bar_label(bars_drawn, [f"{width:,.0f}" for width in widths], padding=4, fontsize=9)
    axes.set_xlim(0, max(widths, default=0.0) * 1.15 or 1.0)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(visible=False, axis="y")
    return _svg(figure, None)


def lines(series: Mapping[str, Points], title: str, x_label: str, y_label: str) -> str:
    """One line per label, for what changes over time or with size."""
    figure, axes = _figure(title, x_label, y_label)
    for number, (label, points) in enumerate(series.items()):
        axes.plot([x for x, _ in points], [y for _, y in points], label=label, **_style(number))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    return _svg(figure, axes)


def latency_over_load(
    curves: Mapping[str, Mapping[str, Points]], title: str, bound_ms: float
) -> str:
    """A server's `p50` (drawn through) and `p99` (dashed) over rooms; both axes logarithmic.

    `curves`: label -> name -> points of rooms and ms. A dotted line is drawn at `bound_ms`.
    """
    figure, axes = _figure(title, "rooms (logarithmic)", "ms (logarithmic)")
    axes.axhline(bound_ms, color="#6b7280", linewidth=1.0, linestyle=":")
    for number, (label, of_server) in enumerate(curves.items()):
        for name, dashes in (("p50", "-"), ("p99", "--")):
            points = of_server.get(name, ())
            xs, ys = [x for x, _ in points], [max(y, 0.01) for _, y in points]
            style = _style(number) | {"linestyle": dashes, "marker": "o", "markersize": 3}
            axes.plot(xs, ys, label=f"{label}, {name}", **style)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    return _svg(figure, axes)


def _figure(title: str, x_label: str, y_label: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9.0, 4.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(visible=True, color="#e5e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _style(number: int) -> dict[str, Any]:
    return {"color": COLORS[number % len(COLORS)], "linewidth": 1.8}


def _svg(figure: Figure, legend_of: Axes | None) -> str:
    labels = legend_of.get_legend_handles_labels()[1] if legend_of is not None else []
    if len(labels) > 1:
        columns = min(4, len(labels))
        figure.legend(loc="outside lower center", ncols=columns, frameon=False, fontsize=9)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    return svg[svg.index("<svg") :]


def _nines(percent: float) -> float:
    """Where a percentile lies on an axis that gives each nine the same room."""
    return 100.0 / (100.0 - percent)


def percentile_curve(ordered: Sequence[float]) -> list[tuple[float, float]]:
    """Points evenly spaced on the axis of nines, up to the last that so many values can tell."""
    count = len(ordered)
    last = min(float(count), _nines(PERCENTILES[-1]))
    points = []
    for step in range(201):
        x = last ** (step / 200)
        rank = min(count - 1, int((1 - 1 / x) * count))
        points.append((x, max(ordered[rank], 0.01)))
    return points
