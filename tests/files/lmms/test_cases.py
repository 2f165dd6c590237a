"""Small LMMS songs that came in wrong: what each holds, by its number in the list of cases."""

import math
import zipfile
from pathlib import Path
from typing import Any

import pytest

from files.dawproject.export import write_dawproject
from files.dawproject.reader import read_dawproject
from files.imported_song import Song
from files.importing import read_song
from files.music.song_tempo import SongTempo
from tests.files.helpers.song_files import write_mmp
from tests.files.helpers.state_rules import broken_rules

CASES = Path(__file__).parent.parent / "cases" / "lmms"


def case(name: str, *changes: tuple[str, str], folder: Path | None = None) -> Song:
    """The song in this case, after these changes of its text."""
    path = next(CASES.glob(f"{name}-*"))
    if changes:
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        assert folder is not None
        path = write_mmp(folder, text)
    song = read_song(path)
    assert broken_rules(song.state) == []
    return song


def by_name(song: Song, collection: str) -> dict[str, dict[str, Any]]:
    return {str(entity["name"]): entity for entity in song.state[collection].values()}


def only(song: Song, collection: str) -> dict[str, Any]:
    (entity,) = song.state[collection].values()
    return entity


def seconds(song: Song) -> SongTempo:
    tempos: list[Any] = list(song.state["tempo"].values())
    tempos.sort(key=lambda tempo: (tempo["time"], tempo["slot"]))
    return SongTempo((tempo["time"], tempo["bpm"], tempo["interp"]) for tempo in tempos)


def test_l01_a_clip_trimmed_at_its_left_edge_begins_later_in_its_content() -> None:
    song = case("l01")
    clips = {clip["kind"]: clip for clip in song.state["clips"].values()}
    assert {kind: clip["playStart"] for kind, clip in clips.items()} == {
        "notes": 2.0,
        "automation": 2.0,
    }
    assert (clips["notes"]["time"], clips["notes"]["duration"]) == (4, 2)
    assert {note["time"] for note in song.state["notes"].values()} == {0, 2}


def test_l02_a_point_whose_two_values_differ_is_a_jump() -> None:
    song = case("l02")
    points = sorted(song.state["points"].values(), key=lambda p: (p["time"], p["slot"]))
    assert [(p["time"], p["slot"], p["value"]) for p in points] == [
        (0, 0, 0),
        (2, 0, 1.0),
        (2, 1, 0.2),
        (4, 0, 0.2),
    ]


def test_l03_what_is_muted_by_the_solo_of_another_is_not_muted_itself() -> None:
    song = case("l03")
    channels = by_name(song, "channels")
    found = {name: (channel["mute"], channel["solo"]) for name, channel in channels.items()}
    assert found == {
        "Master": (False, False),
        "Solo": (False, True),
        "Was audible": (False, False),
        "Was muted": (True, False),
    }


def test_l03_without_a_solo_a_mute_is_a_mute(tmp_path: Path) -> None:
    song = case("l03", (' solo="1"', ' solo="0"'), folder=tmp_path)
    assert by_name(song, "channels")["Was audible"]["mute"]


def test_l03_files_that_do_not_say_what_was_muted_before(tmp_path: Path) -> None:
    """LMMS up to 1.2, and its mixer to this day: both forget the mutes, and the report says so."""
    mixer = (
        "</trackcontainer><fxmixer>"
        '<fxchannel num="1" name="A" muted="0" soloed="1"><send channel="0"/></fxchannel>'
        '<fxchannel num="2" name="B" muted="1"><send channel="0"/></fxchannel></fxmixer>'
    )
    song = case("l03", (' mutedBeforeSolo="1"', ""), ("</trackcontainer>", mixer), folder=tmp_path)
    channels = by_name(song, "channels")
    assert [(channels[n]["mute"], channels[n]["solo"]) for n in ("A", "B", "Was muted")] == [
        (False, True),
        (False, False),
        (False, False),
    ]
    (loss,) = song.losses
    assert loss.what.startswith("mutes under a solo")
    assert loss.items == ["Was muted", "B"]


