"""Older LMMS files, brought to what LMMS 1.3 makes of them before it reads them.

Every step of LMMS' own upgrade (its DataFile.cpp) that changes something an import keeps is here,
by the number it has there. Not here: steps for windows, for controllers (which Prime has not) and
for names of elements, where the reader keeps the old ones.
"""

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, SubElement

from files.bounded.xml_input import number
from files.lmms.file_versions import file_version
from files.lmms.hidden_automation import ReportLoss, show_hidden_automation, unfold_inner_automation
from files.lmms.old_keys import OCTAVE, raise_keys
from files.lmms.old_plugins import (
    count_arpeggio_from_zero,
    enable_arpeggio_and_chords,
    keep_plain_oscillators,
    name_plugins_of_0_3,
    name_plugins_of_1_3,
    name_vocoder,
    rename_delays,
    shift_arpeggio,
    shift_shape,
    split_arpeggio_and_chords,
    swap_arpeggio_directions,
    turn_crossover_mutes,
    unpack_effect_keys,
)
from files.lmms.old_sample_paths import (
    rename_bass_loops,
    rename_drum_sounds,
    rename_loops,
    rename_typo,
)

_LOUDER_SINCE = 0.585786438
"""By this LMMS 0.2.1 made the volume of an instrument smaller, for a wider range above it."""

_NOT_INSTRUMENTS = frozenset(
    {
        "eldata", "arpandchords", "arpeggiator", "chordcreator", "midi", "midiport", "fx",
        "fxchain", "instrument", "midicontrollers", "automationpattern", "connection",
    }
)  # fmt: skip
"""What lies in an instrument track beside its instrument."""


def upgrade(root: Element, report_loss: ReportLoss) -> None:
    """Change the tree to what LMMS 1.3 would read; names of elements stay those of LMMS 1.2."""
    version = file_version(root)
    unfold_inner_automation(root)
    for number_of_step, step in _STEPS:
        if number_of_step >= version:
            step(root)
    if version <= _LAST_WITH_HIDDEN:
        show_hidden_automation(root, report_loss)


def _all(root: Element, *tags: str) -> Iterable[Element]:
    for tag in tags:
        yield from root.iter(tag)


def _scale(element: Element, name: str, factor: float) -> None:
    if name in element.attrib:
        element.set(name, f"{number(element, name) * factor:g}")


# LMMS 0.2 to 0.4.


def _sample_volume_in_percent(root: Element) -> None:
    for track in root.iter("sampletrack"):
        _scale(track, "vol", 100)


def _name_instrument_tracks(root: Element) -> None:
    for track in root.iter("channeltrack"):
        track.tag = "instrumenttrack"
        if "basetone" in track.attrib or "baseoct" in track.attrib:
            base = number(track, "basetone", 9) + OCTAVE * number(track, "baseoct", 4)
            track.set("basenote", f"{base:g}")


def _lower_instrument_volume(root: Element) -> None:
    for track in root.iter("instrumenttrack"):
        if "vol" in track.attrib:
            track.set("vol", str(round(number(track, "vol") * _LOUDER_SINCE)))


def _switch_effects_on(root: Element) -> None:
    for effects in root.iter("fx"):
        if effects.get("fxdisabled") == "0":
            effects.set("enabled", "1")


def _take_effects_out_of_rack(root: Element) -> None:
    for chain in list(root.iter("fx")):
        chain.tag = "fxchain"
        chain.set("enabled", chain.get("enabled", "0"))
        for rack in chain.findall("rack"):
            chain.remove(rack)
            chain.extend(list(rack))


def _count_192_ticks(root: Element) -> None:
    """A bar had 64 ticks."""
    for element in _all(root, "note", "pattern", "bbtco", "sampletco", "time"):
        _scale(element, "pos", 3)
        _scale(element, "len", 3)
    for timeline in root.iter("timeline"):
        _scale(timeline, "lp0pos", 3)
        _scale(timeline, "lp1pos", 3)


def _name_midi_ports(root: Element) -> None:
    for port in root.iter("midi"):
        port.tag = "midiport"


