"""The clips of a DAWproject. Clips within clips are flattened: Prime's clips hold content alone.

An inner clip that fills its outer one keeps the outer one's loop; otherwise the loop is written
out, each further round repeating the first (`ref`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol
from xml.etree.ElementTree import Element

from files.dawproject_values import flag
from files.song import Song
from files.tempo_map import TempoMap
from files.xml_input import BadElement, ZipInput, integer, number
from schema.limits import MAX_BEATS

_KINDS = {"Notes": "notes", "Audio": "audio", "Video": "video", "Points": "automation"}
_TIMELINES = frozenset({"Lanes", "Notes", "Clips", "Warps", "Audio", "Video", "Points"})
_MAX_ROUNDS = 1_000_000
"""Clips looked at in written-out loops of one song: past it a file means harm."""

_ALMOST = 1e-4


class AddLane(Protocol):
    """How a clip's automation becomes a lane."""

    def __call__(
        self, part: Element, track: str | None = ..., clip: str | None = ..., scale: float = ...
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """Where content plays: from `time` for `duration` beats; the rest in the content's own unit."""

    element: Element
    track: str
    time: float
    duration: float
    play_start: float
    loop: tuple[float, float] | None
    unit: str
    enable: bool = True


class ClipReader:
    """Turns clips into entities; knows what content is already there, to repeat it."""

    tempo = TempoMap([(0.0, 120.0, "hold")])

    def __init__(self, song: Song, files: ZipInput | None, add_lane: AddLane) -> None:
        self._song = song
        self._files = files
        self._add_lane = add_lane
        # What content became which clips, by the element and by its XML id.
        self._made: dict[int, list[str]] = {}
        self._by_id: dict[str, list[str]] = {}
        self._aliases: list[tuple[Frame, str]] = []
        self._media: dict[str, str] = {}
        self._rounds = 0

    def read(self, element: Element, track: str, unit: str) -> list[str]:
        """The entities this clip becomes."""
        self._song.lost("comments of clips", bool(element.get("comment")))
        return self._emit(self._frame(element, track, unit))

    def link_aliases(self) -> None:
        """Clips that repeat another one: made last, when all others are there."""
        for frame, wanted in self._aliases:
            originals = self._by_id.get(wanted)
            if not originals:
                self._song.lost("clips that repeat one that is not there")
            for original in originals or ():
                self._repeat(frame, original)

    # Placing.

    def _frame(self, element: Element, track: str, unit: str) -> Frame:
        content_unit = element.get("contentTimeUnit", unit)
        play_start = number(element, "playStart", 0)
        time, length = number(element, "time"), self._length(element, unit, content_unit)
        start, end = time, time + length
        if unit == "seconds":
            start, end = self.tempo.beat_at(start), self.tempo.beat_at(end)
        loop_start, loop_end = number(element, "loopStart", 0), number(element, "loopEnd", 0)
        return Frame(
            element,
            track,
            start,
            end - start,
            play_start,
            (loop_start, loop_end) if loop_end > max(0, loop_start) and loop_start >= 0 else None,
            content_unit,
            flag(element, "enable", True),
        )

    def _length(self, element: Element, unit: str, content_unit: str) -> float:
        """How long the clip plays, in `unit`; the content says it if the clip does not."""
        same = content_unit == unit
        at = (
            number(element, "time")
            if unit == "beats"
            else self.tempo.beat_at(number(element, "time"))
        )
        bpm = self.tempo.bpm_at(at)
        scale = 1.0 if same else (bpm / 60 if unit == "beats" else 60 / bpm)
        play_start = number(element, "playStart", 0)
        if element.get("duration") is not None:
            length = number(element, "duration")
        else:
            length = (_content_end(element) - play_start) * scale
        if element.get("playStop") is None or element.get("loopEnd") is not None:
            return length
        return min(length, (number(element, "playStop") - play_start) * scale)

    def _beats_per(self, unit: str, frame: Frame) -> float:
        return 1.0 if unit == "beats" else self.tempo.bpm_at(frame.time) / 60

    # Content.

    def _emit(self, frame: Frame) -> list[str]:
        reference = frame.element.get("reference")
        if reference:
            self._aliases.append((frame, reference))
            return []
        content = next((part for part in frame.element if part.tag in _TIMELINES), None)
        if content is None:
            return [self._add_clip(frame, self._any_kind(frame.track))]
        if id(content) in self._made:
            return [self._repeat(frame, original) for original in self._made[id(content)]]
        made = list(self._emit_content(frame, content))
        if content.tag != "Clips":
            self._made[id(content)] = made
        self._by_id[content.get("id", "")] = made
        return made

    def _any_kind(self, track: str) -> str:
        content = self._song.state["tracks"][track]["content"]
        assert isinstance(content, list)
        return next((kind for kind in ("notes", "audio") if kind in content), "notes")

    def _emit_content(self, frame: Frame, content: Element) -> Iterator[str]:
        parts = list(_leaves(content))
        unit = content.get("timeUnit", frame.unit)
        main: list[str] = []
        for part in parts:
            if part.tag == "Clips":
                yield from self._flatten(frame, part, part.get("timeUnit", unit))
            elif part.tag != "Points":
                main.append(self._emit_part(frame, part, unit))
        yield from main
        automation = [part for part in parts if part.tag == "Points"]
        if automation and not main:
            main = [self._add_clip(frame, "automation")]
            yield main[0]
        for part in automation:
            scale = self._beats_per(part.get("timeUnit", unit), frame)
            self._add_lane(part, clip=main[0], scale=scale)

    def _emit_part(self, frame: Frame, part: Element, unit: str) -> str:
        if part.tag == "Notes":
            clip = self._add_clip(frame, "notes")
            self._add_notes(clip, part, self._beats_per(part.get("timeUnit", unit), frame))
            return clip
        source = part if part.tag != "Warps" else _first(part, "Audio", "Video")
        if source is None:
            raise BadElement(part, "holds neither Audio nor Video")
        clip = self._add_clip(frame, _KINDS[source.tag], media=self._add_media(source))
        if part.tag == "Warps":
            self._add_warps(clip, part, frame)
        return clip

    def _add_clip(self, frame: Frame, kind: str, **more: object) -> str:
        self._allow(frame.track, kind)
        element = frame.element
        unit = element.get("fadeTimeUnit", frame.unit)
        scale = self._beats_per(unit, frame)
        loop_start, loop_end = _kept_loop(frame.loop)
        self._song.lost("loops that are empty", bool(frame.loop) and loop_end is None)
        fade_in = min(max(0, number(element, "fadeInTime", 0) * scale), frame.duration)
        fade_out = min(max(0, number(element, "fadeOutTime", 0) * scale), frame.duration - fade_in)
        return self._song.add(
            "clips",
            track=frame.track,
            kind=kind,
            time=round(frame.time, 6),
            duration=round(frame.duration, 6),
            playStart=round(frame.play_start, 6),
            loopStart=loop_start,
            loopEnd=loop_end,
            contentTimeUnit=frame.unit,
            fadeIn=max(0.0, round(fade_in, 6)),
            fadeOut=_rounded_to_fit(fade_in, fade_out, frame.duration),
            enable=frame.enable,
            name=element.get("name", ""),
            color=element.get("color"),
            **more,
        )

    def _repeat(self, frame: Frame, original: str) -> str:
        clip = self._song.state["clips"][original]
        source = clip["ref"] or original
        return self._add_clip(frame, str(clip["kind"]), media=clip["media"], ref=source)

    def _allow(self, track: str, kind: str) -> None:
        content = self._song.state["tracks"][track]["content"]
        assert isinstance(content, list)
        if kind not in content:
            content.append(kind)

    def _add_notes(self, clip: str, part: Element, scale: float) -> None:
        for note in part.iterfind("Note"):
            self._song.lost("expressions inside notes", len(note))
            velocity = number(note, "vel", 0.8)
            self._song.add(
                "notes",
                clip=clip,
                time=round(number(note, "time") * scale, 6),
                duration=round(number(note, "duration") * scale, 6),
                key=integer(note, "key"),
                vel=velocity,
                rel=number(note, "rel", velocity),
                ch=max(0, integer(note, "channel", 0)),
            )

    def _add_media(self, source: Element) -> str:
        file = source.find("File")
        path = "" if file is None else file.get("path", "")
        if path not in self._media:
            is_inside = self._files is not None and path in self._files
            hashed = self._files.sha256(path) if self._files is not None and is_inside else None
            self._song.lost("audio files that are not in the project file", hashed is None)
            self._media[path] = self._song.add(
                "media",
                name=path.rsplit("/", 1)[-1],
                path=path or None,
                sha256=hashed,
                duration=number(source, "duration", 0) or None,
                sampleRate=number(source, "sampleRate", 0) or None,
                channels=integer(source, "channels", 2),
            )
        self._song.lost("choices of a stretching algorithm", bool(source.get("algorithm")))
        return self._media[path]

    def _add_warps(self, clip: str, part: Element, frame: Frame) -> None:
        scale = 1 / self._beats_per("seconds", frame)
        if part.get("contentTimeUnit", "seconds") == "seconds":
            scale = 1
        for warp in part.iterfind("Warp"):
            content_time = number(warp, "contentTime") * scale
            self._song.add("warps", clip=clip, time=number(warp, "time"), contentTime=content_time)

    # Clips within clips.

    def _flatten(self, outer: Frame, clips: Element, unit: str) -> list[str]:
        inner = [self._inner_frame(clip, outer, unit) for clip in clips.iterfind("Clip")]
        scale = self._beats_per(unit, outer)
        if len(inner) == 1 and _fills(inner[0], outer, scale):
            return self._emit(self._merged(inner[0], outer, scale))
        made: list[str] = []
        for time, start, length in self._rounds_of(outer, scale, len(inner)):
            for frame in inner:
                cut = self._cut(frame, time, start * scale, length * scale)
                if cut is not None:
                    made += self._emit(replace(cut, enable=cut.enable and outer.enable))
        return made

    def _inner_frame(self, clip: Element, outer: Frame, unit: str) -> Frame:
        """An inner clip with its time in beats since the outer content's beginning."""
        frame = self._frame(clip, outer.track, "beats" if unit == "beats" else unit)
        if unit == "beats":
            return frame
        scale = self._beats_per(unit, outer)
        length = self._length(clip, unit, frame.unit)
        return replace(frame, time=number(clip, "time") * scale, duration=length * scale)

    def _merged(self, inner: Frame, outer: Frame, scale: float) -> Frame:
        """The inner content where the outer clip plays it, in one clip that keeps the loop."""
        per_content = scale / self._beats_per(inner.unit, outer)

        def shift(time: float) -> float:
            return inner.play_start + time * per_content - inner.time * per_content / scale

        loop = outer.loop and (shift(outer.loop[0]), shift(outer.loop[1]))
        merged = replace(inner, time=outer.time, duration=outer.duration, loop=loop)
        element = _with_outer(inner.element, outer.element)
        enable = inner.enable and outer.enable
        return replace(merged, element=element, play_start=shift(outer.play_start), enable=enable)

    def _rounds_of(
        self, outer: Frame, scale: float, clips: int
    ) -> Iterator[tuple[float, float, float]]:
        """The rounds of the outer loop: beat, start and length in the content's unit."""
        done, start, total = 0.0, outer.play_start, outer.duration / scale
        while done < total - _ALMOST:
            self._rounds += clips + 1
            if self._rounds > _MAX_ROUNDS:
                raise BadElement(outer.element, f"repeats more than {_MAX_ROUNDS:,} clips")
            end = outer.loop[1] if outer.loop and start < outer.loop[1] else start + total - done
            length = min(end - start, total - done)
            yield outer.time + done * scale, start, length
            done += length
            start = outer.loop[0] if outer.loop else start + length

    def _cut(self, inner: Frame, time: float, start: float, length: float) -> Frame | None:
        """The part of an inner clip that this round plays, where it plays it; all in beats."""
        begin = max(inner.time, start)
        end = min(inner.time + inner.duration, start + length)
        if end - begin <= _ALMOST:
            return None
        skipped = (begin - inner.time) / self._beats_per(inner.unit, inner)
        play_start = inner.play_start + skipped
        if inner.loop and play_start >= inner.loop[1]:
            low, high = inner.loop
            play_start = low + (play_start - low) % (high - low)
        return replace(
            inner, time=time + begin - start, duration=end - begin, play_start=play_start
        )


def _fills(inner: Frame, outer: Frame, scale: float) -> bool:
    """Whether the outer clip never plays anything beside its one inner clip."""
    first = min(outer.play_start, outer.loop[0]) if outer.loop else outer.play_start
    last = outer.loop[1] if outer.loop else outer.play_start + outer.duration / scale
    is_covered = inner.time <= first * scale + _ALMOST
    return is_covered and inner.time + inner.duration >= last * scale - _ALMOST and not inner.loop


def _with_outer(inner: Element, outer: Element) -> Element:
    """The inner clip's content under the outer clip's name, colour and fades."""
    merged = type(inner)("Clip", inner.attrib | outer.attrib)
    merged.extend(inner)
    if inner.get("reference"):
        merged.set("reference", inner.get("reference", ""))
    return merged


def _rounded_to_fit(fade_in: float, fade_out: float, duration: float) -> float:
    fade = max(0.0, round(fade_out, 6))
    is_too_long = round(fade_in, 6) + fade > round(duration, 6)
    return max(0.0, round(fade - 1e-6, 6)) if is_too_long else fade


def _kept_loop(loop: tuple[float, float] | None) -> tuple[float | None, float | None]:
    """A loop as it can be stored: not beyond the end of all songs, and not empty."""
    if loop is None:
        return None, None
    start, end = max(0.0, loop[0]), min(loop[1], MAX_BEATS)
    return (start, end) if start < end else (None, None)


def _leaves(content: Element) -> Iterator[Element]:
    if content.tag != "Lanes":
        yield content
        return
    for part in content:
        if part.tag in _TIMELINES:
            yield from _leaves(part)


def _first(part: Element, *tags: str) -> Element | None:
    return next((inner for inner in part if inner.tag in tags), None)


def _content_end(element: Element) -> float:
    """Where the content of a clip without a duration ends."""
    ends = [
        number(part, "time", 0) + number(part, "duration", 0)
        for part in element.iter()
        if part is not element and (part.get("time") or part.get("duration"))
    ]
    return max(ends, default=4.0)
