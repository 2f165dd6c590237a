"""Reading LMMS songs (.mmp, .mmpz, .mpt), of LMMS 0.4 to 1.3.

Instrument and sample tracks, patterns, the mixer and automation become what they are in Prime.
A beat (LMMS: beat/bassline) is a loop of all drum tracks at once, placed as often as one likes: a
scene with one clip per drum track; each placement repeats those clips (`ref`) in the arrangement.
Window positions are not read.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from files.audio_routing import cut_circles
from files.lmms_clips import Clips, beats, color_of, has_content, raw_counts
from files.lmms_controls import Control, Controls, is_on, value_of
from files.song import BrokenSong, Song
from files.xml_input import BadElement, inflate, number, parse_xml, read_bytes
from schema.entities import MASTER_CHANNEL

_INSTRUMENT, _BEAT, _SAMPLE, _AUTOMATION, _HIDDEN_AUTOMATION = "0", "1", "2", "5", "6"
_TICKS_PER_WHOLE_NOTE = 192
_MIDI_KEYS_SINCE = 20
"""The file version from which LMMS counts keys as MIDI does; before, an octave lower."""

_UNWRITTEN_NOTES = "Put down your project notes here."
_STYLING = re.compile(r"<style.*?</style>|<[^>]*>|&nbsp;", re.DOTALL)

_NEW_NAMES = {
    "midiclip": "pattern",
    "patternclip": "bbtco",
    "patterntrack": "bbtrack",
    "patternstore": "trackcontainer",
    "automationclip": "automationpattern",
    "sampleclip": "sampletco",
    "mixer": "fxmixer",
    "mixerchannel": "fxchannel",
}


def read_lmms(path: Path) -> Song:
    """The song in this file."""
    content = read_bytes(path)
    if not content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        content = inflate(path, content[4:])
    root = parse_xml(path, content)
    if root.tag not in ("lmms-project", "multimedia-project"):
        raise BrokenSong(path, f"<{root.tag}>", "is not an LMMS project: expected <lmms-project>")
    try:
        return _SongReader(path, root, content).read()
    except BadElement as error:
        raise BrokenSong(path, error.where, error.why) from error


class _SongReader:
    def __init__(self, path: Path, root: Element, content: bytes) -> None:
        self._root = root
        _use_old_names(root)
        self._head = root.find("head")
        self._body = self._find_body(path)
        self.song = Song(path.name.split(".")[0], source=path, content=content)
        self._controls = Controls(self.song)
        self._clips = Clips(self.song, self._controls, self._key_shift(), self._bar_ticks())
        self._beat_tracks: list[tuple[str, Element]] = []
        # Automation may move a control of a track that comes later: it is read at the end.
        self._automation: list[tuple[str, Element]] = []

    def _find_body(self, path: Path) -> Element:
        for name in (self._root.get("type", "song"), "song", "songtemplate"):
            body = self._root.find(name)
            if body is not None:
                return body
        raise BrokenSong(path, f"<{self._root.tag}>", "holds no song (a preset or clipboard?)")

    def _key_shift(self) -> int:
        version = self._root.get("version", "1.0")
        return 0 if version.isdecimal() and int(version[:9]) >= _MIDI_KEYS_SINCE else 12

    def _bar_ticks(self) -> float:
        head = self._head
        num = value_of(head, "timesig_numerator", 4) if head is not None else 4
        den = value_of(head, "timesig_denominator", 4) if head is not None else 4
        return _TICKS_PER_WHOLE_NOTE * min(max(1, num), 64) / min(max(1, den), 32)

    def read(self) -> Song:
        self.song.raw = raw_counts(self._root)
        self._controls.read_mixer(self._body.find("fxmixer"))
        self._read_head()
        self._read_loop()
        beat_elements: list[Element] = []
        # The hidden track of automation lies beside the container, not in it.
        for track in [*self._body.iterfind("trackcontainer/track"), *self._body.iterfind("track")]:
            if track.get("type") == _BEAT:
                beat_elements.append(track)
                self._read_beat_tracks(track)
            else:
                self._read_track(track, None)
        self._read_beats(beat_elements)
        self._read_automation()
        self._report_what_has_no_place()
        cut_circles(self.song)
        return self.song

    # The head of the file.

    def _read_head(self) -> None:
        head = self._head
        if head is None:
            return
        self.song.add_tempo(0, value_of(head, "bpm", 140))
        num = round(value_of(head, "timesig_numerator", 4))
        self.song.add_signature(0, num, round(value_of(head, "timesig_denominator", 4)))
        # The song's and the mixer's master volume follow each other: Prime has one for both.
        volume = self.song.state["channels"][MASTER_CHANNEL]["volume"]
        assert isinstance(volume, int | float)
        volume *= value_of(head, "mastervol", 100) / 100
        self.song.change("channels", MASTER_CHANNEL, volume=volume)
        self._controls.watch(head, "bpm", Control("tempo"))
        path = f"channels/{MASTER_CHANNEL}/volume"
        self._controls.watch(head, "mastervol", Control(path, factor=0.01))
        self.song.lost("master pitch (transpose the notes)", value_of(head, "masterpitch", 0) != 0)

    def _read_loop(self) -> None:
        timeline = self._body.find("timeline")
        if timeline is None:
            return
        start, end = (beats(number(timeline, name, 0)) for name in ("lp0pos", "lp1pos"))
        if 0 <= start < end:
            is_looping = is_on(timeline, "lpstate")
            self.song.change(
                "transport", "transport", loopStart=start, loopEnd=end, loopOn=is_looping
            )

    # Tracks.

    def _read_track(self, track: Element, parent: str | None) -> tuple[str, Element] | None:
        kind = track.get("type", "")
        found: str | None
        if kind in (_INSTRUMENT, _SAMPLE):
            found = self._read_audible_track(track, parent, kind)
        elif kind in (_AUTOMATION, _HIDDEN_AUTOMATION):
            found = self._read_automation_track(track, parent, kind)
        else:
            self.song.lost(f"tracks of the unknown type {kind[:20] or '(none)'}")
            return None
        if parent is None and found is not None:
            self._place(found, track)
        return (found, track) if found is not None else None

    def _read_audible_track(self, track: Element, parent: str | None, kind: str) -> str:
        is_sample = kind == _SAMPLE
        settings = track.find("sampletrack" if is_sample else "instrumenttrack")
        if settings is None:
            settings = Element("instrumenttrack")
        channel = self._controls.read_track_channel(track, settings)
        content = ["audio"] if is_sample else ["notes"]
        track_id = self._add_track(track, parent, content, channel)
        if not is_sample and len(settings):
            self._controls.read_instrument(channel, settings)
        self._controls.read_effects(channel, settings.find("fxchain"))
        return track_id

    def _read_automation_track(self, track: Element, parent: str | None, kind: str) -> str | None:
        """The hidden track is read last; it is a track only if something in it still works."""
        if kind == _AUTOMATION or any(
            self._controls.find(found.get("id", ""))
            for found in track.iterfind("automationpattern/object")
        ):
            return self._add_track(track, parent, ["automation"], None)
        for pattern in track.iterfind("automationpattern"):
            self._clips.add_automation("", pattern)
        return None

    def _add_track(
        self, track: Element, parent: str | None, content: Sequence[str], channel: str | None
    ) -> str:
        return self.song.add(
            "tracks",
            name=track.get("name", ""),
            parent=parent,
            order=self.song.next_order("tracks", parent),
            content=content,
            channel=channel,
            color=color_of(track),
        )

    def _place(self, track_id: str, track: Element) -> None:
        """What lies on a track of the arrangement."""
        for element in track:
            if element.tag == "pattern":
                self._clips.add_pattern(track_id, element)
            elif element.tag == "sampletco":
                self._clips.add_sample(track_id, element, self._bpm())
            elif element.tag == "automationpattern":
                self._automation.append((track_id, element))

    def _bpm(self) -> float:
        bpm = self.song.state["tempo"]["tempo_start"]["bpm"]
        assert isinstance(bpm, int | float)
        return bpm

    def _read_automation(self) -> None:
        for track_id, pattern in self._automation:
            if self._moves_tempo(pattern):
                self._clips.add_tempo_points(pattern)
            else:
                self._clips.add_automation(track_id, pattern)

    def _moves_tempo(self, pattern: Element) -> bool:
        ids = [found.get("id", "") for found in pattern.iterfind("object")]
        return any(control.path == "tempo" for control in map(self._controls.find, ids) if control)

    # Beats.

    def _read_beat_tracks(self, track: Element) -> None:
        """The drum tracks all beats share; the first beat's track holds them."""
        container = track.find("bbtrack/trackcontainer")
        if container is None:
            return
        folder = self.song.add(
            "tracks",
            name="Beats",
            order=self.song.next_order("tracks", None),
            content=["tracks"],
        )
        for inner in container.findall("track"):
            found = self._read_track(inner, folder)
            if found is not None:
                self._beat_tracks.append(found)

    def _read_beats(self, beat_elements: Sequence[Element]) -> None:
        """The n-th pattern of each drum track belongs to the n-th beat."""
        lanes = [(track_id, _patterns(track)) for track_id, track in self._beat_tracks]
        longest = max((len(patterns) for _, patterns in lanes), default=0)
        for index in range(max(len(beat_elements), longest)):
            here = [(track, found[index]) for track, found in lanes if index < len(found)]
            if index < len(beat_elements):
                self._read_beat(beat_elements[index], here)
            elif has_content(pattern for _, pattern in here):
                # Its track was deleted and the patterns stayed behind: nothing plays them.
                self._read_beat(Element("track", name=f"Left-over beat {index}"), here)

    def _read_beat(self, beat: Element, patterns: Sequence[tuple[str, Element]]) -> None:
        name = beat.get("name", "")
        scene = self.song.add(
            "scenes", name=name, order=self.song.next_order("scenes"), color=color_of(beat)
        )
        length = beats(
            max(
                self._clips.whole_bars(self._clips.pattern_ticks(pattern))
                for pattern in [Element("pattern"), *(pattern for _, pattern in patterns)]
            )
        )
        for track, pattern in patterns:
            if not has_content([pattern]):
                self.song.lost("empty patterns of beats (LMMS keeps one for every drum track)")
                continue
            clip = self._add_beat_clip(track, pattern, length)
            if clip is not None:
                slot = self.song.add("slots", scene=scene, track=track)
                self.song.change("clips", clip, slot=slot)
                self._place_beat(beat, track, clip, length)

    def _add_beat_clip(self, track: str, pattern: Element, length: float) -> str | None:
        placed = {"time": 0.0, "duration": length, "loopStart": 0.0, "loopEnd": length}
        if pattern.tag == "pattern":
            return self._clips.add_pattern(track, pattern, **placed)
        return self._clips.add_automation(track, pattern, **placed)

    def _place_beat(self, beat: Element, track: str, clip: str, length: float) -> None:
        original = self.song.state["clips"][clip]
        is_beat_on = bool(original["enable"]) and not is_on(beat, "muted")
        for placement in beat.findall("bbtco"):
            duration = beats(number(placement, "len", 0)) or length
            self.song.add(
                "clips",
                track=track,
                kind=original["kind"],
                ref=clip,
                time=beats(number(placement, "pos", 0)),
                duration=duration,
                playStart=-beats(number(placement, "off", 0)) % length,
                loopStart=0.0,
                loopEnd=length,
                enable=is_beat_on and not is_on(placement, "muted"),
                name=placement.get("name") or beat.get("name", ""),
                color=color_of(placement),
            )

    # What Prime does not model.

    def _report_what_has_no_place(self) -> None:
        lost = self.song.lost
        pitch_points = self.song.raw["pitch points"]
        lost("points of pitch bends inside notes", pitch_points)
        controllers = self._body.find("controllers")
        lost("LFO and peak controllers", 0 if controllers is None else len(controllers))
        notes = _STYLING.sub("", self._body.findtext("projectnotes") or "")
        is_written = notes.strip() not in ("", _UNWRITTEN_NOTES)
        lost("page of project notes (keep the text elsewhere)", is_written)


def _patterns(track: Element) -> list[Element]:
    return [element for element in track if element.tag in ("pattern", "automationpattern")]


def _use_old_names(root: Element) -> None:
    """LMMS 1.3 renamed its elements: give them the names this reader knows."""
    pending = [root]
    while pending:
        element = pending.pop()
        if element.tag == "ZynAddSubFX-data":
            continue
        element.tag = _NEW_NAMES.get(element.tag, element.tag)
        if (channel := element.get("mixch")) is not None:
            element.set("fxch", channel)
        pending.extend(element)
