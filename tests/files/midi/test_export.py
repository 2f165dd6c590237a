"""What goes out as a MIDI file sounds as the project, and comes back but for what was told."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files.broken_song import BrokenSong
from files.importing import read_song
from files.midi.export import midi, write_midi
from files.midi.midi_file import read_events
from files.music.song_tempo import SongTempo
from files.prime_file import read_prime_file
from files.songs.compose import SONG_FILE
from schema.entities import MASTER_CHANNEL, defaults, empty_state
from tests.files.dawproject.test_export import a_state
from tests.files.helpers.song_files import corpus_file
from tests.files.helpers.state_equality import differences
from tests.files.helpers.state_rules import broken_rules
from tests.files.midi import midi_bytes as raw
from tests.files.midi.test_reader import heard

State = dict[str, dict[str, dict[str, Any]]]
MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def add(state: State, collection: str, entity_id: str, **props: Any) -> str:
    state[collection][entity_id] = defaults(collection) | props
    return entity_id


def a_song(**clip: Any) -> State:
    """One track with one clip of notes at beats 0, 1, 2 and 3, each half a beat long."""
    state: State = empty_state("Sails", 90, 3, 4)
    add(state, "channels", "strip_01", name="Bass", dest=MASTER_CHANNEL)
    add(state, "tracks", "track_01", name="Bass", channel="strip_01")
    add(state, "clips", "clip_001", track="track_01", kind="notes", time=4.0, duration=4.0, **clip)
    for n in range(4):
        add(state, "notes", f"note_00{n}", clip="clip_001", time=float(n), duration=0.5, key=60 + n)
    return state


def back(state: Any, folder: Path) -> Any:
    path = folder / "song.mid"
    write_midi(path, state)
    song = read_song(path)
    assert broken_rules(song.state) == []
    return song


def test_notes_tempo_signatures_markers_and_strips_come_back(tmp_path: Path) -> None:
    state = a_song()
    state["project"]["project"] |= {"key": "F#", "scale": "minor"}
    add(state, "tempo", "tempo_02", time=8.0, bpm=120.0)
    add(state, "signatures", "sig_0002", time=6.0, num=7, den=8)
    add(state, "markers", "marker_1", time=2.5, name="Größe \u266b")
    state["channels"]["strip_01"] |= {"volume": 0.25, "pan": 0.0}
    song = back(state, tmp_path)
    assert song.problems == []
    assert heard(song) == [(4.0 + n, 0.5, 60 + n) for n in range(4)]
    project = song.state["project"]["project"]
    assert (project["name"], project["key"], project["scale"]) == ("Sails", "F#", "minor")
    tempos = [(t["time"], round(t["bpm"], 3)) for t in song.state["tempo"].values()]
    assert tempos == [(0, 90), (8, 120)]
    signatures = [(s["time"], s["num"], s["den"]) for s in song.state["signatures"].values()]
    assert signatures == [(0, 3, 4), (6, 7, 8)]
    assert [m["name"] for m in song.state["markers"].values()] == ["Größe \u266b"]
    (strip,) = (c for c in song.state["channels"].values() if c["name"] == "Bass")
    assert (strip["volume"], strip["pan"]) == (0.25, 0)
    velocities = {note["vel"] for note in song.state["notes"].values()}
    assert velocities == {round(round(0.8 * 127) / 127, 4)}


def conductor_of(state: Any, *kinds: str) -> list[tuple[str, int, int, int]]:
    """Kind, tick and what is said, of the events of these kinds."""
    content, _ = midi(state)
    events = read_events(Path("song.mid"), content).tracks[0].events
    return [(e.kind, e.tick, e.number, e.value) for e in events if e.kind in kinds]


def test_of_two_signatures_at_one_time_the_one_that_counts_is_written(tmp_path: Path) -> None:
    state = a_song()
    add(state, "signatures", "sig_0003", time=6.0, num=5, den=4)
    add(state, "signatures", "sig_0002", time=6.0, num=7, den=8)
    add(state, "signatures", "zz_00001", time=0.0, num=2, den=4)
    song = back(state, tmp_path)
    signatures = [(s["time"], s["num"], s["den"]) for s in song.state["signatures"].values()]
    assert signatures == [(0, 3, 4), (6, 7, 8)]
    assert song.problems == []
    lost = {loss.what: loss.count for loss in midi(state)[1].losses}
    assert lost["time signatures at the time of another, which counts"] == 2


def test_what_counts_from_a_tick_on_is_written_once() -> None:
    state = a_song()
    for number, time in enumerate((6.0, 6.0001)):
        add(state, "signatures", f"sig_000{number}", time=time, num=5 + number, den=4)
        add(state, "tempo", f"tempo_1{number}", time=time, bpm=100.0 + 20 * number)
    found = conductor_of(state, "time_signature", "set_tempo")
    ticks = [(kind, tick) for kind, tick, *_ in found]
    assert len(ticks) == len(set(ticks)) == 4
    [six] = [one for one in found if one[0] == "time_signature" and one[1] > 0]
    assert six[2:] == (6, 4)
    assert [value for kind, *_, value in found if kind == "set_tempo"][-1] == 500_000


@pytest.mark.parametrize("beat", [279_620.0, 279_621.0, 559_241.0, 1_000_000.0])
def test_what_comes_after_a_longer_time_than_one_number_holds_comes_back(
    tmp_path: Path, beat: float
) -> None:
    state = a_song()
    add(state, "tempo", "tempo_02", time=beat, bpm=120.0)
    add(state, "clips", "clip_far", track="track_01", time=beat, duration=4.0, kind="notes")
    add(state, "notes", "note_far", clip="clip_far", time=0.0, duration=1.0, key=40)
    song = back(state, tmp_path)
    assert [loss.what for loss in song.losses] == []
    assert beat in [tempo["time"] for tempo in song.state["tempo"].values()]
    assert [heard_at for heard_at, _, key in heard(song) if key == 40] == [beat]


@pytest.mark.parametrize("bpm", [60.0, 92.0, 93.5, 117.37, 128.0, 174.0, 999.0])
def test_a_tempo_comes_back_as_it_was(tmp_path: Path, bpm: float) -> None:
    state = a_song()
    for tempo in state["tempo"].values():
        tempo["bpm"] = bpm
    assert [tempo["bpm"] for tempo in back(state, tmp_path).state["tempo"].values()] == [bpm]


def test_of_a_jump_of_tempo_the_right_one_alone_is_written() -> None:
    state = a_song()
    add(state, "tempo", "tempo_02", time=8.0, slot=1, bpm=120.0)
    add(state, "tempo", "tempo_03", time=8.0, slot=0, bpm=100.0)
    tempos = conductor_of(state, "set_tempo")
    assert [value for *_, value in tempos] == [666_667, 500_000]


@pytest.mark.parametrize(
    ("clip", "expected"),
    [
        ({"playStart": 1.0}, [(4, 0.5, 61), (5, 0.5, 62), (6, 0.5, 63)]),
        ({"playStart": -1.0}, [(5, 0.5, 60), (6, 0.5, 61), (7, 0.5, 62)]),
        # A loop of beats 1 to 2.25, entered at 0: what is struck at 2 is cut at its end.
        (
            {"loopStart": 1.0, "loopEnd": 2.25},
            [(4, 0.5, 60), (5, 0.5, 61), (6, 0.25, 62), (6.25, 0.5, 61), (7.25, 0.25, 62),
             (7.5, 0.5, 61)],
        ),
        # Behind its loop a clip plays on.
        ({"loopStart": 0.0, "loopEnd": 1.0, "playStart": 2.0}, [(4, 0.5, 62), (5, 0.5, 63)]),
        ({"enable": False}, []),
    ],
)  # fmt: skip
def test_loops_are_unrolled_and_edges_cut(
    tmp_path: Path, clip: dict[str, Any], expected: list[tuple[float, float, int]]
) -> None:
    assert heard(back(a_song(**clip), tmp_path)) == expected


def test_repetitions_are_written_where_they_are(tmp_path: Path) -> None:
    state = a_song()
    add(state, "clips", "clip_002", track="track_01", kind="notes", time=20.0, duration=1.5,
        ref="clip_001", playStart=1.0)  # fmt: skip
    found = heard(back(state, tmp_path))
    assert found[4:] == [(20, 0.5, 61), (21, 0.5, 62)]


def test_what_ends_where_the_next_begins_ends_first() -> None:
    state = a_song()
    for note in state["notes"].values():
        note |= {"key": 60, "duration": 1.0}
    content, _ = midi(state)
    events = read_events(Path("song.mid"), content).tracks[1].events
    kinds = [event.kind for event in events if event.kind.startswith("note")]
    assert kinds == ["note_on", "note_off"] * 4


def test_a_note_of_no_velocity_is_a_note(tmp_path: Path) -> None:
    """As MIDI writes it, velocity 0 is an end."""
    state = a_song()
    state["notes"]["note_001"]["vel"] = 0.0
    assert len(heard(back(state, tmp_path))) == 4


def test_a_track_without_notes_keeps_its_strip(tmp_path: Path) -> None:
    state = a_song(enable=False)
    state["channels"]["strip_01"] |= {"volume": 0.25, "pan": 1.0}
    song = back(state, tmp_path)
    (strip,) = (c for c in song.state["channels"].values() if c["name"] == "Bass")
    assert (strip["volume"], strip["pan"]) == (0.25, 1)
    assert song.problems == []


def test_what_lies_in_the_launcher_is_not_heard(tmp_path: Path) -> None:
    state = a_song()
    add(state, "scenes", "scene_01")
    add(state, "slots", "slot_001", scene="scene_01", track="track_01")
    state["clips"]["clip_001"]["slot"] = "slot_001"
    assert heard(back(state, tmp_path)) == []


def test_notes_before_the_edge_are_counted() -> None:
    state = a_song(playStart=0.25)
    _, losses = midi(state)
    assert "1 notes that begin before the edge of their clip" in losses.told()


def test_a_glide_of_tempo_takes_as_long_as_it_did(tmp_path: Path) -> None:
    state = a_song()
    state["tempo"]["tempo_start"] |= {"bpm": 60.0, "interp": "linear"}
    add(state, "tempo", "tempo_02", time=8.0, bpm=180.0, slot=0)
    add(state, "tempo", "tempo_03", time=8.0, bpm=90.0, slot=1)

    def lasting(tempos: Any) -> float:
        ordered = sorted(tempos.values(), key=lambda t: (t["time"], t["slot"]))
        return SongTempo((t["time"], t["bpm"], t["interp"]) for t in ordered).seconds_at(12)

    again = back(state, tmp_path).state
    (conductor, *_) = read_events(tmp_path, (tmp_path / "song.mid").read_bytes()).tracks
    ticks = [event.tick for event in conductor.events if event.kind == "set_tempo"]
    assert len(set(ticks)) == len(ticks)
    assert lasting(again["tempo"]) == pytest.approx(lasting(state["tempo"]), abs=1e-3)
    assert len(again["tempo"]) == 33


def test_automation_of_volume_and_pan(tmp_path: Path) -> None:
    state = a_song()
    for prop, values in (("volume", (0.25, 1.0)), ("pan", (0.0, 1.0))):
        lane = add(state, "lanes", f"lane_{prop}", track="track_01",
                   target=f"channels/strip_01/{prop}")  # fmt: skip
        for n, value in enumerate(values):
            interp = "linear" if prop == "volume" else "hold"
            add(state, "points", f"{lane}_{n}", lane=lane, time=4.0 * n, value=value, interp=interp)
    song = back(state, tmp_path)
    points: dict[str, list[tuple[float, float]]] = {"volume": [], "pan": []}
    for point in song.state["points"].values():
        points[song.state["lanes"][point["lane"]]["name"]].append((point["time"], point["value"]))
    pan, volume = points["pan"], points["volume"]
    assert pan == [(0, 0), (4, 1)]
    assert (volume[0], volume[-1][1]) == ((0, 0.25), 1)
    assert volume == sorted(volume)
    assert 40 < len(volume) <= 51
    at_half = [value for time, value in volume if time <= 2][-1]
    assert at_half == pytest.approx(0.625, abs=0.02)


def test_automation_without_points_moves_nothing(tmp_path: Path) -> None:
    state = a_song()
    add(state, "lanes", "lane_001", track="track_01", target="channels/strip_01/volume")
    assert back(state, tmp_path).counts.lanes == 0


def test_automation_in_a_clip_goes_where_the_clip_is(tmp_path: Path) -> None:
    state = a_song()
    add(state, "clips", "clip_aut", track="track_01", kind="automation", time=10.0, duration=4.0,
        playStart=1.0)  # fmt: skip
    add(state, "lanes", "lane_001", clip="clip_aut", target="channels/strip_01/volume")
    for n, value in enumerate((0.25, 0.36, 0.49, 0.81)):
        add(
            state, "points", f"point_{n}", lane="lane_001", time=2.0 * n, value=value, interp="hold"
        )
    points = back(state, tmp_path).state["points"].values()
    found = [(point["time"], point["value"]) for point in points]
    assert found == [(0, 1), (10, 0.25), (11, 0.36), (13, 0.49)]


@pytest.mark.parametrize("division", [96, 220, 384, 1000, 1024, 480])
def test_times_of_other_divisions_stay_exact(tmp_path: Path, division: int) -> None:
    content = raw.midi(raw.track(raw.note(7, 13), raw.note(division, 1)), division=division)
    (tmp_path / "first.mid").write_bytes(content)
    song = read_song(tmp_path / "first.mid")
    assert heard(back(song.state, tmp_path)) == heard(song)


def written_channels(named: dict[int, int]) -> tuple[list[int], list[str]]:
    """The channels of twenty tracks, some of which have notes that name one; and what is told."""
    state: State = empty_state("Many")
    for n in range(20):
        strip = add(state, "channels", f"strip_{n:02}", name=f"T{n}", dest=MASTER_CHANNEL)
        track = add(state, "tracks", f"track_{n:02}", name=f"T{n}", channel=strip,
                    order=f"a{n:02x}1")  # fmt: skip
        clip = add(state, "clips", f"clip__{n:02}", track=track, kind="notes", time=0.0,
                   duration=1.0)  # fmt: skip
        add(state, "notes", f"note__{n:02}", clip=clip, time=0.0, duration=1.0, key=60,
            ch=named.get(n, 0))  # fmt: skip
    content, losses = midi(state)
    events = read_events(Path("song.mid"), content)
    return [track.events[1].channel for track in events.tracks[1:]], losses.told()


def test_channels_are_kept_or_given() -> None:
    """Drums stay drums, and nobody else becomes some."""
    channels, told = written_channels({3: 9, 5: 2})
    assert (channels[3], channels[5]) == (9, 2)
    assert Counter(channels)[9] == 1
    assert len(set(channels)) == 16
    assert "4 tracks that share one of the sixteen channels of MIDI with another" in told
    channels, _ = written_channels({})
    assert set(channels) == {*range(16)} - {9}


def test_programs_and_banks_come_back(tmp_path: Path) -> None:
    state = a_song()
    params = {"channel": 10, "program": 5, "bank": 130}
    add(state, "devices", "device_1", channel="strip_01", role="instrument", format="midi",
        name="Kit", params=params)  # fmt: skip
    (device,) = back(state, tmp_path).state["devices"].values()
    assert (device["params"], device["name"]) == (params, "Kit")


def test_ramps_that_become_steps_are_told() -> None:
    state = a_song()
    add(state, "lanes", "lane_001", track="track_01", target="channels/strip_01/volume")
    for number, value in enumerate((0.0, 1.0, 1.0)):
        add(state, "points", f"point_{number}1", lane="lane_001", time=float(number), value=value,
            interp="linear")  # fmt: skip
    [ramps] = [loss for loss in midi(state)[1].losses if "ramps of automation" in loss.what]
    assert ramps.count == 1


def test_what_midi_cannot_hold_is_told(tmp_path: Path) -> None:
    state = a_song(color="#ff0000")
    state["notes"]["note_000"]["pan"] = 0.0
    state["channels"]["strip_01"] |= {"mute": True, "volume": 2.0}
    state["tracks"]["track_01"] |= {"color": "#ff0000"}
    state["project"]["project"] |= {"key": "C", "scale": "dorian"}
    add(state, "devices", "device_1", channel="strip_01", format="clap")
    add(state, "channels", "strip_fx", name="Hall", role="effect", dest=MASTER_CHANNEL)
    add(state, "sends", "send_001", channel="strip_01", dest="strip_fx")
    add(state, "clips", "clip_aud", track="track_01", kind="audio", time=0.0, duration=1.0)
    add(state, "lanes", "lane_001", track="track_01", target="channels/strip_01/mute")
    add(state, "points", "point_01", lane="lane_001", time=0.0, value=1.0)
    path = tmp_path / "song.mid"
    assert {str(loss) for loss in write_midi(path, state)} == {
        "1 pans of notes",
        "1 mutes of mixer channels",
        "1 volumes above 1.61, the loudest of MIDI, were made as loud as that",
        "1 mixer channels without a track",
        "1 sends",
        "1 plug-ins and devices",
        "1 colours of tracks",
        "1 clips were written as what they hold, without their edges and names",
        "1 clips of audio",
        "1 automation lanes of what MIDI cannot automate",
        "1 automation points of lanes that are left out",
        "1 keys of the song that are neither major nor minor",
    }


def test_a_state_of_everything_is_written_even_with_links_to_nothing(tmp_path: Path) -> None:
    state = a_state()
    song = back(state, tmp_path)
    assert [marker["name"] for marker in song.state["markers"].values()] == ["Drop \u266b"]
    del state["media"]["media_01"], state["tracks"]["group_01"], state["clips"]["clip_001"]
    state["tracks"]["track_01"]["channel"] = "nobody__"
    state["tracks"]["track_fx"]["channel"] = None
    back(state, tmp_path)


def test_loops_beyond_all_measure_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.midi.export.MAX_NOTES", 5_000)
    state = a_song(loopStart=0.0, loopEnd=0.0001)
    state["clips"]["clip_001"]["duration"] = 1e6
    with pytest.raises(BrokenSong, match="more than 5,000 notes"):
        write_midi(tmp_path / "song.mid", state)
    assert not (tmp_path / "song.mid").exists()


@pytest.mark.parametrize(
    "name", ["Saber-FinalStep.mmpz", "CapDan-ZeroSumGame-OriginalByZakarra.mmpz",
             "Skiessi-C64.mmpz", SONG_FILE.name],
)  # fmt: skip
def test_songs_come_back_the_same_the_second_time(name: str, tmp_path: Path) -> None:
    """What the first way out leaves is what MIDI holds: the second loses nothing more."""
    is_own = name == SONG_FILE.name
    state: Any = (read_prime_file(SONG_FILE) if is_own else read_song(corpus_file(name))).state
    once = back(state, tmp_path)
    _, losses = midi(once.state)
    twice = back(once.state, tmp_path)
    assert losses.places <= {("clips", ""), ("notes", "duration")}
    assert differences(once.state, twice.state, [("tempo", "bpm"), *losses.places]) == []


# Notes of all kinds.

ticks = st.integers(0, 4_000)
a_note = st.tuples(
    ticks, st.integers(1, 2_000), st.integers(0, 127), st.integers(1, 127), st.integers(0, 127)
)


def without_nesting(notes: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Of one key none inside another: there MIDI cannot tell which ends."""
    kept: dict[int, list[tuple[int, ...]]] = {}
    for one in sorted(notes):
        before = kept.setdefault(one[2], [])
        if not before or (before[-1][0] < one[0] and before[-1][0] + before[-1][1] < sum(one[:2])):
            before.append(one)
    return [one for notes in kept.values() for one in notes]


