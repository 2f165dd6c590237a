import pytest

from rooms.presence import LONGEST_GAP_SECONDS, NOWHERE, Ticks, merge, tick_gap
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
    ticks.move("ann", Presence(cursor=Cursor(1.0)))
    ticks.move("ann", Presence(tool="knife"))
    ticks.move("ann", Presence(cursor=Cursor(3.0)))
    ticks.move("bob", Presence(tool=None))
    assert ticks.flush(1.0) == {
        "ann": Presence(cursor=Cursor(3.0), tool="knife"),
        "bob": Presence(tool=None),
    }
    assert ticks.flush(2.0) == {}


def test_P2_who_went_is_in_no_tick() -> None:
    ticks = Ticks()
    ticks.move("ann", Presence(tool="knife"))
    ticks.forget("ann")
    ticks.forget("nobody")
    assert ticks.due(9) is None
    assert ticks.flush(1.0) == {}


@pytest.mark.parametrize(
    ("members", "gap"),
    [(0, 0), (1, 0), (2, 0), (3, 0.003), (20, 0.02), (50, 0.05), (51, 0.05), (500, 0.05)],
)
def test_P3_the_gap_grows_with_the_room(members: int, gap: float) -> None:
    assert tick_gap(members) == pytest.approx(gap)


def test_P3_the_gap_never_shrinks_as_a_room_grows() -> None:
    gaps = [tick_gap(members) for members in range(600)]
    assert gaps == sorted(gaps)
    assert max(gaps) == LONGEST_GAP_SECONDS == 0.05


def test_P3_a_room_that_was_quiet_ticks_at_once() -> None:
    ticks = Ticks()
    assert ticks.due(500) is None
    ticks.move("ann", Presence(tool="knife"))
    due = ticks.due(500)
    assert due is not None
    assert due <= 0


def test_P3_the_next_tick_is_a_gap_after_the_last() -> None:
    ticks = Ticks()
    ticks.move("ann", Presence(tool="knife"))
    ticks.flush(10.0)
    assert ticks.due(20) is None
    ticks.move("ann", Presence(tool="pencil"))
    assert ticks.due(20) == pytest.approx(10.02)
    assert ticks.due(2) == 10.0


def test_P3_an_empty_flush_puts_no_tick_off() -> None:
    ticks = Ticks()
    ticks.flush(10.0)
    ticks.move("ann", Presence(tool="knife"))
    assert ticks.due(500) == float("-inf")
