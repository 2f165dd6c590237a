"""What goes out as a .dawproject comes back the same, but for what was reported."""

import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from files.dawproject.export import dawproject, write_dawproject
from files.dawproject.reader import read_dawproject
from files.imported_song import Song
from files.importing import read_song
from files.prime_file import read_prime_file
from schema.entities import MASTER_CHANNEL, defaults, empty_state
from tests.files.helpers.song_files import lmms_songs
from tests.files.helpers.state_equality import differences

ROOT = Path(__file__).parent.parent.parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
OWN = ROOT / "files" / "songs" / "harbour_lights.prime.json"
NAMES = (
    "Saber-FinalStep.mmpz",
    "CapDan-ZeroSumGame-OriginalByZakarra.mmpz",
    "Skiessi-C64.mmpz",
    "bitwig-readme-example.project.xml",
)
in_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside the project")


def song(name: str) -> Song:
    return read_prime_file(OWN) if name == OWN.name else read_song(CORPUS / name)


def valid(path: Path) -> None:
    """Holds project.xml against DAWproject's own schema."""
    schema = etree.XMLSchema(etree.parse(CORPUS / "DAWproject-Project.xsd"))
    with zipfile.ZipFile(path) as files:
        schema.assertValid(etree.fromstring(files.read("project.xml")))


def round_trip(state: Any, path: Path) -> tuple[Any, set[tuple[str, str]]]:
    told = write_dawproject(path, state)
    _, losses = dawproject(state)
    assert [str(loss) for loss in told] == losses.told()
    return read_dawproject(path).state, losses.places


@in_corpus
@pytest.mark.parametrize("name", [*NAMES, OWN.name])
def test_a_song_is_valid_and_comes_back_but_for_what_was_reported(
    name: str, tmp_path: Path
) -> None:
    state = song(name).state
    path = tmp_path / "song.dawproject"
    again, places = round_trip(state, path)
    valid(path)
    assert differences(state, again, places) == []
    third, further = round_trip(again, path)
    assert further <= places
    assert differences(again, third, further) == []
    assert not any(name == "" for _, name in further), further


def a_state() -> dict[str, dict[str, dict[str, Any]]]:
    """One of everything that DAWproject can hold."""
    state = empty_state("Everything & <more>", 121.5, 7, 8)

    def add(collection: str, entity_id: str, **props: Any) -> None:
        state[collection][entity_id] = defaults(collection) | props

    state["tempo"]["tempo_start"]["interp"] = "linear"
    add("tempo", "tempo_two", time=8.0, bpm=90.0, interp="hold")
    add("signatures", "sig_two_", time=14.0, num=4, den=4)
    add("markers", "marker_1", time=3.5, name="Drop \u266b", color="#ff8800")
    add("channels", "chan_fx_", name="Hall", role="effect", order="a2", dest=MASTER_CHANNEL)
    add("channels", "chan_one", name="Bass", order="a1", dest="chan_fx_", volume=0.7, pan=0.1)
    state["channels"]["chan_one"] |= {"mute": True, "solo": True, "audioChannels": 1}
    add("sends", "send_one", channel="chan_one", dest="chan_fx_", type="pre", volume=0.2)
    add("tracks", "group_01", name="Group", content=["tracks"], order="a0")
    add("tracks", "track_fx", name="Hall", content=["audio"], channel="chan_fx_", order="a1")
    content = ["notes", "audio", "automation"]
    add("tracks", "track_01", name="Bass", parent="group_01", content=content, color="#010203")
    state["tracks"]["track_01"] |= {"channel": "chan_one", "loaded": False}
    params = {"cutoff": 0.25, "voices": 8, "legato": True, "wet": 1.0}
    device = {"channel": "chan_one", "role": "instrument", "format": "clap", "params": params}
    add("devices", "dev_0001", **device, name="Surge", deviceId="org.surge", enabled=False)
    add("clips", "clip_001", track="track_01", time=4.0, duration=8.0, name="riff", color="#abc")
    state["clips"]["clip_001"] |= {"loopStart": 1.0, "loopEnd": 3.0, "playStart": 0.5}
    add("notes", "note_001", clip="clip_001", time=0.25, duration=0.5, key=60, vel=0.5, ch=3)
    add("clips", "clip_ref", track="track_01", time=20.0, duration=4.0, ref="clip_001")
    state["clips"]["clip_ref"]["enable"] = False
    path = "audio/loop.wav"
    add("media", "media_01", name="loop.wav", path=path, duration=2.5, sampleRate=44_100.0)
    audio = {"track": "track_01", "kind": "audio", "media": "media_01", "fadeIn": 0.5}
    add("clips", "clip_aud", **audio, time=30.0, duration=4.0, fadeOut=3.5)
    add("warps", "warp_001", clip="clip_aud", time=0.0, contentTime=0.0)
    add("warps", "warp_002", clip="clip_aud", time=4.0, contentTime=2.5)
    add("clips", "clip_aut", track="track_01", kind="automation", time=40.0, duration=4.0)
    for lane, where, target in (
        ("lane_001", {"track": "track_01"}, "channels/chan_one/volume"),
        ("lane_002", {"clip": "clip_001"}, "devices/dev_0001/params/cutoff"),
        ("lane_003", {"clip": "clip_aut"}, "sends/send_one/enable"),
    ):
        add("lanes", lane, **where, target=target)
        for n in range(3):
            add("points", f"{lane}_p{n}", lane=lane, time=n / 2, value=n / 4, interp="hold")
    add("points", "point_jmp", lane="lane_001", time=1.0, slot=1, value=0.9, interp="linear")
    add("scenes", "scene_01", name="Verse", color="#112233")
    add("slots", "slot_001", scene="scene_01", track="track_01", hasStop=False)
    add("clips", "clip_slo", track="track_01", time=0.0, duration=2.0, slot="slot_001")
    add("notes", "note_slo", clip="clip_slo", time=0.0, duration=1.0, key=48)
    return state


