"""Writing DAWproject 1.0: a project state as the ZIP that other DAWs open.

What the format cannot hold is counted by collection and property, and told; nothing is dropped in
silence. Times are in beats, volumes linear, pans normalized, as the state has them.
"""

import io
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from files.dawproject.export_clips import ClipWriter
from files.dawproject.export_losses import count_unheld
from files.dawproject.export_values import Ids, flag, numeral, whole, writable
from files.losses import Loss, Losses
from files.music.in_time import counting, in_time
from files.readable_state import Entities, State
from files.whole_file import write_whole
from schema.entities import MASTER_CHANNEL

FORMATS = {"vst2": "Vst2Plugin", "vst3": "Vst3Plugin", "clap": "ClapPlugin", "au": "AuPlugin"}
MAX_INT = 2**31 - 1
"""xs:int of the XSD."""

UNIX = 3
PLAIN_FILE = 0o100644
"""That everybody may read, once it is unpacked."""

PARENTS = {"tracks": "parent", "sends": "channel", "devices": "channel"}


def write_dawproject(path: Path, state: State) -> list[Loss]:
    """Write the file, whole or not at all; what it could not hold, most frequent first."""
    project, losses = dawproject(state)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr(*_entry("metadata.xml", _metadata(state)))
        files.writestr(*_entry("project.xml", project))
    write_whole(path, packed.getvalue())
    return losses.losses


def dawproject(state: State) -> tuple[Element, Losses]:
    """The state as the `<Project>` of project.xml, and what is not in it."""
    writer = _ProjectWriter(state)
    project = writer.project()
    for element in project.iter():
        for name, value in element.attrib.items():
            element.set(name, writable(value))
    return project, writer.losses


def _entry(name: str, root: Element) -> tuple[zipfile.ZipInfo, bytes]:
    """A document in the ZIP, without the time and the system that it was written at."""
    entry = zipfile.ZipInfo(name)  # of 1980-01-01
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = UNIX
    entry.external_attr = PLAIN_FILE << 16
    return entry, tostring(root, "utf-8", xml_declaration=True)


def _metadata(state: State) -> Element:
    root = Element("MetaData")
    SubElement(root, "Title").text = writable(str(state["project"]["project"]["name"]))
    return root


