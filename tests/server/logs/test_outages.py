"""An outage is two lines: it began, and it is over and how long it took."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from persistence.errors import Busy, Faulty, OtherHistory, Unavailable
from server.logs import outages as outages_module
from server.logs.outages import BUS, DATABASE, DATABASE_IS_OUT, STEADY_SECONDS, Outages, because

UseLevel = Callable[[int], None]


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
def told() -> list[dict[str, Any]]:
    """What reaches the log."""
    return []


@pytest.fixture
def use_level(
    outages: Outages, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> UseLevel:
    """From now on nothing below that level goes into `told`, as in a server."""

    def kept(_logger: Any, _name: str, line: Any) -> str:
        told.append(dict(line))
        return ""

    def use(level: int) -> None:
        log = structlog.wrap_logger(
            structlog.testing.CapturingLogger(),
            processors=[structlog.processors.add_log_level, outages, kept],
            wrapper_class=structlog.make_filtering_bound_logger(level),
        )
        monkeypatch.setattr("server.logs.outages.log", log)

    return use


@pytest.fixture(autouse=True)
def _at_info(use_level: UseLevel) -> None:
    use_level(logging.INFO)


def fail(event: str, **said: Any) -> None:
    outages_module.log.warning(event, **said)


def test_failures_of_one_outage_are_one_line_and_its_end_is_another(
    outages: Outages, told: list[dict[str, Any]], clock: Clock
) -> None:
    for second in range(9):
        clock.now = 100.0 + second
        fail(f"failed {second}", **because(Unavailable("refused")))
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
        {"event": "it is back", "what": DATABASE, "level": "warning", "seconds": 8.5, "times": 9}
    ]


def test_what_fails_again_at_once_is_not_back(
    outages: Outages, told: list[dict[str, Any]], clock: Clock
) -> None:
    fail("x", outage=DATABASE)
    for _ in range(10):
        outages.works(DATABASE)
        clock.now += STEADY_SECONDS - 0.1
        fail("x", outage=DATABASE)
    assert len(told) == 1


def test_who_knows_that_it_is_over_says_so(
    outages: Outages, told: list[dict[str, Any]], clock: Clock
) -> None:
    assert not outages.ended(BUS)
    fail("down", outage=BUS)
    clock.now += 3
    assert outages.ended(BUS, "up", shards=2)
    line = {"event": "up", "level": "warning", "what": BUS, "shards": 2, "seconds": 3.0, "times": 1}
    assert told[1:] == [line]
    assert not outages.ended(BUS)
    assert len(told) == 2


@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO, logging.WARNING])
def test_each_of_several_outages_is_two_lines_at_any_level_that_tells_its_beginning(
    outages: Outages, told: list[dict[str, Any]], use_level: UseLevel, level: int
) -> None:
    use_level(level)
    for _ in range(2):
        fail("down", outage=BUS)
        outages.ended(BUS)
    assert [line["event"] for line in told] == ["down", "it is back"] * 2


def test_an_outage_whose_end_no_level_tells_is_over_all_the_same(
    outages: Outages, told: list[dict[str, Any]], use_level: UseLevel
) -> None:
    fail("down", outage=BUS)
    use_level(logging.ERROR)
    outages.ended(BUS)
    fail("down and not told", outage=BUS)
    outages.ended(BUS)
    use_level(logging.WARNING)
    fail("down again", outage=BUS)
    assert [line["event"] for line in told] == ["down", "down again"]


def test_each_failure_is_told_to_who_asks_for_all(
    outages: Outages, told: list[dict[str, Any]]
) -> None:
    outages.tells_all = True
    for _ in range(3):
        fail("down", outage=BUS)
    assert [line["level"] for line in told] == ["warning", "debug", "debug"]


def test_what_the_driver_warns_of_meanwhile_is_of_the_same_outage(
    told: list[dict[str, Any]],
) -> None:
    fail("x", outage=DATABASE)
    fail("Failed to restore the pool connection floor", library="asyncpg.pool")
    assert len(told) == 1


@pytest.mark.parametrize(
    ("library", "event"),
    [
        ("asyncpg.pool", "Pool.close() is taking over 60 seconds to complete."),
        ("asyncpg.connection", "a certificate is too old"),
        ("redis", "Failed to restore the pool connection floor"),
    ],
)
def test_what_else_a_library_warns_of_begins_no_outage(
    outages: Outages, told: list[dict[str, Any]], library: str, event: str
) -> None:
    fail(event, library=library)
    assert [line["event"] for line in told] == [event]
    assert not outages.ended(DATABASE)


def test_a_lock_or_a_mistake_is_no_outage() -> None:
    for error in (Busy("locked"), OtherHistory("another"), Faulty("23505", "no"), OSError("x")):
        assert because(error) == {"reason": str(error)}
