"""Reading DAWproject 1.0 (.dawproject, or its bare project.xml): the tracks, the mixer, devices.

Its timelines are read in `dawproject_timeline`. Embedded plug-in states are kept by their hash.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from files.audio_routing import cut_circles
from files.dawproject_timeline import Timeline
from files.dawproject_values import Target, flag, parameter_value, to_linear, to_pan
from files.song import BrokenSong, Song
from files.xml_input import BadElement, ZipInput, integer, number, parse_xml, read_bytes, read_head
from schema.entities import MASTER_CHANNEL, TRACK_DEPTH

_FORMATS = {"Vst2Plugin": "vst2", "Vst3Plugin": "vst3", "ClapPlugin": "clap", "AuPlugin": "au"}
_NOT_PARAMETERS = frozenset({"Enabled", "State", "Parameters", "Band"})


def read_dawproject(path: Path) -> Song:
    """The song in this ZIP, or in this bare project.xml."""
    if not read_head(path).startswith(b"PK"):
        return _read(path, read_bytes(path), None)
    with ZipInput(path) as files:
        return _read(path, files.read("project.xml"), files)


def _read(path: Path, content: bytes, files: ZipInput | None) -> Song:
    root = parse_xml(path, content)
    if root.tag != "Project":
        raise BrokenSong(path, f"<{root.tag}>", "is not a DAWproject: expected <Project>")
    song = Song(path.name.split(".")[0], source=path, content=content)
    try:
        if files is not None and "metadata.xml" in files:
            _read_metadata(song, parse_xml(path, files.read("metadata.xml")))
        structure = _Structure(song, files)
        structure.read(root)
        Timeline(song, files, structure.targets, structure.tracks).read(root)
    except BadElement as error:
        raise BrokenSong(path, error.where, error.why) from error
    cut_circles(song)
    return song


def _read_metadata(song: Song, root: Element) -> None:
    for element in root:
        text = (element.text or "").strip()
        if element.tag == "Title" and text:
            song.change("project", "project", name=text)
        elif text:
            song.lost("entries of metadata (artist, genre, copyright ...)")


@dataclass(frozen=True, slots=True)
class _FoundTrack:
    element: Element
    parent: str | None
    depth: int


class _Structure:
    """Makes tracks, channels, sends and devices, and learns what automation can aim at."""

    def __init__(self, song: Song, files: ZipInput | None) -> None:
        self._song = song
        self._files = files
        self.targets: dict[str, Target] = {}
        self.tracks: dict[str, str] = {}
        self._channels: dict[str, str] = {}
        self._has_master = False

    def read(self, root: Element) -> None:
        self._read_transport(root)
        structure = root.find("Structure")
        if structure is None:
            return
        channels = list(structure.iter("Channel"))
        made = [self._add_channel(element) for element in channels]
        for element, channel in zip(channels, made, strict=True):
            self._connect(element, channel)
        by_element = dict(zip(map(id, channels), made, strict=True))
        for element in structure.findall("Track"):
            self._add_tracks(element, by_element)
        self._song.raw = {"tracks": len(list(structure.iter("Track")))}

    def _read_transport(self, root: Element) -> None:
        tempo = root.find("Transport/Tempo")
        if tempo is not None:
            self._song.add_tempo(0, number(tempo, "value", 120))
            self._aim(tempo, Target("tempo", "tempo", "bpm"))
        signature = root.find("Transport/TimeSignature")
        if signature is not None:
            num, den = integer(signature, "numerator", 4), integer(signature, "denominator", 4)
            self._song.add_signature(0, num, den)
            self._aim(signature, Target("signatures", "signature"))

    def _aim(self, element: Element | None, target: Target) -> None:
        if element is not None and element.get("id"):
            self.targets[element.get("id", "")] = target

    # Tracks.

    def _add_tracks(self, top: Element, channels: dict[int, str]) -> None:
        pending = [_FoundTrack(top, None, 1)]
        while pending:
            found = pending.pop()
            track = self._add_track(found, channels)
            inner = found.element.findall("Track")
            if found.depth >= TRACK_DEPTH and inner:
                self._song.lost("tracks nested deeper than 16 were moved up", len(inner))
                parent, depth = found.parent, found.depth
            else:
                parent, depth = track, found.depth + 1
            pending.extend(_FoundTrack(child, parent, depth) for child in reversed(inner))

    def _add_track(self, found: _FoundTrack, channels: dict[int, str]) -> str:
        element = found.element
        content = element.get("contentType", "").split()
        if element.find("Track") is not None and "tracks" not in content:
            content.append("tracks")
        channel = element.find("Channel")
        track = self._song.add(
            "tracks",
            name=element.get("name", ""),
            parent=found.parent,
            order=self._song.next_order("tracks", found.parent),
            content=content or ["audio"],
            channel=None if channel is None else channels[id(channel)],
            color=element.get("color"),
            loaded=flag(element, "loaded", True),
        )
        if channel is not None and channel.get("name") is None:
            self._song.change("channels", channels[id(channel)], name=element.get("name", ""))
        self._song.lost("comments of tracks", bool(element.get("comment")))
        self.tracks[element.get("id", "")] = track
        return track

    # The mixer.

    def _add_channel(self, element: Element) -> str:
        role = element.get("role", "regular")
        props: dict[str, object] = {
            "name": element.get("name", ""),
            "role": role,
            "audioChannels": integer(element, "audioChannels", 2),
            "volume": to_linear(element.find("Volume"), 1),
            "pan": to_pan(element.find("Pan")),
            "mute": flag(element.find("Mute"), "value"),
            "solo": flag(element, "solo"),
        }
        if role == "master" and not self._has_master:
            self._has_master = True
            channel = MASTER_CHANNEL
            self._song.change("channels", channel, **props)
        else:
            if role == "master":
                self._song.lost("second master channels became submixes")
                props["role"] = "submix"
            channel = self._song.add(
                "channels", **props, order=self._song.next_order("channels"), dest=MASTER_CHANNEL
            )
        self._channels[element.get("id", "")] = channel
        self._aim(element.find("Volume"), Target(f"channels/{channel}/volume", "volume"))
        self._aim(element.find("Pan"), Target(f"channels/{channel}/pan", "pan", "normalized"))
        self._aim(element.find("Mute"), Target(f"channels/{channel}/mute", "switch"))
        return channel

    def _connect(self, element: Element, channel: str) -> None:
        destination = element.get("destination")
        if channel != MASTER_CHANNEL and destination:
            dest = self._channels.get(destination)
            self._song.lost("outputs that lead nowhere now go to the master", dest is None)
            self._song.change("channels", channel, dest=dest or MASTER_CHANNEL)
        for send in element.iterfind("Sends/Send"):
            self._add_send(channel, send)
        devices = element.find("Devices")
        for device in [] if devices is None else devices:
            self._add_device(channel, device)

    def _add_send(self, channel: str, element: Element) -> None:
        dest = self._channels.get(element.get("destination", ""))
        if dest is None:
            self._song.lost("sends that lead nowhere")
            return
        send = self._song.add(
            "sends",
            channel=channel,
            dest=dest,
            order=self._song.next_order("sends", channel),
            type=element.get("type", "post"),
            enable=flag(element.find("Enable"), "value", True),
            volume=to_linear(element.find("Volume"), 1),
            pan=to_pan(element.find("Pan")),
        )
        self._aim(element.find("Volume"), Target(f"sends/{send}/volume", "volume"))
        self._aim(element.find("Pan"), Target(f"sends/{send}/pan", "pan", "normalized"))
        self._aim(element.find("Enable"), Target(f"sends/{send}/enable", "switch"))

    # Devices.

    def _add_device(self, channel: str, element: Element) -> None:
        name = element.get("deviceName") or element.get("name") or element.tag
        device = self._song.add(
            "devices",
            channel=channel,
            order=self._song.next_order("devices", channel),
            role=element.get("deviceRole", "audioFX"),
            format=_FORMATS.get(element.tag, "builtin"),
            deviceId=element.get("deviceID", element.tag),
            name=element.get("name", name),
            enabled=flag(element.find("Enabled"), "value", True),
            stateRef=self._read_state(element.find("State")),
        )
        self._aim(element.find("Enabled"), Target(f"devices/{device}/enabled", "switch"))
        params: dict[str, object] = {}
        for wanted, parameter in _parameters(element):
            key = _free_name(wanted, params)
            params[key] = parameter_value(parameter)
            unit = parameter.get("unit", "linear")
            self._aim(parameter, Target(f"devices/{device}/params/{key}", "param", unit))
        self._song.lost("names, units and ranges of plug-in parameters", len(params))
        self._song.lost("vendors and versions of plug-ins", _has_vendor(element))
        self._song.change("devices", device, params=params)

    def _read_state(self, state: Element | None) -> str | None:
        if state is None:
            return None
        path = state.get("path", "")
        if self._files is None or flag(state, "external") or path not in self._files:
            self._song.lost("plug-in states that are not in the file")
            return None
        return self._song.keep_blob(self._files.read(path))


def _parameters(device: Element) -> Iterator[tuple[str, Element]]:
    """Every parameter of a device by the name it gets in Prime."""
    for parameter in device.iterfind("Parameters/*"):
        yield parameter.get("parameterID") or parameter.get("name") or "parameter", parameter
    for number_, band in enumerate(device.iterfind("Band"), 1):
        for parameter in band:
            yield f"band{number_}.{parameter.tag}", parameter
    for parameter in device:
        if parameter.tag not in _NOT_PARAMETERS:
            yield parameter.tag, parameter


def _free_name(wanted: str, taken: dict[str, object]) -> str:
    """The name as a path may hold it, numbered if it is there already."""
    name = wanted.replace("/", "_")[:56]
    if name not in taken:
        return name
    return next(f"{name}.{n}" for n in range(2, len(taken) + 3) if f"{name}.{n}" not in taken)


def _has_vendor(device: Element) -> bool:
    return bool(device.get("deviceVendor") or device.get("pluginVersion"))
