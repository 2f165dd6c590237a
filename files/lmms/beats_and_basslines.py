"""The beats of an LMMS song.

A beat (LMMS: beat/bassline, since 1.3 pattern) is a loop of all drum tracks at once, placed as
often as one likes: a scene with one clip per drum track; each placement repeats those clips (`ref`)
in the arrangement.
"""

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from files.bounded.xml_input import number
from files.imported_song import Song
from files.lmms.clips import Clips, color_of, has_content, skipped_ticks
from files.lmms.controls import is_on
from files.lmms.tempo import beats

ReadTrack = Callable[[Element, str | None], tuple[str, Element] | None]
"""Reads a track into a folder: its id and itself, or None where it is of no known kind."""


class BeatsAndBasslines:
    """Collects the beats' tracks, and makes scenes of them once all are there."""

    def __init__(self, song: Song, clips: Clips) -> None:
        self._song = song
        self._clips = clips
        # The track of each beat, in their order: the n-th has the n-th pattern of each drum track.
        self._elements: list[Element] = []
        # The drum tracks.
        self._tracks: list[tuple[str, Element]] = []

    def add(self, track: Element, read_track: ReadTrack) -> None:
        """A beat's own track; the first one holds the drum tracks that all beats share."""
        self._elements.append(track)
        container = track.find("bbtrack/trackcontainer")
        if container is None:
            return
        folder = self._song.add(
            "tracks",
            name="Beats",
            order=self._song.next_order("tracks", None),
            content=["tracks"],
        )
        for inner in container.findall("track"):
            patterns = read_track(inner, folder)
            if patterns is not None:
                self._tracks.append(patterns)
                samples = len(inner.findall("sampletco"))
                self._song.lost("samples inside beats", samples, inner.get("name", ""))

    def read(self) -> None:
        """The n-th pattern of each drum track belongs to the n-th beat."""
        lanes = [(track_id, _patterns(track)) for track_id, track in self._tracks]
        longest = max((len(patterns) for _, patterns in lanes), default=0)
        for index in range(max(len(self._elements), longest)):
            patterns_here = [
                (track, patterns_of_track[index])
                for track, patterns_of_track in lanes
                if index < len(patterns_of_track)
            ]
            if index < len(self._elements):
                self._read_beat(self._elements[index], patterns_here)
            elif has_content(pattern for _, pattern in patterns_here):
                # Its track was deleted and the patterns stayed behind: nothing plays them.
                self._read_beat(Element("track", name=f"Left-over beat {index}"), patterns_here)

    def _read_beat(self, beat: Element, patterns: Sequence[tuple[str, Element]]) -> None:
        name = beat.get("name", "")
        scene = self._song.add(
            "scenes", name=name, order=self._song.next_order("scenes"), color=color_of(beat)
        )
        length = beats(
            max(
                self._clips.whole_bars(self._clips.pattern_ticks(pattern))
                for pattern in [Element("pattern"), *(pattern for _, pattern in patterns)]
            )
        )
        for track, pattern in patterns:
            if not has_content([pattern]):
                empty = "empty patterns of beats (LMMS keeps one for every drum track)"
                self._song.lost(empty, item=f"beat {name}")
                continue
            clip = self._add_beat_clip(track, pattern, length)
            if clip is not None:
                slot = self._song.add("slots", scene=scene, track=track)
                self._song.change("clips", clip, slot=slot)
                self._place_beat(beat, track, clip, length)

    def _add_beat_clip(self, track: str, pattern: Element, length: float) -> str | None:
        placed = {"time": 0.0, "duration": length, "loopStart": 0.0, "loopEnd": length}
        placed["playStart"] = 0.0
        if pattern.tag == "pattern":
            return self._clips.add_pattern(track, pattern, **placed)
        if self._clips.moves_tempo(pattern):
            self._song.lost("automation of the tempo inside beats", item=pattern.get("name", ""))
        return self._clips.add_automation(track, pattern, **placed)

    def _place_beat(self, beat: Element, track: str, clip: str, length: float) -> None:
        original = self._song.state["clips"][clip]
        is_beat_on = bool(original["enable"]) and not is_on(beat, "muted")
        for placement in beat.findall("bbtco"):
            duration = beats(number(placement, "len", 0)) or length
            self._song.add(
                "clips",
                track=track,
                kind=original["kind"],
                ref=clip,
                time=beats(number(placement, "pos", 0)),
                duration=duration,
                playStart=beats(skipped_ticks(placement)) % length,
                loopStart=0.0,
                loopEnd=length,
                enable=is_beat_on and not is_on(placement, "muted"),
                name=placement.get("name") or beat.get("name", ""),
                color=color_of(placement),
            )


def _patterns(track: Element) -> list[Element]:
    return [element for element in track if element.tag in ("pattern", "automationpattern")]
