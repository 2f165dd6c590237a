"""What lies on the tracks of an LMMS song: notes, samples, automation; and how much of it."""

import math
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from files.bounded.xml_input import integer, number
from files.imported_song import Song
from files.lmms.controls import BIG_PLUGIN_DATA, TEMPO, Control, Controls, is_on
from files.lmms.old_keys import written_key
from files.lmms.tempo import TICKS_PER_BEAT, beats

STEP_BEATS = 0.25
_PROGRESSIONS = ("hold", "linear", "linear")


def color_of(element: Element) -> str | None:
    """A colour of one's own choosing; the default one says nothing."""
    text = element.get("color", "")
    if text.isdecimal() and len(text) <= 10 and element.get("usestyle") == "0":
        return f"#{int(text) & 0xFFFFFF:06x}"
    return text if text.startswith("#") else None


def skipped_ticks(element: Element) -> float:
    """How much of its content a clip leaves out at its left edge."""
    return 0.0 - number(element, "off", 0)


class Clips:
    """Turns what lies on a track into clips."""

    def __init__(self, song: Song, controls: Controls, ticks_per_bar: float):
        self._song = song
        self._controls = controls
        self.ticks_per_bar = ticks_per_bar
        # The media of each path: a sample is one, in however many clips it plays.
        self._media: dict[str, str] = {}

    def whole_bars(self, ticks: float) -> float:
        """At least one bar, and only whole ones: how LMMS measures a pattern."""
        return max(1, math.ceil(ticks / self.ticks_per_bar)) * self.ticks_per_bar

    def pattern_ticks(self, pattern: Element) -> float:
        """A pattern's length; newer files leave it out and let the notes say it."""
        length = number(pattern, "len", 0)
        if length > 0:
            return length
        end_ticks = [
            number(note, "pos", 0) + max(1.0, number(note, "len", 0))
            for note in pattern.iterfind("note")
        ]
        steps = number(pattern, "steps", 0) * self.ticks_per_bar / 16
        return self.whole_bars(max([*end_ticks, steps if pattern.get("type") == "0" else 0.0]))

    def add_pattern(self, track: str, pattern: Element, **placed: object) -> str:
        """A pattern as a clip with its notes; `placed` overrides where it lies."""
        clip = self._song.add("clips", **self._frame(track, "notes", pattern) | placed)
        for note in pattern.iterfind("note"):
            self._add_note(clip, note, self._item(track))
        return clip

    def _item(self, track: str) -> str:
        """A track as a report names it."""
        return f"track {self._song.state['tracks'][track]['name'] or '(no name)'}"

    def _frame(self, track: str, kind: str, element: Element) -> dict[str, object]:
        ticks = self.pattern_ticks(element) if kind == "notes" else number(element, "len", 0)
        return {
            "track": track,
            "kind": kind,
            "time": beats(number(element, "pos", 0)),
            "duration": beats(ticks if ticks > 0 else self.ticks_per_bar),
            "playStart": beats(skipped_ticks(element)),
            "enable": not (is_on(element, "muted") or is_on(element, "mute")),
            "name": element.get("name", ""),
            "color": color_of(element),
        }

    def _add_note(self, clip: str, note: Element, item: str) -> None:
        length = number(note, "len", 0)
        if length <= 0:
            self._song.lost(
                "drum steps without a length of their own were made a quarter of a beat", item=item
            )
        bends = sum(1 for _ in note.iter("time"))
        self._song.lost("points of pitch bends inside notes", bends, item)
        loudness = number(note, "vol", 100) / 100
        if loudness > 1:
            self._song.lost("notes louder than 100 % were set to 100 %", item=item)
        self._song.add(
            "notes",
            clip=clip,
            time=beats(number(note, "pos")),
            duration=beats(length) if length > 0 else STEP_BEATS,
            key=round(written_key(note)),
            vel=round(min(max(loudness, 0), 1), 4),
            pan=round((min(max(number(note, "pan", 0), -100), 100) + 100) / 200, 4),
        )

    def add_sample(self, track: str, sample: Element, bpm: float) -> str:
        """A sample as an audio clip; LMMS never stretches, so its content counts in seconds."""
        path = sample.get("src", "")
        item = path or self._item(track)
        if sample.get("data"):
            loss_text = "samples stored inside the project file (save them as audio files)"
            self._song.lost(loss_text, item=item)
        if "reversed" in sample.attrib:
            self._song.lost("samples played backwards (they play forwards here)", item=item)
        skipped = skipped_ticks(sample) / TICKS_PER_BEAT * 60 / bpm
        props = {"contentTimeUnit": "seconds", "playStart": round(skipped, 6)}
        media = self._media_of(path)
        return self._song.add("clips", **self._frame(track, "audio", sample) | props, media=media)

    def _media_of(self, path: str) -> str:
        if path not in self._media or not path:
            name = path.replace("\\", "/").rsplit("/", 1)[-1]
            self._media[path] = self._song.add("media", name=name, path=path or None)
            apart = "samples that are not in the project file: the project says where they lie"
            self._song.lost(apart, bool(path), path)
        return self._media[path]

    def add_automation(self, track: str, pattern: Element, **placed: object) -> str | None:
        """An automation clip with a lane for each control it moves; None if it moves nothing."""
        points = pattern.findall("time")
        controls = self._moved_by(pattern, len(points), self._item(track))
        if not controls:
            return None
        frame = self._frame(track, "automation", pattern)
        if number(pattern, "len", 0) <= 0:
            last = max((number(point, "pos") for point in points), default=0)
            frame["duration"] = beats(self.whole_bars(last))
        clip = self._song.add("clips", **frame | placed)
        name, interp = pattern.get("name", ""), self.interpolation(pattern, self._item(track))
        for control in controls:
            lane = self._song.add(
                "lanes", clip=clip, target=control.path, unit=control.unit, name=name
            )
            self._add_points(lane, points, control, interp)
        return clip

    def _moved_by(self, pattern: Element, points: int, item: str) -> list[Control]:
        """The controls it moves by lanes: the tempo is read apart, what is unknown is told."""
        ids = [moved_object.get("id", "") for moved_object in pattern.iterfind("object")]
        controls = [control for control in map(self._controls.find, ids) if control is not None]
        self._song.lost(
            "automation points of controls Prime does not know",
            (len(ids) - len(controls)) * points,
            item,
        )
        self._song.lost("automation clips that move nothing", not ids, item)
        self._song.lost("automation points that move nothing", 0 if ids else points, item)
        return [control for control in controls if control != TEMPO]

    def moves_tempo(self, pattern: Element) -> bool:
        """Whether it moves the song's tempo, be it beside other things."""
        ids = [object_id.get("id", "") for object_id in pattern.iterfind("object")]
        return any(self._controls.find(object_id) == TEMPO for object_id in ids)

    def interpolation(self, pattern: Element, item: str) -> str:
        """How it comes from point to point; curves are told."""
        progression = integer(pattern, "prog", 0)
        if progression == 2:
            self._song.lost("automation clips with curves were made straight lines", item=item)
        return _PROGRESSIONS[min(max(progression, 0), 2)]

    def _add_points(
        self, lane: str, points: Iterable[Element], control: Control, interp: str
    ) -> None:
        """A point leads to its value and goes on from its `outValue`: where they differ, a jump."""
        for point in points:
            time, value = beats(number(point, "pos")), number(point, "value")
            value_after = number(point, "outValue", value)
            for level in [value] if value_after == value else [value, value_after]:
                self._song.add_point(lane, time, round(control.value(level), 6), interp)


