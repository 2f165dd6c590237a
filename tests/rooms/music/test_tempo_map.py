"""Beats to seconds and back (rules T2 and T3)."""

from math import log

import pytest

from rooms.music.tempo_map import TempoMap
from rooms.pauses import PAUSE_EVERY

RAMP = TempoMap([(0, 60, True), (4, 120, False)])
JUMP = TempoMap([(0, 60, False), (4, 120, False)])


def test_T3_a_tempo_holds_until_the_next_one() -> None:
    assert [JUMP.seconds_at(beat) for beat in (0, 2, 4, 6)] == [0, 2, 4, 5]


def test_T3_what_lies_before_the_song_has_its_first_tempo_and_glides_not() -> None:
    assert RAMP.seconds_at(-2) == -2
    assert RAMP.beat_at(-2) == -2


def test_T3_a_line_takes_the_integral_of_its_tempo() -> None:
    """60 / (60 + 15 x) over four beats."""
    assert RAMP.seconds_at(4) == pytest.approx(4 * log(2))
    assert RAMP.seconds_at(6) == pytest.approx(4 * log(2) + 1)


def test_T3_a_line_ends_at_the_left_of_two_and_the_right_one_counts_from_there() -> None:
    tempi = TempoMap([(0, 60, True), (4, 120, False), (4, 30, False)])
    assert tempi.seconds_at(4) == pytest.approx(4 * log(2))
    assert tempi.seconds_at(5) == pytest.approx(4 * log(2) + 2)


@pytest.mark.parametrize("next_beat", [4e-10, 5e-324, 0.0])
def test_T3_a_line_that_is_too_short_is_a_jump(next_beat: float) -> None:
    tempi = TempoMap([(0, 60, True), (next_beat, 120, False)])
    assert tempi.seconds_at(2) == pytest.approx(1)


def test_T3_a_line_with_nothing_behind_it_holds() -> None:
    assert TempoMap([(0, 60, True)]).seconds_at(1_000) == 1_000


def test_T3_a_line_between_equal_tempi_is_constant() -> None:
    assert TempoMap([(0, 90, True), (9, 90, False)]).seconds_at(3) == pytest.approx(2)


@pytest.mark.parametrize("tempi", [RAMP, JUMP], ids=["line", "jump"])
def test_T2_back_from_seconds_is_where_it_came_from(tempi: TempoMap) -> None:
    for quarter in range(-8, 40):
        beat = quarter / 4
        assert tempi.beat_at(tempi.seconds_at(beat)) == pytest.approx(beat)


def test_O12_of_a_state_tempi_are_in_order_of_time_and_side() -> None:
    tempi = {
        "c": {"time": 4, "slot": 1, "bpm": 30, "interp": "hold"},
        "b": {"time": 4, "slot": 0, "bpm": 120, "interp": "hold"},
        "z": {"time": 0, "slot": 0, "bpm": 60, "interp": "linear"},
    }
    tempo_map = TempoMap.of({"tempo": tempi})
    assert tempo_map.points == [(0, 60, True), (4, 120, False), (4, 30, False)]


def test_others_get_their_turn_while_a_long_map_is_made() -> None:
    pauses: list[None] = []
    TempoMap(((n, 90, False) for n in range(PAUSE_EVERY)), lambda: pauses.append(None))
    assert len(pauses) == 1
