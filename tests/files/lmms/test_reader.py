"""LMMS songs: the counts of all 26 real ones, and each part of the format on small ones."""

from pathlib import Path
from typing import Any

import pytest

from files.broken_song import BrokenSong
from files.imported_song import Song
from files.lmms.reader import read_lmms
from files.prime_file import read_prime_file, write_prime_file
from tests.files.helpers.song_files import corpus_file, lmms_songs, write_mmp
from tests.files.helpers.state_rules import broken_rules

# What each file holds: tracks, patterns, notes, points; measured apart from the importer.
PER_SONG = {
    "Mauiwowi": (18, 56, 2940, 99),
    "ReggaeTry": (15, 42, 287, 3),
    "TwilightArea": (21, 70, 2265, 134),
    "ZeroSumGame": (28, 157, 4384, 4760),
    "CPU": (41, 284, 230, 2863),
    "Zen": (27, 195, 1779, 2505),
    "BuzzerBeater": (98, 628, 8000, 819),
    "esp": (23, 530, 7452, 86),
    "Dr8v2": (9, 58, 3128, 3),
    "PpTrip": (25, 115, 2188, 963),
    "FinalStep": (35, 93, 256, 732),
    "InnerRecreation": (34, 162, 2683, 17),
    "PluckDemo": (6, 23, 2735, 913),
    "C64": (10, 116, 1070, 3),
    "Onion": (25, 912, 4533, 1729),
    "Progress": (19, 75, 2831, 73),
    "DearJonDoe": (19, 81, 59, 33),
    "MakeMe": (32, 120, 108, 5),
    "AxeFromThe80s": (14, 421, 1804, 3),
}
ALL_SONGS = {"tracks": 562, "patterns": 4_338, "notes": 50_810, "points": 15_790}


def raw(song: Song) -> tuple[int, ...]:
    return tuple(song.file_counts[name] for name in ("tracks", "patterns", "notes", "points"))


@pytest.mark.parametrize(
    ("name", "song"),
    [
        ("Saber-FinalStep.mmpz", "FinalStep"),
        ("CapDan-ZeroSumGame-OriginalByZakarra.mmpz", "ZeroSumGame"),
        ("Skiessi-C64.mmpz", "C64"),
    ],
)
def test_songs_of_the_corpus(name: str, song: str, tmp_path: Path) -> None:
    read = read_lmms(corpus_file(name))
    write_prime_file(tmp_path / "song.prime.json", read)
    assert read_prime_file(tmp_path / "song.prime.json").state == read.state
    assert raw(read) == PER_SONG[song]
    assert read.counts.notes == read.file_counts["notes"]
    assert broken_rules(read.state) == []


def test_all_songs_of_debian() -> None:
    songs = [read_lmms(path) for path in lmms_songs()]
    assert len(songs) == 26
    totals = {name: sum(song.file_counts[name] for song in songs) for name in ALL_SONGS}
    assert totals == ALL_SONGS
    known: set[str] = set()
    for song in songs:
        for name, counts in PER_SONG.items():
            if f"-{name}-" in f"-{song.name}-" or song.name.endswith(name):
                assert raw(song) == counts, song.name
                known.add(name)
    assert known == set(PER_SONG)


def test_all_songs_become_sound_states_and_lose_no_note() -> None:
    for path in lmms_songs():
        song = read_lmms(path)
        assert broken_rules(song.state) == [], path.name
        assert song.counts.notes == song.file_counts["notes"], path.name
        assert song.counts.devices >= song.file_counts["effects"], path.name


HEAD = '<head timesig_numerator="3" timesig_denominator="4" bpm="90" mastervol="50"/>'


def lmms(body: str, head: str = HEAD, root: str = 'version="1.0" type="song"') -> str:
    doctype = '<?xml version="1.0"?>\n<!DOCTYPE lmms-project>\n'
    return f"{doctype}<lmms-project {root}>{head}<song>{body}</song></lmms-project>"


def read(folder: Path, body: str, **more: str) -> Song:
    song = read_lmms(write_mmp(folder, lmms(body, **more)))
    assert broken_rules(song.state) == []
    return song


def only(song: Song, collection: str, **wanted: Any) -> dict[str, Any]:
    found = [
        entity
        for entity in song.state[collection].values()
        if all(entity[name] == value for name, value in wanted.items())
    ]
    assert len(found) == 1, found
    return found[0]


