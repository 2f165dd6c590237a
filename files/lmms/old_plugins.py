"""Instruments and effects of older LMMS files: their names, and what their controls meant."""

import copy
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from files.lmms.ladspa_ports import move_ports
from files.lmms.qt_names import names_in

_NAMES_0_3 = {
    "pluckedstringsynth": "vibedstrings",
    "lb303": "lb302",
    "channelsettings": "instrumenttracksettings",
}
_NAMES_1_3 = {"papu": "freeboy", "OPL2": "opulenz"}
_LADSPA_NAMES = {
    "Sidechaincompressor": "SidechainCompressor",
    "Sidechaingate": "SidechainGate",
    "Multibandcompressor": "MultibandCompressor",
    "Multibandgate": "MultibandGate",
    "Multibandlimiter": "MultibandLimiter",
}
_DELAYS = {
    "delay_0,01s": "delay_0.01s",
    "delay_0,1s": "delay_0.1s",
    "fbdelay_0,01s": "fbdelay_0.01s",
    "fbdelay_0,1s": "fbdelay_0.1s",
}


def _whole(element: Element, name: str) -> int:
    """As LMMS reads a whole number: what is none is 0."""
    text = element.get(name, "").strip()
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 10 else 0


# Arpeggios and chords.


def count_arpeggio_from_zero(root: Element) -> None:
    """Direction 0 was none."""
    for element in root.iter("arpandchords"):
        if "arpdir" in element.attrib:
            direction = _whole(element, "arpdir")
            if direction > 0:
                element.set("arpdir", str(direction - 1))
            else:
                element.set("arpdisabled", "1")


def enable_arpeggio_and_chords(root: Element) -> None:
    """Both were off by a switch of their own, or by a direction."""
    for element in root.iter("arpandchords"):
        if "chorddisabled" in element.attrib:
            element.set("chord-enabled", str(int(_whole(element, "chorddisabled") == 0)))
            element.set("arp-enabled", str(int(_whole(element, "arpdisabled") == 0)))
        elif "chord-enabled" not in element.attrib:
            element.set("chord-enabled", "1")
            element.set("arp-enabled", str(int(_whole(element, "arpdir") != 0)))


def shift_arpeggio(root: Element) -> None:
    """Directions once more from one lower."""
    for element in root.iter("arpandchords"):
        if (direction := _whole(element, "arpdir")) > 0:
            element.set("arpdir", str(direction - 1))


def split_arpeggio_and_chords(root: Element) -> None:
    """One element for both became two."""
    for parent in list(root.iter()):
        for element in parent.findall("arpandchords"):
            element.tag = "arpeggiator"
            chords = copy.deepcopy(element)
            chords.tag = "chordcreator"
            parent.append(chords)


def swap_arpeggio_directions(root: Element) -> None:
    """Random and down-and-up changed places."""
    swapped = {"3": "4", "4": "3"}
    for element in root.iter("arpeggiator"):
        if (direction := element.get("arpdir", "")) in swapped:
            element.set("arpdir", swapped[direction])


# Instruments.


def name_plugins_of_0_3(root: Element) -> None:
    for element in root.iter():
        if element.tag == "pluckedstringsynth":
            element.set("active0", "1")
        element.tag = _NAMES_0_3.get(element.tag, element.tag)


def shift_shape(root: Element) -> None:
    """The wave of the bass synthesizer counts from 0."""
    for element in root.iter("lb302"):
        element.set("shape", str(max(_whole(element, "shape") - 1, 0)))


def keep_plain_oscillators(root: Element) -> None:
    """Oscillators without aliases are the default since; older songs sound by the others."""
    for element in root.iter("tripleoscillator"):
        for index in "123":
            if not element.get(f"useWaveTable{index}"):
                element.set(f"useWaveTable{index}", "0")


# Effects.


def unpack_effect_keys(root: Element) -> None:
    """Which plug-in an effect is stood in base64, as Qt writes variants."""
    for effect in root.iter("effect"):
        packed_key = effect.get("key")
        if not packed_key:
            continue
        names = names_in(packed_key)
        key = SubElement(effect, "key")
        keys = ("plugin", "file") if len(names) > 1 else ("file",)
        for name, value in zip(keys, names, strict=False):
            SubElement(key, "attribute", {"name": name, "value": value})


def name_vocoder(root: Element) -> None:
    for attribute in root.iter("attribute"):
        if attribute.get("name") == "plugin" and attribute.get("value") == "vocoder-lmms":
            attribute.set("value", "vocoder")


def turn_crossover_mutes(root: Element) -> None:
    """What was a light for a band that sounds is a switch that mutes it."""
    for element in root.iter("crossoevereqcontrols"):
        for name in ("mute1", "mute2", "mute3", "mute4"):
            element.set(name, "1" if element.get(name) == "0" else "0")


def name_plugins_of_1_3(root: Element) -> None:
    """Two instruments, a library of effects, and controls of it that moved."""
    for instrument in root.iter("instrument"):
        new_name = _NAMES_1_3.get(instrument.get("name", ""))
        if new_name:
            for plugin in list(instrument.iter(instrument.get("name", ""))):
                plugin.tag = new_name
            instrument.set("name", new_name)
    for effect, attribute in _ladspa_attributes(root):
        value = attribute.get("value", "")
        if attribute.get("name") == "file" and value in ("calf", "calf.so"):
            attribute.set("value", "veal")
        elif attribute.get("name") == "plugin":
            new_name = _LADSPA_NAMES.get(value, value)
            attribute.set("value", new_name)
            move_ports(effect, new_name)


def rename_delays(root: Element) -> None:
    """Their names held a comma where some locales write one."""
    for _, attribute in _ladspa_attributes(root):
        if attribute.get("name") == "plugin":
            value = attribute.get("value", "")
            attribute.set("value", _DELAYS.get(value, value))


def _ladspa_attributes(root: Element) -> Iterator[tuple[Element, Element]]:
    for effect in root.iter("effect"):
        if effect.get("name") == "ladspaeffect":
            for key in effect.iterfind("key"):
                yield from ((effect, attribute) for attribute in key.iterfind("attribute"))
