"""What LMMS makes of its older files: every step that changes something an import keeps."""

import base64
import struct
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest

from files.bounded.xml_input import parse_xml
from files.imported_song import Song
from files.lmms.file_versions import _release_order, file_version
from files.lmms.reader import read_lmms
from files.lmms.upgrade import upgrade
from tests.files.helpers.song_files import write_mmp
from tests.files.helpers.state_rules import broken_rules

CASES = Path(__file__).parent.parent / "cases" / "lmms"


def document(body: str, creator: str, version: str = "1.0", head: str = "<head/>") -> str:
    names = f'type="song" version="{version}" creatorversion="{creator}"'
    return (
        f"<lmms-project {names}>{head}<song><trackcontainer>{body}</trackcontainer></song>"
        "</lmms-project>"
    )


def upgraded(body: str, creator: str, version: str = "1.0") -> Element:
    root = parse_xml(Path("song.mmp"), document(body, creator, version).encode())
    upgrade(root, lambda _what, _count, _item: None)
    return root


def read(folder: Path, body: str, creator: str, **more: str) -> Song:
    song = read_lmms(write_mmp(folder, document(body, creator, **more)))
    assert broken_rules(song.state) == []
    return song


def only(song: Song, collection: str, **wanted: Any) -> dict[str, Any]:
    (found,) = [
        entity
        for entity in song.state[collection].values()
        if all(entity[name] == value for name, value in wanted.items())
    ]
    return found


# Versions.


def test_releases_sort_as_lmms_sorts_them() -> None:
    ordered = [
        "0.0.9pre7", "0.1.2-cvs20060115", "0.1.2", "0.2.1-20070501", "0.2.1-20070508", "0.2.1",
        "0.3.0-rc2", "0.3.0", "0.4.0-20080104", "0.4.0-beta", "0.4.0-beta1", "0.4.0-rc2", "0.4.0",
        "1.0.99-0", "1.0.99", "1.1.0", "1.1.2", "1.1.2.12", "1.1.2.101", "1.1.3",
        "1.2.0-rc2.42", "1.2.0-rc3", "1.2.0",
        "1.3.0-alpha.1", "1.3.0-alpha.1.10", "1.3.0-alpha.1.9-gab12", "1.3.0",
    ]  # fmt: skip
    assert all(
        _release_order(one) < _release_order(next_one) for one, next_one in pairwise(ordered)
    )
    assert _release_order("1.2.0+build7") == _release_order("1.2.0")


@pytest.mark.parametrize(
    ("attributes", "version"),
    [
        ({"creatorversion": "0.0.9beta2"}, 0),
        ({"version": "1.0", "creatorversion": "0.2.1-svn20070507"}, 1),
        ({"version": "1.0", "creatorversion": "0.4.0"}, 12),
        ({"version": "1.0", "creatorversion": "1.2.2"}, 16),
        ({"version": "1.0"}, 16),
        ({"version": "27", "creatorversion": "0.4.0"}, 27),
    ],
)
def test_a_file_says_which_upgrades_it_needs(attributes: dict[str, str], version: int) -> None:
    assert file_version(Element("lmms-project", attributes)) == version


# Each step: what it makes of the oldest file that needs it no more, and of the newest that does.

NEEDED, NEEDED_NO_MORE = 0, 1

