"""The controls of an LMMS song: its mixer, instruments and effects, and what automation may move.

LMMS writes a control as an attribute, or, once it is automated, as a child element with an id.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, tostring

from files.bounded.xml_input import integer, number
from files.imported_song import Song
from schema.entities import MASTER_CHANNEL

BIG_PLUGIN_DATA = frozenset({"ZynAddSubFX-data", "key", "connection", "chunk"})
"""Inner XML of plug-ins, kept whole in the state blob: its ids are not those of controls."""

_ANALYZERS = frozenset({"spectrumanalyzer", "spectrumanaylzer"})


@dataclass(frozen=True, slots=True)
class Control:
    """What an automatable control has become: a path in the project state, and how to scale it."""

    path: str
    unit: str = "linear"
    factor: float = 1.0
    offset: float = 0.0

    def value(self, raw: float) -> float:
        return raw * self.factor + self.offset


TEMPO = Control("tempo")
"""The song's tempo: no path, for its automation is the tempo map."""


def value_of(element: Element, name: str, default: float) -> float:
    """A control's value, wherever it is written."""
    child = element.find(name)
    if child is not None and child.get("value") is not None:
        return number(child, "value")
    return number(element, name, default)


def is_on(element: Element, name: str, default: bool = False) -> bool:
    """A switch's position."""
    return value_of(element, name, float(default)) != 0


