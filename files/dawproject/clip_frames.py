"""Where the clips of a DAWproject play, in beats: loops, windows and fades of any unit.

Whatever counts in seconds goes through the tempo map, at the place where it sounds.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from files.bounded.xml_input import number
from files.dawproject.values import flag
from files.music.song_tempo import SongClock, SongTempo

TIMELINES = frozenset({"Lanes", "Notes", "Clips", "Warps", "Audio", "Video", "Points"})

ALMOST = 1e-4
"""Beats: a difference below it is rounding, too short to be heard."""

_NO_END = 4.0
"""Beats of a clip that neither says how long it is nor holds anything."""


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
    # In beats of the song, both inside the duration.
    fade_in: float = 0.0
    fade_out: float = 0.0
    enable: bool = True

    @property
    def end(self) -> float:
        """The beat where it stops."""
        return self.time + self.duration

    def clock(self, tempo: SongTempo) -> SongClock:
        """Its content's time in the song, as it plays at first."""
        return SongClock(tempo, self.unit, self.play_start, self.time)


def frame_of(element: Element, track: str, clock: SongClock, tempo: SongTempo) -> Frame:
    """The frame of a <Clip> on a timeline."""
    start = clock.beat_at(number(element, "time"))
    play_start = number(element, "playStart", 0)
    unit = "seconds" if element.get("contentTimeUnit", clock.unit) == "seconds" else "beats"
    content = SongClock(tempo, unit, play_start, start)
    end = max(start, _end(element, clock, content, tempo))
    loop = number(element, "loopStart", 0), number(element, "loopEnd", 0)
    frame = Frame(
        element,
        track,
        start,
        end - start,
        play_start,
        loop if loop[1] > loop[0] >= 0 else None,
        unit,
        enable=flag(element, "enable", True),
    )
    return _faded(frame, tempo)


def _end(element: Element, clock: SongClock, content: SongClock, tempo: SongTempo) -> float:
    """The beat where a clip stops; its content says it if the clip does not."""
    stop = None
    if element.get("playStop") is not None and element.get("loopEnd") is None:
        stop = content.beat_at(number(element, "playStop"))
    if element.get("duration") is not None:
        end = clock.beat_at(number(element, "time") + number(element, "duration"))
        return end if stop is None else min(end, stop)
    if stop is not None:
        return stop
    start = clock.beat_at(number(element, "time"))
    end_beats = [_content_end(part, content, tempo) for part in element if part.tag in TIMELINES]
    return max(end_beats, default=start + _NO_END)


def _content_end(part: Element, outer_clock: SongClock, tempo: SongTempo) -> float:
    clock = outer_clock.aligned(part.get("timeUnit"))
    if part.tag in ("Audio", "Video"):
        return outer_clock.aligned("seconds").beat_at(number(part, "duration", 0))
    if part.tag == "Clips":
        frames = (frame_of(clip, "", clock, tempo) for clip in part.iterfind("Clip"))
        return max((frame.end for frame in frames), default=clock.beat_at(0))
    if part.tag == "Lanes":
        inner = (_content_end(lane, clock, tempo) for lane in part if lane.tag in TIMELINES)
        return max(inner, default=clock.beat_at(0))
    items = part.iterfind("Warp") if part.tag == "Warps" else part
    times = (number(item, "time", 0) + number(item, "duration", 0) for item in items)
    return max((clock.beat_at(time) for time in times), default=clock.beat_at(0))


# Fades.


def _faded(frame: Frame, tempo: SongTempo) -> Frame:
    """With its fades. A negative one lies outside: the clip sounds so much earlier, or longer."""
    element = frame.element
    unit = element.get("fadeTimeUnit", frame.unit)
    at_start, at_end = SongClock(tempo, unit, 0, frame.time), SongClock(tempo, unit, 0, frame.end)
    fade_in = at_start.beat_at(number(element, "fadeInTime", 0)) - frame.time
    fade_out = frame.end - at_end.beat_at(-number(element, "fadeOutTime", 0))
    if fade_in < 0:
        frame = _from(frame, frame.time + fade_in, tempo)
    if fade_out < 0:
        frame = replace(frame, duration=frame.duration - fade_out)
    fade_in = min(abs(fade_in), frame.duration)
    return replace(frame, fade_in=fade_in, fade_out=min(abs(fade_out), frame.duration - fade_in))


