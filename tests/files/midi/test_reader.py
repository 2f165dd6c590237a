"""MIDI files: each part of the format on small files, and damaged ones as far as they go."""

from pathlib import Path
from typing import Any

import pytest

from files.broken_song import BrokenSong
from files.imported_song import Song
from files.importing import read_song
from tests.files.helpers.state_rules import broken_rules
from tests.files.midi.midi_bytes import chunk, message, meta, midi, name, note, tempo, track


def read(folder: Path, content: bytes) -> Song:
    path = folder / "song.mid"
    path.write_bytes(content)
    song = read_song(path)
    assert broken_rules(song.state) == []
    return song


def only(song: Song, collection: str, **wanted: Any) -> dict[str, Any]:
    (found,) = [
        entity
        for entity in song.state[collection].values()
        if all(entity[key] == value for key, value in wanted.items())
    ]
    return found


def heard(song: Song) -> list[tuple[float, float, int]]:
    """Notes of the song: when, how long, which key."""
    state: Any = song.state
    return sorted(
        (state["clips"][note["clip"]]["time"] + note["time"], note["duration"], note["key"])
        for note in state["notes"].values()
    )


def test_tempo_map_signatures_key_and_markers(tmp_path: Path) -> None:
    conductor = track(
        name("Sails"),
        tempo(0, 500_000),
        meta(0, 0x58, bytes([3, 3, 24, 8])),
        meta(0, 0x59, bytes([0xFD, 1])),
        tempo(96, 400_000),
        tempo(0, 600_000),
        meta(0, 0x06, "Verse"),
        meta(96, 0x07, "Cue"),
        meta(0, 0x05, "La"),
        meta(96, 0x58, bytes([4, 2, 24, 8])),
        meta(0, 0x59, bytes([0, 0])),
    )
    song = read(tmp_path, midi(conductor, track(name("Bass"), note(0, 96))))
    assert song.name == "Sails"
    assert [(t["time"], t["bpm"], t["slot"]) for t in song.state["tempo"].values()] == [
        (0, 120, 0),
        (1, 100, 0),
    ]
    signatures = [(s["time"], s["num"], s["den"]) for s in song.state["signatures"].values()]
    assert signatures == [(0, 3, 8), (3, 4, 4)]
    project = song.state["project"]["project"]
    assert (project["key"], project["scale"]) == ("C", "minor")
    assert [(m["time"], m["name"]) for m in song.state["markers"].values()] == [
        (1, "Verse"),
        (2, "Cue"),
        (2, "La"),
    ]
    assert [track["name"] for track in song.state["tracks"].values()] == ["Bass"]
    assert song.problems == ["1 changes of key", "1 lyrics became markers"]


def test_notes_by_running_status_and_ends_of_velocity_0(tmp_path: Path) -> None:
    events = (
        message(48, 0x90, 60, 127) + message(48, 60, 0) + message(0, 62, 64) + message(96, 62, 0)
    )
    song = read(tmp_path, midi(track(events)))
    assert heard(song) == [(0.5, 0.5, 60), (1, 1, 62)]
    clip = only(song, "clips")
    assert (clip["time"], clip["duration"]) == (0, 2)
    assert only(song, "notes", key=62)["vel"] == pytest.approx(64 / 127, abs=1e-4)


def test_running_status_goes_on_behind_what_is_of_no_channel(tmp_path: Path) -> None:
    """The book says it ends there; files that write on are common."""
    marker = meta(0, 0x06, "A")
    song = read(tmp_path, midi(track(message(0, 0x90, 60, 127), marker, message(96, 60, 0))))
    assert heard(song) == [(0, 1, 60)]
    assert song.problems == []


def test_overlapping_notes_of_one_key_end_in_the_order_they_began(tmp_path: Path) -> None:
    on, off = (0x90, 60, 100), (0x80, 60, 0)
    events = message(0, *on) + message(48, *on) + message(48, *off) + message(96, *off)
    assert heard(read(tmp_path, midi(track(events)))) == [(0, 1, 60), (0.5, 1.5, 60)]


def test_notes_without_an_end_and_ends_without_a_note(tmp_path: Path) -> None:
    events = message(0, 0x90, 60, 100) + message(0, 0x80, 61, 0)
    song = read(tmp_path, midi(track(name("Lead"), events, end=192)))
    assert heard(song) == [(0, 2, 60)]
    assert {(loss.count, loss.what, *loss.items) for loss in song.losses} == {
        (1, "ends of notes that had not begun", "Lead"),
        (1, "notes without an end were ended with their track", "Lead"),
    }


def test_all_notes_off_ends_them(tmp_path: Path) -> None:
    events = message(0, 0x90, 60, 100) + message(96, 0xB0, 123, 0)
    song = read(tmp_path, midi(track(events, end=960)))
    assert heard(song) == [(0, 1, 60)]
    assert song.problems == []


