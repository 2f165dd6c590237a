"""A whole song as the ops that make it out of an empty project."""

from collections.abc import Iterator, Mapping

from files.readable_state import Entity, State
from schema.entities import MAPS_FROM_ZERO, defaults, empty_state

Op = dict[str, object]

PARENTS_FIRST = (
    "project", "transport", "tempo", "signatures", "markers", "media", "channels", "tracks",
    "sends", "devices", "scenes", "slots", "clips", "notes", "warps", "lanes", "points",
)  # fmt: skip
"""The collections in an order in which nothing points to a later one."""

_TO_THEMSELVES = {"media": "stemOf", "channels": "dest", "tracks": "parent", "clips": "ref"}


def state_ops(state: State) -> list[Op]:
    """The ops that turn an empty project into this state, parents first, defaults left out."""
    ops: list[Op] = []
    for collection in PARENTS_FIRST:
        empty = empty_state("")[collection]
        assert isinstance(empty, dict)
        others = dict(state[collection])
        if collection in MAPS_FROM_ZERO:
            [(start_id, start)] = empty.items()
            ops += _start_of_map(collection, others, start_id, start)
        made_ids: set[object] = {None}
        pointer = _TO_THEMSELVES.get(collection)
        closing: list[Op] = []
        for entity_id, entity in _ordered(others, pointer):
            made_ids.add(entity_id)
            if pointer == "stemOf" and entity[pointer] not in made_ids:  # stems of each other
                closing += _set(collection, entity_id, {pointer: entity[pointer]})
                entity = {**entity, pointer: None}
            entity_before = empty.get(entity_id)
            props = _changed(
                entity, defaults(collection) if entity_before is None else entity_before
            )
            if entity_before is None:
                ops.append({"op": "insert", "col": collection, "id": entity_id, "entity": props})
            elif collection == "project":  # the new project has a name, maybe another one
                named = {**props, "name": entity["name"]}
                ops.append({"op": "set", "col": collection, "id": entity_id, "props": named})
            elif props:
                ops.append({"op": "set", "col": collection, "id": entity_id, "props": props})
        ops += closing
    return ops


def _start_of_map(
    collection: str, entities: dict[str, Entity], start_id: str, start: Entity
) -> Iterator[Op]:
    """What new projects have at time 0, or what somebody put there instead; takes it out."""
    kept_start = entities.pop(start_id, None)
    if kept_start is not None and kept_start["time"] == 0:
        yield from _set(collection, start_id, _changed(kept_start, start))
        return
    first_id = next(key for key, entity in entities.items() if entity["time"] == 0)
    first = entities.pop(first_id)
    props = _changed(first, defaults(collection))
    yield {"op": "insert", "col": collection, "id": first_id, "entity": props}
    if kept_start is None:
        yield {"op": "delete", "col": collection, "id": start_id}
    else:
        yield from _set(collection, start_id, _changed(kept_start, start))
    if "slot" in first:  # beside the other one it got the free one
        yield from _set(collection, first_id, {"slot": first["slot"]})


def _set(collection: str, entity_id: str, props: Entity) -> Iterator[Op]:
    if props:
        yield {"op": "set", "col": collection, "id": entity_id, "props": props}


def _changed(entity: Entity, empty_entity: Entity) -> Entity:
    return {name: value for name, value in entity.items() if empty_entity.get(name, ...) != value}


def _ordered(entities: Mapping[str, Entity], pointer: str | None) -> Iterator[tuple[str, Entity]]:
    """The entities, each after the one of its own kind that it points to."""
    done_ids: set[str] = set()
    for entity_id in entities:
        chain: list[str] = []
        at: object = entity_id
        while isinstance(at, str) and at in entities and at not in done_ids:
            done_ids.add(at)
            chain.append(at)
            at = entities[at][pointer] if pointer else None
        for link in reversed(chain):
            yield link, entities[link]
