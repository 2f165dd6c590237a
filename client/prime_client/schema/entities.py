# Made by `python -m schema.generate` from schema/entities.py: change it there.
"""The entity types of the project state: every collection, its properties, ranges and units.

Source: DAWproject 1.0's vocabulary, as flat maps by id. A child names its parent; there are no
child arrays. `project` and `transport` hold one entity each, with the collection's name as id.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from prime_client.schema.limits import MAX_BEATS, MAX_PARAMS_PER_DEVICE, MAX_STRING_LENGTH

Kind = Literal[
    "number",
    "integer",
    "boolean",
    "text",
    "choice",
    "choices",
    "pointer",
    "path",
    "order",
    "params",
]
OnDelete = Literal["cascade", "clear", "reparent", "master"]

ENTITY_ID = re.compile(r"[A-Za-z0-9_-]{8,36}")
"""Client-made: a UUID fits; 12 to 22 characters with at least 72 random bits are shorter.

The ids of `SINGLETONS` are the names of their collections, and need not be so long.
"""

ORDER_KEY = re.compile(r"(?=.{2,64}\Z)(?:[a-z]|[A-Z])[0-9A-Za-z]*\Z")
"""The outer shape of an order key; `schema.order_keys` knows the inner one."""

MASTER_CHANNEL = "ch_master"
"""The id of the one channel that every project has and nobody can delete."""


@dataclass(frozen=True, slots=True)
class Field:
    """One property: what it may hold, and what happens to it when what it points to is deleted."""

    kind: Kind
    default: object = None
    required: bool = False
    nullable: bool = False
    minimum: float = -MAX_BEATS
    maximum: float = MAX_BEATS
    exclusive_minimum: bool = False
    max_length: int = MAX_STRING_LENGTH
    choices: tuple[str, ...] = ()
    points_to: str = ""
    on_delete: OnDelete = "cascade"
    unit: str = ""


Fields = Mapping[str, Field]
State = dict[str, dict[str, dict[str, Any]]]
"""Collection -> id -> entity."""


def _number(
    default: float | None,
    minimum: float,
    maximum: float,
    unit: str,
    *,
    above: bool = False,
    required: bool = False,
) -> Field:
    return Field(
        "number",
        default,
        required,
        default is None and not required,
        minimum,
        maximum,
        above,
        unit=unit,
    )


def _integer(default: int, minimum: int, maximum: int) -> Field:
    return Field("integer", default, minimum=minimum, maximum=maximum)


def _boolean(default: bool) -> Field:
    return Field("boolean", default)


def _text(default: str | None = "", max_length: int = MAX_STRING_LENGTH) -> Field:
    return Field("text", default, nullable=default is None, max_length=max_length)


def _choice(default: str | None, *choices: str) -> Field:
    return Field("choice", default, required=default is None, choices=choices)


def _parent(collection: str) -> Field:
    return Field("pointer", required=True, points_to=collection, on_delete="cascade")


def _link(collection: str, on_delete: OnDelete = "clear") -> Field:
    return Field("pointer", nullable=True, points_to=collection, on_delete=on_delete)


_TIME = _number(None, 0, MAX_BEATS, "beats", required=True)
_ANY_TIME = _number(None, -MAX_BEATS, MAX_BEATS, "beats", required=True)
_DURATION = _number(None, 0, MAX_BEATS, "beats", above=True, required=True)
_ORDER = Field("order", "a0")
_COLOR = _text(None, 32)
_INTERPOLATION = _choice("linear", "hold", "linear")

ENTITY_TYPES: Mapping[str, Fields] = {
    "project": {
        "name": _text(),
        "key": _text(None, 16),
        "scale": _text(None, 32),
        "timeUnit": _choice("beats", "beats"),
        "sampleRate": _integer(48_000, 8_000, 384_000),
    },
    "transport": {
        "loopStart": _number(0, 0, MAX_BEATS, "beats"),
        "loopEnd": _number(16, 0, MAX_BEATS, "beats", above=True),
        "loopOn": _boolean(False),
        "metronome": _boolean(False),
    },
    "tempo": {
        "time": _TIME,
        "slot": _integer(0, 0, 1),
        "bpm": _number(None, 10, 1_000, "bpm", required=True),
        "interp": _choice("hold", "hold", "linear"),
    },
    "signatures": {
        "time": _TIME,
        "num": _integer(4, 1, 64),
        "den": Field("integer", 4, minimum=1, maximum=32, choices=("1", "2", "4", "8", "16", "32")),
    },
    "markers": {"time": _TIME, "name": _text(), "color": _COLOR},
    "tracks": {
        "name": _text(),
        "parent": _link("tracks", "reparent"),
        "order": _ORDER,
        "content": Field(
            "choices",
            ("notes",),
            choices=("audio", "automation", "notes", "video", "markers", "tracks"),
        ),
        "channel": _link("channels"),
        "color": _COLOR,
        "loaded": _boolean(True),
    },
    "channels": {
        "name": _text(),
        "order": _ORDER,
        "role": _choice("regular", "regular", "master", "effect", "submix", "vca"),
        "dest": _link("channels", "master"),
        "audioChannels": _integer(2, 1, 64),
        "volume": _number(1, 0, 2, "linear"),
        "pan": _number(0.5, 0, 1, "normalized"),
        "mute": _boolean(False),
        "solo": _boolean(False),
    },
    "sends": {
        "channel": _parent("channels"),
        "dest": _parent("channels"),
        "order": _ORDER,
        "type": _choice("post", "pre", "post"),
        "enable": _boolean(True),
        "volume": _number(1, 0, 2, "linear"),
        "pan": _number(0.5, 0, 1, "normalized"),
    },
    "devices": {
        "channel": _parent("channels"),
        "order": _ORDER,
        "role": _choice("audioFX", "instrument", "noteFX", "audioFX", "analyzer"),
        "format": _text("builtin", 32),
        "deviceId": _text(),
        "name": _text(),
        "enabled": _boolean(True),
        "stateRef": _text(None, 128),
        "presetId": _text(None, 64),
        "params": Field("params", max_length=MAX_PARAMS_PER_DEVICE),
    },
    "clips": {
        "track": _parent("tracks"),
        "kind": _choice("notes", "notes", "audio", "automation", "video"),
        "time": _TIME,
        "duration": _DURATION,
        "playStart": _number(0, -MAX_BEATS, MAX_BEATS, "beats, or seconds by contentTimeUnit"),
        "loopStart": _number(None, 0, MAX_BEATS, "beats, or seconds by contentTimeUnit"),
        "loopEnd": _number(None, 0, MAX_BEATS, "beats, or seconds by contentTimeUnit"),
        "contentTimeUnit": _choice("beats", "beats", "seconds"),
        "fadeIn": _number(0, 0, MAX_BEATS, "beats"),
        "fadeOut": _number(0, 0, MAX_BEATS, "beats"),
        "gain": _number(1, 0, 8, "linear"),
        "enable": _boolean(True),
        "name": _text(),
        "color": _COLOR,
        "media": _link("media"),
        "ref": _link("clips", "cascade"),
        "slot": _link("slots", "cascade"),
        "lane": _integer(0, 0, 1_000),
    },
    "notes": {
        "clip": _parent("clips"),
        "time": _ANY_TIME,
        "duration": _DURATION,
        "key": Field("integer", required=True, minimum=0, maximum=127, unit="MIDI key"),
        "vel": _number(0.8, 0, 1, "normalized"),
        "rel": _number(0.8, 0, 1, "normalized"),
        "pan": _number(0.5, 0, 1, "normalized"),
        "ch": _integer(0, 0, 15),
    },
    "lanes": {
        "track": _link("tracks", "cascade"),
        "clip": _link("clips", "cascade"),
        "target": Field("path", required=True),
        "unit": _choice(
            "linear",
            "linear",
            "normalized",
            "percent",
            "decibel",
            "hertz",
            "semitones",
            "seconds",
            "beats",
            "bpm",
        ),
        "name": _text(),
        "enable": _boolean(True),
    },
    "points": {
        "lane": _parent("lanes"),
        "time": _ANY_TIME,
        "slot": _integer(0, 0, 1),
        "value": _number(None, -1e9, 1e9, "the lane's unit", required=True),
        "interp": _INTERPOLATION,
    },
    "warps": {
        "clip": _parent("clips"),
        "time": _ANY_TIME,
        "contentTime": _number(None, -MAX_BEATS, MAX_BEATS, "seconds", required=True),
    },
    "scenes": {"name": _text(), "order": _ORDER, "color": _COLOR},
    "slots": {
        "scene": _parent("scenes"),
        "track": _parent("tracks"),
        "hasStop": _boolean(True),
    },
    "media": {
        "name": _text(),
        "audioFile": _text(None, 64),
        "sha256": _text(None, 64),
        "path": _text(None, 1_024),
        "duration": _number(None, 0, 1e6, "seconds"),
        "sampleRate": _number(None, 1, 1e6, "hertz"),
        "channels": _integer(2, 1, 64),
        "stemOf": _link("media"),
    },
}

SINGLETONS = frozenset({"project", "transport"})
"""Collections that hold exactly one entity, which can be set and never inserted or deleted."""

MAPS_FROM_ZERO = frozenset({"tempo", "signatures"})
"""Collections that always keep an entity at time 0."""

SIDED = frozenset({"points", "tempo"})
"""Collections of which two may share a time, a left and a right one (`slot` 0 and 1)."""

PARENTS: Mapping[str, str] = {
    "tracks": "parent",
    "channels": "dest",
    "sends": "channel",
    "devices": "channel",
    "clips": "track",
    "notes": "clip",
    "lanes": "track",
    "points": "lane",
    "warps": "clip",
    "slots": "scene",
}
"""Which property `move` means by `parent`."""

TRACK_DEPTH = 16
"""Tracks within tracks, at most."""


def empty_state(
    name: str,
    bpm: float = 120.0,
    num: int = 4,
    den: int = 4,
    key: str | None = None,
    scale: str | None = None,
) -> State:
    """The state of a new project: collection -> id -> entity, as `project_state` keeps it."""
    state: State = {collection: {} for collection in ENTITY_TYPES}
    project = {"name": name, "key": key, "scale": scale}
    state["project"]["project"] = defaults("project") | project
    state["transport"]["transport"] = defaults("transport")
    state["tempo"]["tempo_start"] = defaults("tempo") | {"time": 0.0, "bpm": bpm}
    signature = {"time": 0.0, "num": num, "den": den}
    state["signatures"]["signature_start"] = defaults("signatures") | signature
    master = {"name": "Master", "role": "master"}
    state["channels"][MASTER_CHANNEL] = defaults("channels") | master
    return state


def defaults(collection: str) -> dict[str, object]:
    """What an insert leaves out is filled in with these."""
    entity, lists, maps = _DEFAULTS[collection]
    entity = dict(entity)
    for name, choices in lists:
        entity[name] = list(choices)
    for name in maps:
        entity[name] = {}
    return entity


def _default_parts(
    collection: str,
) -> tuple[dict[str, object], list[tuple[str, tuple[str, ...]]], list[str]]:
    """What any entity may share, what it needs as a list of its own, what as a dict."""
    values: dict[str, object] = {}
    lists: list[tuple[str, tuple[str, ...]]] = []
    maps: list[str] = []
    for name, field in ENTITY_TYPES[collection].items():
        if field.required:
            continue
        values[name] = field.default  # in the order of the fields
        if field.kind == "params":
            maps.append(name)
        elif field.kind == "choices" and isinstance(field.default, tuple):
            lists.append((name, field.default))
    return values, lists, maps


_DEFAULTS = {collection: _default_parts(collection) for collection in ENTITY_TYPES}
"""By collection: every insert asks for them."""