def test_a_note_that_ends_where_it_begins_is_heard_for_a_tick(tmp_path: Path) -> None:
    song = read(tmp_path, midi(track(note(96, 0))))
    assert only(song, "notes")["duration"] == pytest.approx(1 / 96, abs=1e-6)
    clip = only(song, "clips")
    assert (clip["time"], clip["duration"]) == (1, 1)
    assert song.problems == ["1 notes of length 0 became one tick long"]


def test_format_0_is_a_track_for_each_channel(tmp_path: Path) -> None:
    events = [
        name("Song"),
        message(0, 0xC1, 33),
        message(0, 0x91, 40, 100),
        message(0, 0x99, 36, 100),
        message(96, 0x81, 40, 0),
        message(0, 0x89, 36, 0),
    ]
    song = read(tmp_path, midi(track(*events), form=0))
    assert song.name == "Song"
    assert [t["name"] for t in song.state["tracks"].values()] == [
        "Electric Bass (finger)",
        "Drums",
    ]
    assert {note["key"]: note["ch"] for note in song.state["notes"].values()} == {40: 1, 36: 9}
    bass = only(song, "devices", name="Electric Bass (finger)")
    assert (bass["role"], bass["format"]) == ("instrument", "midi")
    assert bass["params"] == {"channel": 2, "program": 33, "bank": 0}


def test_a_track_with_several_channels_is_several(tmp_path: Path) -> None:
    content = midi(
        track(tempo(0, 500_000)), track(name("Strings"), note(0, 96), note(0, 96, channel=2))
    )
    song = read(tmp_path, content)
    assert [t["name"] for t in song.state["tracks"].values()] == [
        "Strings, channel 1",
        "Strings, channel 3",
    ]


def test_format_2_is_told(tmp_path: Path) -> None:
    song = read(tmp_path, midi(track(note(0, 96)), track(note(96, 96)), form=2))
    assert heard(song) == [(0, 1, 60), (1, 1, 60)]
    assert song.problems == ["2 sequences of their own (format 2) were laid side by side"]


@pytest.mark.parametrize(
    ("division", "ticks", "beats"),
    [
        (0xE728, 1000, 2.0),  # 25 frames of 40 ticks: milliseconds
        (0xE202, 60, 2.0),  # 30 frames of 2
        (0xE350, 2398, 2.0004),  # 29.97 frames of 80
    ],
)
def test_times_in_parts_of_a_second(
    tmp_path: Path, division: int, ticks: int, beats: float
) -> None:
    song = read(tmp_path, midi(track(note(ticks, ticks)), division=division))
    start, duration, _ = heard(song)[0]
    assert start == pytest.approx(beats, abs=1e-4)
    assert duration == pytest.approx(beats, abs=1e-4)


def test_times_in_parts_of_a_second_go_by_the_files_own_tempos(tmp_path: Path) -> None:
    """A second at 120, then at 60: its note begins at the third beat."""
    song = read(tmp_path, midi(track(tempo(1000, 1_000_000), note(1000, 500)), division=0xE728))
    assert heard(song) == [(3, 0.5, 60)]
    assert only(song, "tempo", time=2.0)["bpm"] == 60


def test_volume_and_pan(tmp_path: Path) -> None:
    one = track(name("One"), message(0, 0xB0, 7, 50), message(0, 0xB0, 10, 0), note(0, 96))
    usual = track(name("Usual"), message(0, 0xB1, 10, 64), note(0, 96, channel=1))
    moved = track(
        name("Moved"),
        note(0, 96, channel=2),
        message(0, 0xB2, 7, 127),
        message(0, 0xB2, 7, 50),
        message(96, 7, 50),
        message(96, 7, 127),
    )
    song = read(tmp_path, midi(track(tempo(0, 500_000)), one, usual, moved))
    strips = {str(c["name"]): (c["volume"], c["pan"]) for c in song.state["channels"].values()}
    assert strips == {"Master": (1, 0.5), "One": (0.25, 0), "Usual": (1, 0.5), "Moved": (1, 0.5)}
    lane = only(song, "lanes")
    assert song.state["tracks"][lane["track"]]["name"] == "Moved"
    points = [(p["time"], p["value"], p["interp"]) for p in song.state["points"].values()]
    assert points == [(0, 1, "hold"), (1, 0.25, "hold"), (3, 1.6129, "hold")]
    assert song.problems == []


