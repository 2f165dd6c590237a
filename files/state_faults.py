"""Finding what no single value of a project state can show: circles, dangling ids, dead lanes."""

from collections.abc import Iterator, Mapping

from files.readable_state import Entity, State
from schema.entities import (
    ENTITY_TYPES,
    MAPS_FROM_ZERO,
    MASTER_CHANNEL,
    SIDED,
    SINGLETONS,
    TRACK_DEPTH,
    empty_state,
)


def faults(state: State) -> Iterator[tuple[str, str]]:
    """Where the state as a whole breaks a rule that no single value shows, and how."""
    yield from _missing(state)
    yield from _second_singletons(state)
    yield from _maps_without_zero(state)
    yield from _wrong_masters(state)
    yield from _repeated_ids(state)
    yield from _dangling(state)
    yield from _shared_sides(state)
    for collection, prop, bound in (
        ("tracks", "parent", TRACK_DEPTH),
        ("channels", "dest", 0),
        ("clips", "ref", 1),
    ):
        yield from _bad_chains(state[collection], collection, prop, bound)
    yield from _bad_clips(state)
    yield from _dead_lanes(state)


def _missing(state: State) -> Iterator[tuple[str, str]]:
    for collection, entities in empty_state("").items():
        assert isinstance(entities, dict)
        for entity_id in entities:
            is_replaceable = collection in MAPS_FROM_ZERO
            if entity_id not in state[collection] and not is_replaceable:
                yield f"{collection}/{entity_id}", "is missing: every project has it"


def _second_singletons(state: State) -> Iterator[tuple[str, str]]:
    for collection in SINGLETONS:
        if len(state[collection]) > 1:
            yield collection, "holds more than one entity"


def _maps_without_zero(state: State) -> Iterator[tuple[str, str]]:
    for collection in MAPS_FROM_ZERO:
        if all(entity["time"] != 0 for entity in state[collection].values()):
            yield collection, "has no entity at time 0"


def _wrong_masters(state: State) -> Iterator[tuple[str, str]]:
    for channel_id, channel in state["channels"].items():
        if (channel["role"] == "master") != (channel_id == MASTER_CHANNEL):
            yield f"channels/{channel_id}", f"only {MASTER_CHANNEL} is the master"


def _repeated_ids(state: State) -> Iterator[tuple[str, str]]:
    collection_by_id: dict[str, str] = {}
    for collection, entities in state.items():
        for entity_id in entities:
            if entity_id in collection_by_id:
                yield (
                    f"{collection}/{entity_id}",
                    f"has the id of an entity in {collection_by_id[entity_id]}",
                )
            collection_by_id[entity_id] = collection


def _shared_sides(state: State) -> Iterator[tuple[str, str]]:
    for collection in SIDED:
        taken_sides: set[tuple[object, ...]] = set()
        for entity_id, entity in state[collection].items():
            side = entity.get("lane"), entity["time"], entity["slot"]
            if side in taken_sides:
                yield f"{collection}/{entity_id}", "has the time and the slot of another one"
            taken_sides.add(side)


def _dangling(state: State) -> Iterator[tuple[str, str]]:
    for collection, fields in ENTITY_TYPES.items():
        pointers = {name: field for name, field in fields.items() if field.kind == "pointer"}
        for entity_id, entity in state[collection].items():
            for name, field in pointers.items():
                target = entity[name]
                if target is not None and target not in state[field.points_to]:
                    yield f"{collection}/{entity_id}", f"{name} points to no {field.points_to}"


def _bad_chains(
    entities: Mapping[str, Entity], collection: str, prop: str, bound: int
) -> Iterator[tuple[str, str]]:
    limit = bound or len(entities)
    for entity_id in entities:
        steps, at = 0, entities[entity_id][prop]
        while isinstance(at, str) and at in entities and steps <= limit:
            steps, at = steps + 1, entities[at][prop]
        if steps > limit or (steps == limit and not bound):
            yield f"{collection}/{entity_id}", f"its chain of {prop} is a circle or too long"


def _bad_clips(state: State) -> Iterator[tuple[str, str]]:
    for clip_id, clip in state["clips"].items():
        content = state["tracks"].get(str(clip["track"]), {}).get("content", ())
        assert isinstance(content, list | tuple)
        if clip["kind"] not in content:
            yield f"clips/{clip_id}", f"its track holds no {clip['kind']}"
        original = state["clips"].get(str(clip["ref"]))
        if original is not None and original["kind"] != clip["kind"]:
            yield f"clips/{clip_id}", "is of another kind than the clip it repeats"
        fault = _loop_fault(clip["loopStart"], clip["loopEnd"])
        if fault:
            yield f"clips/{clip_id}", fault


def _loop_fault(start: object, end: object) -> str:
    if not isinstance(start, int | float) or not isinstance(end, int | float):
        return "" if start is end else "has only one of loopStart and loopEnd"
    return "" if end > start else "its loop ends before it starts"


def _dead_lanes(state: State) -> Iterator[tuple[str, str]]:
    for lane_id, lane in state["lanes"].items():
        if not target_exists(state, str(lane["target"])):
            yield f"lanes/{lane_id}", f"its target {lane['target']} does not exist"


def target_exists(state: State, target: str) -> bool:
    """Whether a path such as `devices/<id>/params/cutoff` leads to something in the state.

    A leaf of `params` need not be there: lanes may be made before it, and outlive it.
    """
    collection, _, path_rest = target.partition("/")
    entity_id, _, prop = path_rest.partition("/")
    entity = state.get(collection, {}).get(entity_id)
    if entity is None:
        return False
    name, slash, _ = prop.partition("/")
    return name in entity and (name == "params") == bool(slash)


def names_gone_leaf(state: State, target: str) -> bool:
    """Whether a path that exists leads to a leaf of `params` that is not there."""
    collection, entity_id, name, *leaf = target.split("/")
    params = state[collection][entity_id][name]
    return bool(leaf) and isinstance(params, Mapping) and leaf[0] not in params