STEPS = [
    # upgrade of LMMS, releases around it, an element, where it is then, and what is then there
    ("0.2.1-20070500", "0.2.1-20070501", '<sampletrack vol="0.5"/>', "sampletrack@vol", "50"),
    ("0.2.1-20070507", "0.2.1-20070508", '<channeltrack vol="100"/>', "instrumenttrack@vol", "59"),
    (
        "0.2.1-20070507", "0.2.1-20070508", '<channeltrack basetone="9" baseoct="5"/>',
        "instrumenttrack@basenote", "81",
    ),
    ("0.3.0-rc3", "0.3.0", '<instrumenttrack><lb303 shape="0"/></instrumenttrack>',
     "instrument@name", "lb302"),
    ("0.3.0-rc3", "0.3.0", "<pluckedstringsynth/>", "vibedstrings@active0", "1"),
    ("0.3.0", "0.4.0-20080104", '<fx fxdisabled="0"><rack/></fx>', "fxchain@enabled", "1"),
    ("0.4.0-20080117", "0.4.0-20080118", '<fx><rack><effect name="a"/></rack></fx>',
     "fxchain/effect@name", "a"),
    ("0.4.0-20080128", "0.4.0-20080129", '<arpandchords chord="5"/>', "chordcreator@chord", "5"),
    ("0.4.0-20080128", "0.4.0-20080129", '<arpandchords arp="5"/>', "arpeggiator@arp", "5"),
    ("0.4.0-20080408", "0.4.0-20080409", '<pattern pos="64" len="64"/>', "pattern@pos", "192"),
    ("0.4.0-20080408", "0.4.0-20080409", '<sampletco pos="1" len="64"/>', "sampletco@len", "192"),
    ("0.4.0-20080408", "0.4.0-20080409", '<timeline lp0pos="64" lp1pos="65"/>',
     "timeline@lp1pos", "195"),
    ("0.4.0-20080606", "0.4.0-20080607", '<midi basechannel="3"/>', "midiport@basechannel", "3"),
    ("0.4.0-20080621", "0.4.0-20080622",
     '<track type="1"><bbtrack name="Beat/Baseline 1"/></track>', "track@name", "Pattern 1"),
    ("0.4.0-rc1", "0.4.0-rc2", '<audiofileprocessor src="drumsynth/r&amp;b/a.ds"/>',
     "audiofileprocessor@src", "drumsynth/r_n_b/a.ds"),
    ("0.4.0-rc1", "0.4.0-rc2", '<lb302 shape="3"/>', "lb302@shape", "2"),
    ("1.0.99", "1.1.0-0", '<fxmixer><fxchannel num="1"/></fxmixer>', "fxchannel/send@channel", "0"),
    ("1.1.90", "1.1.91-0", '<audiofileprocessor src="/samples/bassloopes/a.ogg"/>',
     "audiofileprocessor@src", "/samples/bassloops/a.ogg"),
    ("1.1.90", "1.1.91-0", '<attribute name="plugin" value="vocoder-lmms"/>', "attribute@value",
     "vocoder"),
    ("1.1.90", "1.1.91-0", '<crossoevereqcontrols mute1="0"/>', "crossoevereqcontrols@mute1", "1"),
    ("1.1.90", "1.1.91-0", '<arpeggiator arpdir="3"/>', "arpeggiator@arpdir", "4"),
    ("1.2.0-rc2", "1.2.0-rc3", '<elvol syncmode="3" lspd_numerator="1"/>', "elvol@lspd_syncmode",
     "3"),
    ("1.2.9", "1.3.0", '<instrument name="papu"><papu/></instrument>', "instrument@name",
     "freeboy"),
    ("1.2.9", "1.3.0", '<instrument name="OPL2"><OPL2 a="1"/></instrument>', "opulenz@a", "1"),
]  # fmt: skip

NUMBERED_STEPS = [
    (17, '<track name="A"><pattern name="A"/></track>', "pattern@name", ""),
    (18, '<automationpattern><time pos="0" value="3"/></automationpattern>', "time@outValue", "3"),
    (19, '<track><pattern><note key="57"/></pattern></track>', "note@key", "69"),
    (20, "<tripleoscillator/>", "tripleoscillator@useWaveTable2", "0"),
    (22, '<track type="1" name="Beat/Bassline 4"/>', "track@name", "Pattern 4"),
    (25, '<sampletco src="beats/break01.ogg"/>', "sampletco@src", "beats/break01 - 168 BPM.ogg"),
    (28, '<sampletco src="bassloopes/briff01.ogg"/>', "sampletco@src",
     "bassloops/briff01 - 140 BPM.ogg"),
]  # fmt: skip


def at(root: Element, place: str) -> str | None:
    path, _, attribute = place.partition("@")
    element = next(iter(root.iterfind(f".//{path}")), None)
    return None if element is None else element.get(attribute)


@pytest.mark.parametrize(("before", "since", "body", "place", "value"), STEPS)
def test_a_step_by_the_release(before: str, since: str, body: str, place: str, value: str) -> None:
    assert at(upgraded(body, before), place) == value
    assert file_version(Element("a", creatorversion=since)) == (
        file_version(Element("a", creatorversion=before)) + 1
    )
    assert at(upgraded(body, "", version="40"), place) != value


@pytest.mark.parametrize(("step", "body", "place", "value"), NUMBERED_STEPS)
def test_a_step_by_the_version(step: int, body: str, place: str, value: str) -> None:
    assert at(upgraded(body, "1.3.0-alpha", version=str(step)), place) == value
    assert at(upgraded(body, "1.3.0-alpha", version=str(step + 1)), place) != value


@pytest.mark.parametrize(
    ("creator", "direction", "expected"),
    [
        # Up to 0.2.1 0 was "off"; twice directions were counted from one lower; 3 and 4 swapped.
        ("0.0.9", "0", ("0", "0")),
        ("0.0.9", "3", ("1", "1")),
        ("0.2.1-20070501", "2", ("1", "1")),
        ("0.2.1", "4", ("4", "1")),
        ("0.3.0", "4", ("3", None)),
        ("1.1.91", "4", ("4", None)),
    ],
)
def test_arpeggios(creator: str, direction: str, expected: tuple[str, str | None]) -> None:
    tag = "arpandchords" if creator < "0.4" else "arpeggiator"
    enabled = ' chord-enabled="0" arp-enabled="1"' if creator == "0.2.1" else ""
    root = upgraded(f'<{tag} arpdir="{direction}"{enabled}/>', creator)
    assert (at(root, "arpeggiator@arpdir"), at(root, "arpeggiator@arp-enabled")) == expected


