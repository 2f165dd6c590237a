import math
import random
from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

import pytest

from rooms.presence.gathering import LONGEST_FULL_ROOM_GAP
from rooms.presence.ticks import (
    FIRST_MAX_GAP,
    LEAST_FULL_GAP,
    LONGEST_GAP,
    LONGEST_OF_GAP,
    NOWHERE,
    SHORTEST_MAX_GAP,
    Mover,
    Ticks,
    least_gap,
    merge,
    next_max_gap,
    tick_gap,
)
from schema.messages import Cursor, Playhead, Presence, View


def test_P1_presence_changes_the_fields_it_names() -> None:
    before = Presence(cursor=Cursor(1.0), tool="pencil", selection=["clip_one"])
    after = merge(before, Presence(cursor=Cursor(2.0), playhead=Playhead(0.0, True)))
    assert after == Presence(
        cursor=Cursor(2.0),
        tool="pencil",
        selection=["clip_one"],
        playhead=Playhead(0.0, True),
    )


def test_P1_null_clears_a_field() -> None:
    full = Presence(Cursor(1.0), View(0.0, 4.0), "pencil", ["clip_one"], Playhead(0.0, True), 5.0)
    empty = Presence(cursor=None, view=None, tool=None, selection=None, playhead=None)
    assert merge(full, empty) == Presence(None, None, None, None, None, 5.0)


def test_P1_naming_nothing_changes_nothing() -> None:
    full = Presence(Cursor(1.0), View(0.0, 4.0), "pencil", ["clip_one"], Playhead(0.0, True), 5.0)
    assert merge(full, NOWHERE) == full
    assert merge(NOWHERE, full) == full


def test_P2_a_tick_tells_the_latest_of_who_moved() -> None:
    ticks = Ticks()
    ann, bob = Mover("ann", ticks), Mover("bob", ticks)
    ann.move(Presence(cursor=Cursor(1.0)))
    ann.move(Presence(tool="knife"))
    ann.move(Presence(cursor=Cursor(3.0)))
    bob.move(Presence(tool=None))
    assert ticks.flush(1.0) == {
        "ann": Presence(cursor=Cursor(3.0), tool="knife"),
        "bob": Presence(tool=None),
    }
    assert ticks.flush(2.0) == {}
    assert ann.presence == Presence(cursor=Cursor(3.0), tool="knife")


def test_P2_who_went_is_in_no_tick() -> None:
    ticks = Ticks()
    ann = Mover("ann", ticks)
    ann.move(Presence(tool="knife"))
    ticks.forget(("ann", "nobody"))
    assert not ticks.moved_members
    assert ticks.flush(1.0) == {}


