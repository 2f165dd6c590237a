"""How counters and histograms are written in Prometheus' text format, and in OpenMetrics'.

The library needs ten times as long for each line, in which the event loop would stand still.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

Read = Callable[[], float]


def head(name: str, meaning: str, kind: str, *, is_open: bool) -> str:
    """The two lines before a family; `is_open`: of OpenMetrics, where `_total` is no part of it."""
    shown_name = f"{name}_total" if kind == "counter" and not is_open else name
    return f"# HELP {shown_name} {meaning}\n# TYPE {shown_name} {kind}\n"


def series(name: str, labels: Iterable[tuple[str, str]]) -> str:
    """What stands before the value of one line; all of it comes from code, and needs no escape."""
    labels_text = ",".join(f'{label}="{value}"' for label, value in labels if label)
    return f"{name}{{{labels_text}}} " if labels_text else f"{name} "


class ExpositionLines:
    """One family whose lines are all known; `values` gives a value for each, in their order."""

    __slots__ = ("_classic", "_open", "_series", "_values")

    def __init__(
        self,
        name: str,
        meaning: str,
        kind: str,
        lines: Sequence[str],
        values: Callable[[], Iterator[float]],
    ) -> None:
        self._classic = head(name, meaning, kind, is_open=False)
        self._open = head(name, meaning, kind, is_open=True)
        self._series = lines
        self._values = values

    def text(self, *, is_open: bool) -> str:
        """As it is now."""
        values_by_series = zip(self._series, self._values(), strict=True)
        lines = "".join(f"{line}{float(value)!r}\n" for line, value in values_by_series)
        return f"{self._open if is_open else self._classic}{lines}"