@in_corpus
def test_everything_the_format_can_hold_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "song.dawproject"
    again, places = round_trip(a_state(), path)
    valid(path)
    assert places == {("media", "sound")}, "that the recordings themselves are not in the file"
    assert differences(a_state(), again) == []


def test_two_exports_of_one_state_are_the_same_bytes_at_any_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, exports = tmp_path / "song.dawproject", set()
    for seconds in (1_700_000_000, 1_800_000_000):
        monkeypatch.setattr(time, "time", lambda said=seconds: said)
        write_dawproject(path, a_state())
        exports.add(path.read_bytes())
    assert len(exports) == 1
    with zipfile.ZipFile(path) as files:
        assert {entry.external_attr >> 16 for entry in files.infolist()} == {0o100644}
        assert {entry.compress_type for entry in files.infolist()} == {zipfile.ZIP_DEFLATED}


def test_what_the_format_cannot_hold_is_told() -> None:
    state = a_state()
    state["project"]["project"]["key"] = "D"
    state["transport"]["transport"]["loopOn"] = True
    state["clips"]["clip_aud"]["gain"] = 0.5
    state["notes"]["note_001"]["pan"] = 0.1
    state["devices"]["dev_0001"] |= {"stateRef": "sha256:ab", "format": "ladspa"}
    state["devices"]["dev_0001"]["params"]["text"] = "saw"
    state["lanes"]["lane_001"]["enable"] = False
    state["lanes"]["lane_002"]["target"] = "channels/chan_one/solo"
    state["channels"]["chan_one"]["order"] = "a9"
    _, losses = dawproject(state)
    assert losses.places == {
        ("project", "key"),
        ("transport", "loopOn"),
        ("clips", "gain"),
        ("notes", "pan"),
        ("devices", "stateRef"),
        ("devices", "format"),
        ("devices", "params"),
        ("lanes", "enable"),
        ("lanes", ""),
        ("points", ""),
        ("channels", "order"),
        ("media", "sound"),
    }
    assert "1 pans of notes" in losses.told()


def test_texts_that_xml_cannot_hold_do_not_break_the_file(tmp_path: Path) -> None:
    state = a_state()
    state["tracks"]["track_01"]["name"] = "a\x01b\x0b"
    write_dawproject(tmp_path / "song.dawproject", state)
    again = read_dawproject(tmp_path / "song.dawproject").state
    assert "a\ufffdb\ufffd" in {track["name"] for track in again["tracks"].values()}


def test_a_state_with_links_to_nothing_is_written_all_the_same(tmp_path: Path) -> None:
    state = a_state()
    del state["media"]["media_01"], state["tracks"]["group_01"]
    state["tracks"]["track_01"]["channel"] = "nobody__"
    write_dawproject(tmp_path / "song.dawproject", state)


def test_the_equality_of_states_sees_what_differs() -> None:
    state = a_state()
    other = json.loads(json.dumps(state).replace("note_001", "another_").replace("a2", "a7"))
    assert differences(state, other) == []
    other["notes"]["another_"]["key"] = 61
    found = differences(state, other)
    assert found
    assert differences(state, other, [("notes", "key")]) == []
    other = json.loads(json.dumps(state))
    other["notes"]["note_001"]["clip"] = "clip_slo"
    assert differences(state, other)


@pytest.mark.slow
def test_every_song_of_lmms_common_comes_back_but_for_what_was_told(tmp_path: Path) -> None:
    path = tmp_path / "song.dawproject"
    for source in lmms_songs():
        state = read_song(source).state
        again, places = round_trip(state, path)
        assert differences(state, again, places) == [], source.name


@pytest.mark.parametrize(
    ("leaf", "is_automated", "words"),
    [
        (8, False, []),
        (8, True, ["1 automated whole numbers of plug-ins were written as decimals"]),
        (2**53, False, ["1 very large whole numbers of plug-ins were written as decimals"]),
    ],
)
def test_why_a_whole_number_is_a_decimal(
    tmp_path: Path, leaf: int, is_automated: bool, words: list[str]
) -> None:
    state, path = a_state(), tmp_path / "song.dawproject"
    state["devices"]["dev_0001"]["params"]["voices"] = leaf
    if is_automated:
        state["lanes"]["lane_002"]["target"] = "devices/dev_0001/params/voices"
    told = [str(loss) for loss in write_dawproject(path, state) if "decimals" in loss.what]
    assert told == words
    [device] = read_dawproject(path).state["devices"].values()
    params: Any = device["params"]
    assert params["voices"] == leaf