@pytest.mark.parametrize(("hz", "at_least", "at_most"), [(60, 15, 18), (30, 28, 36), (10, 44, 48)])
def test_P3_a_busy_room_gathers_as_long_as_nobody_moves_twice(
    hz: int, at_least: float, at_most: float
) -> None:
    """Ten members at even rates, on a busy server, for some seconds."""
    ticks, now, gaps = Ticks(), 0.0, []
    members = [Mover(f"member {m}", ticks) for m in range(10)]
    moves = sorted((n / hz + m / hz / 10, m) for m in range(10) for n in range(hz * 5))
    for at, m in moves:
        while ticks.moved_members and (due := ticks.due(10, LONGEST_FULL_ROOM_GAP)) <= at:
            now = max(now, due)
            gaps.append((now - ticks.last_tick_at) * 1_000)
            ticks.flush(now)
        now = at
        members[m].move(Presence(tool="knife"))
    settled = gaps[len(gaps) // 2 :]
    assert at_least <= sum(settled) / len(settled) <= at_most


@pytest.mark.parametrize("max_gap", [SHORTEST_MAX_GAP, FIRST_MAX_GAP, LONGEST_GAP])
def test_P3_no_load_makes_a_room_gather_past_its_max_gap(max_gap: float) -> None:
    for members in (2, 50, 500):
        assert tick_gap(members, LONGEST_FULL_ROOM_GAP, max_gap) == max_gap


def test_P3_the_reach_is_bounded() -> None:
    max_gap = FIRST_MAX_GAP
    for _ in range(100):
        max_gap = next_max_gap(max_gap, overwritten=False)
    assert max_gap == LONGEST_GAP
    for _ in range(100):
        max_gap = next_max_gap(max_gap, overwritten=True)
    assert max_gap == SHORTEST_MAX_GAP


def test_P3_a_room_that_was_quiet_ticks_at_once() -> None:
    ticks = Ticks()
    Mover("ann", ticks).move(Presence(tool="knife"))
    due = ticks.due(500)
    assert due <= 0


def test_P3_the_next_tick_is_a_gap_after_the_last() -> None:
    ticks = Ticks()
    ann = Mover("ann", ticks)
    ann.move(Presence(tool="knife"))
    ticks.flush(10.0)
    assert not ticks.moved_members
    ann.move(Presence(tool="pencil"))
    assert ticks.due(20) == pytest.approx(10.0 + least_gap(20))
    assert ticks.due(2) == 10.0


def told(moves: Sequence[tuple[float, int]], members: int) -> tuple[list[float], list[float]]:
    """When the ticks went of movers who move at these times, and how long each move waited.

    As `LiveRoom` does it, with a clock of its own: a timer comes with the next millisecond.
    """
    ticks = Ticks()
    movers = [Mover(f"mem_{n}", ticks) for n in range(members)]
    went, waited, came, timer = list[float](), list[float](), list[float](), float("inf")

    def tick(now: float) -> None:
        waited.extend(now - at for at in came)
        came.clear()
        ticks.is_awaited = False
        ticks.flush(now)
        went.append(now)

    for at, who in moves:
        if timer <= at and ticks.is_awaited_at(timer):
            tick(timer)
        came.append(at)
        if not movers[who].move(Presence(cursor=Cursor(at))):
            continue
        due = ticks.due(members)
        if due <= at and at - ticks.last_tick_at >= 0.0009:
            tick(at)
        elif not ticks.is_awaited:
            ticks.wait_until(due)
            timer = math.ceil(max(due, at) * 1_000) / 1_000
    return went, waited


def steady(members: int, seconds: float, a_second: float = 30.0) -> list[tuple[float, int]]:
    """Each moves so often, all at times of their own."""
    chance = random.Random(members)
    first = [chance.random() / a_second for _ in range(members)]
    moves = int(seconds * a_second)
    return sorted((at + n / a_second, who) for who, at in enumerate(first) for n in range(moves))


def test_P3_where_many_move_a_tick_goes_with_the_last_of_as_many_as_move_in_a_gap() -> None:
    went, waited = told(steady(50, 20.0), 50)
    went = went[100:]  # it knows by then how often they move
    between = [after - before for before, after in pairwise(went)]
    assert mean(between) == pytest.approx(LEAST_FULL_GAP, rel=0.02)
    assert max(between) <= LONGEST_OF_GAP * LEAST_FULL_GAP + 0.001
    half_between_moves = 0.5 / (50 * 30.0)
    assert mean(waited) == pytest.approx(LEAST_FULL_GAP / 2 - half_between_moves, rel=0.05)


def test_P3_where_few_move_a_tick_goes_after_its_gap() -> None:
    went, waited = told([(at, who % 3) for at, who in steady(6, 10.0, 20.0)], 50)
    assert max(waited) <= LEAST_FULL_GAP + 0.001
    assert min(after - before for before, after in pairwise(went)) >= LEAST_FULL_GAP - 1e-9


def test_P3_a_room_that_was_quiet_for_a_minute_soon_knows_how_often_its_members_move() -> None:
    moves = [(at + 60.0, who) for at, who in steady(50, 1.0)]
    went, _ = told([(0.0, 0), *moves], 50)
    first = [at for at in went if 60.0 < at <= 60.1]
    assert len(first) <= 30  # 12 later on


def test_P3_one_who_moves_between_enough_and_its_timer_is_not_told_before_time() -> None:
    """The timer of a tick that has gone is nobody's."""
    ticks = Ticks()
    ticks.wait_until(10.0)
    assert not ticks.is_awaited_at(9.999)
    assert ticks.is_awaited_at(10.0)
    ticks.wait_until(10.012)
    assert not ticks.is_awaited_at(10.001)


def test_P3_an_empty_flush_puts_no_tick_off() -> None:
    ticks = Ticks()
    ticks.flush(10.0)
    Mover("ann", ticks).move(Presence(tool="knife"))
    assert ticks.due(500) == float("-inf")
