"""What every imported project state must satisfy, checked without the importers' own code.

Written from the field table and the model's invariants (I1 to I10), independently of both the
client's and the server's checks.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, Field
from schema.limits import MAX_ENTITIES
from schema.order_keys import is_order_key

Entity = dict[str, Any]
State = dict[str, dict[str, Entity]]


def broken_rules(state: State) -> list[str]:
    """Every rule this state breaks, with the entity that breaks it."""
    assert set(state) == set(ENTITY_TYPES)
    return [*_entities(state), *_whole(state)]


def _entities(state: State) -> Iterator[str]:
    for collection, fields in ENTITY_TYPES.items():
        for entity_id, entity in state[collection].items():
            where = f"{collection}/{entity_id}"
            if not re.fullmatch(r"[A-Za-z0-9_-]{8,36}|project", entity_id):
                yield f"{where}: its id"
            if set(entity) != set(fields):
                yield f"{where}: properties {sorted(set(entity) ^ set(fields))}"
                continue
            for name, field in fields.items():
                if not is_allowed(field, entity[name]):
                    yield f"{where}.{name}: {entity[name]!r}"


def is_allowed(field: Field, value: Any) -> bool:
    """Whether a field may hold this value, wherever it points."""
    if value is None:
        return field.nullable
    return _ALLOWED[field.kind](field, value)


def _is_number(field: Field, value: Any) -> bool:
    if type(value) not in (int, float) or not math.isfinite(value):
        return False
    above = value > field.minimum if field.exclusive_minimum else value >= field.minimum
    return bool(above and value <= field.maximum)


def _is_integer(field: Field, value: Any) -> bool:
    in_range = type(value) is int and field.minimum <= value <= field.maximum
    return in_range and (not field.choices or str(value) in field.choices)


def _is_text(field: Field, value: Any) -> bool:
    return isinstance(value, str) and len(value) <= field.max_length and "\0" not in value


def _are_choices(field: Field, value: Any) -> bool:
    is_list = isinstance(value, list) and len(set(value)) == len(value) > 0
    return is_list and set(value) <= set(field.choices)


def _are_params(field: Field, value: Any) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= field.max_length
        and all(_is_param(name, leaf) for name, leaf in value.items())
    )


def _is_param(name: Any, leaf: Any) -> bool:
    if not isinstance(name, str) or not 1 <= len(name) <= 64 or "/" in name:
        return False
    if isinstance(leaf, str):
        return len(leaf) <= 1_024 and "\0" not in leaf
    return type(leaf) is bool or (type(leaf) in (int, float) and math.isfinite(leaf))


_ALLOWED: dict[str, Callable[[Field, Any], bool]] = {
    "number": _is_number,
    "integer": _is_integer,
    "boolean": lambda _field, value: type(value) is bool,
    "text": _is_text,
    "choice": lambda field, value: value in field.choices,
    "choices": _are_choices,
    "pointer": lambda _field, value: isinstance(value, str),
    "path": lambda _field, value: isinstance(value, str) and value.count("/") in (2, 3),
    "order": lambda _field, value: is_order_key(value),
    "params": _are_params,
}


def _whole(state: State) -> Iterator[str]:
    ids = Counter(entity_id for entities in state.values() for entity_id in entities)
    yield from (f"{entity_id}: its id is there twice" for entity_id in ids if ids[entity_id] > 1)
    if sum(map(len, state.values())) > MAX_ENTITIES:
        yield "too many entities"
    yield from _fixtures(state)
    yield from _pointers(state)
    yield from _tracks(state)
    yield from _routes(state)
    yield from _clips(state)
    yield from _lanes(state)
    yield from _sides(state)


def _sides(state: State) -> Iterator[str]:
    for collection in ("points", "tempo"):
        places = Counter((e.get("lane"), e["time"], e["slot"]) for e in state[collection].values())
        yield from (f"{collection}: {count} at {at}" for at, count in places.items() if count > 1)


def _fixtures(state: State) -> Iterator[str]:
    if list(state["project"]) != ["project"] or list(state["transport"]) != ["transport"]:
        yield "project and transport: exactly one of each"
    for collection in ("tempo", "signatures"):
        if 0 not in [entity["time"] for entity in state[collection].values()]:
            yield f"{collection}: nothing at time 0"
    masters = [key for key, channel in state["channels"].items() if channel["role"] == "master"]
    if masters != [MASTER_CHANNEL] or state["channels"][MASTER_CHANNEL]["dest"] is not None:
        yield f"masters: {masters}"
    transport = state["transport"]["transport"]
    if transport["loopEnd"] <= transport["loopStart"]:
        yield "transport: its loop"


def _pointers(state: State) -> Iterator[str]:
    for collection, fields in ENTITY_TYPES.items():
        for entity_id, entity in state[collection].items():
            for name, field in fields.items():
                is_set = field.kind == "pointer" and entity[name] is not None
                if is_set and entity[name] not in state[field.points_to]:
                    yield f"{collection}/{entity_id}.{name} leads nowhere"


def _tracks(state: State) -> Iterator[str]:
    owners = Counter(track["channel"] for track in state["tracks"].values() if track["channel"])
    yield from (f"channel {key} has {n} tracks" for key, n in owners.items() if n > 1)
    for track_id, track in state["tracks"].items():
        depth, at = 1, track["parent"]
        while at is not None and depth <= 16:
            if "tracks" not in state["tracks"][at]["content"]:
                yield f"tracks/{track_id}: inside a track that holds no tracks"
            depth, at = depth + 1, state["tracks"][at]["parent"]
        if depth > 16:
            yield f"tracks/{track_id}: nested too deep"


def _routes(state: State) -> Iterator[str]:
    """Take away channels that lead nowhere any more until none is left: a rest is a circle."""
    onward: dict[str, set[str]] = {key: set() for key in state["channels"]}
    for key, channel in state["channels"].items():
        onward[key] |= {channel["dest"]} - {None}
    for send in state["sends"].values():
        onward[send["channel"]].add(send["dest"])
    while ends := {key for key, dests in onward.items() if not dests}:
        onward = {key: dests - ends for key, dests in onward.items() if key not in ends}
    if onward:
        yield f"channels in a circle: {sorted(onward)}"


def _clips(state: State) -> Iterator[str]:
    for clip_id, clip in state["clips"].items():
        if clip["kind"] not in state["tracks"][clip["track"]]["content"]:
            yield f"clips/{clip_id}: kind {clip['kind']}"
        original = state["clips"].get(clip["ref"])
        if original and (original["ref"] or original["kind"] != clip["kind"]):
            yield f"clips/{clip_id}: repeats a repetition or another kind"
        yield from _clip_times(f"clips/{clip_id}", clip)
    for collection, kinds in (("notes", {"notes"}), ("warps", {"audio", "video"})):
        for entity_id, entity in state[collection].items():
            if state["clips"][entity["clip"]]["kind"] not in kinds:
                yield f"{collection}/{entity_id}: in a clip of another kind"


def _clip_times(where: str, clip: Entity) -> Iterator[str]:
    if (clip["loopStart"] is None) != (clip["loopEnd"] is None):
        yield f"{where}: half a loop"
    elif clip["loopEnd"] is not None and clip["loopEnd"] <= clip["loopStart"]:
        yield f"{where}: its loop"
    if clip["fadeIn"] + clip["fadeOut"] > clip["duration"] + 1e-9:
        yield f"{where}: its fades"


def _lanes(state: State) -> Iterator[str]:
    for lane_id, lane in state["lanes"].items():
        collection, entity_id, name, *leaf = lane["target"].split("/")
        entity = state[collection].get(entity_id, {})
        value = entity.get(name, {}).get(leaf[0]) if leaf else entity.get(name)
        if value is None or (name == "params") != bool(leaf):
            yield f"lanes/{lane_id}: {lane['target']} leads nowhere"
    at = Counter((point["lane"], point["time"]) for point in state["points"].values())
    yield from (f"{key}: more than two points" for key, count in at.items() if count > 2)