def instrument(name: str, inside: str, settings: str = "", attributes: str = "") -> str:
    return (
        f'<track type="0" name="{name}" muted="0" solo="0"><instrumenttrack vol="150" pan="-50" '
        f'fxch="1" basenote="57" {attributes}><instrument name="kicker">'
        f'<kicker gain="0.5" dist="hard"/></instrument>{settings}</instrumenttrack>{inside}</track>'
    )


def container(tracks: str) -> str:
    return f'<trackcontainer type="song">{tracks}</trackcontainer>'


NOTE = '<note pos="96" len="24" key="57" vol="120" pan="100"/>'


def test_head_and_loop(tmp_path: Path) -> None:
    song = read(tmp_path, '<timeline lp0pos="96" lp1pos="192" lpstate="1"/>')
    assert song.name == "song"
    assert only(song, "tempo")["bpm"] == 90
    assert only(song, "signatures")["num"] == 3
    assert song.state["channels"]["ch_master"]["volume"] == 0.5
    transport = song.state["transport"]["transport"]
    assert (transport["loopStart"], transport["loopEnd"], transport["loopOn"]) == (2, 4, True)


def test_an_instrument_track_with_its_clip_and_note(tmp_path: Path) -> None:
    pattern = f'<pattern type="1" pos="144" len="288" muted="1" name="Riff">{NOTE}</pattern>'
    song = read(tmp_path, container(instrument("Bass", pattern)))
    channel = only(song, "channels", name="Bass")
    assert (channel["volume"], channel["pan"], channel["dest"]) == (1.5, 0.25, "ch_master")
    clip = only(song, "clips")
    assert (clip["time"], clip["duration"], clip["enable"], clip["name"]) == (3, 6, False, "Riff")
    note = only(song, "notes")
    assert (note["time"], note["duration"], note["key"]) == (2, 0.5, 69)
    assert (note["vel"], note["pan"]) == (1, 1)
    device = only(song, "devices", role="instrument")
    assert device["params"] == {"gain": 0.5, "dist": "hard", "basenote": 69.0}
    assert device["stateRef"] in song.blobs
    assert song.problems == ["1 notes louder than 100 % were set to 100 %"]


def test_a_pattern_without_a_length_takes_whole_bars(tmp_path: Path) -> None:
    pattern = '<pattern type="1" pos="0"><note pos="140" len="24" key="57"/></pattern>'
    song = read(tmp_path, container(instrument("Bass", pattern)))
    assert only(song, "clips")["duration"] == 6


@pytest.mark.parametrize(("root", "key"), [("1.0", 69), ("19", 69), ("20", 57), ("27", 57)])
def test_keys_count_an_octave_lower_in_older_files(tmp_path: Path, root: str, key: int) -> None:
    pattern = f'<midiclip type="1" pos="0" len="192">{NOTE}</midiclip>'
    body = container(instrument("Bass", pattern))
    song = read(tmp_path, body, root=f'version="{root}" type="song"')
    assert only(song, "notes")["key"] == key


BEATS = container(
    '<track type="1" name="Beat 0" muted="0"><bbtrack><trackcontainer type="bbtrackcontainer">'
    + instrument(
        "Kick",
        '<pattern type="0" pos="0" steps="16" len="192"><note pos="0" len="-192" key="57"/>'
        "</pattern>"
        '<pattern type="0" pos="192" steps="16" len="192"/>'
        '<pattern type="0" pos="384" steps="16" len="192"><note pos="12" len="-192" key="57"/>'
        "</pattern>",
    )
    + '</trackcontainer></bbtrack><bbtco pos="0" len="576" muted="0"/>'
    '<bbtco pos="768" len="96" muted="1"/></track><track type="1" name="Beat 1"><bbtrack/></track>'
)


def test_beats_become_scenes_and_their_placements_repeat_the_clips(tmp_path: Path) -> None:
    song = read(tmp_path, BEATS)
    scene_names = [scene["name"] for scene in song.state["scenes"].values()]
    assert scene_names == ["Beat 0", "Beat 1", "Left-over beat 2"]
    folder = only(song, "tracks", name="Beats")
    assert folder["content"] == ["tracks"]
    assert only(song, "tracks", name="Kick")["parent"] in song.state["tracks"]
    originals = {key: clip for key, clip in song.state["clips"].items() if clip["ref"] is None}
    assert {clip["slot"] for clip in originals.values()} == set(song.state["slots"])
    first, second = [clip for clip in song.state["clips"].values() if clip["ref"]]
    assert (first["time"], first["duration"], first["enable"]) == (0, 12, True)
    assert (second["time"], second["duration"], second["enable"]) == (16, 2, False)
    # Two started bars of 3/4.
    assert (first["loopStart"], first["loopEnd"]) == (0, 6)
    assert [note["duration"] for note in song.state["notes"].values()] == [0.25, 0.25]
    assert any("empty patterns of beats" in problem for problem in song.problems)
    assert song.file_counts["beat placements"] == 2