class Controls:
    """Builds channels and devices, and remembers which control each automation id stands for."""

    def __init__(self, song: Song) -> None:
        self._song = song
        self._by_id: dict[str, Control] = {}
        self._mixer: dict[int, str] = {0: MASTER_CHANNEL}

    def find(self, control_id: str) -> Control | None:
        return self._by_id.get(control_id)

    def watch(self, element: Element, name: str, control: Control) -> None:
        """Remember the control called `name`, should automation move it."""
        child = element.find(name)
        control_id = child.get("id") if child is not None else None
        if control_id:
            self._by_id[control_id] = control

    # The mixer.

    def read_mixer(self, mixer: Element | None) -> None:
        channels = [] if mixer is None else self._first_of_each_number(mixer)
        for channel in channels:
            self._read_mixer_channel(channel)
        for channel in channels:
            self._read_routes(channel)

    def _first_of_each_number(self, mixer: Element) -> list[Element]:
        by_number: dict[int, Element] = {}
        for channel in mixer.iterfind("fxchannel"):
            if by_number.setdefault(integer(channel, "num"), channel) is not channel:
                twice = "mixer channels with the number of another one (the first counts)"
                self._song.lost(twice, item=f"mixer channel {channel.get('name', '')}")
        return list(by_number.values())

    def _read_mixer_channel(self, element: Element) -> None:
        num = integer(element, "num")
        volume = value_of(element, "volume", 1)
        mute, solo = is_on(element, "muted"), is_on(element, "soloed")
        if num == 0:
            channel = MASTER_CHANNEL
            self._song.change("channels", channel, volume=volume, mute=mute, solo=solo)
        else:
            channel = self._song.add(
                "channels",
                name=element.get("name", f"FX {num}"),
                order=self._song.next_order("channels"),
                role="submix",
                dest=None,
                volume=volume,
                mute=mute,
                solo=solo,
            )
        self._mixer[num] = channel
        self.watch(element, "volume", Control(f"channels/{channel}/volume"))
        self.watch(element, "muted", Control(f"channels/{channel}/mute"))
        self.read_effects(channel, element.find("fxchain"))

    def _read_routes(self, element: Element) -> None:
        """LMMS routes by sends alone: the first at full level is the output, the rest stay sends.

        A send whose level is automated stays a send, so that there is something to automate.
        """
        channel = self._mixer[integer(element, "num")]
        if channel == MASTER_CHANNEL:
            return
        output: str | None = None
        for send in element.findall("send"):
            dest = self._mixer.get(integer(send, "channel"))
            amount = value_of(send, "amount", 1)
            if dest is None:
                nowhere = "sends to a mixer channel that does not exist"
                self._song.lost(nowhere, item=f"mixer channel {element.get('name', '')}")
            elif output is None and amount == 1 and send.find("amount") is None:
                output = dest
            else:
                self._add_send(channel, dest, send, amount)
        self._song.change("channels", channel, dest=output)

    def _add_send(self, channel: str, dest: str, element: Element, amount: float) -> None:
        order = self._song.next_order("sends", channel)
        send = self._song.add("sends", channel=channel, dest=dest, order=order, volume=amount)
        self.watch(element, "amount", Control(f"sends/{send}/volume"))

    def mixer_channel(self, num: int) -> str:
        """The channel a track plays into; LMMS itself falls back to the master."""
        return self._mixer.get(num, MASTER_CHANNEL)

    # Tracks and their devices.

    def read_track_channel(self, track: Element, settings: Element) -> str:
        """The strip of an instrument or sample track: its volume, pan and output."""
        channel = self._song.add(
            "channels",
            name=track.get("name", ""),
            order=self._song.next_order("channels"),
            dest=self.mixer_channel(round(value_of(settings, "fxch", 0))),
            volume=value_of(settings, "vol", 100) / 100,
            pan=(value_of(settings, "pan", 0) + 100) / 200,
            mute=is_on(track, "muted"),
            solo=is_on(track, "solo"),
        )
        self.watch(settings, "vol", Control(f"channels/{channel}/volume", factor=0.01))
        pan = Control(f"channels/{channel}/pan", "normalized", 0.005, 0.5)
        self.watch(settings, "pan", pan)
        self.watch(track, "muted", Control(f"channels/{channel}/mute"))
        return channel

    def read_instrument(self, channel: str, settings: Element) -> None:
        """The instrument; its whole settings, as LMMS wrote them, are kept as its state."""
        instrument = settings.find("instrument")
        if instrument is None:
            name = self._song.state["channels"][channel]["name"]
            self._song.lost("instrument tracks without an instrument", item=f"track {name}")
            return
        name = instrument.get("name", "")
        device = self._song.add(
            "devices",
            channel=channel,
            order=self._song.next_order("devices", channel),
            role="instrument",
            format="lmms",
            deviceId=name,
            name=name,
            stateRef=self._song.keep_blob(tostring(settings)),
        )
        params: dict[str, object] = {}
        for plugin in instrument:
            params |= self._collect(device, plugin, "")
        for group in settings:
            if group.tag not in ("instrument", "fxchain", "vol", "pan", "fxch"):
                params |= self._collect_member(device, group)
        params |= {key: leaf(text) for key, text in settings.items() if key in _KEPT_SETTINGS}
        self._song.change("devices", device, params=params)

    def _collect_member(self, device: str, member: Element) -> dict[str, object]:
        """A setting beside the instrument: a control of its own, or a group of them."""
        if member.get("value") is not None:
            return self._take_control(device, member, member.tag)
        return self._collect(device, member, member.tag + ".")

    def read_effects(self, channel: str, chain: Element | None) -> None:
        if chain is None:
            return
        is_chain_on = is_on(chain, "enabled")
        for effect in chain.findall("effect"):
            self._read_effect(channel, effect, is_chain_on)

    def _read_effect(self, channel: str, effect: Element, is_chain_on: bool) -> None:
        name = effect.get("name", "")
        plugin = _plugin_key(effect)
        device = self._song.add(
            "devices",
            channel=channel,
            order=self._song.next_order("devices", channel),
            role="analyzer" if name in _ANALYZERS else "audioFX",
            format="lmms",
            deviceId=":".join([name, *plugin]),
            name=plugin[-1] if plugin else name,
            enabled=is_chain_on and is_on(effect, "on", default=True),
            stateRef=self._song.keep_blob(tostring(effect)),
        )
        params = self._collect(device, effect, "", skip=("name", "on"))
        self._song.change("devices", device, params=params)
        self.watch(effect, "on", Control(f"devices/{device}/enabled"))

    def _collect(
        self, device: str, element: Element, prefix: str, skip: tuple[str, ...] = ()
    ) -> dict[str, object]:
        """Every number and word below `element`, by dotted names; automated ones are watched."""
        params: dict[str, object] = {}
        for name, text in element.attrib.items():
            if name not in skip:
                params[prefix + name] = leaf(text)
        for child in element:
            if child.tag in BIG_PLUGIN_DATA or child.tag in skip:
                continue
            if child.get("id") and child.get("value") is not None:
                params |= self._take_control(device, child, prefix + child.tag)
            else:
                inner = "" if child.tag.lower().endswith("controls") else child.tag + "."
                params |= self._collect(device, child, prefix + inner)
        return {name: value for name, value in params.items() if _is_kept(name, value)}

    def _take_control(self, device: str, element: Element, name: str) -> dict[str, object]:
        control_id = element.get("id")
        if control_id and _is_kept(name, 0.0):
            self._by_id[control_id] = Control(f"devices/{device}/params/{name}")
        return {name: leaf(element.get("value", ""))}


_KEPT_SETTINGS = frozenset({"pitch", "pitchrange", "basenote", "usemasterpitch"})


def _is_kept(name: str, value: object) -> bool:
    """Long texts (samples, base64) and deep names stay in the state blob alone."""
    return 0 < len(name) <= 64 and not (isinstance(value, str) and len(value) > 256)


def _plugin_key(effect: Element) -> list[str]:
    key = effect.find("key")
    values = {} if key is None else dict(_attributes(key))
    return [values[name] for name in ("file", "plugin") if values.get(name)]


def _attributes(key: Element) -> Iterator[tuple[str, str]]:
    for attribute in key.findall("attribute"):
        yield attribute.get("name", ""), attribute.get("value", "")


def leaf(text: str) -> object:
    """A parameter as a number if it is one, otherwise as a text."""
    try:
        value = float(text)
    except ValueError:
        return text
    return value if abs(value) <= 1e15 else text
