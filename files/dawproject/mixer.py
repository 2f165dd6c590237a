"""The tracks and the mixer of a DAWproject: where each channel leads, and which one is the master.

A group's strip is the channel of its track or, as some programs write it, of a track inside it
with the role "master".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from files.bounded.xml_input import integer, number
from files.bounded.zip_input import ZipInput
from files.dawproject.devices import DeviceReader
from files.dawproject.values import Target, flag, to_linear, to_pan
from files.imported_song import Song
from schema.entities import MASTER_CHANNEL, TRACK_DEPTH


@dataclass(frozen=True, slots=True)
class _Strip:
    """A <Channel> and the tracks it is inside of, the nearest first."""

    element: Element
    tracks: tuple[Element, ...]

    @property
    def name(self) -> str:
        """As its track is called, where it has no name of its own."""
        own_name = self.element.get("name")
        if own_name is None:
            return self.tracks[0].get("name", "") if self.tracks else ""
        return own_name

    @property
    def is_top(self) -> bool:
        """Whether it is no group's own and inside none."""
        is_group = bool(self.tracks) and self.tracks[0].find("Track") is not None
        return len(self.tracks) < 2 and not is_group


class MixerReader:
    """Makes tracks, channels, sends and devices, and learns what automation can aim at."""

    def __init__(self, song: Song, files: ZipInput | None) -> None:
        self._song = song
        self._devices = DeviceReader(song, files, self._aim)
        self.targets: dict[str, Target] = {}
        """XML id of a parameter -> what of the song automation of it aims at."""
        self.tracks: dict[str, str] = {}
        """XML id of a `Track` -> the track it became."""
        self._by_id: dict[str, str] = {}
        """XML id of a `Channel` -> the channel it became."""
        self._channels: dict[int, str] = {}
        """`id()` of the element of a `Channel` -> the channel it became."""

    def read(self, root: Element) -> None:
        """The transport, the channels and how they are connected, the tracks."""
        self._read_transport(root)
        structure = root.find("Structure")
        if structure is None:
            return
        strips = list(_strips(structure))
        master = self._master(strips)
        for strip in strips:
            self._add_channel(strip, strip is master)
        for strip in strips:
            self._connect(strip)
        for element in structure.findall("Track"):
            self._add_tracks(element)
        self._song.file_counts = {"tracks": len(list(structure.iter("Track")))}

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

    def _add_tracks(self, top: Element) -> None:
        pending: list[tuple[Element, str | None, int]] = [(top, None, 1)]
        while pending:
            element, parent, depth = pending.pop()
            track = self._add_track(element, parent)
            inner = element.findall("Track")
            if depth >= TRACK_DEPTH and inner:
                for child in inner:
                    loss_text = f"tracks nested deeper than {TRACK_DEPTH} were moved up"
                    self._song.lost(loss_text, item=child.get("name", ""))
                pending.extend((child, parent, depth) for child in reversed(inner))
            else:
                pending.extend((child, track, depth + 1) for child in reversed(inner))

    def _add_track(self, element: Element, parent: str | None) -> str:
        content = element.get("contentType", "").split()
        if element.find("Track") is not None and "tracks" not in content:
            content.append("tracks")
        channel = element.find("Channel")
        name = element.get("name", "")
        track = self._song.add(
            "tracks",
            name=name,
            parent=parent,
            order=self._song.next_order("tracks", parent),
            content=content or ["notes"],
            channel=None if channel is None else self._channels[id(channel)],
            color=element.get("color"),
            loaded=flag(element, "loaded", True),
        )
        self._song.lost("comments of tracks", bool(element.get("comment")), f"track {name}")
        self.tracks[element.get("id", "")] = track
        return track

    # The mixer.

    def _master(self, strips: list[_Strip]) -> _Strip | None:
        """The one that is no group's own strip and leads nowhere else."""
        masters = [strip for strip in strips if strip.element.get("role") == "master"]
        last = [strip for strip in masters if not strip.element.get("destination")]
        top = [strip for strip in masters if strip.is_top]
        return next(iter([*(strip for strip in last if strip.is_top), *last, *top]), None)

    def _add_channel(self, strip: _Strip, is_master: bool) -> None:
        element = strip.element
        props: dict[str, object] = {
            "name": strip.name,
            "role": element.get("role", "regular"),
            "audioChannels": integer(element, "audioChannels", 2),
            "volume": to_linear(element.find("Volume"), 1),
            "pan": to_pan(element.find("Pan")),
            "mute": flag(element.find("Mute"), "value"),
            "solo": flag(element, "solo"),
        }
        if is_master:
            channel = MASTER_CHANNEL
            self._song.change("channels", channel, **props)
        else:
            if props["role"] == "master":
                props["role"] = "submix"
                is_second = strip.is_top
                self._song.lost("second masters became submixes", is_second, f"{strip.name}")
            order = self._song.next_order("channels")
            channel = self._song.add("channels", **props, order=order, dest=MASTER_CHANNEL)
        self._channels[id(element)] = channel
        self._by_id[element.get("id", "")] = channel
        self._song.lost("comments of channels", bool(element.get("comment")), strip.name)
        self._aim(element.find("Volume"), Target(f"channels/{channel}/volume", "volume"))
        self._aim(element.find("Pan"), Target(f"channels/{channel}/pan", "pan", "normalized"))
        self._aim(element.find("Mute"), Target(f"channels/{channel}/mute", "switch"))

    def _connect(self, strip: _Strip) -> None:
        element, channel = strip.element, self._channels[id(strip.element)]
        destination = element.get("destination")
        if channel != MASTER_CHANNEL:
            dest = self._by_id.get(destination or "")
            leads_nowhere = bool(destination) and dest in (None, channel)
            loss_text = (
                "outputs that lead nowhere now go to the group around them, or to the master"
            )
            self._song.lost(loss_text, leads_nowhere, strip.name)
            strip_around = self._strip_around(strip) or MASTER_CHANNEL
            self._song.change(
                "channels", channel, dest=strip_around if dest in (None, channel) else dest
            )
        for send in element.iterfind("Sends/Send"):
            self._add_send(channel, send, strip.name)
        devices = element.find("Devices")
        for device in [] if devices is None else devices:
            self._devices.read(channel, device)

    def _strip_around(self, strip: _Strip) -> str | None:
        """The strip of the nearest group around this one that has a strip."""
        for group in strip.tracks:
            own_strip = _strip_of_group(group)
            if (
                own_strip is not None
                and own_strip is not strip.element
                and own_strip.get("role") != "vca"
            ):
                return self._channels[id(own_strip)]
        return None

    def _add_send(self, channel: str, element: Element, source: str) -> None:
        dest = self._by_id.get(element.get("destination", ""))
        if dest is None:
            self._song.lost("sends that lead nowhere", item=f"of {source}")
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
        self._song.lost("names of sends", bool(element.get("name")), element.get("name", ""))
        self._aim(element.find("Volume"), Target(f"sends/{send}/volume", "volume"))
        self._aim(element.find("Pan"), Target(f"sends/{send}/pan", "pan", "normalized"))
        self._aim(element.find("Enable"), Target(f"sends/{send}/enable", "switch"))


def _strips(structure: Element) -> Iterator[_Strip]:
    """Every channel in the order of the file."""
    pending: list[tuple[Element, tuple[Element, ...]]] = [(structure, ())]
    while pending:
        element, tracks = pending.pop()
        if element.tag == "Channel":
            yield _Strip(element, tracks)
            continue
        tracks_around = (element, *tracks) if element.tag == "Track" else tracks
        pending.extend(
            (e, tracks_around) for e in reversed(element) if e.tag in ("Track", "Channel")
        )


def _strip_of_group(group: Element) -> Element | None:
    """A group's own channel, or else that of the track inside that stands for it."""
    if group.find("Track") is None:
        return None
    own_channel = group.find("Channel")
    if own_channel is not None:
        return own_channel
    inner = (channel for channel in group.iterfind("Track/Channel"))
    return next((channel for channel in inner if channel.get("role") == "master"), None)
