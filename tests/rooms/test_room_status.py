"""What a room says of its media: all to who comes in, and to everyone what is new."""

import random

from hypothesis import given
from hypothesis import strategies as st

from rooms.document.document import Document
from rooms.effects import Send
from rooms.room import Room
from schema.entities import empty_state
from schema.messages import MediaStatuses, Position

TAKE, HASH = "e3a1c5d7-40b9-4d7e-8a26-1c9f7b3e5d02", "ab" * 32


def new_room() -> Room:
    return Room("p", Document(empty_state("Song")), Position("e", 0))


def told(room: Room, **statuses: str | None) -> dict[str, str | None] | None:
    """What everyone hears; None: nothing."""
    effects = room.set_media(statuses)
    if not effects:
        return None
    [send] = effects
    assert isinstance(send, Send)
    message = send.packet.message
    assert isinstance(message, MediaStatuses)
    return message.statuses


def test_L2_only_what_is_new_is_told() -> None:
    room = new_room()
    assert told(room, **{TAKE: "announced", HASH: "available"}) == {TAKE: "announced"}
    assert told(room, **{TAKE: "announced", HASH: None}) is None
    assert told(room, **{TAKE: "uploading"}) == {TAKE: "uploading"}
    assert told(room, **{TAKE: "available"}) == {TAKE: "available"}
    assert told(room, **{TAKE: "available"}) is None
    assert not room.pending_media


def test_L2_what_no_row_names_any_more_is_told_as_null() -> None:
    room = new_room()
    told(room, **{TAKE: "failed", HASH: "failed"})
    assert told(room, **{TAKE: None}) == {TAKE: None}
    assert set(room.pending_media) == {HASH}


STATUS = st.sampled_from([None, "announced", "uploading", "available", "failed"])


@given(st.lists(st.dictionaries(st.sampled_from("abc"), STATUS), max_size=12), st.randoms())
def test_L1_L2_who_heard_all_knows_what_who_comes_in_is_told(
    rounds: list[dict[str, str | None]], chance: random.Random
) -> None:
    room, known = new_room(), dict[str, str]()
    for statuses in rounds:
        if chance.random() < 0.2:
            known = dict(room.joining.status.media)  # joined anew
        for key, status in (told(room, **statuses) or {}).items():
            if status in (None, "available"):
                known.pop(key, None)
            else:
                assert status is not None
                known[key] = status
        assert known == room.joining.status.media