@MANY
@given(
    tracks=st.lists(st.lists(a_note, min_size=1, max_size=12), min_size=1, max_size=5),
    tempos=st.dictionaries(st.integers(0, 40), st.integers(20, 600), max_size=5),
    signatures=st.dictionaries(
        st.integers(0, 40), st.tuples(st.integers(1, 64), st.sampled_from([1, 2, 4, 8, 16, 32])),
        max_size=4,
    ),
)  # fmt: skip
def test_any_notes_come_back(
    tmp_path: Path,
    tracks: list[list[tuple[int, ...]]],
    tempos: dict[int, int],
    signatures: dict[int, tuple[int, int]],
) -> None:
    state: State = empty_state("Any")
    for beat, bpm in tempos.items():
        add(state, "tempo", f"tempo__{beat}" if beat else "tempo_start", time=float(beat),
            bpm=float(bpm))  # fmt: skip
    for beat, (num, den) in signatures.items():
        name = f"signature_{beat}" if beat else "signature_start"
        add(state, "signatures", name, time=float(beat), num=num, den=den)
    expected = Counter[tuple[Any, ...]]()
    for number, notes in enumerate(tracks):
        strip = add(state, "channels", f"strip__{number}", dest=MASTER_CHANNEL)
        track = add(state, "tracks", f"track__{number}", name=f"T{number}", channel=strip,
                    order=f"a{number}1")  # fmt: skip
        clip = add(state, "clips", f"clip___{number}", track=track, kind="notes", time=1.0,
                   duration=10_000.0)  # fmt: skip
        for n, (start, length, key, velocity, release) in enumerate(without_nesting(notes)):
            add(state, "notes", f"note_{number}_{n:02}", clip=clip, time=start / 960,
                duration=length / 960, key=key, vel=velocity / 127, rel=release / 127)  # fmt: skip
            expected[f"T{number}", start + 960, length, key, velocity, release] += 1
    song = back(state, tmp_path)
    found = Counter[tuple[Any, ...]]()
    for one in song.state["notes"].values():
        clip_of = song.state["clips"][one["clip"]]
        name = song.state["tracks"][clip_of["track"]]["name"]
        start = round((clip_of["time"] + one["time"]) * 960)
        length = round(one["duration"] * 960)
        found[
            name, start, length, one["key"], round(one["vel"] * 127), round(one["rel"] * 127)
        ] += 1
    assert found == expected
    again = {t["time"]: round(t["bpm"], 2) for t in song.state["tempo"].values()}
    assert again == {0: 120} | tempos
    told = {s["time"]: (s["num"], s["den"]) for s in song.state["signatures"].values()}
    assert told == {0: (4, 4)} | signatures


