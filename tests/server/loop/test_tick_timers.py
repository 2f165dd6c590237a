"""Rooms that tick together, on a loop whose time stands still."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from server.loop.tick_timers import GRID_SECONDS, TickTimers


class StillLoop:
    def __init__(self) -> None:
        self.soon: list[Callable[[], None]] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []
        self.failed: list[dict[str, Any]] = []

    def time(self) -> float:
        return 10.0

    def call_soon(self, do: Callable[..., None], *args: object) -> None:
        self.soon.append(lambda: do(*args))

    def call_at(self, when: float, do: Callable[..., None], *args: object) -> None:
        self.timers.append((when, lambda: do(*args)))

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.failed.append(context)


def ticking() -> tuple[StillLoop, TickTimers]:
    loop = StillLoop()
    return loop, TickTimers(cast("Any", loop))


def test_P3_what_is_due_comes_soon() -> None:
    loop, timers = ticking()
    ticked: list[float] = []
    timers.at(float("-inf"), ticked.append)
    timers.at(10.0, ticked.append)
    assert not ticked
    assert not loop.timers
    for do in loop.soon:
        do()
    assert ticked == [10.0, 10.0]  # late by nothing: nobody waited


def test_P3_ticks_of_one_step_share_a_timer_and_none_comes_early() -> None:
    loop, timers = ticking()
    ticked: list[str] = []

    def note(name: str, _: float) -> None:
        ticked.append(name)

    due = {"ann": 10.0111, "bob": 10.0119, "cid": 10.0121}
    for name, at in due.items():
        timers.at(at, partial(note, name))
    assert len(loop.timers) == 2
    for when, do in loop.timers:
        before = len(ticked)
        do()
        for name in ticked[before:]:
            assert due[name] <= when < due[name] + GRID_SECONDS
    assert ticked == ["ann", "bob", "cid"]


def test_P3_a_gap_of_whole_steps_is_no_step_longer() -> None:
    """However the sum is rounded."""
    loop, timers = ticking()
    for step in range(10_001, 12_000):
        timers.at(step * GRID_SECONDS + 0.007, lambda _: None)
    assert [round(when / GRID_SECONDS) for when, _ in loop.timers] == [*range(10_008, 12_007)]


def test_P3_ticks_with_many_writes_do_not_wait_for_each_other() -> None:
    """But a room is put off by two steps at most, and small ones by none."""
    loop, timers = ticking()
    ticked: list[str] = []

    def note(name: str, _: float) -> None:
        ticked.append(name)

    for number in range(5):
        timers.at(10.010, partial(note, f"large {number}"), 50)
    for number in range(14):
        timers.at(10.010, partial(note, f"small {number}"), 1)
    steps = {}
    for when, do in loop.timers:
        ticked.clear()
        do()
        steps[round((when - 10.010) / GRID_SECONDS)] = [name.split()[0] for name in ticked]
    assert steps == {0: ["large"] + ["small"] * 14, 1: ["large"], 2: ["large"] * 3}
    timers.at(10.010, partial(note, "again"), 50)
    assert round(loop.timers[-1][0] / GRID_SECONDS) == 10_010  # nothing is left of it


def test_a_tick_that_fails_holds_up_no_other() -> None:
    loop, timers = ticking()
    ticked: list[float] = []

    def fail(_: float) -> None:
        raise ValueError("a mistake")

    timers.at(10.5, fail)
    timers.at(10.5, ticked.append)
    [(_, do)] = loop.timers
    do()
    assert ticked == [10.5]
    assert [str(context["exception"]) for context in loop.failed] == ["a mistake"]
    timers.at(10.5, ticked.append)
    assert len(loop.timers) == 2  # a step that is over begins anew
