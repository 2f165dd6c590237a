"""Several runs of one measurement as one row."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any


def medians(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Several runs as one: numbers by their median, and what was false once is false."""
    return {name: _median([row[name] for row in rows]) for name in rows[-1]}


def _median(values: Sequence[Any]) -> Any:
    known_values = [value for value in values if value is not None]
    if not known_values:
        return None
    if all(isinstance(value, bool) for value in known_values):
        return all(known_values)
    if all(isinstance(value, int) for value in known_values):
        return round(median(known_values))
    if all(isinstance(value, int | float) for value in known_values):
        return round(median(known_values), 3)
    return next((value for value in known_values if value), known_values[-1])
