"""The devices of a DAWproject's channels, with their parameters and their plug-ins' states."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from files.bounded.xml_input import integer
from files.bounded.zip_input import ZipInput
from files.broken_song import BrokenSong
from files.dawproject.values import Target, flag, parameter_value
from files.imported_song import Song

FORMATS = {"Vst2Plugin": "vst2", "Vst3Plugin": "vst3", "ClapPlugin": "clap", "AuPlugin": "au"}
_NOT_PARAMETERS = frozenset({"Enabled", "State", "Parameters", "Band"})

Aim = Callable[[Element | None, Target], None]
"""What automation may aim at from now on."""


class DeviceReader:
    """Adds devices to channels."""

    def __init__(self, song: Song, files: ZipInput | None, aim: Aim) -> None:
        self._song = song
        self._files = files
        self._aim = aim

    def read(self, channel: str, element: Element) -> None:
        """One device, the last one of its channel."""
        name = _name_of(element)
        owner = self._song.state["channels"][channel]["name"]
        item = f"{name or element.tag} on {owner}" if owner else name or element.tag
        is_loaded = flag(element, "loaded", True)
        device = self._song.add(
            "devices",
            channel=channel,
            order=self._song.next_order("devices", channel),
            role=element.get("deviceRole", "audioFX"),
            format=FORMATS.get(element.tag, "builtin"),
            deviceId=element.get("deviceID", element.tag),
            name=name,
            # What is not loaded makes no sound where the file comes from, either.
            enabled=is_loaded and flag(element.find("Enabled"), "value", True),
            stateRef=self._read_state(element.find("State"), item),
        )
        self._song.lost("devices that are not loaded, now switched off", not is_loaded, item)
        self._song.lost("comments of devices", bool(element.get("comment")), item)
        self._aim(element.find("Enabled"), Target(f"devices/{device}/enabled", "switch"))
        self._song.change("devices", device, params=self._read_params(device, element, item))
        has_vendor = bool(element.get("deviceVendor") or element.get("pluginVersion"))
        self._song.lost("vendors and versions of plug-ins", has_vendor, item)

    def _read_params(self, device: str, element: Element, device_words: str) -> dict[str, object]:
        params: dict[str, object] = {}
        for name_wanted, parameter in _parameters(element):
            key = _free_name(name_wanted, params)
            params[key] = parameter_value(parameter)
            unit = parameter.get("unit", "linear")
            self._aim(parameter, Target(f"devices/{device}/params/{key}", "param", unit))
        self._song.lost("names, units and ranges of plug-in parameters", len(params), device_words)
        for number, band in enumerate(element.iterfind("Band"), 1):
            if band.get("type"):
                params[f"band{number}.type"] = band.get("type")
            if band.get("order") is not None:
                params[f"band{number}.order"] = integer(band, "order")
        return params

    def _read_state(self, state: Element | None, device_words: str) -> str | None:
        if state is None:
            return None
        path = state.get("path", "")
        if self._files is None or flag(state, "external") or path not in self._files:
            self._song.lost(
                "plug-in states that are not in the file", item=f"{path} of {device_words}"
            )
            return None
        try:
            return self._song.keep_blob(self._files.read(path))
        except BrokenSong as broken:
            loss_text = "files of the project that are damaged"
            self._song.lost(loss_text, item=f"{path} of {device_words}: {broken.why}")
            return None


def _name_of(device: Element) -> str:
    """Some programs leave one of the two names empty."""
    names = [device.get("name"), device.get("deviceName")]
    return next(filter(None, names), device.tag if names == [None, None] else "")


def _parameters(device: Element) -> Iterator[tuple[str, Element]]:
    """Every parameter of a device by the name it gets in Prime."""
    for parameter in device.iterfind("Parameters/*"):
        yield parameter.get("parameterID") or parameter.get("name") or "parameter", parameter
    for number, band in enumerate(device.iterfind("Band"), 1):
        for parameter in band:
            yield f"band{number}.{parameter.tag}", parameter
    for parameter in device:
        if parameter.tag not in _NOT_PARAMETERS:
            yield parameter.tag, parameter


def _free_name(wanted_name: str, taken_names: dict[str, object]) -> str:
    """The name as a path may hold it, numbered if it is there already."""
    name = wanted_name.replace("/", "_")[:56]
    if name not in taken_names:
        return name
    return next(
        f"{name}.{n}" for n in range(2, len(taken_names) + 3) if f"{name}.{n}" not in taken_names
    )
