"""The search for a capacity, on servers whose capacity is known: arithmetic alone."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.load.capacity_search import Search, StepResult, around, rooms_near

PASSED, FAILED, VOID = StepResult.PASSED, StepResult.FAILED, StepResult.VOID
Server = Callable[[float], tuple[StepResult, float]]
"""From a load to the result, and to percent of the server's core."""


def of_capacity(capacity: float, generator: float = float("inf")) -> Server:
    """A server that carries so much, offered by a generator that can make so much."""

    def step(load: float) -> tuple[StepResult, float]:
        percent = min(100.0, load / capacity * 100)
        if load > generator:
            return VOID, percent
        return (PASSED if load <= capacity else FAILED), percent

    return step


def found(search: Search, server: Server, steps: int = 60) -> list[float]:
    """Search to the end; the loads that were tried."""
    tried: list[float] = []
    while not search.is_done:
        assert len(tried) < steps, "it does not come to an end"
        tried.append(search.load)
        search.take(*server(search.load))
    return tried


@given(st.floats(0.2, 5_000), st.integers(1, 60))
def test_it_finds_what_is_carried_to_five_percent(capacity: float, first: int) -> None:
    search = Search(float(first), most=8_000)
    found(search, of_capacity(capacity))
    assert search.carried <= capacity
    grain = 1.0 if search.carried >= 20 else 0.1
    assert capacity < search.carried * 1.05 + 1.5 * grain
    assert not search.is_at_least


def test_it_takes_few_steps() -> None:
    for capacity in (2.2, 5.6, 27.0, 400.0, 640.0):
        search = Search(1.0, most=8_000)
        assert len(found(search, of_capacity(capacity))) <= 14
        again = around(search.carried, most=8_000)
        assert len(found(again, of_capacity(capacity))) <= 6
        assert again.carried == pytest.approx(search.carried, rel=0.06)


@pytest.mark.parametrize("seed", range(40))
def test_one_hiccup_decides_nothing(seed: int) -> None:
    """One step in ten fails or is void for no reason, but never twice in a row."""
    draw, server, hiccup = random.Random(seed), of_capacity(300.0), False

    def sometimes(load: float) -> tuple[StepResult, float]:
        nonlocal hiccup
        hiccup = not hiccup and draw.random() < 0.1
        return (draw.choice((FAILED, VOID)), 50.0) if hiccup else server(load)

    search = Search(4.0, most=8_000)
    found(search, sometimes)
    assert 300 / 1.06 <= search.carried <= 300
    assert not search.is_at_least


def test_a_step_must_fail_twice_and_pass_once() -> None:
    search = Search(100.0, most=1_000)
    search.take(FAILED, 50.0)
    assert search.load == 100
    search.take(PASSED, 50.0)
    assert (search.carried, search.fails) == (100, 0)
    load = search.load
    search.take(FAILED, 90.0)
    search.take(VOID, 90.0)
    assert search.load == load
    search.take(FAILED, 90.0)
    assert search.beyond == load
    assert not search.is_at_least


def test_where_the_generator_ends_a_capacity_is_at_least_that() -> None:
    search = Search(10.0, most=1_000)
    found(search, of_capacity(900.0, generator=500.0))
    assert 500 / 1.05 - 1 <= search.carried <= 500
    assert search.is_at_least
    search = Search(10.0, most=1_000)
    found(search, of_capacity(400.0, generator=500.0))
    assert 400 / 1.05 - 1 <= search.carried <= 400
    assert not search.is_at_least


def test_no_more_is_offered_than_there_may_be_connections() -> None:
    search = Search(10.0, most=160)
    assert max(found(search, of_capacity(1_000.0))) == 160
    assert (search.carried, search.is_at_least) == (160, True)


def test_a_server_that_carries_nothing_has_no_capacity() -> None:
    search = Search(4.0, most=160)
    found(search, of_capacity(0.01))
    assert (search.carried, search.is_at_least) == (0, False)
    again = around(0.0, most=160)
    found(again, of_capacity(0.01))
    assert again.carried == 0


def test_processor_time_tells_how_far_to_go() -> None:
    nearly, half, idle = Search(10.0, 1_000), Search(10.0, 1_000), Search(10.0, 1_000)
    nearly.take(PASSED, 95.0)
    half.take(PASSED, 50.0)
    idle.take(PASSED, 2.0)
    assert (nearly.load, half.load, idle.load) == (13, 22, 40)


def test_below_twenty_rooms_one_may_move_at_tenths() -> None:
    assert [rooms_near(load) for load in (0.01, 2.234, 19.96, 20.4, 311.7)] == [
        *(0.1, 2.2, 20.0, 20.0, 312.0)
    ]


def test_a_search_that_learns_little_ends_with_what_it_has() -> None:
    search, turn = Search(4.0, most=8_000), 0
    while not search.is_done:
        turn += 1
        search.take(PASSED if turn % 3 == 0 else VOID, 5.0 if turn < 6 else 84.0)
    assert search.steps == 24
    assert search.is_at_least
    assert search.carried > 4
