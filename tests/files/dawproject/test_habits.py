"""Habits of programs that write DAWproject, as public reports and converters tell of them.

Each on a small file of our own. (git-moss/ProjectConverter: its list of changes, issues 15, 17, 23;
bitwig/dawproject: issues 22, 71, 79; Conceptual-Machines/magda-core: issues 1786, 1787.)
"""

import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from files.broken_song import BrokenSong
from files.dawproject.reader import read_dawproject
from files.imported_song import Song
from tests.files.dawproject.test_reader import NOTES, clips, entities, only, project
from tests.files.helpers.song_files import write_zip
from tests.files.helpers.state_rules import broken_rules


def read(folder: Path, xml: str, **files: str | bytes) -> Song:
    song = read_dawproject(write_zip(folder, {"project.xml": xml, **files}))
    assert broken_rules(song.state) == []
    return song


def structure(tracks: str) -> str:
    return f'<Project version="1.0"><Structure>{tracks}</Structure></Project>'


def dest(song: Song, name: str) -> str:
    channel = song.state["channels"][str(only(song, "tracks", name=name)["channel"])]
    return str(song.state["channels"][str(channel["dest"])]["name"])


def track(name: str, attributes: str = "", inner: str = "", kind: str = "audio") -> str:
    channel = f'<Channel id="{name}" {attributes}/>'
    return f'<Track contentType="{kind}" id="t-{name}" name="{name}">{channel}{inner}</Track>'


def items(song: Song, what: str) -> list[str]:
    [loss] = [loss for loss in song.losses if loss.what == what]
    return loss.items


# Clips.


def test_a_wrapper_without_a_duration_is_as_long_as_what_it_holds(tmp_path: Path) -> None:
    inner = f'<Clips><Clip time="1" duration="3">{NOTES}</Clip></Clips>'
    found = only(read(tmp_path, project(clips(f'<Clip time="8">{inner}</Clip>'))), "clips")
    assert (found["time"], found["duration"]) == (9, 3)


def test_notes_may_be_wrapped_in_lanes_and_twice_in_clips(tmp_path: Path) -> None:
    lanes = f"<Lanes><Lanes>{NOTES}</Lanes></Lanes>"
    wrapped = f'<Clips><Clip time="0" duration="4">{lanes}</Clip></Clips>'
    song = read(tmp_path, project(clips(f'<Clip time="4" duration="4">{wrapped}</Clip>')))
    assert (only(song, "clips")["time"], len(song.state["notes"])) == (4, 1)


def test_a_loop_of_the_launcher_is_written_out_in_the_arrangement(tmp_path: Path) -> None:
    inner = f'<Clips><Clip time="0" duration="1">{NOTES}</Clip></Clips>'
    outer = f'<Clip time="0" duration="8" loopStart="0" loopEnd="2">{inner}</Clip>'
    song = read(tmp_path, project(clips(outer)))
    assert [clip["time"] for clip in entities(song, "clips")] == [0, 2, 4, 6]


GAIN_POINTS = (
    '<Points unit="linear"><Target expression="gain"/><RealPoint time="0" value="0.5"/></Points>'
)


@pytest.mark.parametrize(
    "gain",
    [
        '<Gain unit="decibel" value="-6.0206"/>{audio}',
        "<Lanes>{audio}" + GAIN_POINTS + "</Lanes>",
    ],
)
def test_the_gain_of_a_clip(tmp_path: Path, gain: str) -> None:
    audio = '<Audio channels="1" duration="3" sampleRate="44100"><File path="x.wav"/></Audio>'
    clip = f'<Clip time="0" duration="1">{gain.format(audio=audio)}</Clip>'
    found = only(read(tmp_path, project(clips(clip, "t2"))), "clips")
    assert (found["kind"], found["gain"]) == ("audio", pytest.approx(0.5, abs=1e-4))


def test_a_clip_that_begins_in_front_of_the_song_is_cut_and_told(tmp_path: Path) -> None:
    clip = f'<Clip time="-1" duration="4" playStart="0.5" fadeInTime="0.5">{NOTES}</Clip>'
    song = read(tmp_path, project(clips(clip)))
    found = only(song, "clips")
    assert (found["time"], found["duration"], found["playStart"]) == (0, 3, 1.5)
    assert found["fadeIn"] == 0
    assert items(song, "beginnings of clips in front of the song") == ["a clip on Keys at beat -1"]


def test_what_has_no_colour_of_its_own_has_none(tmp_path: Path) -> None:
    song = read(tmp_path, project(clips(f'<Clip time="0" duration="4">{NOTES}</Clip>')))
    assert only(song, "clips")["color"] is None


def test_an_alias_in_a_slot_stays_in_its_slot(tmp_path: Path) -> None:
    named = NOTES.replace("<Notes>", '<Notes id="n9">')
    slot = '<ClipSlot track="t1"><Clip time="0" duration="1" reference="n9"/></ClipSlot>'
    song = read(
        tmp_path,
        project(
            clips(f'<Clip time="4" duration="2">{named}</Clip>'),
            scenes=f"<Scene><Lanes>{slot}</Lanes></Scene>",
        ),
    )
    alias = only(song, "clips", time=0)
    assert alias["slot"] in song.state["slots"]
    assert alias["ref"] is not None


