"""What is pointed at comes first."""

from rooms.changes.link_order import Named, in_order_of_links
from rooms.pauses import PAUSE_EVERY, no_pause
from tests.rooms.songs import MASTER, song

STATE = song().collections


def test_each_comes_after_what_it_leads_to_however_far() -> None:
    wanted: list[Named] = [
        ("point_one", "points"),
        ("note_one", "notes"),
        ("tr_bass_", "tracks"),
        ("lane_vol", "lanes"),
        ("clip_bass", "clips"),
        ("tr_group", "tracks"),
    ]
    order = [name for name, _ in in_order_of_links(wanted, STATE, no_pause)]
    assert sorted(order) == sorted(name for name, _ in wanted)
    for before, after in (
        ("tr_group", "tr_bass_"),
        ("tr_bass_", "clip_bass"),
        ("clip_bass", "note_one"),
        ("tr_bass_", "lane_vol"),
        ("lane_vol", "point_one"),
    ):
        assert order.index(before) < order.index(after)


def test_a_channel_comes_after_its_sends_and_what_they_reach() -> None:
    wanted: list[Named] = [
        ("send_bass", "sends"),
        ("ch_bass_", "channels"),
        ("ch_reverb", "channels"),
        (MASTER, "channels"),
    ]
    order = [name for name, _ in in_order_of_links(wanted, STATE, no_pause)]
    assert order == [MASTER, "ch_reverb", "send_bass", "ch_bass_"]


def test_only_what_is_wanted_is_named_though_the_way_leads_over_others() -> None:
    """From the note to the track goes by the clip, which nobody asked for."""
    wanted: list[Named] = [("note_one", "notes"), ("tr_group", "tracks")]
    assert in_order_of_links(wanted, STATE, no_pause) == wanted[::-1]


def test_what_is_not_in_the_state_leads_nowhere() -> None:
    wanted: list[Named] = [("gone_one", "notes"), ("note_one", "notes")]
    assert in_order_of_links(wanted, STATE, no_pause) == wanted


def test_others_get_their_turn_on_a_long_way() -> None:
    chain = {f"track_{n:04}": {"parent": f"track_{n + 1:04}"} for n in range(PAUSE_EVERY)}
    pauses: list[None] = []
    in_order_of_links([("track_0000", "tracks")], {"tracks": chain}, lambda: pauses.append(None))
    assert len(pauses) == 1