class _ProjectWriter:
    def __init__(self, state: State) -> None:
        self._state = state
        self.losses = Losses(state)
        self._ids = Ids()
        self._units = {
            str(lane["target"]): str(lane["unit"]) for lane in self._entities("lanes").values()
        }
        self._below: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        for collection, parent in PARENTS.items():
            ids_in_order = sorted(
                (str(e["order"]), i) for i, e in self._entities(collection).items()
            )
            for _, entity_id in ids_in_order:
                entity = self._entities(collection)[entity_id]
                parent_id = entity[parent]
                self._below[collection, None if parent_id is None else str(parent_id)].append(
                    entity_id
                )

    def _entities(self, collection: str) -> Entities:
        return self._state.get(collection, {})

    def project(self) -> Element:
        root = Element("Project", version="1.0")
        SubElement(root, "Application", name="Prime", version="1")
        self._transport(SubElement(root, "Transport"))
        self._structure(SubElement(root, "Structure"))
        arrangement = SubElement(root, "Arrangement", id=self._ids.new())
        clips = ClipWriter(self._state, self._ids, self.losses)
        clips.arrangement(SubElement(arrangement, "Lanes", timeUnit="beats", id=self._ids.new()))
        self._markers(arrangement)
        self._maps(arrangement)
        clips.scenes(SubElement(root, "Scenes"))
        count_unheld(self._state, self._below, self.losses)
        return root

    # The song as a whole.

    def _transport(self, element: Element) -> None:
        tempo, signature = self._first_of("tempo"), self._first_of("signatures")
        bpm = {"unit": "bpm", "value": numeral(tempo["bpm"]), "id": self._ids.of("tempo")}
        SubElement(element, "Tempo", bpm)
        meter = {"numerator": whole(signature["num"]), "denominator": whole(signature["den"])}
        SubElement(element, "TimeSignature", meter | {"id": self._ids.of("signature")})

    def _first_of(self, collection: str) -> Mapping[str, object]:
        return counting(self._entities(collection), collection)[0]

    def _markers(self, arrangement: Element) -> None:
        markers = in_time(self._entities("markers"))
        if not markers:
            return
        element = SubElement(arrangement, "Markers", timeUnit="beats", id=self._ids.new())
        for marker in markers:
            attributes = {"time": numeral(marker["time"]), "name": str(marker["name"])}
            SubElement(element, "Marker", attributes | _color(marker))

    def _maps(self, arrangement: Element) -> None:
        tempos = counting(self._entities("tempo"), "tempo")
        if len(tempos) > 1 or tempos[0]["interp"] != "hold":
            points = self._points(arrangement, "TempoAutomation", "tempo")
            points.set("unit", "bpm")
            for tempo in tempos:
                point = {"time": numeral(tempo["time"]), "value": numeral(tempo["bpm"])}
                SubElement(points, "RealPoint", point | {"interpolation": str(tempo["interp"])})
        signatures = counting(self._entities("signatures"), "signatures")
        if len(signatures) > 1:
            points = self._points(arrangement, "TimeSignatureAutomation", "signature")
            for meter in signatures:
                point = {"time": numeral(meter["time"]), "numerator": whole(meter["num"])}
                SubElement(
                    points, "TimeSignaturePoint", point | {"denominator": whole(meter["den"])}
                )

    def _points(self, arrangement: Element, tag: str, target: str) -> Element:
        points = SubElement(arrangement, tag, timeUnit="beats", id=self._ids.new())
        SubElement(points, "Target", parameter=self._ids.of(target))
        return points

    # Tracks and the mixer.

    def _structure(self, structure: Element) -> None:
        owned_channels: set[str] = set()
        pending = [(structure, t) for t in reversed(self._below["tracks", None])]
        while pending:
            parent_element, track_id = pending.pop()
            element = self._track(parent_element, track_id, owned_channels)
            pending += [(element, t) for t in reversed(self._below["tracks", track_id])]
        channels = self._entities("channels")
        for channel_id in sorted(channels, key=lambda c: (str(channels[c]["order"]), c)):
            if channel_id not in owned_channels:
                self._channel(structure, channel_id)

    def _track(self, parent_element: Element, track_id: str, owned_channels: set[str]) -> Element:
        track = self._entities("tracks")[track_id]
        content = track["content"]
        assert isinstance(content, list)
        attributes = {
            "contentType": " ".join(content),
            "loaded": flag(track["loaded"]),
            "id": self._ids.of(track_id),
            "name": str(track["name"]),
        }
        element = SubElement(parent_element, "Track", attributes | _color(track))
        channel = track["channel"]
        if channel is not None and str(channel) in self._entities("channels"):
            owned_channels.add(str(channel))
            self._channel(element, str(channel))
        return element

    def _channel(self, parent_element: Element, channel_id: str) -> None:
        channel = self._entities("channels")[channel_id]
        attributes = {
            "audioChannels": whole(channel["audioChannels"]),
            "role": str(channel["role"]),
            "solo": flag(channel["solo"]),
            "id": self._ids.of(channel_id),
            "name": str(channel["name"]),
        }
        if channel["dest"] is not None:
            attributes["destination"] = self._ids.of(str(channel["dest"]))
        elif channel_id != MASTER_CHANNEL:
            why = "mixer channels that lead nowhere lead to their group or the master"
            self.losses.note("channels", "dest", why, channel)
        element = SubElement(parent_element, "Channel", attributes)
        devices = self._below["devices", channel_id]
        if devices:
            holder = SubElement(element, "Devices")
            for device_id in devices:
                self._device(holder, device_id)
        path = f"channels/{channel_id}"
        self._switch(element, "Mute", channel["mute"], f"{path}/mute")
        self._real(element, "Pan", channel["pan"], f"{path}/pan", "normalized", "1")
        self._sends(element, channel_id)
        self._real(element, "Volume", channel["volume"], f"{path}/volume", "linear", "2")

    def _sends(self, channel: Element, channel_id: str) -> None:
        sends = self._below["sends", channel_id]
        if not sends:
            return
        holder = SubElement(channel, "Sends")
        for send_id in sends:
            send = self._entities("sends")[send_id]
            attributes = {"destination": self._ids.of(str(send["dest"])), "type": str(send["type"])}
            element = SubElement(holder, "Send", attributes | {"id": self._ids.of(send_id)})
            path = f"sends/{send_id}"
            self._switch(element, "Enable", send["enable"], f"{path}/enable")
            self._real(element, "Pan", send["pan"], f"{path}/pan", "normalized", "1")
            self._real(element, "Volume", send["volume"], f"{path}/volume", "linear", "2")

    def _switch(self, parent_element: Element, tag: str, value: object, path: str) -> None:
        SubElement(parent_element, tag, value=flag(value), id=self._ids.of(path))

    def _real(
        self, parent_element: Element, tag: str, value: object, path: str, unit: str, top: str
    ) -> None:
        attributes = {"min": "0", "max": top, "unit": unit, "value": numeral(value)}
        SubElement(parent_element, tag, attributes | {"id": self._ids.of(path)})

    # Devices.

    def _device(self, holder: Element, device_id: str) -> None:
        device = self._entities("devices")[device_id]
        kind = str(device["format"])
        if kind not in FORMATS and kind != "builtin":
            loss_text = (
                "plug-ins of a kind that DAWproject does not know (written as built-in devices)"
            )
            self.losses.note("devices", "format", loss_text, device)
        attributes = {
            "deviceID": str(device["deviceId"]),
            "deviceName": str(device["name"]),
            "deviceRole": str(device["role"]),
            "id": self._ids.of(device_id),
            "name": str(device["name"]),
        }
        element = SubElement(holder, FORMATS.get(kind, "BuiltinDevice"), attributes)
        params = device["params"]
        assert isinstance(params, dict)
        if params:
            parameters = SubElement(element, "Parameters")
            for name, value in params.items():
                self._parameter(
                    parameters, f"devices/{device_id}/params/{name}", name, value, device
                )
        self._switch(element, "Enabled", device["enabled"], f"devices/{device_id}/enabled")
        if device["stateRef"] is not None:
            self.losses.note(
                "devices", "stateRef", "plug-in states, which Prime keeps elsewhere", device
            )
        if device["presetId"] is not None:
            self.losses.note("devices", "presetId", "names of presets of plug-ins", device)

    def _parameter(
        self, holder: Element, path: str, name: str, value: object, device: Mapping[str, object]
    ) -> None:
        attributes = {"name": name, "id": self._ids.of(path)}
        if len(name) > 56 or "/" in name:
            loss_text = "plug-in parameters with a name over 56 characters or with a slash"
            self.losses.note("devices", "params", loss_text, device)
        if isinstance(value, bool):
            SubElement(holder, "BoolParameter", attributes | {"value": flag(value)})
        elif isinstance(value, int) and abs(value) <= MAX_INT and path not in self._units:
            SubElement(holder, "IntegerParameter", attributes | {"value": str(value)})
        elif isinstance(value, int | float):
            unit = self._units.get(path, "linear")
            if isinstance(value, int):
                of_whole = "automated whole" if path in self._units else "very large whole"
                loss_text = f"{of_whole} numbers of plug-ins were written as decimals"
                self.losses.note("devices", "params", loss_text, device)
            real = {"unit": unit, "value": numeral(value)}
            SubElement(holder, "RealParameter", attributes | real)
        else:
            self._ids.forget(path)
            loss_text = (
                "settings of plug-ins that are texts (DAWproject holds numbers and switches)"
            )
            self.losses.note("devices", "params", loss_text, device)


def _color(entity: Mapping[str, object]) -> dict[str, str]:
    return {} if entity["color"] is None else {"color": str(entity["color"])}
