"""Values that others show while they gesture: laid over the copy, and gone when the gesture is."""

from typing import Any

from prime_client.copy.room_gestures import RoomGestures

FADER: dict[str, Any] = {"volume": 0.5, "pan": 0.5}
RIDE = {"ben": {"ride": {"master": {"col": "channels", "props": {"volume": 0.8}}}}}


def test_G1_the_latest_of_each_property_is_laid_over_the_entity() -> None:
    gestures = RoomGestures()
    gestures.take(RIDE, {"ben"})
    gestures.take(
        {"ben": {"ride": {"master": {"col": "channels", "props": {"pan": 0.1}}}}}, {"ben"}
    )
    assert gestures.laid_over("master", FADER) == {"volume": 0.8, "pan": 0.1}
    assert gestures.laid_over("another", FADER) == FADER
    assert FADER == {"volume": 0.5, "pan": 0.5}


def test_G1_leaves_of_params_are_laid_over_one_by_one() -> None:
    gestures = RoomGestures()
    device = {"name": "EQ", "params": {"gain": 0.1, "freq": 0.2}}
    turn = {"ben": {"turn": {"eq": {"col": "devices", "props": {"params": {"gain": 0.9}}}}}}
    gestures.take(turn, {"ben"})
    assert gestures.laid_over("eq", device)["params"] == {"gain": 0.9, "freq": 0.2}


def test_what_we_show_ourselves_and_what_strangers_show_is_not_taken() -> None:
    gestures = RoomGestures()
    gestures.take(RIDE, {"ann"})
    assert gestures.values_by_member == {}


def test_a_gesture_that_ends_shows_nothing_more() -> None:
    gestures = RoomGestures()
    gestures.take(RIDE, {"ben"})
    gestures.take({"ben": {"ride": None}}, {"ben"})
    assert gestures.values_by_member == {}
    assert gestures.laid_over("master", FADER) == FADER


def test_members_show_what_they_showed_when_we_came_until_they_leave() -> None:
    gestures = RoomGestures()
    gestures.joined([{"member": "ben", "gestures": RIDE["ben"]}, {"member": "ann"}])
    assert gestures.laid_over("master", FADER)["volume"] == 0.8
    gestures.end_of("ben")
    assert gestures.values_by_member == {}