# The mixer.


def test_buses_without_a_track_are_channels_that_others_lead_to(tmp_path: Path) -> None:
    tracks = track("Kick", 'destination="bus"') + '<Channel id="bus" name="Bus" role="submix"/>'
    song = read(tmp_path, structure(tracks + track("Main", 'role="master"')))
    assert dest(song, "Kick") == "Bus"
    bus = only(song, "channels", name="Bus")
    assert (bus["role"], bus["dest"]) == ("submix", "ch_master")


def test_a_group_may_be_the_first_track_of_a_group(tmp_path: Path) -> None:
    inner = track("Inner", inner=track("Kick"), kind="tracks")
    song = read(tmp_path, structure(track("Outer", inner=inner + track("Hat"), kind="tracks")))
    assert [dest(song, name) for name in ("Kick", "Inner", "Hat", "Outer")] == [
        "Inner", "Outer", "Outer", "Master",
    ]  # fmt: skip


def test_a_folder_without_a_strip_is_passed_through(tmp_path: Path) -> None:
    folder = f'<Track contentType="tracks" name="Folder">{track("Kick")}</Track>'
    song = read(tmp_path, structure(track("Outer", inner=folder, kind="tracks")))
    assert dest(song, "Kick") == "Outer"


def test_a_vca_passes_no_sound_on(tmp_path: Path) -> None:
    group = track("Vca", 'role="vca"', track("Kick"), "tracks")
    assert dest(read(tmp_path, structure(group)), "Kick") == "Master"


def test_of_several_outputs_the_first_is_the_master_and_the_others_are_told(
    tmp_path: Path,
) -> None:
    masters = track("Out 1", 'role="master"') + track("Out 2", 'role="master"')
    song = read(tmp_path, structure(masters))
    assert only(song, "tracks", name="Out 1")["channel"] == "ch_master"
    assert items(song, "second masters became submixes") == ["Out 2"]


def test_an_output_that_is_not_there_leads_to_the_group_and_is_told(tmp_path: Path) -> None:
    group = track("Group", inner=track("Kick", 'destination="gone"'), kind="tracks")
    song = read(tmp_path, structure(group))
    assert dest(song, "Kick") == "Group"
    [told] = [loss for loss in song.losses if loss.what.startswith("outputs that lead nowhere")]
    assert told.items == ["Kick"]


def test_the_unit_of_the_tempo_is_not_believed(tmp_path: Path) -> None:
    xml = project().replace('id="tempo" unit="bpm"', 'id="tempo" unit="linear"')
    assert only(read(tmp_path, xml), "tempo")["bpm"] == 60


@pytest.mark.parametrize(
    ("names", "wanted"),
    [('name="" deviceName="Synth"', "Synth"), ('name="" deviceName=""', ""), ("", "Vst2Plugin")],
)
def test_a_device_may_have_an_empty_name(tmp_path: Path, names: str, wanted: str) -> None:
    device = f'<Vst2Plugin deviceRole="instrument" {names}/>'
    channel = f'<Track><Channel id="c"><Devices>{device}</Devices></Channel></Track>'
    assert only(read(tmp_path, structure(channel)), "devices")["name"] == wanted


def test_what_a_program_added_of_its_own_is_told(tmp_path: Path) -> None:
    song = read(tmp_path, structure('<Track><Vendor><Secret/></Vendor><Channel id="c"/></Track>'))
    what = "elements that DAWproject 1.0 does not have"
    assert items(song, what) == ["<Vendor>", "<Secret>"]


# The ZIP.


@pytest.mark.parametrize("name", ["metadata.xml", "plugins/synth.vstpreset"])
def test_a_damaged_part_is_told_and_the_rest_comes_in(tmp_path: Path, name: str) -> None:
    files: dict[str, Any] = {"metadata.xml": "<MetaData/>", "plugins/synth.vstpreset": "s" * 50}
    path = write_zip(tmp_path, {"project.xml": project(), **files})
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo(name).header_offset
    content = bytearray(path.read_bytes())
    sizes = struct.unpack("<HH", content[at + 26 : at + 30])
    content[at + 30 + sum(sizes) + 2] ^= 0xFF
    path.write_bytes(content)
    song = read_dawproject(path)
    assert len(song.state["tracks"]) == 5
    [told] = items(song, "files of the project that are damaged")
    assert told.startswith(name)


@pytest.mark.parametrize(
    ("written", "packed"),
    [
        ("audio/x.wav", "audio\\x.wav"),
        ("Audio/X.WAV", "audio/x.wav"),
        ("audio/../audio/x.wav", "audio/x.wav"),
        ("./audio//x.wav", "audio/x.wav"),
        ("audio/Gr\u00f6\u00dfe.wav", "audio/Gro\u0308\u00dfe.wav"),
        ("audio/a%b.wav", "audio/a%b.wav"),
    ],
)
def test_a_file_is_found_by_what_its_path_means(tmp_path: Path, written: str, packed: str) -> None:
    audio = f'<Audio channels="1" duration="3" sampleRate="44100"><File path="{written}"/></Audio>'
    clip = f'<Clip time="0" duration="1">{audio}</Clip>'
    song = read(tmp_path, project(clips(clip, "t2")), **{packed: b"RIFF"})
    assert only(song, "media")["sha256"] is not None


