"""Vectors of ops: what a delta does to a song, with what it takes along and what is dropped."""

from typing import Any

import msgspec

from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import MASTER, song
from tests.vectors.frames import frame

NOTE: dict[str, Any] = {"clip": "clip_bass", "time": 2, "duration": 1, "key": 47}

CASES: dict[str, list[Op]] = {
    "set changes what it names": [Set("channels", "ch_bass_", {"volume": 0.5, "mute": True})],
    "params merge, null removes a leaf": [
        Set("devices", "dev_synth", {"params": {"res": None, "drive": 0.25, "on": True}})
    ],
    "an insert is filled with defaults": [Insert("notes", "note_new_", NOTE)],
    "a move is told as a set": [
        Move("tracks", "tr_bass_", parent=None, order="a2"),
        Move("clips", "clip_bass", time=8),
    ],
    "a track takes its clips and slots along": [Delete("tracks", "tr_bass_")],
    "a group leaves its tracks to the grandparent": [Delete("tracks", "tr_group")],
    "a channel leaves what feeds it to the master": [
        Set("channels", "ch_bass_", {"dest": "ch_reverb"}),
        Delete("channels", "ch_reverb"),
    ],
    "a clip takes its notes along": [Delete("clips", "clip_bass")],
    "media are cleared": [Delete("media", "media_one")],
    "a scene takes its slots and their clips along": [Delete("scenes", "scene_one")],
    "what is gone stays gone": [
        Delete("clips", "clip_bass"),
        Set("clips", "clip_bass", {"name": "x"}),
        Set("notes", "note_one", {"vel": 1}),
        Insert("notes", "note_new_", NOTE),
    ],
    "expect decides": [
        Set("channels", "ch_bass_", {"volume": 0.1}, expect={"volume": 1}),
        Set("channels", "ch_drums", {"volume": 0.1}, expect={"volume": 0.9}),
        Set("devices", "dev_synth", {"name": "x"}, expect={"params": {"cutoff": 0.5}}),
    ],
    "an id is used once": [Insert("markers", "marker_one", {"time": 1})],
    "a track is not inside itself": [
        Set("tracks", "tr_audio", {"content": ["audio", "notes", "tracks"]}),
        Move("tracks", "tr_group", parent="tr_audio"),
        Move("tracks", "tr_audio", parent="tr_group"),
    ],
    "a channel does not feed itself": [
        Insert("sends", "send_back", {"channel": "ch_reverb", "dest": "ch_bass_"})
    ],
    "fades fit into the clip": [
        Set("clips", "clip_loop", {"fadeIn": 1}),
        Set("clips", "clip_loop", {"duration": 0.5}),
    ],
    "of three points at one time the second is replaced": [
        Insert("points", "point_two", {"lane": "lane_vol", "time": 0, "slot": 1, "value": 0.5}),
        Insert("points", "point_new", {"lane": "lane_vol", "time": 0, "value": 0.25}),
    ],
    "what others hold on to stays": [Delete("clips", "clip_bass", alone=True)],
    "there is always a tempo at 0": [
        Delete("tempo", "tempo_start"),
        Insert("tempo", "tempo_two", {"time": 4, "bpm": 90}),
        Move("tempo", "tempo_start", time=2),
    ],
    "the master stays": [Delete("channels", MASTER), Set("channels", MASTER, {"volume": 0.9})],
    "the project is set": [Set("project", "project", {"name": "New", "key": "Am"})],
}

ATOMIC: dict[str, list[Op]] = {
    "all or nothing: one is dropped": [
        Set("channels", "ch_bass_", {"volume": 0.5}),
        Delete("clips", "no_such_clip"),
    ],
    "all or nothing: all can be done": [
        Set("channels", "ch_bass_", {"volume": 0.5}),
        Delete("clips", "clip_slot"),
    ],
}


def ops() -> dict[str, Any]:
    """The content of ops.json: each case begins with the same song."""
    cases = [_case(about, case, atomic=False) for about, case in CASES.items()]
    cases += [_case(about, case, atomic=True) for about, case in ATOMIC.items()]
    return {"state": frame(song().collections), "cases": cases}


def _case(about: str, case: list[Op], *, atomic: bool) -> dict[str, Any]:
    document = song()
    applied = document.apply(case, atomic=atomic)
    return {
        "about": about,
        "atomic": atomic,
        "ops": frame(case),
        "effective": frame(applied.ops),
        "dropped": [{"op": drop.op, "reason": str(drop.reason)} for drop in applied.drops],
        "digest": document.digest,
        "entities": sum(map(len, document.collections.values())),
    }


def dropped(case: dict[str, Any]) -> list[tuple[int, str]]:
    """The drops of a case, as pairs."""
    return [(drop["op"], drop["reason"]) for drop in case["dropped"]]


decode_ops = msgspec.json.Decoder(list[Op]).decode
