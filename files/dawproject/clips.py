"""The clips of a DAWproject. Clips within clips are flattened: Prime's clips hold content alone.

An inner clip that fills its outer one keeps the outer one's loop; otherwise the loop is written
out, each further round repeating the first (`ref`).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Protocol
from xml.etree.ElementTree import Element

from files.bounded.xml_input import BadElement, integer, number
from files.bounded.zip_input import ZipInput
from files.dawproject.clip_frames import (
    TIMELINES,
    Frame,
    cut,
    frame_of,
    in_beats,
    merged,
    rounds_of,
)
from files.dawproject.media import MediaReader
from files.dawproject.values import kept, point_value, to_linear
from files.imported_song import Song
from files.music.song_tempo import SongClock, SongTempo
from schema.limits import MAX_BEATS

_KINDS = {"Notes": "notes", "Audio": "audio", "Video": "video", "Points": "automation"}
_MAX_ROUNDS = 200_000
"""Elements looked at in written-out loops of one song: past it a file means harm."""

_ROUNDING = 1e-9
"""What two fades may be longer than their clip (as the server has it)."""


Put = Callable[[str], None]


def _nothing_more(_clip: str) -> None:
    """A clip of the arrangement is where it belongs."""


class AddLane(Protocol):
    """How a clip's automation becomes a lane; `time_to_beat` gives the beat of a point's time."""

    def __call__(
        self, part: Element, time_to_beat: Callable[[float], float], *, clip: str | None = ...
    ) -> str: ...


class ClipReader:
    """Turns clips into entities; knows what content is already there, to repeat it."""

    def __init__(
        self, song: Song, files: ZipInput | None, tempo: SongTempo, add_lane: AddLane
    ) -> None:
        self._song = song
        self._tempo = tempo
        self._add_lane = add_lane
        self._media = MediaReader(song, files)
        # What content became which clips, by the element and by its XML id.
        self._made_clips: dict[int, list[str]] = {}
        self._by_id: dict[str, list[str]] = {}
        self._aliases: list[tuple[Frame, str, Put]] = []
        # What is done with each clip of the one that is being read.
        self._put: Put = _nothing_more
        self._rounds = 0

    def read(self, element: Element, track: str, unit: str, put: Put | None = None) -> None:
        """Add the clips that this one becomes; `put` is called with each, maybe later."""
        self._put = put or _nothing_more
        for clip in self._emit(frame_of(element, track, SongClock(self._tempo, unit), self._tempo)):
            self._put(clip)

    def link_aliases(self) -> None:
        """Clips that repeat another one: made last, when all others are there."""
        for frame, reference, put in self._aliases:
            originals = self._by_id.get(reference)
            if not originals:
                loss_text = "clips that repeat one that is not there"
                self._song.lost(loss_text, item=self._clip_words(frame))
            for original in originals or ():
                put(self._repeat(frame, original))

    def _clip_words(self, frame: Frame) -> str:
        """The clip as a musician knows it."""
        name = frame.element.get("name") or "a clip"
        track = self._song.state["tracks"][frame.track]["name"]
        return f"{name} on {track or 'a track'} at beat {round(frame.time, 3):g}"

    # Content.

    def _emit(self, frame: Frame) -> list[str]:
        reference = frame.element.get("reference")
        if reference:
            self._aliases.append((frame, reference, self._put))
            return []
        content = next((part for part in frame.element if part.tag in TIMELINES), None)
        if content is None:
            return [self._add_clip(frame, self._any_kind(frame.track))]
        if id(content) in self._made_clips:
            return [self._repeat(frame, original) for original in self._made_clips[id(content)]]
        has_comment = bool(frame.element.get("comment"))
        self._song.lost("comments of clips", has_comment, self._clip_words(frame))
        clip_ids = list(self._emit_content(frame, content))
        if content.tag != "Clips":
            self._made_clips[id(content)] = clip_ids
        self._by_id[content.get("id", "")] = clip_ids
        return clip_ids

    def _any_kind(self, track: str) -> str:
        content = self._song.state["tracks"][track]["content"]
        assert isinstance(content, list)
        return next((kind for kind in ("notes", "audio") if kind in content), "notes")

    def _emit_content(self, frame: Frame, content: Element) -> Iterator[str]:
        parts = list(_leaves(content))
        clock = frame.clock(self._tempo).aligned(content.get("timeUnit"))
        main: list[str] = []
        for part in parts:
            if part.tag == "Clips":
                yield from self._flatten(frame, part, part.get("timeUnit", clock.unit))
            elif part.tag != "Points":
                main.append(self._emit_part(frame, part, clock.aligned(part.get("timeUnit"))))
        yield from main
        automation = [part for part in parts if part.tag == "Points"]
        gains = [part for part in automation if _constant_gain(part) is not None]
        if len(automation) > len(gains) and not main:
            main = [self._add_clip(frame, "automation")]
            yield main[0]
        for part in automation:
            if part in gains and main:
                self._song.change("clips", main[0], gain=_constant_gain(part))
            else:
                content_place = _from_beginning(
                    frame, clock.aligned(part.get("timeUnit")), self._tempo
                )
                self._add_lane(part, content_place, clip=main[0] if main else None)

    def _emit_part(self, frame: Frame, part: Element, clock: SongClock) -> str:
        part_place = _from_beginning(frame, clock, self._tempo)
        if part.tag == "Notes":
            clip = self._add_clip(frame, "notes")
            self._add_notes(clip, part, part_place, self._clip_words(frame))
            return clip
        source = part if part.tag != "Warps" else _first_content(part, "Audio", "Video")
        if source is None:
            raise BadElement(part, "holds neither Audio nor Video")
        clip = self._add_clip(frame, _KINDS[source.tag], media=self._media.read(source))
        if part.tag == "Warps":
            self._add_warps(clip, part, part_place, frame)
        return clip

    def _add_clip(self, frame: Frame, kind: str, **other_props: object) -> str:
        loss = self._clip_words(frame)
        if frame.time < 0:
            self._song.lost("beginnings of clips in front of the song", item=loss)
            frame = cut(frame, 0.0, max(frame.end, 1.0), self._tempo) or replace(frame, time=0.0)
        if kind in ("notes", "automation"):
            frame = in_beats(frame, self._tempo)
        loop_start, loop_end = _kept_loop(frame)
        says_loop = number(frame.element, "loopEnd", 0) != 0
        self._song.lost("loops that are empty", says_loop and loop_end is None, loss)
        fade_in = max(0.0, kept(frame.fade_in, frame.element, "fadeInTime"))
        duration = kept(frame.duration, frame.element, "duration")
        gain = frame.element.find("Gain")
        return self._song.add(
            "clips",
            track=frame.track,
            kind=kind,
            time=kept(frame.time, frame.element),
            duration=duration,
            playStart=kept(frame.play_start, frame.element, "playStart"),
            loopStart=loop_start,
            loopEnd=loop_end,
            contentTimeUnit=frame.unit,
            fadeIn=fade_in,
            fadeOut=_kept_to_fit(fade_in, frame, duration),
            gain=to_linear(gain, 1.0),
            enable=frame.enable,
            name=frame.element.get("name", ""),
            color=frame.element.get("color"),
            **other_props,
        )

    def _repeat(self, frame: Frame, original: str) -> str:
        clip = self._song.state["clips"][original]
        source = clip["ref"] or original
        return self._add_clip(frame, str(clip["kind"]), media=clip["media"], ref=source)

    def _add_notes(
        self, clip: str, part: Element, time_to_beat: Callable[[float], float], clip_words: str
    ) -> None:
        for note in part.iterfind("Note"):
            self._song.lost("expressions inside notes", len(note), clip_words)
            time, velocity = number(note, "time"), number(note, "vel", 0.8)
            start = time_to_beat(time)
            self._song.add(
                "notes",
                clip=clip,
                time=kept(start, note),
                duration=kept(
                    time_to_beat(time + number(note, "duration")) - start, note, "duration"
                ),
                key=integer(note, "key"),
                vel=velocity,
                rel=number(note, "rel", min(max(velocity, 0.0), 1.0)),
                ch=integer(note, "channel", 0),
            )

    def _add_warps(
        self, clip: str, part: Element, time_to_beat: Callable[[float], float], frame: Frame
    ) -> None:
        """Warps lead from beats of the content to seconds of the file."""
        in_beats = part.get("contentTimeUnit", "seconds") == "beats"
        begin = frame.clock(self._tempo).beat_at(0.0)
        seconds = SongClock(self._tempo, "seconds", 0.0, begin)
        for warp in part.iterfind("Warp"):
            at = number(warp, "contentTime")
            content_time = seconds.time_at(begin + at) if in_beats else at
            self._song.add(
                "warps",
                clip=clip,
                time=kept(time_to_beat(number(warp, "time")), warp),
                contentTime=content_time,
            )

    # Clips within clips.

    def _flatten(self, outer: Frame, clips: Element, unit: str) -> list[str]:
        elements = clips.findall("Clip")
        if len(elements) == 1:
            outer_clock = outer.clock(self._tempo).aligned(unit)
            only = frame_of(elements[0], outer.track, outer_clock, self._tempo)
            merged_clip = merged(only, outer, self._tempo)
            if merged_clip is not None:
                return self._emit(merged_clip)
        return self._write_out(outer, elements, unit)

    def _write_out(self, outer: Frame, elements: list[Element], unit: str) -> list[str]:
        """Every round of the outer loop, with what it plays of each inner clip."""
        clip_ids: list[str] = []
        played: set[int] = set()
        looked_at_count = 1 + sum(map(_looked_at, elements))
        for clock, start, end in rounds_of(outer, self._tempo):
            self._rounds += looked_at_count
            if self._rounds > _MAX_ROUNDS:
                raise BadElement(outer.element, f"repeats more than {_MAX_ROUNDS:,} clips")
            for index, element in enumerate(elements):
                frame = frame_of(element, outer.track, clock.aligned(unit), self._tempo)
                part = cut(frame, start, end, self._tempo)
                if part is not None:
                    played.add(index)
                    clip_ids += self._emit(replace(part, enable=part.enable and outer.enable))
        for index, element in enumerate(elements):
            if index not in played:
                name = element.get("name") or f"number {index + 1}"
                loss_text = "clips in a clip that lie outside of what it plays"
                self._song.lost(loss_text, item=f"{name} in {self._clip_words(outer)}")
        return clip_ids


def _looked_at(clip: Element) -> int:
    """How much is looked at for where a clip ends: all that is in it, if it does not say so."""
    return 1 if clip.get("duration") is not None else 1 + sum(1 for _ in clip.iter())


def _from_beginning(frame: Frame, clock: SongClock, tempo: SongTempo) -> Callable[[float], float]:
    """From a time on a timeline of the content to beats since the content's beginning."""
    begin = frame.clock(tempo).beat_at(0.0)
    return lambda time: clock.beat_at(time) - begin