def _name_beats_of_0_4(root: Element) -> None:
    for beat in root.iter("bbtrack"):
        if (name := beat.get("name", "")).startswith("Beat/Baseline "):
            beat.set("name", name.replace("Baseline", "Bassline", 1))


# LMMS 1.


def _lead_mixer_to_master(root: Element) -> None:
    """Before 1.1 every channel of the mixer went to the master, and none said so."""
    for mixer in root.iter("fxmixer"):
        if next(mixer.iter("send"), None) is not None:
            continue
        for channel in mixer.iterfind("fxchannel"):
            if channel.get("num") != "0":
                SubElement(channel, "send", {"channel": "0", "amount": "1"})


def _sync_each_control(root: Element) -> None:
    for element in root.iter():
        mode = element.get("syncmode")
        if mode is not None:
            for name in [name for name in element.attrib if name.endswith("_numerator")]:
                element.set(name.replace("_numerator", "_syncmode"), mode)


def _forget_default_names(root: Element) -> None:
    """A clip that was named as its track has no name of its own."""
    for track in root.iter("track"):
        own_name = track.get("name", "")
        for clip in track:
            is_named = clip.tag in ("pattern", "automationpattern", "bbtco") and own_name
            if is_named and clip.get("name") == own_name:
                clip.set("name", "")


def _name_beats_of_1_3(root: Element) -> None:
    for track in root.iter("track"):
        if track.get("type") == "1" and "name" in track.attrib:
            track.set("name", track.get("name", "").replace("Beat/Bassline", "Pattern"))


def _leave_after_nodes(root: Element) -> None:
    """What a point of automation leads to and what it goes on from were one value."""
    for pattern in root.iter("automationpattern"):
        for point in pattern.iter("time"):
            point.set("outValue", point.get("value", "0"))


# Whatever the version: forms that LMMS reads to this day.


def _name_tracks(root: Element) -> None:
    """A track's name stood in its first child."""
    for track in root.iter("track"):
        if "name" not in track.attrib and len(track):
            track.set("name", track[0].get("name", ""))


def _wrap_instruments(root: Element) -> None:
    """An instrument stood in its track by its own name."""
    for settings in root.iter("instrumenttrack"):
        if settings.find("instrument") is not None:
            continue
        bare = [
            child for child in settings if child.tag not in _NOT_INSTRUMENTS and not child.get("id")
        ]
        if bare and bare[-1].get("value") is None:
            instrument = Element("instrument", {"name": bare[-1].tag})
            settings[list(settings).index(bare[-1])] = instrument
            instrument.append(bare[-1])


_LAST_WITH_HIDDEN = 30
_ALWAYS = 1_000_000_000

_STEPS: tuple[tuple[int, Callable[[Element], None]], ...] = (
    (0, count_arpeggio_from_zero),
    (0, _sample_volume_in_percent),
    (1, enable_arpeggio_and_chords),
    (1, _name_instrument_tracks),
    (1, _lower_instrument_volume),
    (2, shift_arpeggio),
    (3, name_plugins_of_0_3),
    (4, _switch_effects_on),
    (5, _take_effects_out_of_rack),
    (6, split_arpeggio_and_chords),
    (7, _count_192_ticks),
    (8, _name_midi_ports),
    (9, _name_beats_of_0_4),
    (_ALWAYS, _name_tracks),
    (_ALWAYS, _wrap_instruments),
    (10, unpack_effect_keys),
    (11, rename_drum_sounds),
    (11, shift_shape),
    (13, _lead_mixer_to_master),
    (14, rename_bass_loops),
    (14, name_vocoder),
    (14, turn_crossover_mutes),
    (14, swap_arpeggio_directions),
    (15, _sync_each_control),
    (16, name_plugins_of_1_3),
    (17, _forget_default_names),
    (18, _leave_after_nodes),
    (19, raise_keys),
    (20, keep_plain_oscillators),
    (22, _name_beats_of_1_3),
    (25, rename_loops),
    (27, rename_delays),
    (28, rename_typo),
)
"""A step, and the number of the upgrade of LMMS it belongs to: files of that version lack it."""
