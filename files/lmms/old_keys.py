"""Keys of older LMMS files: how they were written, and an octave that is between them and MIDI."""

import copy
from collections.abc import Callable, Set
from xml.etree.ElementTree import Element

from files.bounded.xml_input import number

OCTAVE = 12
_ALREADY_LOW = frozenset({"zynaddsubfx", "vestige", "lv2instrument", "carlapatchbay", "carlarack"})
"""Instruments that took a key for a MIDI key: what they played stays where it sounded."""


def raise_keys(root: Element) -> None:
    """From version 20 LMMS counts keys as MIDI does: an A of 440 Hz is 69, and was 57."""
    for container in root.iter("trackcontainer"):
        for track in container.iterfind("track"):
            instrument = track.find("instrumenttrack/instrument")
            name = "" if instrument is None else instrument.get("name", "")
            if name not in _ALREADY_LOW:
                _raise_notes(track)
    moved_ids = _raise_base_notes(root)
    if moved_ids:
        _raise_automation(root, moved_ids)


def _raise_notes(track: Element) -> None:
    for pattern in track.iterfind("pattern"):
        for note in pattern.iterfind("note"):
            if "key" in note.attrib or "tone" in note.attrib:
                note.set("key", str(round(written_key(note)) + OCTAVE))
                note.attrib.pop("tone", None)


def written_key(note: Element) -> float:
    """By `key`, or by `tone` and `oct` as LMMS wrote it up to 0.3."""
    if "tone" not in note.attrib:
        return number(note, "key")
    octaves = number(note, "tone", 0) + OCTAVE * number(note, "oct", 0)
    return max(octaves, number(note, "key", 0))


def _raise_base_notes(root: Element) -> Set[str]:
    """The key at which a sample plays as it is; the answer is the ids of those that are moved."""
    moved_ids = set()
    for settings in root.iter("instrumenttrack"):
        if "basenote" in settings.attrib:
            settings.set("basenote", f"{number(settings, 'basenote') + OCTAVE:g}")
        for control in settings.iterfind("basenote"):
            control.set("value", f"{number(control, 'value', 0) + OCTAVE:g}")
            moved_ids.add(control.get("id", ""))
    return moved_ids


def _raise_automation(root: Element, moved_ids: Set[str]) -> None:
    """Points that move base notes; a pattern that moves others as well is made two."""
    for track in root.iter("track"):
        for pattern in track.findall("automationpattern"):
            objects = pattern.findall("object")
            lower = [automated for automated in objects if automated.get("id") in moved_ids]
            if lower and len(lower) < len(objects):
                pattern_copy = copy.deepcopy(pattern)
                track.append(pattern_copy)
                _keep_automated(pattern_copy, lambda control: control not in moved_ids)
                _keep_automated(pattern, lambda control: control in moved_ids)
            if lower:
                _raise_points(pattern)


def _keep_automated(pattern: Element, is_kept: Callable[[str | None], bool]) -> None:
    """Of the controls that a pattern moves, by their ids."""
    for automated in pattern.findall("object"):
        if not is_kept(automated.get("id")):
            pattern.remove(automated)


def _raise_points(pattern: Element) -> None:
    for point in pattern.iterfind("time"):
        for name in ("value", "outValue"):
            if name in point.attrib:
                point.set(name, f"{number(point, name) + OCTAVE:g}")
