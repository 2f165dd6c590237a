"""What a clip plays is here, or pending: as the server says of audio files, by id or by hash."""

from typing import Any

import pytest

from prime_client.copy.replica import Replica
from prime_client.copy.state_ops import State
from prime_client.events import MediaChanged
from tests.client.model_server import decoded, encoded, member_named, new_state

TAKE, HASH = "e3a1c5d7-40b9-4d7e-8a26-1c9f7b3e5d02", "ab" * 32


def song() -> State:
    state = new_state()
    state["media"] = {
        "media_by_id": {"audioFile": TAKE, "sha256": HASH},
        "media_by_hash": {"audioFile": None, "sha256": HASH},
        "media_by_path": {"audioFile": None, "sha256": None, "path": "audio/loop.wav"},
    }
    media = {"by_id": "media_by_id", "by_hash": "media_by_hash", "by_path": "media_by_path"}
    state["clips"] = {f"clip_{name}": {"media": medium} for name, medium in media.items()}
    state["clips"]["clip_silent"] = {"media": None}
    return state


def replica(media: dict[str, str], position: dict[str, Any] | None = None) -> Replica:
    made = Replica("p", lambda: "delta-0001", decoded, check_digests=False)
    come_in(made, media)
    data = encoded(song())
    made.receive({"t": "state", "project": "p", "part": 0, "parts": 1, "data": data})
    return made


def come_in(one: Replica, media: dict[str, str], *, resumed: bool = False) -> list[Any]:
    one.join_message("j1")
    joined = {"t": "joined", "id": "j1", "you": "ann", "role": "editor", "head": 0}
    joined |= {"members": [member_named("ann")], "position": {"epoch": "e", "seq": 0}}
    joined |= {"resumed": resumed, "parts": 0 if resumed else 1, "media": media}
    return one.receive(joined | {"project": "p"})


def said(one: Replica, **statuses: str | None) -> list[Any]:
    return one.receive({"t": "media", "project": "p", "statuses": statuses})


def test_L3_a_clip_is_pending_by_the_id_of_its_file_else_by_its_hash() -> None:
    one = replica({TAKE: "uploading"})
    assert one.media_status("clip_by_id") == "uploading"
    for clip in ("clip_by_hash", "clip_by_path", "clip_silent", "clip_of_nobody"):
        assert one.media_status(clip) is None
    assert said(one, **{HASH: "measuring"}) == [
        MediaChanged({HASH: "measuring"}, ("clip_by_hash",), ())
    ]
    assert one.media_status("clip_by_hash") == "measuring"


@pytest.mark.parametrize("over", ["available", None])
def test_L3_a_clip_turns_live_when_its_bytes_are_there_or_nobody_says_that_they_come(
    over: str | None,
) -> None:
    one = replica({TAKE: "uploading", HASH: "uploading"})
    assert said(one, **{TAKE: over}) == [MediaChanged({}, (), ("clip_by_id",))]
    assert one.media_status("clip_by_id") is None
    assert one.media_status("clip_by_hash") == "uploading"


def test_L3_a_clip_turns_pending_again_when_its_file_fails() -> None:
    one = replica({})
    assert said(one, **{TAKE: "failed"}) == [MediaChanged({TAKE: "failed"}, ("clip_by_id",), ())]


def test_L1_what_changed_while_we_were_away_is_told_when_we_are_back() -> None:
    one = replica({TAKE: "uploading"})
    events = come_in(one, {HASH: "announced"}, resumed=True)
    assert events[0] == MediaChanged({HASH: "announced"}, ("clip_by_hash",), ("clip_by_id",))
    assert come_in(one, {HASH: "announced"}, resumed=True)[1:] == []
    assert one.media_status("clip_by_id") is None


def test_L1_a_server_of_before_says_nothing_of_media() -> None:
    one = Replica("p", lambda: "delta-0001", decoded, check_digests=False)
    one.join_message("j1")
    position = {"epoch": "e", "seq": 0}
    joined = {"t": "joined", "id": "j1", "you": "ann", "role": "editor", "members": [], "parts": 1}
    one.receive(joined | {"position": position, "resumed": False, "project": "p"})
    assert one.media_status("clip_by_id") is None
