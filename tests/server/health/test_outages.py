"""An outage is two lines: it began, and it is over and how long it took."""

from typing import Any

import pytest
import structlog

from persistence.errors import Busy, Faulty, OtherHistory, Unavailable
from server.health.outages import BUS, DATABASE, DATABASE_IS_OUT, STEADY_SECONDS, Outages, because


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outages(clock: Clock) -> Outages:
    return Outages(clock)


@pytest.fixture
def told(outages: Outages, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What reaches the log."""
    lines = structlog.testing.CapturingLogger()
    add_level = structlog.processors.add_log_level
    keep: list[dict[str, Any]] = []

    def kept(_logger: Any, _name: str, line: Any) -> str:
        keep.append(dict(line))
        return ""

    log = structlog.wrap_logger(lines, processors=[add_level, outages, kept])
    monkeypatch.setattr("server.health.outages.log", log)
    return keep


def fail(outages: Outages, told: list[dict[str, Any]], event: str, **said: Any) -> None:
    line: dict[str, Any] = {"event": event, "level": "warning", **said}
    try:
        told.append(dict(outages(None, "warning", line)))
    except structlog.DropEvent:
        return


def test_failures_of_one_outage_are_one_line_and_its_end_is_another(
    outages: Outages, told: list[dict[str, Any]], clock: Clock
) -> None:
    for second in range(9):
        clock.now = 100.0 + second
        fail(outages, told, f"failed {second}", **because(Unavailable("refused")))
        outages.works("another thing")
    assert told == [
        {
            "event": DATABASE_IS_OUT,
            "noticed": "failed 0",
            "level": "warning",
            "reason": "refused",
        }
    ]
    clock.now += 0.5
    outages.works(DATABASE)
    assert len(told) == 1
    clock.now += STEADY_SECONDS
    outages.works(DATABASE)
    outages.works(DATABASE)
    assert told[1:] == [
        {"event": "it is back", "what": DATABASE, "level": "info", "seconds": 8.5, "times": 9}
    ]


def test_what_fails_again_at_once_is_not_back(
    outages: Outages, told: list[dict[str, Any]], clock: Clock
) -> None:
    fail(outages, told, "x", outage=DATABASE)
    for _ in range(10):
        outages.works(DATABASE)
        clock.now += STEADY_SECONDS - 0.1
        fail(outages, told, "x", outage=DATABASE)
    assert len(told) == 1


def test_who_knows_that_it_is_over_says_so(
    outages: Outages, told: list[dict[str, Any]], clock: Clock
) -> None:
    assert outages(None, "info", {"event": "up", "outage_over": BUS}) == {"event": "up"}
    fail(outages, told, "down", outage=BUS)
    clock.now += 3
    line = outages(None, "info", {"event": "up", "outage_over": BUS})
    assert line == {"event": "up", "seconds": 3.0, "times": 1}
    outages.ended(BUS)
    assert len(told) == 1


def test_each_failure_is_told_to_who_asks_for_all(
    outages: Outages, told: list[dict[str, Any]]
) -> None:
    outages.tells_all = True
    for _ in range(3):
        fail(outages, told, "down", outage=BUS)
    assert [line["level"] for line in told] == ["warning", "debug", "debug"]


def test_what_the_driver_warns_of_meanwhile_is_of_the_same_outage(
    outages: Outages, told: list[dict[str, Any]]
) -> None:
    fail(outages, told, "x", outage=DATABASE)
    fail(outages, told, "Failed to restore the pool connection floor", library="asyncpg.pool")
    assert len(told) == 1


def test_a_lock_or_a_mistake_is_no_outage() -> None:
    for error in (Busy("locked"), OtherHistory("another"), Faulty("23505", "no"), OSError("x")):
        assert because(error) == {"reason": str(error)}