def test_a_name_in_utf_8_without_its_flag_is_read_as_utf_8(tmp_path: Path) -> None:
    name = "Gr\u00f6\u00dfe.wav"
    audio = f'<Audio channels="1" duration="3" sampleRate="1"><File path="{name}"/></Audio>'
    clip = f'<Clip time="0" duration="1">{audio}</Clip>'
    path = write_zip(tmp_path, {"project.xml": project(clips(clip, "t2")), name: "R"})
    content = path.read_bytes()
    flags_and_method = b"\x00\x08\x08\x00"
    assert content.count(flags_and_method) == 2
    path.write_bytes(content.replace(flags_and_method, b"\x00\x00\x08\x00"))
    assert only(read_dawproject(path), "media")["sha256"] is not None


def test_two_projects_in_one_zip_are_refused_by_name(tmp_path: Path) -> None:
    path = write_zip(tmp_path, {f"{name}/project.xml": project() for name in ("B", "A")})
    with pytest.raises(BrokenSong, match=r"more than once \(A/project.xml, B/project.xml\)"):
        read_dawproject(path)


def test_two_paths_to_one_file_are_one_media(tmp_path: Path) -> None:
    both = "".join(
        f'<Clip time="{at}" duration="1"><Audio channels="1" duration="3" sampleRate="44100">'
        f'<File path="{path}"/></Audio></Clip>'
        for at, path in enumerate(("./x.wav", "x.wav"))
    )
    song = read(tmp_path, project(clips(both, "t2")), **{"x.wav": b"RIFF"})
    assert only(song, "media")["path"] == "x.wav"


def sends(*lines: tuple[str, str, bool]) -> str:
    """Effects with a send for each (from, to, whether it is on)."""
    names = sorted({name for source, dest, _ in lines for name in (source, dest)})
    inner = {
        name: "".join(
            f'<Send destination="{dest}" type="post"><Enable value="{str(is_on).lower()}"/>'
            '<Volume unit="linear" value="0"/></Send>'
            for source, dest, is_on in lines
            if source == name
        )
        for name in names
    }
    return structure(
        "".join(
            f'<Track name="{name}"><Channel role="effect" id="{name}">'
            f"<Sends>{inner[name]}</Sends></Channel></Track>"
            for name in names
        )
    )


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ([("FX1", "FX1", False)], []),
        ([("FX1", "FX2", False), ("FX2", "FX1", True)], [("FX2", "FX1")]),
        ([("FX1", "FX2", True), ("FX2", "FX1", False)], [("FX1", "FX2")]),
        ([("FX1", "FX2", False)], [("FX1", "FX2")]),
        ([("A", "B", True), ("B", "C", True), ("C", "A", False)], [("A", "B"), ("B", "C")]),
        ([("A", "B", True), ("B", "A", True)], [("A", "B")]),
    ],
)
def test_of_sends_that_feed_themselves_those_that_are_off_go_first(
    tmp_path: Path, lines: list[tuple[str, str, bool]], kept: list[tuple[str, str]]
) -> None:
    """Bitwig gives each effect a send to each effect, to itself as well, switched off."""
    song = read(tmp_path, sends(*lines))
    names = {i: channel["name"] for i, channel in song.state["channels"].items()}
    found = [(names[s["channel"]], names[s["dest"]]) for s in entities(song, "sends")]
    assert found == kept
    told = [loss.what for loss in song.losses if "feed themselves" in loss.what]
    taken_out = sum(not is_on for *_, is_on in lines) > sum(
        (source, dest) in kept for source, dest, is_on in lines if not is_on
    )
    assert bool(told) == taken_out


@pytest.mark.parametrize(("unit", "at"), [("", 4), (' timeUnit="seconds"', 8)])
def test_tempo_and_signature_may_be_automated_among_the_lanes(
    tmp_path: Path, unit: str, at: float
) -> None:
    points = (
        '<Points><Target parameter="tempo"/><RealPoint time="0" value="120"/>'
        '<RealPoint time="4" value="90"/></Points><Points><Target parameter="sig"/>'
        '<TimeSignaturePoint time="4" numerator="3" denominator="4"/></Points>'
    )
    song = read(tmp_path, project(f"<Lanes{unit}>{points}</Lanes>"))
    assert [(t["time"], t["bpm"]) for t in entities(song, "tempo")] == [(0, 120), (at, 90)]
    assert [(s["time"], s["num"]) for s in entities(song, "signatures")] == [(0, 7), (at, 3)]
    assert song.state["lanes"] == {}
    assert not [problem for problem in song.problems if "automation" in problem]
    twice = read(tmp_path, project(f"<Lanes>{points}{points}</Lanes>"))
    assert "3 automation points of the tempo or signature, a second time" in twice.problems