def test_l03_what_the_solo_of_a_beat_mutes_stays_muted(tmp_path: Path) -> None:
    """A beat is no channel: nothing of Prime would silence the others for it."""
    beat = '<trackcontainer type="song"><track type="1" name="B" muted="0" solo="1"/>'
    song = case(
        "l03",
        (' solo="1"', ' solo="0"'),
        ('<trackcontainer type="song">', beat),
        folder=tmp_path,
    )
    channels = by_name(song, "channels")
    assert channels["Was audible"]["mute"]
    assert not any(channel["solo"] for channel in channels.values())
    assert any("solo of beats" in problem for problem in song.problems)


def test_l04_a_mixer_that_knows_no_sends_leads_to_the_master() -> None:
    song = case("l04")
    assert by_name(song, "channels")["FX 1"]["dest"] == "ch_master"
    assert song.state["sends"] == {}


@pytest.mark.parametrize(
    "change",
    [
        ('creatorversion="1.0.3"', 'creatorversion="1.2.2"'),
        ('name="FX 1" volume="0.8" muted="0">', 'name="FX 1" volume="0.8"><send channel="7"/>'),
    ],
)
def test_l04_a_mixer_that_knows_sends_leads_where_it_says(
    tmp_path: Path, change: tuple[str, str]
) -> None:
    song = case("l04", change, folder=tmp_path)
    assert by_name(song, "channels")["FX 1"]["dest"] is None


def test_l06_a_key_is_written_as_tone_and_octave() -> None:
    """A of the fourth octave, 440 Hz: 57 for LMMS then, 69 for MIDI and LMMS 1.3."""
    assert only(case("l06"), "notes")["key"] == 69


@pytest.mark.parametrize("root", ["multimediaproject", "multimedia-project"])
def test_l06_older_names_of_the_file(tmp_path: Path, root: str) -> None:
    song = case("l06", ("<lmms-project", f"<{root}"), ("</lmms-project", f"</{root}"),
                folder=tmp_path)  # fmt: skip
    assert song.counts.notes == 1


def test_l08_hidden_automation_of_one_point_is_none() -> None:
    song = case("l08")
    assert song.counts.lanes == song.counts.points == 0
    assert song.state["channels"]["ch_master"]["volume"] == 0.8
    assert song.problems == ["1 hidden automation of a single point (LMMS leaves it out, too)"]


def test_l08_hidden_automation_of_two_points_gets_a_track_before_the_others(tmp_path: Path) -> None:
    points = '<time pos="0" value="100"/><time pos="48" value="50"/>'
    song = case("l08", ('<time pos="0" value="100"/>', points), folder=tmp_path)
    ordered = sorted(song.state["tracks"].values(), key=lambda track: str(track["order"]))
    assert [track["name"] for track in ordered] == ["Master volume", "T"]
    assert only(song, "lanes")["target"] == "channels/ch_master/volume"
    assert {point["value"] for point in song.state["points"].values()} == {0.5, 1.0}


def test_l09_samples() -> None:
    song = case("l09")
    clips = sorted(song.state["clips"].values(), key=lambda clip: float(str(clip["time"])))
    assert [str(clip["playStart"]) for clip in clips] == ["0.5", "0.0", "0.0"]
    names = [song.state["media"][str(clip["media"])]["name"] for clip in clips]
    assert names == ["Größe ♪.wav", "a.ogg", ""]
    assert song.problems == [
        "2 samples that are not in the project file: the project says where they lie",
        "1 samples played backwards (they play forwards here)",
        "1 samples stored inside the project file (save them as audio files)",
    ]


def test_l13b_of_two_mixer_channels_with_one_number_the_first_counts() -> None:
    song = case("l13b")
    channels = by_name(song, "channels")
    assert set(channels) == {"Master", "A", "T"}
    assert song.state["channels"][channels["T"]["dest"]]["name"] == "A"
    assert song.problems == ["1 mixer channels with the number of another one (the first counts)"]


def test_l16_tempo_clips_end_to_end() -> None:
    song = case("l16")
    assert seconds(song).seconds_at(8) == pytest.approx(4.547, abs=0.001)


