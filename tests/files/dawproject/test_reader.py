"""DAWproject: the format's own example, and each part of its vocabulary on small files."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from files.broken_song import BrokenSong
from files.dawproject.reader import read_dawproject
from files.imported_song import Song
from tests.files.helpers.song_files import corpus_file, write_zip
from tests.files.helpers.state_rules import broken_rules

STRUCTURE = """
<Track contentType="tracks" id="g" name="Band" color="#102030">
  <Track contentType="notes" id="t1" name="Keys">
    <Channel audioChannels="2" destination="m" role="regular" solo="true" id="c1">
      <Devices>
        <Vst3Plugin deviceID="abc" deviceName="Synth" deviceRole="instrument" deviceVendor="V">
          <Parameters>
            <RealParameter id="p1" name="Cut/off" unit="hertz" min="20" max="20000" value="440"/>
            <BoolParameter id="p2" name="Cut/off" value="true"/>
            <EnumParameter id="p3" name="Wave" count="3" value="2"/>
            <TimeSignatureParameter name="Grid" numerator="3" denominator="8"/>
          </Parameters>
          <Enabled id="p4" value="false"/>
          <State path="plugins/synth.vstpreset"/>
        </Vst3Plugin>
        <Equalizer deviceName="EQ" deviceRole="audioFX">
          <Band type="bell"><Freq id="p5" unit="hertz" value="100"/></Band>
          <OutputGain unit="decibel" value="-6"/>
        </Equalizer>
      </Devices>
      <Mute id="mute1" value="true"/>
      <Pan id="pan1" min="-1" max="1" unit="linear" value="-0.5"/>
      <Sends>
        <Send destination="r" type="pre"><Volume id="sv" unit="linear" value="0.25"/></Send>
        <Send destination="nowhere"><Volume unit="linear" value="1"/></Send>
      </Sends>
      <Volume id="vol1" unit="decibel" value="-6.0206"/>
    </Channel>
  </Track>
  <Track contentType="audio" id="t2" name="Vox">
    <Channel destination="m" role="regular" id="c2"><Volume unit="linear" value="1"/></Channel>
  </Track>