def test_names_of_delays_lose_their_comma() -> None:
    body = (
        '<effect name="ladspaeffect"><key><attribute name="file" value="cmt"/>'
        '<attribute name="plugin" value="fbdelay_0,1s"/></key></effect>'
    )
    (plugin,) = upgraded(body, "", "27").findall(".//attribute[@name='plugin']")
    assert plugin.get("value") == "fbdelay_0.1s"


# Effects of 0.3: which plug-in they are stands in base64.


def qt(kind: int, content: bytes, *, is_new: bool) -> bytes:
    return struct.pack(">I", kind) + (b"\0" if is_new else b"") + content


def qt_text(text: str) -> bytes:
    return struct.pack(">I", 2 * len(text)) + text.encode("utf-16-be")


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize(
    ("names", "device"),
    [(["Plate2x2", "caps.so"], "e:caps.so:Plate2x2"), (["fx.dll"], "e:fx.dll"), ([], "e")],
)
def test_the_plugin_of_an_effect(
    tmp_path: Path, names: list[str], device: str, is_new: bool
) -> None:
    a_list, a_text, texts = (9, 10, 11) if is_new else (2, 3, 4)
    many = struct.pack(">I", len(names)) + b"".join(map(qt_text, names))
    plugin = {2: qt(texts, many, is_new=is_new), 0: qt(0, b"\xff" * 4, is_new=is_new)}.get(
        len(names), qt(a_text, qt_text("".join(names)), is_new=is_new)
    )
    title = qt(a_text, qt_text("A title"), is_new=is_new)
    packed = qt(a_list, struct.pack(">I", 2) + title + plugin, is_new=is_new)
    key = base64.b64encode(packed).decode()
    body = (
        '<track type="0"><instrumenttrack><fxchain enabled="1">'
        f'<effect name="e" key="{key}"/></fxchain></instrumenttrack></track>'
    )
    assert only(read(tmp_path, body, "0.4.0-20080622"), "devices")["deviceId"] == device


@pytest.mark.parametrize(
    "key", ["", "AAAA", "!!!!", "AAAAAv////8=", base64.b64encode(b"x" * 99).decode()]
)
def test_a_damaged_key_of_an_effect_is_no_obstacle(tmp_path: Path, key: str) -> None:
    body = (
        '<track type="0"><instrumenttrack><fxchain enabled="1">'
        f'<effect name="e" key="{key}"/></fxchain></instrumenttrack></track>'
    )
    assert only(read(tmp_path, body, "0.3.0"), "devices")["deviceId"] == "e"


# Ports of LADSPA effects.


@pytest.mark.parametrize(
    ("plugin", "before", "after"),
    [
        ("Multibandlimiter", {0: 5, 17: 1, 18: 2, 23: 3, 24: 4}, {0: 5, 17: 1, 18: 4}),
        ("Pulsator", {15: 1, 16: 2, 17: 3, 18: 4},
         {15: 1, 16: 3, 17: 0, 18: 4, 21: 1, 22: 2, 25: 2}),
        ("VintageDelay", {0: 1, 4: 2, 5: 3}, {5: 1, 6: 1, 10: 1, 15: 3, 27: 0, 28: 2}),
        ("Equalizer5Band", {4: 1, 17: 2, 18: 3, 21: 4, 30: 5},
         {4: 1, 17: 2, 18: 0.707, 19: 3, 22: 0.707, 23: 4, 32: 5, 36: 0.25}),
        ("Equalizer8Band", {4: 1, 20: 2, 24: 3, 27: 4, 28: 5},
         {4: 1, 21: 2, 26: 0.707, 27: 3, 30: 0.707, 31: 4, 32: 5, 48: 0.25}),
        ("Saturator", {6: 1, 7: 2, 12: 3, 13: 4, 15: 5}, {6: 1, 15: 2, 16: 3, 17: 4, 18: 5}),
        ("StereoTools", {22: 4, 23: 5, 25: 6}, {22: 4, 23: 1, 25: 1}),
        ("amPitchshift", {0: 1, 1: 2, 9: 5}, {1: 1, 3: 2, 9: 5}),
    ],
)  # fmt: skip
def test_controls_that_moved(
    tmp_path: Path, plugin: str, before: dict[int, float], after: dict[int, float]
) -> None:
    ports = "".join(f'<port0{number} data="{value}"/>' for number, value in before.items())
    body = (
        '<track type="0"><instrumenttrack><fxchain enabled="1"><effect name="ladspaeffect">'
        f'<ladspacontrols>{ports}</ladspacontrols><key><attribute name="file" value="calf.so"/>'
        f'<attribute name="plugin" value="{plugin}"/></key></effect></fxchain></instrumenttrack>'
        "</track>"
    )
    device = only(read(tmp_path, body, "1.2.2"), "devices")
    assert device["params"] == {f"port0{n}.data": value for n, value in after.items()}
    assert device["deviceId"].startswith("ladspaeffect:veal:")