@pytest.mark.parametrize(
    ("change", "at_8"),
    [
        # The ramp is cut off by the clip that comes at beat 2, at 130.
        (('pos="192" len="192"', 'pos="96" len="192"'), 4 * math.log(1.3) + 4),
        # Trimmed by a beat: it begins at 115, and comes to 160 at beat 3.
        (('pos="0" len="192" prog="1"', 'pos="0" off="-48" len="192" prog="1"'), None),
        # Muted: the song's own 100 until beat 4.
        (('len="192" prog="1" tens="1" mute="0"', 'len="192" prog="1" mute="1"'), 2.4 + 4 / 1.5),
    ],
)
def test_l16_a_tempo_clip_counts_where_it_is_heard(
    tmp_path: Path, change: tuple[str, str], at_8: float | None
) -> None:
    song = case("l16", change, folder=tmp_path)
    if at_8 is None:
        tempo = seconds(song)
        assert [tempo.bpm_at(beat) for beat in (0, 1, 3, 3.5, 4)] == [115, 130, 160, 160, 90]
    else:
        assert seconds(song).seconds_at(8) == pytest.approx(at_8, abs=0.001)


def test_l16_a_sample_skips_by_the_tempo_at_which_it_begins(tmp_path: Path) -> None:
    sample = (
        '</track><track type="2" name="S"><sampletrack/>'
        '<sampletco src="a.ogg" pos="192" len="48" off="-48"/></track></trackcontainer>'
    )
    song = case("l16", ("</track></trackcontainer>", sample), folder=tmp_path)
    clip = next(clip for clip in song.state["clips"].values() if clip["kind"] == "audio")
    assert clip["playStart"] == pytest.approx(60 / 90, abs=1e-6)


def test_l16_a_clip_that_moves_the_tempo_and_more_moves_both(tmp_path: Path) -> None:
    more = '<mastervol value="100" id="8"/></head>'
    song = case("l16", ("</head>", more), ('<object id="9"/>', '<object id="9"/><object id="8"/>'),
                (' mastervol="100"', ""), folder=tmp_path)  # fmt: skip
    assert len(song.state["tempo"]) == 3
    assert {lane["target"] for lane in song.state["lanes"].values()} == {
        "channels/ch_master/volume"
    }


def test_l16_curves_and_tempo_inside_beats_are_told(tmp_path: Path) -> None:
    beat = (
        '<track type="1" name="B"><bbtrack><trackcontainer><track type="5" name="T">'
        '<automationpattern name="Slower" pos="0" len="192"><time pos="0" value="90"/>'
        '<object id="9"/>'
        "</automationpattern></track></trackcontainer></bbtrack></track></trackcontainer>"
    )
    song = case("l16", ('prog="1"', 'prog="2"'), ("</trackcontainer>", beat), folder=tmp_path)
    assert {loss.what: loss.items for loss in song.losses} == {
        "automation clips with curves were made straight lines": ["track A"],
        "automation of the tempo inside beats": ["Slower"],
    }
    assert song.counts.lanes == 0


def test_l20_one_sample_is_one_media_however_many_clips_play_it(tmp_path: Path) -> None:
    song = case("l20")
    assert only(song, "media")["path"] == "drums/a.ogg"
    assert len({clip["media"] for clip in song.state["clips"].values()}) == 1
    path = tmp_path / "song.dawproject"
    write_dawproject(path, song.state)
    with zipfile.ZipFile(path) as archive:
        text = archive.read("project.xml").decode()
    assert text.count('path="drums/a.ogg"') == 3
    again = read_dawproject(path)
    assert [media["path"] for media in again.state["media"].values()] == ["drums/a.ogg"]


def test_automation_on_a_muted_track_is_off(tmp_path: Path) -> None:
    song = case("l02", ('name="A" muted="0"', 'name="A" muted="1"'), folder=tmp_path)
    assert not next(c for c in song.state["clips"].values() if c["kind"] == "automation")["enable"]


APART = "samples that are not in the project file: the project says where they lie"


def test_what_is_lost_is_named() -> None:
    """All but what is lost of a song once and as a whole."""
    songs = [case(name) for name in ("l08", "l09", "l13b")]
    assert [(loss.what.split(" (")[0], loss.items) for song in songs for loss in song.losses] == [
        ("hidden automation of a single point", ["automation Master volume"]),
        (APART, ["C:\\Users\\me\\Größe ♪.wav", "drums/a.ogg"]),
        ("samples played backwards", ["drums/a.ogg"]),
        ("samples stored inside the project file", ["track S"]),
        ("mixer channels with the number of another one", ["mixer channel B"]),
    ]
