"""Whatever a DAWproject counts in seconds comes out at the beat where it sounds: each attribute.

The tempo is 120 up to beat 8 (at 4 s), and 60 from there on.
"""

from pathlib import Path
from typing import Any

import pytest

from files.dawproject.reader import read_dawproject
from files.imported_song import Song
from tests.files.helpers.song_files import write_zip
from tests.files.helpers.state_rules import broken_rules

TEMPO = (
    '<TempoAutomation timeUnit="seconds"><Target parameter="tempo"/>'
    '<RealPoint time="0" value="120"/><RealPoint time="4" value="60"/></TempoAutomation>'
)
TRACK = (
    '<Track contentType="notes audio" id="t1" name="T"><Channel role="regular" id="c1">'
    '<Volume id="vol" unit="linear" value="1"/></Channel></Track>'
)
POINT = '<Points{unit}><Target parameter="vol"/><RealPoint time="{time}" value="0.5"/></Points>'
AUDIO = '<Audio channels="2" duration="3" sampleRate="48000"><File path="x.wav"/></Audio>'
SECONDS = ' timeUnit="seconds"'


def note(time: float, duration: float = 1) -> str:
    return f'<Note time="{time}" duration="{duration}" channel="0" key="60"/>'


def read(folder: Path, lanes: str = "", *, more: str = "", scenes: str = "") -> Song:
    xml = (
        '<Project version="1.0"><Transport><Tempo id="tempo" unit="bpm" value="90"/>'
        '<TimeSignature id="sig" numerator="4" denominator="4"/></Transport>'
        f"<Structure>{TRACK}</Structure>"
        f'<Arrangement><Lanes timeUnit="seconds"><Lanes track="t1">{lanes}</Lanes></Lanes>'
        f"{more}{TEMPO}</Arrangement><Scenes>{scenes}</Scenes></Project>"
    )
    song = read_dawproject(write_zip(folder, {"project.xml": xml}))
    assert broken_rules(song.state) == []
    return song


def the(song: Song, collection: str) -> dict[str, Any]:
    [entity] = song.state[collection].values()
    return entity


def clip(attributes: str, content: str = f"<Notes>{note(0)}</Notes>") -> str:
    return f"<Clips><Clip {attributes}>{content}</Clip></Clips>"


def test_tempo_markers_signatures_and_automation(tmp_path: Path) -> None:
    more = (
        f'<Markers{SECONDS}><Marker time="6" name="x"/></Markers><TimeSignatureAutomation{SECONDS}>'
        '<TimeSignaturePoint time="4" numerator="3" denominator="4"/></TimeSignatureAutomation>'
    )
    song = read(tmp_path, POINT.format(unit="", time=5), more=more)
    assert [(t["time"], t["bpm"]) for t in song.state["tempo"].values()] == [(0, 120), (8, 60)]
    assert the(song, "markers")["time"] == 10
    assert [s["time"] for s in song.state["signatures"].values()] == [0, 8]
    assert the(song, "points")["time"] == 9


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [
        ('time="3" duration="2"', {"time": 6, "duration": 3}),
        ('time="3" duration="9" playStop="2"', {"duration": 3}),
        ('time="3"', {"duration": 2}),  # as long as its note, 1 s
        ('time="3" duration="2" playStart="0.5"', {"playStart": 1}),
        ('time="3" duration="4" loopStart="0" loopEnd="2"', {"loopStart": 0, "loopEnd": 3}),
        ('time="3" duration="4" fadeInTime="2"', {"fadeIn": 3, "fadeOut": 0}),
        ('time="3" duration="2" fadeOutTime="1.5"', {"fadeOut": 2}),
        ('time="3" duration="2" fadeInTime="-1"', {"time": 4, "duration": 5, "fadeIn": 2}),
        ('time="3" duration="0.5" fadeOutTime="-1"', {"duration": 2.5, "fadeOut": 1.5}),
        ('time="3" duration="2" fadeTimeUnit="beats" fadeInTime="0.5"', {"fadeIn": 0.5}),
    ],
)
def test_a_clip(tmp_path: Path, attributes: str, wanted: dict[str, float]) -> None:
    found = the(read(tmp_path, clip(attributes)), "clips")
    assert {name: found[name] for name in wanted} == wanted
    assert found["contentTimeUnit"] == "beats"


def test_the_content_of_sound_keeps_its_seconds(tmp_path: Path) -> None:
    found = the(read(tmp_path, clip('time="3" playStart="0.5"', AUDIO)), "clips")
    assert (found["contentTimeUnit"], found["playStart"]) == ("seconds", 0.5)
    assert (found["time"], found["duration"]) == (6, 3.5)  # 2.5 s of its 3 s are left


@pytest.mark.parametrize("unit", ["beats", "seconds"])
def test_notes_and_points_of_a_clip(tmp_path: Path, unit: str) -> None:
    content = f"<Lanes{SECONDS}><Notes>{note(0.5)}</Notes>{POINT.format(unit='', time=2)}</Lanes>"
    song = read(tmp_path, clip(f'time="3" duration="4" contentTimeUnit="{unit}"', content))
    found = the(song, "notes")
    assert (found["time"], found["duration"]) == (1, 1.5)
    assert the(song, "points")["time"] == 3


def test_warps(tmp_path: Path) -> None:
    warps = (
        f'<Warps contentTimeUnit="beats"{SECONDS}>{AUDIO}<Warp time="0" contentTime="0"/>'
        '<Warp time="2" contentTime="3"/></Warps>'
    )
    song = read(tmp_path, clip('time="3" duration="2"', warps))
    found = [(w["time"], w["contentTime"]) for w in song.state["warps"].values()]
    assert found == [(0, 0), (3, 2)]


def test_clips_in_a_clip_are_placed_where_each_round_sounds(tmp_path: Path) -> None:
    inner = f'<Clips><Clip time="0.5" duration="0.5"><Notes>{note(0, 0.5)}</Notes></Clip></Clips>'
    outer = 'time="2" duration="4" loopStart="0" loopEnd="1"'
    song = read(tmp_path, clip(outer, inner))
    placed = [(c["time"], c["duration"]) for c in song.state["clips"].values()]
    assert placed == [(5, 1), (7, 1), (8.5, 0.5), (9.5, 0.5)]


def test_clips_of_the_launcher(tmp_path: Path) -> None:
    slot = f'<ClipSlot track="t1"{SECONDS}><Clip time="0" duration="6"/></ClipSlot>'
    found = the(read(tmp_path, scenes=f"<Scene><Lanes>{slot}</Lanes></Scene>"), "clips")
    assert found["duration"] == 10


def test_a_glide_over_seconds_keeps_its_seconds_and_is_told(tmp_path: Path) -> None:
    tempo = TEMPO.replace('value="120"', 'value="120" interpolation="linear"')
    xml = (
        f'<Project version="1.0"><Structure>{TRACK}</Structure><Arrangement>'
        f'<Markers{SECONDS}><Marker time="4" name="x"/></Markers>{tempo}</Arrangement></Project>'
    )
    song = read_dawproject(write_zip(tmp_path, {"project.xml": xml}))
    last = list(song.state["tempo"].values())[-1]
    assert the(song, "markers")["time"] == last["time"] == pytest.approx(5.770780, abs=1e-6)
    told = [loss for loss in song.losses if "linear over seconds" in loss.what]
    assert [loss.items for loss in told] == [["to 60 bpm at 4 s"]]