def _from(frame: Frame, time: float, tempo: SongTempo) -> Frame:
    """The same content, sounding from another beat on."""
    play_start = frame.clock(tempo).time_at(time)
    if frame.loop and time > frame.time and play_start >= frame.loop[1]:
        low, high = frame.loop
        play_start = low + (play_start - low) % (high - low)
    return replace(frame, time=time, duration=frame.end - time, play_start=play_start)


def cut(frame: Frame, start: float, end: float, tempo: SongTempo) -> Frame | None:
    """The part of a frame between two beats; a side that was cut off has no fade."""
    if min(frame.end, end) - max(frame.time, start) <= ALMOST:
        return None
    part = frame
    if frame.end > end + ALMOST:
        part = replace(part, duration=end - part.time, fade_out=0.0)
    if frame.time < start - ALMOST:
        part = replace(_from(part, start, tempo), fade_in=0.0)
    fade_in = min(part.fade_in, part.duration)
    return replace(part, fade_in=fade_in, fade_out=min(part.fade_out, part.duration - fade_in))


def in_beats(frame: Frame, tempo: SongTempo) -> Frame:
    """The same with its content's own times in beats, as those of notes and points are."""
    if frame.unit == "beats":
        return frame
    clock = frame.clock(tempo)
    begin = clock.beat_at(0.0)
    loop = frame.loop and (
        clock.beat_at(frame.loop[0]) - begin,
        clock.beat_at(frame.loop[1]) - begin,
    )
    return replace(frame, unit="beats", play_start=frame.time - begin, loop=loop)


# Clips within clips.


def rounds_of(outer: Frame, tempo: SongTempo) -> Iterator[tuple[SongClock, float, float]]:
    """The rounds of the outer loop: how its content's time runs, and from which beat to which."""
    beat, at = outer.time, outer.play_start
    while beat < outer.end - ALMOST:
        clock = SongClock(tempo, outer.unit, at, beat)
        end = outer.end
        if outer.loop and at < outer.loop[1]:
            end = min(end, clock.beat_at(outer.loop[1]))
        yield clock, beat, end
        beat = end
        at = outer.loop[0] if outer.loop else clock.time_at(end)


def merged(inner: Frame, outer: Frame, tempo: SongTempo) -> Frame | None:
    """The inner content where the outer clip plays it, in one clip that keeps the outer's loop.

    None where the outer clip plays anything beside its inner one.
    """
    outer_clock = outer.clock(tempo)
    first, last = outer.time, outer.end
    if outer.loop:
        first = min(first, outer_clock.beat_at(outer.loop[0]))
        last = outer_clock.beat_at(outer.loop[1])
    if inner.loop or inner.time > first + ALMOST or inner.end < last - ALMOST:
        return None
    inner_clock = inner.clock(tempo)
    loop = outer.loop and (
        inner_clock.time_at(outer_clock.beat_at(outer.loop[0])),
        inner_clock.time_at(outer_clock.beat_at(outer.loop[1])),
    )
    has_in, has_out = outer.element.get("fadeInTime"), outer.element.get("fadeOutTime")
    fade_in = outer.fade_in if has_in else min(inner.fade_in, outer.duration)
    fade_out = outer.fade_out if has_out else inner.fade_out
    return replace(
        inner,
        element=_with_outer(inner.element, outer.element),
        time=outer.time,
        duration=outer.duration,
        loop=loop,
        play_start=inner_clock.time_at(outer.time),
        fade_in=fade_in,
        fade_out=min(fade_out, outer.duration - fade_in),
        enable=inner.enable and outer.enable,
    )


def _with_outer(inner: Element, outer: Element) -> Element:
    """The inner clip's content under the outer clip's name and colour."""
    joined_clip = type(inner)("Clip", inner.attrib | outer.attrib)
    joined_clip.extend(inner)
    if inner.get("reference"):
        joined_clip.set("reference", inner.get("reference", ""))
    return joined_clip