def file_counts(root: Element) -> dict[str, int]:
    """What the file itself holds, in LMMS' words.

    A point is a `time` of an automation pattern; those inside a note bend its pitch: pitch points.
    """
    counts = dict.fromkeys(
        ("tracks", "patterns", "notes", "points", "pitch points", "beat placements",
         "automation patterns", "samples", "effects"), 0
    )  # fmt: skip
    pending: list[tuple[Element, bool]] = [(root, False)]
    while pending:
        element, is_in_note = pending.pop()
        if element.tag in BIG_PLUGIN_DATA:
            continue
        is_in_note = is_in_note or element.tag == "note"
        name = _COUNTED.get(element.tag, "")
        if name == "points" and is_in_note:
            name = "pitch points"
        if name and not (name == "automation patterns" and is_in_note):
            counts[name] += 1
        pending.extend((child, is_in_note) for child in element)
    return counts


_COUNTED = {
    "track": "tracks",
    "pattern": "patterns",
    "note": "notes",
    "time": "points",
    "bbtco": "beat placements",
    "automationpattern": "automation patterns",
    "sampletco": "samples",
    "effect": "effects",
}


def has_content(elements: Iterable[Element]) -> bool:
    """Whether it holds anything that sounds."""
    return any(child.tag in ("note", "time") for element in elements for child in element)
