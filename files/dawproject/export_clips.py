"""The timelines of a DAWproject that is being written: clips, notes, audio, automation, scenes."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement

from files.dawproject.export_values import Ids, flag, numeral, whole
from files.losses import Losses
from files.readable_state import Entities, State

AUTOMATED = {"channels": {"volume", "pan", "mute"}, "sends": {"volume", "pan", "enable"}}
NO_MEDIA: Mapping[str, object] = {"channels": 2, "duration": None, "sampleRate": None}
CALLED = {"notes": "notes", "warps": "warp markers"}
LEFT_OUT = "automation points of lanes that are left out"
MEDIA_UNHELD: Mapping[str, str] = {
    "audioFile": "copies of recordings that Prime keeps",
    "sha256": "checksums of recordings",
    "stemOf": "recordings that are stems do not say of which",
}
UNITS = {"volume": "linear", "pan": "normalized", "mute": "linear", "enable": "linear"}


class ClipWriter:
    """`ids` knows the parameters that automation may aim at."""

    def __init__(self, state: State, ids: Ids, losses: Losses) -> None:
        self._state = state
        self._ids = ids
        self._losses = losses
        self._children = {
            (collection, name): self._by(collection, name)
            for collection, name in (
                ("clips", "track"),
                ("clips", "slot"),
                ("notes", "clip"),
                ("warps", "clip"),
                ("lanes", "clip"),
                ("lanes", "track"),
                ("points", "lane"),
                ("slots", "scene"),
            )
        }
        """Collection and pointer -> id of what is pointed to -> ids of those that point to it."""
        self._paths = Counted(self._entities("media"))
        self._count_media()

    def _entities(self, collection: str) -> Entities:
        return self._state.get(collection, {})

    def _by(self, collection: str, name: str) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = defaultdict(list)
        for entity_id, entity in self._entities(collection).items():
            groups[str(entity[name])].append(entity_id)
        return groups

    def arrangement(self, lanes: Element) -> None:
        """The clips and the automation of every track."""
        for track_id in self._entities("tracks"):
            if track_id not in self._ids.known():
                continue
            element = SubElement(lanes, "Lanes", track=self._ids.of(track_id), id=self._ids.new())
            self._track(element, track_id)
        for lane_id, lane in self._entities("lanes").items():
            if lane["track"] is None and lane["clip"] is None:
                self._leave_out(lane_id, "automation lanes of neither track nor clip")
            elif lane["track"] is not None and lane["clip"] is not None:
                loss_text = "automation lanes inside clips do not name their track"
                self._losses.note("lanes", "track", loss_text, lane)

    def _track(self, element: Element, track_id: str) -> None:
        clips = SubElement(element, "Clips", id=self._ids.new())
        for clip_id in self._children["clips", "track"].get(track_id, ()):
            if self._entities("clips")[clip_id]["slot"] is None:
                self._clip(clips, clip_id)
        for lane_id in self._children["lanes", "track"].get(track_id, ()):
            if self._entities("lanes")[lane_id]["clip"] is None:
                self._lane(element, lane_id)

    def scenes(self, holder: Element) -> None:
        """The launcher."""
        scenes = self._entities("scenes")
        for scene_id in sorted(scenes, key=lambda s: (str(scenes[s]["order"]), s)):
            scene = scenes[scene_id]
            element = SubElement(holder, "Scene", id=self._ids.new(), name=str(scene["name"]))
            if scene["color"] is not None:
                element.set("color", str(scene["color"]))
            lanes = SubElement(element, "Lanes", timeUnit="beats", id=self._ids.new())
            for slot_id in self._children["slots", "scene"].get(scene_id, ()):
                self._slot(lanes, slot_id)

    def _slot(self, lanes: Element, slot_id: str) -> None:
        slot = self._entities("slots")[slot_id]
        attributes = {
            "track": self._ids.of(str(slot["track"])),
            "hasStop": flag(slot["hasStop"]),
            "timeUnit": "beats",
            "id": self._ids.new(),
        }
        element = SubElement(lanes, "ClipSlot", attributes)
        for clip_id in self._children["clips", "slot"].get(slot_id, ()):
            self._clip(element, clip_id)

    # Clips.

    def _clip(self, parent_element: Element, clip_id: str) -> None:
        clip = self._entities("clips")[clip_id]
        attributes = {
            "time": numeral(clip["time"]),
            "duration": numeral(clip["duration"]),
            "contentTimeUnit": str(clip["contentTimeUnit"]),
            "playStart": numeral(clip["playStart"]),
            "fadeTimeUnit": "beats",
            "fadeInTime": numeral(clip["fadeIn"]),
            "fadeOutTime": numeral(clip["fadeOut"]),
            "enable": flag(clip["enable"]),
            "name": str(clip["name"]),
        }
        if clip["loopEnd"] is not None:
            attributes["loopStart"] = numeral(clip["loopStart"])
            attributes["loopEnd"] = numeral(clip["loopEnd"])
        if clip["color"] is not None:
            attributes["color"] = str(clip["color"])
        element = SubElement(parent_element, "Clip", attributes)
        self._count_what_is_different(clip)
        if clip["ref"] is not None:
            element.set("reference", self._ids.of(f"content of {clip['ref']}"))
            self._count_content_of_alias(clip_id)
        else:
            self._content(element, clip_id, clip)

    def _count_what_is_different(self, clip: Mapping[str, object]) -> None:
        """What a clip of its kind has no use for, or an alias has from its original."""
        original = self._entities("clips").get(str(clip["ref"]))
        if clip["media"] is not None and not _plays_media(clip):
            if original is None or original["media"] != clip["media"]:
                self._losses.note(
                    "clips", "media", "recordings of clips that are neither audio nor video", clip
                )
        elif original is not None and original["media"] is not None and clip["media"] is None:
            self._losses.note(
                "clips",
                "media",
                "linked clips without a recording play that of their original",
                clip,
            )
        if clip["kind"] in ("notes", "automation") and clip["contentTimeUnit"] == "seconds":
            loss_text = "clips of notes or automation in seconds were written in beats"
            for number, name in enumerate(("contentTimeUnit", "playStart", "loopStart", "loopEnd")):
                self._losses.places.add(("clips", name))
                if number == 0:
                    self._losses.note("clips", name, loss_text, clip)

    def _count_content_of_alias(self, clip_id: str) -> None:
        why = "of linked clips, which have what their original has alone"
        for collection in ("notes", "warps"):
            for entity_id in self._children[collection, "clip"].get(clip_id, ()):
                entity = self._entities(collection)[entity_id]
                self._losses.note(collection, "", f"{CALLED[collection]} {why}", entity)
        for lane_id in self._children["lanes", "clip"].get(clip_id, ()):
            self._leave_out(lane_id, f"automation lanes {why}")

    def _content(self, element: Element, clip_id: str, clip: Mapping[str, object]) -> None:
        lanes = self._children["lanes", "clip"].get(clip_id, [])
        holder = element
        content_id = self._ids.of(f"content of {clip_id}")
        if lanes or clip["kind"] == "automation":
            holder = SubElement(element, "Lanes", timeUnit="beats", id=content_id)
            content_id = self._ids.new()
        match clip["kind"]:
            case "notes":
                self._notes(holder, content_id, clip_id)
            case "audio" | "video":
                self._media(holder, content_id, clip_id, clip)
        for lane_id in lanes:
            self._lane(holder, lane_id)
        if clip["kind"] == "automation" and not any(part.tag == "Points" for part in holder):
            self._losses.note("clips", "kind", "automation clips without automation", clip)

    def _notes(self, holder: Element, content_id: str, clip_id: str) -> None:
        element = SubElement(holder, "Notes", timeUnit="beats", id=content_id)
        notes = self._entities("notes")
        for note_id in self._children["notes", "clip"].get(clip_id, ()):
            note = notes[note_id]
            attributes = {
                "time": numeral(note["time"]),
                "duration": numeral(note["duration"]),
                "channel": whole(note["ch"]),
                "key": whole(note["key"]),
                "vel": numeral(note["vel"]),
                "rel": numeral(note["rel"]),
            }
            SubElement(element, "Note", attributes)

    def _media(
        self, holder: Element, content_id: str, clip_id: str, clip: Mapping[str, object]
    ) -> None:
        media = self._entities("media").get(str(clip["media"]), NO_MEDIA)
        path = "" if media is NO_MEDIA else self._paths.of(str(clip["media"]))
        warps = self._children["warps", "clip"].get(clip_id, [])
        if warps:
            attributes = {"contentTimeUnit": "seconds", "timeUnit": "beats", "id": content_id}
            holder = SubElement(holder, "Warps", attributes)
            content_id = self._ids.new()
        attributes = {
            "channels": whole(media["channels"]),
            "duration": numeral(media["duration"] or 0),
            "sampleRate": str(round(float(str(media["sampleRate"] or 0)))),
            "id": content_id,
        }
        tag = "Audio" if clip["kind"] == "audio" else "Video"
        source = SubElement(holder, tag, attributes)
        SubElement(source, "File", path=path, external="true")
        entities = self._entities("warps")
        for warp_id in sorted(warps, key=lambda w: (float(str(entities[w]["time"])), w)):
            warp = entities[warp_id]
            at = {"time": numeral(warp["time"]), "contentTime": numeral(warp["contentTime"])}
            SubElement(holder, "Warp", at)

    def _count_media(self) -> None:
        clips = self._entities("clips").values()
        used_media = {str(clip["media"]) for clip in clips if _plays_media(clip)}
        for media_id, media in self._entities("media").items():
            if media_id not in used_media:
                self._losses.note("media", "", "recordings that no clip plays", media)
            self._count_properties(media, self._paths.of(media_id))

    def _count_properties(self, media: Mapping[str, object], path: str) -> None:
        where = "recordings whose sound is not in the file: it says where they lie"
        self._losses.note("media", "sound", where, media)
        for name, loss_text in MEDIA_UNHELD.items():
            if media[name] is not None:
                self._losses.note("media", name, loss_text, media)
        if media["path"] != path:
            self._losses.note(
                "media",
                "path",
                "recordings without a path, or with that of another, got one",
                media,
            )
        if media["name"] != path.rsplit("/", 1)[-1]:
            self._losses.note(
                "media", "name", "names of recordings (they are named by their files)", media
            )
        rate = media["sampleRate"]
        if rate is not None and float(str(rate)) != round(float(str(rate))):
            self._losses.note(
                "media", "sampleRate", "sample rates rounded to a whole number", media
            )
        if media["duration"] == 0:
            self._losses.note(
                "media",
                "duration",
                "recordings 0 seconds long were written as of unknown length",
                media,
            )

    # Automation.

    def _lane(self, parent_element: Element, lane_id: str) -> None:
        lane = self._entities("lanes")[lane_id]
        target = str(lane["target"])
        points = self._children["points", "lane"].get(lane_id, [])
        collection, _, name = target.split("/")[:3]
        is_known = name in AUTOMATED.get(collection, ()) or collection == "devices"
        if not is_known or target not in self._ids.known():
            self._leave_out(
                lane_id, f"automation lanes of what DAWproject cannot automate ({name})"
            )
            return
        unit = UNITS.get(name, "linear" if name == "enabled" else str(lane["unit"]))
        if unit != lane["unit"]:
            self._losses.note(
                "lanes", "unit", f"automation lanes of {name} got the unit {unit}", lane
            )
        attributes = {"timeUnit": "beats", "unit": unit, "id": self._ids.new()}
        element = SubElement(parent_element, "Points", attributes | {"name": str(lane["name"])})
        SubElement(element, "Target", parameter=self._ids.of(target))
        entities = self._entities("points")
        at_times = Counter(float(str(entities[point_id]["time"])) for point_id in points)
        order = sorted(points, key=lambda p: (float(str(entities[p]["time"])), entities[p]["slot"]))
        for point_id in order:
            point = entities[point_id]
            is_alone = at_times[float(str(point["time"]))] == 1
            if is_alone and point["slot"] != 0:
                loss_text = "halves of automation jumps whose other half is missing"
                self._losses.note("points", "slot", loss_text, point)
            at = {"time": numeral(point["time"]), "value": numeral(point["value"])}
            SubElement(element, "RealPoint", at | {"interpolation": str(point["interp"])})

    def _leave_out(self, lane_id: str, why: str) -> None:
        self._losses.note("lanes", "", why, self._entities("lanes")[lane_id])
        for point_id in self._children["points", "lane"].get(lane_id, ()):
            self._losses.note("points", "", LEFT_OUT, self._entities("points")[point_id])


def _plays_media(clip: Mapping[str, object]) -> bool:
    return clip["kind"] in ("audio", "video") and clip["ref"] is None


class Counted:
    """A path for every file, even where two have the same or one has none."""

    def __init__(self, media: Entities) -> None:
        self._paths: dict[str, str] = {}
        taken_paths: set[str] = set()
        for media_id, medium in media.items():
            path = str(medium["path"] or f"audio/{medium['name'] or media_id}")
            while path in taken_paths:
                path = f"{path}-{media_id}"
            taken_paths.add(path)
            self._paths[media_id] = path

    def of(self, media_id: str) -> str:
        """Where the file is, or is to be found."""
        return self._paths[media_id]
