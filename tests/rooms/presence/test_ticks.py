import math

import pytest

from rooms.presence.gathering import LONGEST_FULL_ROOM_GAP
from rooms.presence.ticks import (
    FIRST_MAX_GAP,
    LONGEST_GAP,
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
    assert not ticks.moved
    assert ticks.flush(1.0) == {}


@pytest.mark.parametrize(("hz", "at_least", "at_most"), [(60, 15, 18), (30, 28, 36), (10, 48, 48)])
def test_P3_a_busy_room_gathers_as_long_as_nobody_moves_twice(
    hz: int, at_least: float, at_most: float
) -> None:
    """Ten members at even rates, on a busy server, for some seconds."""
    ticks, now, gaps = Ticks(), 0.0, []
    members = [Mover(f"member {m}", ticks) for m in range(10)]
    moves = sorted((n / hz + m / hz / 10, m) for m in range(10) for n in range(hz * 5))
    for at, m in moves:
        while ticks.moved and (due := ticks.due(10, LONGEST_FULL_ROOM_GAP)) <= at:
            now = max(now, due)
            gaps.append(ticks.max_gap * 1_000)
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
    assert not ticks.moved
    ann.move(Presence(tool="pencil"))
    assert ticks.due(20) == pytest.approx(10.0 + least_gap(20))
    assert ticks.due(2) == 10.0


def test_P3_gaps_that_are_no_whole_milliseconds_are_kept_on_the_average() -> None:
    """A timer comes with the next millisecond; one that comes later still begins a new count."""
    ticks, gap, now = Ticks(), 0.0075, 10.0
    who = Mover("mem_ann", ticks)
    ticks.flush(now, also=True)
    came = []
    for _ in range(40):
        who.move(Presence(cursor=Cursor(1.0)))
        ticks.awaited_for = ticks.last_tick_at + gap
        now = math.ceil(ticks.awaited_for * 1_000 - 1e-6) / 1_000
        ticks.flush(now)
        came.append(now)
    assert came[-1] - 10.0 == pytest.approx(40 * gap)
    ticks.awaited_for = ticks.last_tick_at + gap
    who.move(Presence(cursor=Cursor(2.0)))
    ticks.flush(late := ticks.awaited_for + 0.002)
    assert ticks.last_tick_at == late


def test_P3_an_empty_flush_puts_no_tick_off() -> None:
    ticks = Ticks()
    ticks.flush(10.0)
    Mover("ann", ticks).move(Presence(tool="knife"))
    assert ticks.due(500) == float("-inf")