def test_M4_automation_beyond_what_midi_holds_is_the_nearest_and_told() -> None:
    state = a_song()
    for prop in ("pan", "volume"):
        add(state, "lanes", f"lane_{prop}", track="track_01", target=f"channels/strip_01/{prop}")
        for n, value in enumerate((0.5, -0.01, 1.01, 3.0)):
            props = {"lane": f"lane_{prop}", "time": float(n), "value": value, "interp": "hold"}
            add(state, "points", f"point_{prop}_{n}", **props)
    content, losses = midi(state)
    assert bytes((10, 127)) in content  # the pan, all the way to the right
    told = [loss for loss in losses.losses if "beyond what MIDI holds" in loss.what]
    assert [loss.count for loss in told] == [5]  # a volume of 1.01 is one of MIDI


def test_a_ramp_of_no_length_is_a_step() -> None:
    state = a_song()
    add(state, "lanes", "lane_001", track="track_01", target="channels/strip_01/volume")
    for n, (time, value) in enumerate(((0.0, 0.0), (5e-324, 1e9))):
        add(state, "points", f"point_00{n}", lane="lane_001", time=time, value=value)
    assert midi(state)[0]


def test_more_tracks_than_a_file_can_announce_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.midi.export.MAX_TRACKS", 1)
    with pytest.raises(BrokenSong, match="more than 0 tracks hold notes"):
        write_midi(tmp_path / "song.mid", a_song())
    assert list(tmp_path.iterdir()) == []
