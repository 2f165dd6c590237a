"""Alarms that a fault explains, alarms that none does; and memory that grows."""

from loadtest.chaos.node_watch import (
    ALARMING,
    EXPLAINED_SECONDS,
    GROWTH_MB,
    HIGHEST_MB,
    MemorySample,
    SeenAlarm,
    false_alarms,
    memory_report,
)
from loadtest.checking.history import Happening, What
from server.metrics import counter_catalogue

HISTORY = [
    Happening(What.FAULT, "chaos", 10.0, text="postgres_failover_asynchronous"),
    Happening(What.HEALED, "chaos", 12.0, text="postgres_failover_asynchronous: standby-1"),
    Happening(What.FAULT, "chaos", 40.0, text="node_killed"),
    Happening(What.HEALED, "chaos", 41.0, text="node_killed: node-1"),
]
EXPLAINS = {"postgres_failover_asynchronous": frozenset({"journal_went_back"})}


def alarm(at: float, kind: str = "journal_went_back") -> SeenAlarm:
    return SeenAlarm(at, "node-1", kind, 1.0)


def test_the_counters_that_call_an_operator_are_those_of_the_server() -> None:
    assert set(counter_catalogue.ALARMING) <= set(ALARMING)


def test_an_alarm_during_what_explains_it_and_soon_after_is_true() -> None:
    true = [alarm(10.5), alarm(12.0 + EXPLAINED_SECONDS)]
    assert false_alarms(true, HISTORY, EXPLAINS) == []


def test_any_other_alarm_is_false() -> None:
    false = [alarm(9.0), alarm(30.0), alarm(40.5), alarm(11.0, "task_failed")]
    assert false_alarms(false, HISTORY, EXPLAINS) == false


def test_a_node_that_grows_or_holds_too_much_is_told() -> None:
    looks = {
        "flat": [MemorySample(1.0, 7, 70.0), MemorySample(9.0, 7, 80.0)],
        "grown": [MemorySample(1.0, 7, 70.0), MemorySample(9.0, 7, 71.0 + GROWTH_MB)],
        "huge": [
            MemorySample(1.0, 7, 70.0),
            MemorySample(5.0, 7, HIGHEST_MB + 1),
            MemorySample(9.0, 8, 70.0),
        ],
    }
    report, problems = memory_report(looks, warm_at=0.5)
    assert report["flat"] == {"warm_mb": 70.0, "end_mb": 80.0, "most_mb": 80.0}
    assert [problem.split()[0] for problem in problems] == ["grown", "huge"]


def test_the_life_of_the_end_is_compared_with_its_own_beginning() -> None:
    looks = {
        "killed": [
            MemorySample(1.0, 7, 10.0),
            MemorySample(5.0, 8, 200.0),
            MemorySample(9.0, 8, 210.0),
        ]
    }
    assert memory_report(looks, warm_at=0.5)[1] == []
