"""The tempo and the time signatures of a DAWproject, in beats whatever they are written in."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from files.bounded.xml_input import integer, number
from files.dawproject.values import Role, Target, kept, point_value
from files.imported_song import Song
from files.music.song_tempo import SongClock, SongTempo, beats_lasting

Found = tuple[Element | None, str]
"""The points of a map, if there are any, and the unit of their times."""


def find_map(root: Element, tag: str, role: Role, targets: Mapping[str, Target]) -> Found:
    """The points for the tempo or the signature: some programs write them among the lanes."""
    named_map = root.find(f"Arrangement/{tag}")
    if named_map is not None:
        return named_map, named_map.get("timeUnit", "beats")
    pending = [(lanes, "beats") for lanes in root.iterfind("Arrangement/Lanes")]
    while pending:
        part, element_around = pending.pop()
        unit = part.get("timeUnit", element_around)
        aim = part.find("Target")
        target = targets.get("" if aim is None else aim.get("parameter", ""))
        if part.tag == "Points" and target is not None and target.role == role:
            return part, unit
        if part.tag == "Lanes":
            pending.extend((inner, unit) for inner in reversed(part))
    return None, "beats"


def read_tempo(song: Song, found_map: Found) -> SongTempo:
    """Add the tempi, and return the map that they make."""
    points, unit = found_map
    if points is not None:
        in_time = sorted(points.iterfind("RealPoint"), key=lambda point: number(point, "time"))
        if unit == "seconds":
            _add_by_seconds(song, in_time)
        else:
            for point in in_time:
                song.add_tempo(number(point, "time"), point_value(point), _interp(point))
    return tempo_map(song)


def tempo_map(song: Song) -> SongTempo:
    """The song's tempo, of two at one time the left one first."""
    tempi = sorted(song.state["tempo"].values(), key=lambda e: (_number(e["time"]), e["slot"]))
    return SongTempo((_number(e["time"]), _number(e["bpm"]), str(e["interp"])) for e in tempi)


def _add_by_seconds(song: Song, points: list[Element]) -> None:
    """Each tempo at the beat that the tempi before it lead to."""
    start = song.state["tempo"]["tempo_start"]
    beat, at = 0.0, 0.0
    bpm, interp = _number(start["bpm"]), str(start["interp"])
    for point in points:
        seconds = max(0.0, number(point, "time"))
        next_bpm = min(max(point_value(point), 10.0), 1_000.0)
        glides = interp == "linear" and seconds > at
        beat += beats_lasting(seconds - at, bpm, next_bpm if glides else bpm)
        loss_text = "tempo glides that were linear over seconds, now over beats"
        song.lost(loss_text, glides and next_bpm != bpm, f"to {next_bpm:g} bpm at {seconds:g} s")
        at, bpm, interp = seconds, next_bpm, _interp(point)
        song.add_tempo(round(beat, 6), point_value(point), interp)


def read_signatures(song: Song, found_map: Found, tempo: SongTempo) -> None:
    """Add the time signatures."""
    points, unit = found_map
    clock = SongClock(tempo, unit)
    for point in [] if points is None else points.iterfind("TimeSignaturePoint"):
        beat = kept(clock.beat_at(number(point, "time")), point)
        song.add_signature(beat, integer(point, "numerator"), integer(point, "denominator"))


def _interp(point: Element) -> str:
    return point.get("interpolation", "hold")


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
