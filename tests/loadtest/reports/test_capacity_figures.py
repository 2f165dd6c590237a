"""From steps to a capacity's row: what passes, what fails, and what says nothing."""

from array import array
from typing import Any

import pytest

from loadtest.load.capacity_search import StepResult
from loadtest.reports.capacity_figures import (
    curves,
    peer_row,
    result_of,
    step_of,
    void_because,
)
from tests.loadtest.reports.test_cursor_figures import loaded

GOOD: dict[str, Any] = {
    "due_in_all": 90_000,
    "delivered_in_all": 90_000.0 * 49,
    "received_bytes": 20_000_000,
    "cpu_seconds": 5.0,
}


def step(rooms: float = 4.0, **changes: Any) -> dict[str, Any]:
    made = step_of(rooms, loaded(**GOOD | changes))
    return made | {"verdict": result_of(made).name.lower()}


def test_a_step_that_was_carried() -> None:
    made = step()
    assert result_of(made) is StepResult.PASSED
    assert (made["rooms"], made["delivered_share"], made["sent_share"]) == (4.0, 1.0, 1.0)
    assert made["bytes_per_member_s"] == 10_000  # 20 MB, 200 members, 10 s


LATE: dict[str, Any] = {"latency_ms": array("d", [150.0] * 100)}


@pytest.mark.parametrize(
    "measured",
    [
        LATE,
        {"timed_of": 102},
        {"delivered_in_all": 90_000.0 * 48},
        {"lost_connections": 1},
        {"latency_ms": array("d")},
    ],
)
def test_what_a_server_did_not_carry(measured: dict[str, Any]) -> None:
    assert result_of(step(**measured)) is StepResult.FAILED


@pytest.mark.parametrize(
    ("measured", "why"),
    [
        ({"cpu_seconds": 9.5}, "the generator took 95 % of its core"),
        (
            {"lag_ms": array("d", [60.0] * 100)},
            "the generator was 60 ms late (p99), on 50 % of a core",
        ),
        ({"sent": 50_000}, "the generator sent 83% of what it should have"),
    ],
)
def test_a_server_is_not_blamed_for_its_generator(measured: dict[str, Any], why: str) -> None:
    made = step(**LATE | measured)
    assert result_of(made) is StepResult.VOID
    assert void_because(made) == why


def test_a_server_that_took_its_whole_core_failed_by_itself() -> None:
    made = step(cpu_seconds=9.5, **LATE)
    assert result_of(made | {"cpu_percent": 97.0}) is StepResult.FAILED


def test_a_busy_generator_takes_nothing_from_what_was_carried() -> None:
    assert result_of(step(cpu_seconds=9.5)) is StepResult.PASSED


def test_moves_that_came_as_one_are_not_missing() -> None:
    assert result_of(step(replaced=40, delivered_in_all=90_000.0 * 49 * 0.6)) is StepResult.PASSED
    assert result_of(step(replaced=40, delivered_in_all=90_000.0 * 49 * 0.5)) is StepResult.FAILED


def test_a_peers_row() -> None:
    steps = [step(2.0), step(4.0), step(5.0, **LATE)]
    at_half = [step(2.0, latency_ms=array("d", [ms] * 100)) for ms in (9.0, 1.0, 2.0)]
    row = peer_row([(4.0, False), (4.2, False), (3.9, True)], steps, {"half": at_half})
    assert (row["rooms"], row["at_least"], row["rooms_of_each"]) == (4.0, False, [4.0, 4.2, 3.9])
    assert row["updates_per_s"] == 294_000
    assert row["p99_ms"] == 99.0
    assert row["latency_at_half_ms"] == {"p50": 2.0, "p99": 2.0}
    assert (row["cpu_at_half_percent"], row["bytes_per_member_s"]) == (50.0, 20_000)
    assert peer_row([(4.0, True), (4.0, True), (4.2, False)], steps, {})["at_least"]


def test_a_server_that_carried_nothing_has_a_row_too() -> None:
    row = peer_row([(0.0, False)], [step(1.0, **LATE)], {"half": []})
    assert row["rooms"] == 0
    assert "updates_per_s" not in row


def test_latency_over_load_is_drawn_without_what_says_nothing() -> None:
    from loadtest.reports import plots  # matplotlib takes a second: of this test alone

    steps = [
        *(step(4.0, latency_ms=array("d", [ms] * 100)) for ms in (3.0, 5.0, 4.0)),
        step(2.0, latency_ms=array("d", [1.0] * 100)),
        step(8.0, **LATE),
        step(16.0, cpu_seconds=9.9, **LATE),
    ]
    drawn = curves(steps)
    assert drawn["p50"] == [(2.0, 1.0), (4.0, 4.0), (8.0, 150.0)]
    assert [rooms for rooms, _ in drawn["p99"]] == [2.0, 4.0, 8.0]
    svg = plots.latency_over_load({"Prime": drawn, "ws": drawn}, "Latency over load", 100.0)
    for shown in ("Prime, p50", "Prime, p99", "ws, p99", "Latency over load"):
        assert shown in svg
