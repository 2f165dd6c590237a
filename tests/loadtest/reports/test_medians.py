"""Several rows as one."""

from typing import Any

from loadtest.reports.medians import medians


def test_medians_hold_what_was_never_known_and_what_was_once_false() -> None:
    rows: list[dict[str, Any]] = [
        {"a": 1, "b": None, "c": True, "d": 1.5},
        {"a": 9, "b": None, "c": False, "d": None},
        {"a": 2, "b": None, "c": True, "d": 2.5},
    ]
    assert medians(rows) == {"a": 2, "b": None, "c": False, "d": 2.0}