def test_sample_tracks(tmp_path: Path) -> None:
    body = (
        '<track type="2" name="Vox"><sampletrack vol="100" pan="0"/>'
        '<sampletco src="voices/take 1.wav" pos="96" len="192" muted="0" off="-48"/></track>'
    )
    song = read(tmp_path, container(body))
    clip = only(song, "clips", kind="audio")
    assert (clip["time"], clip["duration"], clip["contentTimeUnit"]) == (2, 4, "seconds")
    assert clip["playStart"] == pytest.approx(60 / 90)
    media = song.state["media"][clip["media"]]
    assert (media["name"], media["path"]) == ("take 1.wav", "voices/take 1.wav")


MIXER = (
    '<fxmixer><fxchannel num="0" name="Master" volume="0.8" muted="0"/>'
    '<fxchannel num="1" name="Drums" muted="1"><volume id="77" value="1.2"/>'
    '<fxchain enabled="1"><effect name="ladspaeffect" on="1" wet="0.5">'
    '<ladspacontrols ports="1"><port00 link="0"><data id="88" value="0.25"/></port00>'
    '</ladspacontrols><key><attribute name="file" value="caps"/>'
    '<attribute name="plugin" value="Plate2x2"/></key></effect></fxchain>'
    '<send channel="0" amount="1"/><send channel="2" amount="0.3"/></fxchannel>'
    '<fxchannel num="2" name="Room" volume="1"><send channel="0" amount="0.5"/>'
    '<send channel="1" amount="1"/></fxchannel></fxmixer>'
)


def test_the_mixer(tmp_path: Path) -> None:
    song = read(tmp_path, MIXER + container(instrument("Kick", "")))
    drums = only(song, "channels", name="Drums")
    assert (drums["volume"], drums["mute"], drums["dest"]) == (1.2, True, "ch_master")
    assert song.state["channels"]["ch_master"]["volume"] == pytest.approx(0.4)
    kick = only(song, "channels", name="Kick")
    assert song.state["channels"][kick["dest"]] == drums
    effect = only(song, "devices", role="audioFX")
    assert (effect["name"], effect["deviceId"]) == ("Plate2x2", "ladspaeffect:caps:Plate2x2")
    assert effect["params"]["port00.data"] == 0.25
    # Drums sends to Room and Room back to Drums: one of the two had to go.
    assert any("fed themselves" in problem for problem in song.problems)


def automation(control: str, progression: int = 1, points: str = "") -> str:
    points = points or '<time pos="0" value="0.5"/><time pos="96" value="1.5"/>'
    return (
        f'<track type="5" name="Auto"><automationtrack/><automationpattern pos="192" len="192" '
        f'name="Ride" prog="{progression}" tens="1" mute="0">{points}<object id="{control}"/>'
        "</automationpattern></track>"
    )


@pytest.mark.parametrize(
    ("control", "target", "values"),
    [
        ("77", "volume", [0.5, 1.5]),
        ("88", "params/port00.data", [0.5, 1.5]),
        ("99", "volume", [0.005, 0.015]),
    ],
)
def test_automation(tmp_path: Path, control: str, target: str, values: list[float]) -> None:
    track = instrument("Kick", "", settings='<vol id="99" value="100"/>').replace('vol="150" ', "")
    song = read(tmp_path, MIXER + container(automation(control) + track))
    lane = only(song, "lanes")
    assert lane["target"].split("/", 2)[2] == target
    clip = song.state["clips"][lane["clip"]]
    assert (clip["kind"], clip["time"], clip["duration"]) == ("automation", 4, 4)
    points = list(song.state["points"].values())
    assert [point["time"] for point in points] == [0, 2]
    assert [point["value"] for point in points] == pytest.approx(values)
    assert {point["interp"] for point in points} == {"linear"}


