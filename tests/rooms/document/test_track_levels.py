"""How many levels of tracks lie in a track, kept as tracks come, go and move."""

from rooms.document.track_levels import TOO_DEEP, TrackLevels
from schema.entities import TRACK_DEPTH


def test_a_track_by_itself_is_one_level_whether_it_is_there_or_not() -> None:
    levels = TrackLevels()
    levels.add("a", None)
    assert (levels.of("a"), levels.of("nobody")) == (1, 1)


def test_children_may_come_before_their_parents() -> None:
    levels = TrackLevels()
    for track, parent in (("c", "b"), ("b", "a"), ("a", None)):
        levels.add(track, parent)
    assert [levels.of(track) for track in "abc"] == [3, 2, 1]


def test_the_deepest_child_counts_and_the_next_one_when_it_goes() -> None:
    levels = TrackLevels()
    for track, parent in (("a", None), ("b", "a"), ("c", "b"), ("d", "a")):
        levels.add(track, parent)
    levels.discard("c")
    assert levels.of("a") == 2
    levels.discard("b")
    assert levels.of("a") == 2
    levels.discard("d")
    assert levels.of("a") == 1


def test_past_what_is_too_deep_nothing_is_counted() -> None:
    levels = TrackLevels()
    for n in range(TRACK_DEPTH + 5):
        levels.add(f"{n}", f"{n - 1}" if n else None)
    assert levels.of("0") == TOO_DEEP == TRACK_DEPTH + 1


def test_when_all_are_gone_nothing_is_left_of_them() -> None:
    levels = TrackLevels()
    tracks = (("a", None), ("b", "a"), ("c", "b"))
    for track, parent in tracks:
        levels.add(track, parent)
    for track, _ in reversed(tracks):
        levels.discard(track)
    assert levels.maps() == ({}, {})
