"""Vectors of the digest: entities with their canonical bytes and terms, and whole states."""

from typing import Any

from rooms.document.digest import canonical, term
from schema.entities import empty_state
from tests.vectors.frames import frame

MARKER: dict[str, Any] = {"time": 4, "name": "H\u00e9", "color": None}
DEVICE: dict[str, Any] = {"name": "Synth", "enabled": True}

ENTITIES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("whole numbers are floats", "markers", "abcdefgh", MARKER),
    ("zero has no sign", "points", "point_001", {"time": -0.0, "value": 0, "slot": 1}),
    ("true is no number", "tracks", "track_001", {"loaded": True, "content": ["notes", "tracks"]}),
    ("numbers of all lengths", "devices", "device_01", {"params": {
        "a": 127, "b": 128, "c": -33, "d": 65_536, "e": 2**31, "f": -(2**31) - 1, "g": 2**53,
        "h": 0.1, "i": 1e300, "j": 5e-324, "k": -1,
    }}),
    ("no leaves", "devices", "device_02", DEVICE | {"params": {}}),
    ("leaves of every kind", "devices", "device_03",
     DEVICE | {"params": {"on": True, "off": False, "text": "", "number": -1.5}}),
    ("keys by code point, not by UTF-16 unit", "devices", "device_04",
     {"params": {"\uff5e": 1, "\U0001f3b9": 2, "z": 3, "\u00e9": 4, "Z": 5, "": 6}}),
    ("one key begins another", "devices", "device_05", {"params": {"ab": 1, "a": 2, "abc": 3}}),
    ("names that objects have", "devices", "device_06", {"params": {
        "__proto__": 1, "constructor": 2, "toString": 3, "hasOwnProperty": 4, "length": 5,
    }}),
    ("sixteen leaves", "devices", "device_07", {"params": {f"p{n:02}": n for n in range(16)}}),
    ("texts of 31 and 32 bytes", "markers", "marker_31", {"name": "x" * 31, "color": "y" * 32}),
    ("texts of 255 and 256 bytes", "media", "media_255", {"name": "x" * 255, "path": "y" * 256}),
    ("a text of many bytes a character", "markers", "marker_32", {"name": "\U0001f3b9" * 8}),
]  # fmt: skip


def digests() -> dict[str, Any]:
    """The content of digests.json."""
    return {"terms": [_term(*row) for row in ENTITIES], "states": _states()}


def _term(about: str, collection: str, entity_id: str, entity: dict[str, Any]) -> dict[str, Any]:
    packed = canonical(collection, entity_id, entity)
    return {
        "about": about,
        "frame": frame([collection, entity_id, entity]),
        "packed": packed.hex(),
        "term": f"{term(packed):016x}",
    }


def _states() -> list[dict[str, Any]]:
    states = {
        "nothing at all": {},
        "a new project": empty_state("First"),
    }
    return [
        {"about": about, "frame": frame(state), "digest": digest_of(state)}
        for about, state in states.items()
    ]


def digest_of(state: dict[str, dict[str, dict[str, Any]]]) -> str:
    """What a state comes to, by the server's rules."""
    terms = (
        term(canonical(collection, entity_id, entity))
        for collection, entities in state.items()
        for entity_id, entity in entities.items()
    )
    return f"{sum(terms) % 2**64:016x}"