def test_automated_tempo_is_the_tempo_map(tmp_path: Path) -> None:
    head = '<head timesig_numerator="4" timesig_denominator="4"><bpm id="5" value="100"/></head>'
    points = '<time pos="0" value="120"/><time pos="96" value="140"/>'
    song = read(tmp_path, container(automation("5", 0, points)), head=head)
    tempo = sorted((entry["time"], entry["bpm"]) for entry in song.state["tempo"].values())
    assert tempo == [(0, 100), (4, 120), (6, 140)]


def test_what_cannot_be_kept_is_reported(tmp_path: Path) -> None:
    detuned = (
        '<pattern type="1" pos="0" len="192"><note pos="0" len="24" key="57"><automationpattern>'
        '<detuning prog="1"><time pos="0" value="1"/></detuning></automationpattern></note>'
        "</pattern>"
    )
    beat = (
        '<track type="1" name="B"><bbtrack><trackcontainer><track type="2" name="Loop">'
        '<sampletrack/><sampletco src="a.ogg" pos="0" len="192"/></track></trackcontainer>'
        "</bbtrack></track>"
    )
    unknown = '<track type="3" name="?"/>'
    body = (
        container(automation("404", 2) + unknown + beat + instrument("Bass", detuned))
        + '<track type="6" name="Automation track"><automationpattern name="Old" pos="0" len="192">'
        '<time pos="0" value="1"/></automationpattern></track>'
        + '<controllers><lfocontroller name="Wobble"/></controllers>'
        + '<fxmixer><fxchannel num="1" name="Hall" color="#ff0000"/></fxmixer>'
        + "<projectnotes>Hello</projectnotes>"
    )
    song = read(tmp_path, body, head='<head bpm="100" masterpitch="2"/>')
    assert sorted(song.problems) == [
        "1 LFO and peak controllers",
        "1 automation clips that move nothing",
        "1 automation points that move nothing",
        "1 colours of mixer channels",
        "1 master pitch (transpose the notes)",
        "1 page of project notes (keep the text elsewhere)",
        "1 points of pitch bends inside notes",
        "1 samples inside beats",
        "1 tracks of the unknown type 3",
        "2 automation points of controls Prime does not know",
    ]
    assert {loss.what: loss.items for loss in song.losses if loss.items} == {
        "LFO and peak controllers": ["Wobble"],
        "automation clips that move nothing": ["automation Old"],
        "automation points of controls Prime does not know": ["track Auto"],
        "automation points that move nothing": ["automation Old"],
        "colours of mixer channels": ["Hall"],
        "points of pitch bends inside notes": ["track Bass"],
        "samples inside beats": ["Loop"],
        "tracks of the unknown type 3": ["track ?"],
    }
    assert song.file_counts["points"] == 3
    assert song.file_counts["pitch points"] == 1


def test_packed_and_plain_read_alike(tmp_path: Path) -> None:
    plain = read_lmms(write_mmp(tmp_path, lmms(BEATS)))
    packed = read_lmms(write_mmp(tmp_path, lmms(BEATS), "song.mmpz"))
    assert plain.state == packed.state


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (lmms("").replace("lmms-project", "other"), "is not an LMMS project"),
        (lmms("").replace("song>", "preset>"), "holds no song"),
        (
            lmms(container(instrument("A", "\n<pattern><note/></pattern>"))),
            "line 4, <note>: has no pos",
        ),
        (lmms("")[:80], "line 3, column"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + "<lmms-project/>", "declares an entity"),
    ],
)
def test_broken_songs_name_the_place(tmp_path: Path, xml: str, message: str) -> None:
    with pytest.raises(BrokenSong, match=message):
        read_lmms(write_mmp(tmp_path, xml))


@pytest.mark.parametrize("text", ["NaN", "x", "", "1 2"])
def test_a_number_that_is_none_is_mended_and_listed_with_its_place(
    tmp_path: Path, text: str
) -> None:
    note = f'<note pos="{text}" len="48" key="57"/>'
    xml = lmms(container(instrument("A", f'\n<pattern pos="0" len="192">{note}</pattern>')))
    song = read_lmms(write_mmp(tmp_path, xml))
    [only] = song.state["notes"].values()
    assert only["time"] == 0
    [loss] = [loss for loss in song.losses if "NaN or huge" in loss.what]
    assert loss.items == [f'pos="{text}" of <note> on line 4']