# Keys.


@pytest.mark.parametrize(("name", "key"), [("kicker", 69), ("zynaddsubfx", 57), ("vestige", 57)])
def test_instruments_that_took_keys_as_midi_does_keep_them(
    tmp_path: Path, name: str, key: int
) -> None:
    body = (
        f'<track type="0"><instrumenttrack basenote="57"><instrument name="{name}"><a/>'
        '</instrument></instrumenttrack><pattern pos="0" len="192">'
        '<note pos="0" len="48" key="57"/></pattern></track>'
    )
    song = read(tmp_path, body, "1.2.2")
    assert only(song, "notes")["key"] == key
    assert only(song, "devices")["params"]["basenote"] == 69


def test_automation_of_a_base_note_rises_with_it_and_other_automation_does_not(
    tmp_path: Path,
) -> None:
    body = (
        '<track type="0"><instrumenttrack><basenote id="7" value="57"/><vol id="8" value="50"/>'
        '<instrument name="a"><a/></instrument></instrumenttrack></track><track type="5">'
        '<automationpattern pos="0" len="192"><time pos="0" value="57"/><object id="7"/>'
        '<object id="8"/></automationpattern></track>'
    )
    song = read(tmp_path, body, "1.2.2")
    values = {
        song.state["lanes"][str(point["lane"])]["target"].split("/", 2)[2]: point["value"]  # type: ignore[attr-defined]
        for point in song.state["points"].values()
    }
    assert values == {"params/basenote": 69, "volume": 0.57}


# Whole songs as the oldest versions wrote them.


def test_a_song_of_0_0_9() -> None:
    song = read_lmms(CASES / "v0.0.9-beats.mmp")
    assert broken_rules(song.state) == []
    assert only(song, "tempo")["bpm"] == 145
    assert song.state["channels"]["ch_master"]["volume"] == pytest.approx(0.43)
    assert only(song, "scenes")["name"] == "Pattern 0"
    assert only(song, "tracks", content=["notes"])["name"] == "hihat"
    assert only(song, "channels", name="hihat")["volume"] == 0.59
    note = only(song, "notes")
    assert (note["key"], note["time"], note["duration"]) == (69, 0.5, 0.25)
    placed = next(clip for clip in song.state["clips"].values() if clip["ref"])
    assert (placed["time"], placed["duration"]) == (4, 8)
    device = only(song, "devices")
    assert (device["deviceId"], device["params"]["basenote"]) == ("audiofileprocessor", 69)
    assert device["params"]["arpeggiator.arp-enabled"] == 0


def test_a_song_of_0_2_1_whose_controls_hold_their_automation() -> None:
    song = read_lmms(CASES / "v0.2.1-inner-automation.mmp")
    assert broken_rules(song.state) == []
    assert only(song, "tempo")["bpm"] == 170
    assert only(song, "channels", name="Strings")["volume"] == 0.48
    assert song.state["channels"]["ch_master"]["volume"] == 0.75
    assert only(song, "lanes")["target"] == "channels/ch_master/volume"
    points = sorted((p["time"], p["value"]) for p in song.state["points"].values())
    assert points == [(0, 0.75), (4, 0.5)]
    assert only(song, "notes")["key"] == 72
    assert Counter(device["enabled"] for device in song.state["devices"].values()) == {True: 2}
    assert song.problems == ["1 points of pitch bends inside notes"]


def test_ids_of_thousands_of_digits_are_no_obstacle(tmp_path: Path) -> None:
    body = (
        f'<track type="0"><instrumenttrack><vol id="{"9" * 5_000}" value="50"/></instrumenttrack>'
        "</track>"
    )
    assert only(read(tmp_path, body, "0.4.0"), "channels", role="regular")["volume"] == 0.5


def test_times_are_those_of_lmms_1_2_without_a_release(tmp_path: Path) -> None:
    """A file that names no release is none that LMMS wrote: nothing is stretched."""
    body = '<track type="0"><pattern pos="192" len="192"/></track>'
    assert only(read(tmp_path, body, ""), "clips")["time"] == 4
