"""What can be said of a project state as music (rule N7)."""

from typing import Any

from rooms.music.musical_context import is_arranged, musical_context
from schema.limits import MAX_INSTRUMENTS, MAX_TEMPI_TOLD
from schema.ops import Insert, Op, Set
from tests.rooms.songs import blank, song


def tempo(entity_id: str, bpm: float, time: float) -> Insert:
    return Insert("tempo", entity_id, {"time": time, "bpm": bpm})


def test_N7_the_context_tells_both_tempi_of_one_time() -> None:
    document = blank()
    document.apply([tempo("tempo_zz", 140, 8), tempo("tempo_aa", 90, 8)])
    told = [(at.time, at.bpm) for at in musical_context(document.frozen()).tempo]
    assert told == [(0, 120), (8, 140), (8, 90)]


def test_N7_the_song_is_as_long_as_its_arrangement() -> None:
    """Clips in slots do not count; at 120 bpm a beat is half a second."""
    document = song()
    long: dict[str, Any] = {"track": "tr_bass_", "time": 0, "duration": 400, "slot": "slot_two"}
    ops: list[Op] = [
        Insert("slots", "slot_two", {"scene": "scene_one", "track": "tr_bass_"}),
        Insert("clips", "clip_long", long),
        Insert("clips", "clip_last", {"track": "tr_bass_", "time": 10, "duration": 2}),
    ]
    assert not document.apply(ops).drops
    context = musical_context(document.frozen())
    assert (context.length_beats, context.length_seconds) == (12, 6)


def test_N7_nothing_is_zero_long() -> None:
    context = musical_context(blank().frozen())
    assert (context.length_beats, context.length_seconds, context.instruments) == (0, 0, [])
    assert "notes" not in context.counts
    assert context.counts["channels"] == 1


def test_N7_key_scale_and_the_first_signature_are_told() -> None:
    document = blank()
    ops: list[Op] = [
        Set("project", "project", {"key": "C", "scale": "minor"}),
        Insert("signatures", "a_signature", {"time": 8, "num": 3, "den": 4}),
        Set("signatures", "signature_start", {"num": 7, "den": 8}),
    ]
    assert not document.apply(ops).drops
    context = musical_context(document.frozen())
    assert (context.key, context.scale, context.signature) == ("C", "minor", "7/8")


def test_N7_instruments_are_told_by_name_each_once_and_in_order() -> None:
    document = song()
    devices = [("Zither", "instrument"), ("Bass", "instrument"), ("Bass", "instrument")]
    devices += [("Echo", "audioFX"), ("", "instrument")]
    ops = [
        Insert("devices", f"device_{n}", {"channel": "ch_bass_", "name": name, "role": role})
        for n, (name, role) in enumerate(devices)
    ]
    assert not document.apply(ops).drops
    assert musical_context(document.frozen()).instruments == ["Bass", "Zither"]


def test_N7_tempi_and_instruments_are_bounded() -> None:
    document = song()
    channel: dict[str, Any] = {"channel": "ch_bass_", "role": "instrument"}
    instruments = [
        Insert("devices", f"device_{n:04}", channel | {"name": f"{n:04}"})
        for n in range(MAX_INSTRUMENTS + 1)
    ]
    tempi = [tempo(f"tempo_{n:04}", 90, n + 1) for n in range(MAX_TEMPI_TOLD)]
    assert not document.apply([*instruments, *tempi]).drops
    context = musical_context(document.frozen())
    assert (len(context.instruments), len(context.tempo)) == (MAX_INSTRUMENTS, MAX_TEMPI_TOLD)
    assert context.counts["tempo"] == MAX_TEMPI_TOLD + 1


def test_a_clip_is_arranged_unless_it_lies_in_a_slot() -> None:
    assert is_arranged({})
    assert is_arranged({"slot": None})
    assert not is_arranged({"slot": "slot_one"})