def test_what_has_no_place_is_named(tmp_path: Path) -> None:
    events = [
        name("Lead"),
        meta(0, 0x02, "Me"),
        meta(0, 0x7F, b"\0\0"),
        message(0, 0xF0, 3, 0x7E, 0x7F, 0xF7),
        message(0, 0xB0, 1, 5),
        message(0, 0xB0, 64, 127),
        message(0, 0xB0, 64, 0),
        message(0, 0xE0, 0, 64),
        message(0, 0xD0, 5),
        message(0, 0xA0, 60, 5),
        message(0, 0xC0, 1),
        message(0, 0xC0, 2),
        meta(0, 0x51, b"\0\0\0"),
        note(0, 96),
    ]
    song = read(tmp_path, midi(track(tempo(0, 500_000)), track(*events)))
    assert {str(loss): loss.items for loss in song.losses} == {
        "2 controller 64 (sustain pedal): Prime has no place for it": ["Lead"],
        "1 controller 1 (modulation): Prime has no place for it": ["Lead"],
        "1 events that say nothing valid": ["track 2"],
        "1 copyright notices": ["Me"],
        "1 events of single programs": ["track 2"],
        "1 system exclusive messages": ["track 2"],
        "1 pitch bends": ["Lead"],
        "1 pressure of a channel": ["Lead"],
        "1 pressure of single keys": ["Lead"],
        "1 changes of program in the song": ["Lead"],
    }


def test_banks_instrument_names_and_empty_tracks(tmp_path: Path) -> None:
    bank = message(0, 0xB0, 0, 1) + message(0, 32, 2) + message(0, 0xC0, 5)
    content = midi(
        track(tempo(0, 500_000)),
        track(meta(0, 0x04, "My Synth"), bank, note(0, 96)),
        track(name("A note to the player")),
        track(message(0, 0xB3, 7, 1)),
    )
    song = read(tmp_path, content)
    assert [t["name"] for t in song.state["tracks"].values()] == [
        "My Synth",
        "A note to the player",
    ]
    assert only(song, "devices")["params"] == {"channel": 1, "program": 5, "bank": 130}
    assert [str(loss) for loss in song.losses] == ["1 channels without notes"]


@pytest.mark.parametrize(
    ("text", "raw"), [("Größe ♪", "Größe ♪".encode()), ("Größe", "Größe".encode("latin-1"))]
)
def test_texts_are_utf_8_or_else_latin_1(tmp_path: Path, text: str, raw: bytes) -> None:
    song = read(tmp_path, midi(track(tempo(0, 1)), track(meta(0, 3, raw), note(0, 96))))
    assert only(song, "tracks")["name"] == text


def test_texts_may_be_filled_up_with_zeros(tmp_path: Path) -> None:
    events = [meta(0, 3, b"Piano\0\0"), meta(0, 5, b"La\r"), meta(0, 5, b"\n"), note(0, 96)]
    song = read(tmp_path, midi(track(tempo(0, 500_000)), track(*events)))
    assert only(song, "tracks")["name"] == "Piano"
    assert only(song, "markers")["name"] == "La"
    assert all("mended" not in problem for problem in song.problems)


def test_a_file_inside_of_riff(tmp_path: Path) -> None:
    content = midi(track(note(0, 96)))
    riff = b"RIFF\0\0\0\0RMIDinfo\1\0\0\0.\0data" + len(content).to_bytes(4, "little") + content
    assert heard(read(tmp_path, riff)) == [(0, 1, 60)]


# Damaged files.


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (message(0, 0x90, 62), "it ends too early"),
        (message(0, 0xF4), "status byte 0xf4"),
        (message(0, 0x90, 62, 0xFF), "a status byte inside of a message"),
        (b"\xff\xff\xff\xff\x7f", "a number is too long"),
        (meta(0, 3, "Name")[:-1], "it ends too early"),
    ],
)
def test_a_damaged_track_is_read_as_far_as_it_goes(tmp_path: Path, damage: bytes, why: str) -> None:
    content = midi(chunk(note(0, 96) + damage), track(note(96, 96, 64)))
    song = read(tmp_path, content)
    assert heard(song) == [(0, 1, 60), (1, 1, 64)]
    (loss,) = song.losses
    assert loss.what == "damaged tracks were read as far as they go"
    assert loss.items[0].startswith("track 1, byte ")
    assert loss.items[0].endswith(why)


def test_a_file_that_is_cut_off_keeps_what_came_before(tmp_path: Path) -> None:
    content = midi(track(note(0, 96)), track(note(96, 96, 64), note(0, 96, 65)))
    song = read(tmp_path, content[:-12])
    assert heard(song)[0] == (0, 1, 60)
    assert any("read as far as they go" in problem for problem in song.problems)
    song = read(tmp_path, midi(track(note(0, 96)), announced=3))
    assert song.problems == ["2 tracks that the file announces and does not hold"]