def _constant_gain(part: Element) -> float | None:
    """The gain of a clip's sound, where its automation never moves it."""
    aim = part.find("Target")
    if aim is None or aim.get("expression") != "gain":
        return None
    values = {point_value(point) for point in part if point.tag.endswith("Point")}
    if len(values) != 1:
        return None
    holder = Element("Gain", value=str(values.pop()), unit=part.get("unit", "linear"))
    return to_linear(holder, 1.0)


def _kept_to_fit(fade_in: float, frame: Frame, duration: float) -> float:
    fade = max(0.0, kept(frame.fade_out, frame.element, "fadeOutTime"))
    is_too_long = fade_in + fade > duration + _ROUNDING
    return max(0.0, round(fade - 1e-6, 6)) if is_too_long else fade


def _kept_loop(frame: Frame) -> tuple[float | None, float | None]:
    """A loop as it can be stored: not beyond the end of all songs, and not empty."""
    if frame.loop is None:
        return None, None
    start = kept(max(0.0, frame.loop[0]), frame.element, "loopStart")
    end = kept(min(frame.loop[1], MAX_BEATS), frame.element, "loopEnd")
    return (start, end) if start < end else (None, None)


def _leaves(content: Element) -> Iterator[Element]:
    if content.tag != "Lanes":
        yield content
        return
    for part in content:
        if part.tag in TIMELINES:
            yield from _leaves(part)


def _first_content(part: Element, *tags: str) -> Element | None:
    return next((inner for inner in part if inner.tag in tags), None)