</Track>
<Track id="tr" name="Room"><Channel role="effect" destination="m" id="r"/></Track>
<Track contentType="audio" id="tm" name="Main"><Channel role="master" id="m"/></Track>
<Channel role="vca" id="v"/>
"""


def project(lanes: str = "", *, scenes: str = "", more: str = "", unit: str = "beats") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Project version="1.0">'
        '<Application name="Test" version="1"/><Transport>'
        '<Tempo id="tempo" unit="bpm" value="60"/>'
        '<TimeSignature id="sig" numerator="7" denominator="8"/></Transport>'
        f"<Structure>{STRUCTURE}</Structure>"
        f'<Arrangement><Lanes timeUnit="{unit}">{lanes}</Lanes>{more}</Arrangement>'
        f"<Scenes>{scenes}</Scenes></Project>"
    )


def read(folder: Path, xml: str, **files: str | bytes) -> Song:
    song = read_dawproject(write_zip(folder, {"project.xml": xml, **files}))
    assert broken_rules(song.state) == []
    return song


def entities(song: Song, collection: str, **wanted: Any) -> list[dict[str, Any]]:
    return [
        entity
        for entity in song.state[collection].values()
        if all(entity[name] == value for name, value in wanted.items())
    ]


def only(song: Song, collection: str, **wanted: Any) -> dict[str, Any]:
    found = entities(song, collection, **wanted)
    assert len(found) == 1, found
    return found[0]


def test_the_example_of_the_format() -> None:
    song = read_dawproject(corpus_file("bitwig-readme-example.project.xml"))
    assert broken_rules(song.state) == []
    assert {name: count for name, count in song.file_counts.items() if count} == {
        "tracks": 3,
        "clips": 3,
        "notes": 9,
        "warps": 2,
    }
    counts = song.counts
    assert (counts.tracks, counts.clips, counts.notes, counts.devices) == (3, 2, 9, 1)
    loop = only(song, "clips", kind="audio")
    assert loop["name"] == "Drumfunk3 170bpm"
    assert (loop["loopStart"], loop["loopEnd"]) == (0, pytest.approx(8.00003, abs=1e-5))
    assert len(song.state["warps"]) == 2
    assert only(song, "devices")["format"] == "clap"
    assert only(song, "tempo")["bpm"] == 149


def test_tracks_and_mixer(tmp_path: Path) -> None:
    song = read(tmp_path, project())
    keys, band = only(song, "tracks", name="Keys"), only(song, "tracks", name="Band")
    assert song.state["tracks"][keys["parent"]] is band
    assert band["color"] == "#102030"
    channel = song.state["channels"][keys["channel"]]
    assert channel["volume"] == pytest.approx(0.5, abs=1e-4)
    assert (channel["pan"], channel["mute"], channel["solo"]) == (0.25, True, True)
    assert only(song, "tracks", name="Main")["channel"] == "ch_master"
    room = only(song, "channels", role="effect")
    send = only(song, "sends")
    assert (send["type"], send["volume"]) == ("pre", 0.25)
    assert song.state["channels"][send["dest"]] is room
    assert only(song, "channels", role="vca")["dest"] == "ch_master"
    assert only(song, "signatures")["num"] == 7
    assert "1 sends that lead nowhere" in song.problems


def test_devices(tmp_path: Path) -> None:
    chunk = b"\x00\x01 plug-in state"
    song = read(tmp_path, project(), **{"plugins/synth.vstpreset": chunk})
    synth = only(song, "devices", role="instrument")
    assert (synth["format"], synth["deviceId"], synth["enabled"]) == ("vst3", "abc", False)
    assert synth["params"] == {"Cut_off": 440, "Cut_off.2": True, "Wave": 2, "Grid": "3/8"}
    assert synth["stateRef"] == "sha256:" + hashlib.sha256(chunk).hexdigest()
    assert song.blobs == {synth["stateRef"]: chunk}
    equalizer = only(song, "devices", deviceId="Equalizer")
    assert equalizer["params"] == {"band1.Freq": 100, "OutputGain": -6, "band1.type": "bell"}
    assert "1 vendors and versions of plug-ins" in song.problems


NOTES = '<Notes><Note time="0.5" duration="1" channel="0" key="60" vel="0.7" rel="0.4"/></Notes>'


def clips(inner: str, track: str = "t1") -> str:
    return f'<Lanes track="{track}"><Clips>{inner}</Clips></Lanes>'


def test_notes(tmp_path: Path) -> None:
    clip = f'<Clip time="4" duration="8" loopStart="0" loopEnd="2" enable="false">{NOTES}</Clip>'
    song = read(tmp_path, project(clips(clip)))
    found = only(song, "clips")
    assert (found["time"], found["duration"], found["loopEnd"]) == (4, 8, 2)
    assert found["enable"] is False
    note = only(song, "notes")
    assert (note["time"], note["key"], note["vel"], note["rel"]) == (0.5, 60, 0.7, 0.4)


def test_seconds_become_beats(tmp_path: Path) -> None:
    tempo = (
        '<TempoAutomation><Target parameter="tempo"/><RealPoint time="0" value="60"/>'
        '<RealPoint time="4" value="120"/></TempoAutomation>'
    )
    clip = f'<Clip time="5" duration="1" contentTimeUnit="beats">{NOTES}</Clip>'
    song = read(tmp_path, project(clips(clip), more=tempo, unit="seconds"))
    found = only(song, "clips")
    assert (found["time"], found["duration"]) == (6, 2)
    assert [(t["time"], t["bpm"]) for t in song.state["tempo"].values()] == [(0, 60), (4, 120)]


AUDIO = (
    '<Audio channels="1" duration="3" sampleRate="44100" algorithm="raw">'
    '<File path="audio/take.wav"/></Audio>'
)


def test_audio_with_fades(tmp_path: Path) -> None:
    clip = (
        f'<Clip time="1" duration="3" contentTimeUnit="seconds" playStart="0.5" '
        f'fadeTimeUnit="seconds" fadeInTime="1" fadeOutTime="9">{AUDIO}</Clip>'
    )
    song = read(tmp_path, project(clips(clip, "t2")), **{"audio/take.wav": b"RIFF"})
    found = only(song, "clips")
    assert (found["contentTimeUnit"], found["playStart"]) == ("seconds", 0.5)
    assert (found["fadeIn"], found["fadeOut"]) == (1, pytest.approx(2, abs=1e-4))
    media = only(song, "media")
    assert media["sha256"] == hashlib.sha256(b"RIFF").hexdigest()
    assert (media["sampleRate"], media["channels"], media["duration"]) == (44_100, 1, 3)
    [apart] = [loss for loss in song.losses if "whose sound stays in the file" in loss.what]
    assert (apart.count, apart.items) == (1, ["audio/take.wav"])
    assert song.state["media"][found["media"]] is media


def test_one_file_is_one_media(tmp_path: Path) -> None:
    two = "".join(f'<Clip time="{at}" duration="1">{AUDIO}</Clip>' for at in (0, 4))
    song = read(tmp_path, project(clips(two, "t2")))
    assert len(song.state["media"]) == 1
    assert "1 audio files that are not in the project file" in song.problems


def test_an_inner_clip_that_fills_keeps_the_loop(tmp_path: Path) -> None:
    inner = f'<Clips><Clip time="0" duration="4" playStart="1">{NOTES}</Clip></Clips>'
    outer = f'<Clip time="8" duration="16" loopStart="0" loopEnd="4" name="Loop">{inner}</Clip>'
    song = read(tmp_path, project(clips(outer)))
    found = only(song, "clips")
    assert (found["time"], found["duration"], found["name"]) == (8, 16, "Loop")
    assert (found["playStart"], found["loopStart"], found["loopEnd"]) == (1, 1, 5)


def test_other_inner_clips_are_written_out_and_repeated(tmp_path: Path) -> None:
    inner = (
        f'<Clips><Clip time="0" duration="1">{NOTES}</Clip>'
        f'<Clip time="2" duration="3" playStart="1">{NOTES}</Clip></Clips>'
    )
    outer = f'<Clip time="8" duration="10" loopStart="0" loopEnd="4">{inner}</Clip>'
    song = read(tmp_path, project(clips(outer)))
    placed = sorted((c["time"], c["duration"]) for c in entities(song, "clips"))
    assert placed == [(8, 1), (10, 2), (12, 1), (14, 2), (16, 1)]
    assert len(song.state["notes"]) == 2
    assert sum(c["ref"] is not None for c in entities(song, "clips")) == 3


def test_an_alias_repeats_the_content_it_names(tmp_path: Path) -> None:
    named = NOTES.replace("<Notes>", '<Notes id="n9">')
    both = (
        '<Clip time="0" duration="1" reference="n9"/>'
        f'<Clip time="4" duration="2">{named}</Clip><Clip time="9" duration="1" reference="gone"/>'
    )
    song = read(tmp_path, project(clips(both)))
    alias = only(song, "clips", time=0)
    assert song.state["clips"][alias["ref"]]["time"] == 4
    assert "1 clips that repeat one that is not there" in song.problems


def test_endless_loops_are_refused(tmp_path: Path) -> None:
    inner = f'<Clips><Clip time="5" duration="1">{NOTES}</Clip></Clips>'
    outer = f'<Clip time="0" duration="1e6" loopStart="0" loopEnd="0.001">{inner}</Clip>'
    with pytest.raises(BrokenSong, match="repeats more than"):
        read(tmp_path, project(clips(outer)))


def test_rounds_of_clips_that_do_not_say_how_long_they_are_cost_what_is_in_them(
    tmp_path: Path,
) -> None:
    many = NOTES.replace("</Notes>", '<Note time="0" duration="1" key="60"/>' * 5_000 + "</Notes>")
    two = f'<Clip time="0">{many}</Clip><Clip time="9" duration="1">{NOTES}</Clip>'
    outer = f'<Clip time="0" duration="400" loopStart="0" loopEnd="1"><Clips>{two}</Clips></Clip>'
    with pytest.raises(BrokenSong, match="repeats more than"):
        read(tmp_path, project(clips(outer)))


POINTS = (
    '<Points{more}><Target parameter="{target}"/><RealPoint time="0" value="0.5"/>'
    '<RealPoint time="4" value="1" interpolation="linear"/></Points>'
)


@pytest.mark.parametrize(
    ("target", "prop", "values"),
    [
        ("vol1", "volume", [0.5, 1]),
        ("pan1", "pan", [0.5, 1]),
        ("mute1", "mute", [0.5, 1]),
        ("sv", "volume", [0.5, 1]),
        ("p1", "params/Cut_off", [0.5, 1]),
        ("p4", "enabled", [0.5, 1]),
        ("p5", "params/band1.Freq", [0.5, 1]),
    ],
)
def test_automation_of_a_track(tmp_path: Path, target: str, prop: str, values: list[float]) -> None:
    lanes = f'<Lanes track="t1">{POINTS.format(more="", target=target)}</Lanes>'
    unit = ' unit="linear"'
    lanes = lanes.replace("<Points", f"<Points{unit}") if target == "vol1" else lanes
    song = read(tmp_path, project(lanes))
    lane = only(song, "lanes")
    assert lane["target"].split("/", 2)[2] == prop
    assert song.state["tracks"][lane["track"]]["name"] == "Keys"
    points = entities(song, "points")
    assert [point["interp"] for point in points] == ["hold", "linear"]
    if target != "pan1":
        assert [point["value"] for point in points] == values


def test_automation_of_a_device_keeps_the_unit_it_is_written_in(tmp_path: Path) -> None:
    lanes = "".join(POINTS.format(more=more, target="p1") for more in (' unit="semitones"', ""))
    song = read(tmp_path, project(f'<Lanes track="t1">{lanes}</Lanes>'))
    assert [lane["unit"] for lane in entities(song, "lanes")] == ["semitones", "hertz"]


def test_decibels_of_automation_become_linear(tmp_path: Path) -> None:
    points = (
        '<Lanes track="t1"><Points unit="decibel"><Target parameter="vol1"/>'
        '<RealPoint time="0" value="-inf"/><RealPoint time="1" value="6.0206"/></Points></Lanes>'
    )
    song = read(tmp_path, project(points))
    values = [point["value"] for point in entities(song, "points")]
    assert values == [0, pytest.approx(2, abs=1e-4)]


def test_automation_inside_a_clip(tmp_path: Path) -> None:
    points = POINTS.format(more="", target="p1")
    both = f'<Clip time="0" duration="4"><Lanes>{NOTES}{points}</Lanes></Clip>'
    alone = f'<Clip time="8" duration="4">{points}</Clip>'
    song = read(tmp_path, project(clips(both + alone)))
    kinds = [song.state["clips"][lane["clip"]]["kind"] for lane in entities(song, "lanes")]
    assert kinds == ["notes", "automation"]
    assert len(song.state["points"]) == 4
    assert "automation" in only(song, "tracks", name="Keys")["content"]


def test_expressions_are_reported(tmp_path: Path) -> None:
    bend = (
        '<Lanes track="t1"><Points><Target expression="pitchBend" channel="0"/>'
        '<RealPoint time="0" value="0.5"/></Points></Lanes>'
    )
    song = read(tmp_path, project(bend))
    assert "1 automation points of MIDI controllers and expressions" in song.problems


def test_markers_and_signatures(tmp_path: Path) -> None:
    more = (
        '<Markers><Marker time="16" name="Drop" color="#ff0000"/></Markers>'
        '<TimeSignatureAutomation><Target parameter="sig"/>'
        '<TimeSignaturePoint time="14" numerator="4" denominator="4"/></TimeSignatureAutomation>'
    )
    song = read(tmp_path, project(more=more))
    marker = only(song, "markers")
    assert (marker["time"], marker["name"], marker["color"]) == (16, "Drop", "#ff0000")
    signatures = sorted((s["time"], s["num"], s["den"]) for s in entities(song, "signatures"))
    assert signatures == [(0, 7, 8), (14, 4, 4)]


def test_scenes(tmp_path: Path) -> None:
    scene = (
        '<Scene name="Verse" color="#00ff00"><Lanes><ClipSlot track="t1" hasStop="false">'
        f'<Clip time="0" duration="4">{NOTES}</Clip></ClipSlot>'
        '<ClipSlot track="t2"/></Lanes></Scene>'
    )
    song = read(tmp_path, project(scenes=scene))
    assert only(song, "scenes")["name"] == "Verse"
    filled, empty = entities(song, "slots")
    [in_slot] = [song.state["slots"][clip["slot"]] for clip in entities(song, "clips")]
    assert in_slot == filled
    assert (filled["hasStop"], empty["hasStop"]) == (False, True)


def test_notes_without_a_clip_get_one(tmp_path: Path) -> None:
    song = read(tmp_path, project(f'<Lanes track="t1">{NOTES}</Lanes>'))
    assert (only(song, "clips")["time"], only(song, "clips")["duration"]) == (0, 1.5)


def test_the_title_is_the_name(tmp_path: Path) -> None:
    metadata = "<MetaData><Title>Sails</Title><Artist>Someone</Artist><Genre/></MetaData>"
    song = read(tmp_path, project(), **{"metadata.xml": metadata})
    assert song.name == "Sails"
    assert "1 entries of metadata (artist, genre, copyright ...)" in song.problems


def test_deeply_nested_tracks_move_up(tmp_path: Path) -> None:
    tracks = "<Track>" * 20 + "</Track>" * 20
    xml = f'<Project version="1.0"><Structure>{tracks}</Structure></Project>'
    song = read(tmp_path, xml)
    assert len(song.state["tracks"]) == 20


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"other.xml": ""}, r"project\.xml: is not in the ZIP"),
        ({"project.xml": "<Nothing/>"}, "is not a DAWproject"),
        ({"project.xml": project(clips("\n<Clip/>"))}, r"<Clip>: has no time"),
        ({"project.xml": "<Project>"}, "line 1, column"),
    ],
)
def test_broken_projects_name_the_place(
    tmp_path: Path, files: dict[str, str | bytes], message: str
) -> None:
    with pytest.raises(BrokenSong, match=message):
        read_dawproject(write_zip(tmp_path, files))


def test_a_number_that_is_none_is_mended_and_listed_with_its_place(tmp_path: Path) -> None:
    notes = (
        '<Notes><Note time="NaN" duration="1" key="60"/><Note time="2" duration="inf" key="61"/>'
        '<Note time="x" duration="1" key=""/>'
    )
    xml = project(clips(f'\n<Clip time="0" duration="4">{notes}</Notes></Clip>'))
    song = read_dawproject(write_zip(tmp_path, {"project.xml": xml}))
    assert broken_rules(song.state) == []
    assert sorted(str(note["time"]) for note in song.state["notes"].values()) == [
        "0.0",
        "0.0",
        "2.0",
    ]
    [loss] = [loss for loss in song.losses if "NaN or huge" in loss.what]
    items = [item.rpartition(" on line ") for item in loss.items]
    assert [item[0] for item in items] == [
        'time="NaN" of <Note>', 'duration="inf" of <Note>', 'time="x" of <Note>',
        'key="" of <Note>',
    ]  # fmt: skip
    assert all(item[2].isdigit() for item in items)