@pytest.mark.parametrize("kind", [b"MTrk", b"M\0rk"])
def test_a_chunk_with_a_wrong_size_does_not_swallow_the_next_track(
    tmp_path: Path, kind: bytes
) -> None:
    first = note(0, 96) + meta(0, 0x2F, b"")
    song = read(tmp_path, midi(chunk(first, kind, size=1 << 30), track(note(96, 96, 64))))
    assert heard(song)[-1] == (1, 1, 64)
    assert len(heard(song)) == (2 if kind == b"MTrk" else 1)


def test_chunks_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    song = read(tmp_path, midi(chunk(b"abc", b"XFIH"), track(note(0, 96)), announced=1))
    assert heard(song) == [(0, 1, 60)]
    assert song.problems == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"MThd\0\0\0\6", "its head: ends too early"),
        (midi(track(note(0, 96)), division=0), "a beat has 0 ticks"),
        (midi(), "holds no track"),
        (b"RIFF\0\0\0\0RMIDdata\4\0\0\0abcd", "its head: ends too early"),
    ],
)
def test_what_is_no_midi_file_ends_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(BrokenSong, match=why) as failed:
        read(tmp_path, content)
    assert "\n" not in str(failed.value)


def test_a_file_with_too_many_events_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.midi.midi_file.MAX_EVENTS", 10)
    assert heard(read(tmp_path, midi(track(note(0, 1) * 4)))) != []
    with pytest.raises(BrokenSong, match="more than 10 events"):
        read(tmp_path, midi(track(note(0, 1) * 3), track(note(0, 1) * 3)))
    with pytest.raises(BrokenSong, match="more than 10 events"):
        read(tmp_path, midi(track(meta(0, 0x51, b"") * 20)))
    monkeypatch.setattr("files.midi.midi_file.MAX_TRACKS", 2)
    with pytest.raises(BrokenSong, match="more than 2 tracks"):
        read(tmp_path, midi(track(), track(), track()))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Flöte \U0001f3b5".encode("utf-16-le"), "\xff\xfe"),
        ("Flöte \U0001f3b5\0".encode("utf-16-be"), "\xfe\xff"),
    ],
)
def test_names_with_the_mark_of_utf_16_are_read_so(
    content: bytes, told: str, tmp_path: Path
) -> None:
    named = meta(0, 3, told.encode("latin-1") + content)
    song = read(tmp_path, midi(track(named, note(0, 96))))
    [only] = song.state["tracks"].values()
    assert only["name"] == "Flöte \U0001f3b5"
    odd = meta(0, 3, told.encode("latin-1") + b"odd")
    [only] = read(tmp_path, midi(track(odd, note(0, 96)))).state["tracks"].values()
    assert only["name"] == told + "odd"


def test_a_prefix_that_names_a_channel_plays_nothing_in_it(tmp_path: Path) -> None:
    prefix = meta(0, 0x20, b"\x07")
    content = midi(track(tempo(0, 500_000)), track(prefix, name("Words")), track(note(0, 96)))
    song = read(tmp_path, content)
    assert [one["name"] for one in song.state["tracks"].values()] == ["Words", "Channel 1"]
    assert only(song, "devices")["params"] == {"channel": 1}
    assert song.problems == []


@pytest.mark.parametrize("power", [6, 29, 31, 59, 250, 255])
def test_each_lower_number_of_a_signature_that_is_too_large_is_told_alike(
    tmp_path: Path, power: int
) -> None:
    song = read(tmp_path, midi(track(meta(0, 0x58, bytes([3, power, 24, 8])), note(0, 96))))
    assert only(song, "signatures")["den"] == 32
    assert song.problems == ["1 mended: den of a time signature is outside 1 to 32"]


def test_the_mark_of_utf_8_is_no_part_of_a_name(tmp_path: Path) -> None:
    song = read(tmp_path, midi(track(name("\ufeffLead"), note(0, 96))))
    assert only(song, "tracks")["name"] == "Lead"


def test_a_name_that_is_cut_has_no_open_end(tmp_path: Path) -> None:
    """Turned round up to its last letter, which is one too far (rule E14): `read` looks at that."""
    song = read(tmp_path, midi(track(name("\u202e" + "x" * 300 + "\u202c"), note(0, 96))))
    assert only(song, "tracks")["name"] == "x" * 255


def test_many_tempi_in_parts_of_a_second_are_gone_through_once(tmp_path: Path) -> None:
    tempi = b"".join(tempo(1, 500_000 + n % 2) for n in range(30_000))
    song = read(tmp_path, midi(track(tempi, note(0, 1_000)), division=0xE728))
    assert heard(song)[0][0] == pytest.approx(60, abs=1e-3)
    assert len(song.state["tempo"]) == 30_001
