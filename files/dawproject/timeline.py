"""The timelines of a DAWproject: arrangement, tempo, markers, scenes, automation.

Everything comes out in beats: what counts in seconds goes through the tempo map.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element

from files.bounded.xml_input import number
from files.bounded.zip_input import ZipInput
from files.dawproject.clips import ClipReader
from files.dawproject.tempo_maps import find_map, read_signatures, read_tempo
from files.dawproject.values import Target, flag, kept, point_value
from files.imported_song import Song
from files.music.song_tempo import SongClock

_CONTENT = frozenset({"Notes", "Audio", "Video", "Warps"})


@dataclass(frozen=True, slots=True)
class _Scope:
    """What an inner timeline takes over from the ones around it."""

    track: str | None = None
    unit: str = "beats"
    scene: str | None = None


class Timeline:
    """Reads the arrangement and the scenes of one project."""

    def __init__(
        self,
        song: Song,
        files: ZipInput | None,
        root: Element,
        targets: Mapping[str, Target],
        tracks: Mapping[str, str],
    ) -> None:
        self._song = song
        self._root = root
        self._targets = targets
        self._tracks = tracks
        tempo = find_map(root, "TempoAutomation", "tempo", targets)
        self._signatures = find_map(root, "TimeSignatureAutomation", "signature", targets)
        self._maps = [points for points, _ in (tempo, self._signatures)]
        # First of all: what counts in seconds is placed by it.
        self._tempo = read_tempo(song, tempo)
        self._clips = ClipReader(song, files, self._tempo, self._add_lane)

    def read(self) -> None:
        """The arrangement, then the launcher, then clips that repeat others."""
        root = self._root
        self._count(root)
        read_signatures(self._song, self._signatures, self._tempo)
        for part in root.iterfind("Arrangement/*"):
            self._read_part(part, _Scope())
        for scene in root.iterfind("Scenes/Scene"):
            self._read_scene(scene)
        self._clips.link_aliases()

    def _count(self, root: Element) -> None:
        names = {
            "clips": ("Clip",),
            "notes": ("Note",),
            "points": tuple(f"{kind}Point" for kind in ("Real", "Bool", "Integer", "Enum", "")),
            "warps": ("Warp",),
            "markers": ("Marker",),
            "scenes": ("Scene",),
        }
        for name, tags in names.items():
            self._song.file_counts[name] = sum(1 for tag in tags for _ in root.iter(tag))

    # Nested timelines.

    def _read_part(self, part: Element, outer: _Scope) -> None:
        scope = self._inner(part, outer)
        match part.tag:
            case "Lanes":
                for inner in part:
                    self._read_part(inner, scope)
            case "Clips" | "ClipSlot":
                self._read_clips(part, scope)
            case "Points" if not any(part is points for points in self._maps):
                self._read_points(part, scope)
            case "Markers" | "markers":
                self._read_markers(part, scope)
            case tag if tag in _CONTENT:
                self._read_loose_content(part, scope)

    def _inner(self, part: Element, outer: _Scope) -> _Scope:
        track = outer.track
        if part.get("track"):
            track = self._tracks.get(part.get("track", ""))
            loss_text = "lanes of a track that does not exist"
            self._song.lost(loss_text, track is None, part.get("track", ""))
        return replace(outer, track=track, unit=part.get("timeUnit", outer.unit))

    def _read_clips(self, part: Element, scope: _Scope) -> None:
        clips = part.findall("Clip")
        if scope.track is None:
            for clip in clips:
                self._song.lost("clips without a track", item=clip.get("name", ""))
            return
        if part.tag != "ClipSlot":
            for clip in clips:
                self._clips.read(clip, scope.track, scope.unit)
        elif scope.scene is None:
            self._song.lost("clip slots outside of a scene", item=_names(clips))
        else:
            self._read_slot(part, clips, scope)

    def _read_slot(self, part: Element, clips: list[Element], scope: _Scope) -> None:
        """One clip for one slot: where a clip becomes several, each gets its own."""

        def put(clip: str) -> None:
            self._song.change("clips", clip, slot=add())

        def add() -> str:
            has_stop = flag(part, "hasStop", True)
            slots = {"scene": scope.scene, "track": scope.track, "hasStop": has_stop}
            return self._song.add("slots", **slots)

        for clip in clips:
            self._clips.read(clip, str(scope.track), scope.unit, put)
        if not clips:
            add()

    def _read_loose_content(self, part: Element, scope: _Scope) -> None:
        """Notes or audio that lie on a track without a clip get one."""
        if scope.track is None:
            self._song.lost("timelines without a track")
            return
        clip = Element("Clip", time="0")
        clip.append(part)
        self._clips.read(clip, scope.track, scope.unit)

    def _read_markers(self, part: Element, scope: _Scope) -> None:
        clock = SongClock(self._tempo, scope.unit)
        for marker in part.iterfind("Marker"):
            time = kept(clock.beat_at(number(marker, "time")), marker)
            name, color = marker.get("name", ""), marker.get("color")
            self._song.add("markers", time=time, name=name, color=color)

    # Automation.

    def _read_points(self, part: Element, scope: _Scope) -> None:
        self._add_lane(part, SongClock(self._tempo, scope.unit).beat_at, track=scope.track)

    def _add_lane(
        self,
        part: Element,
        time_to_beat: Callable[[float], float],
        *,
        track: str | None = None,
        clip: str | None = None,
    ) -> str:
        """A lane with these points; "" if it has no target."""
        aim = part.find("Target")
        target = self._targets.get("" if aim is None else aim.get("parameter", ""))
        size = sum(1 for _ in _points(part))
        if target is None or target.role in ("tempo", "signature"):
            is_expression = aim is not None and aim.get("expression")
            loss_text = (
                "MIDI controllers and expressions" if is_expression else "unknown parameters"
            )
            loss_text = loss_text if target is None else "the tempo or signature, a second time"
            self._song.lost(f"automation points of {loss_text}", size, _points_words(part))
            return ""
        lane = self._song.add(
            "lanes",
            track=track,
            clip=clip,
            target=target.path,
            # Levels and positions come out in the project's own unit, all else as it was.
            unit=part.get("unit", target.unit) if target.role == "param" else target.unit,
            name=part.get("name", ""),
        )
        for point in _points(part):
            time = kept(time_to_beat(number(point, "time")), point)
            self._add_point(part, point, lane, time)
        return lane

    def _add_point(self, part: Element, point: Element, lane: str, time: float) -> None:
        aim = part.find("Target")
        target = self._targets["" if aim is None else aim.get("parameter", "")]
        unit = part.get("unit", target.unit)
        value = target.value(point_value(point), unit)
        self._song.add_point(lane, time, value, point.get("interpolation", "hold"))

    # Scenes.

    def _read_scene(self, element: Element) -> None:
        scene = self._song.add(
            "scenes",
            name=element.get("name", ""),
            order=self._song.next_order("scenes"),
            color=element.get("color"),
        )
        for part in element:
            self._read_part(part, _Scope(scene=scene))


def _points(part: Element) -> Iterable[Element]:
    return (point for point in part if point.tag.endswith("Point"))


def _points_words(part: Element) -> str:
    """What the points are for, as far as the file says it."""
    aim = part.find("Target")
    aim_words = "" if aim is None else " ".join(f"{name} {value}" for name, value in aim.items())
    return f"{part.get('name', '')} {aim_words}".strip()


def _names(clips: list[Element]) -> str:
    return ", ".join(clip.get("name") or "a clip" for clip in clips)
