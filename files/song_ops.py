"""A whole song as the ops that make it out of an empty project."""

from collections.abc import Iterator, Mapping

from files.readable_state import Entity, State
from schema.entities import defaults, empty_state

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
        for entity_id, entity in _ordered(state[collection], _TO_THEMSELVES.get(collection)):
            entity_before = empty.get(entity_id)
            props = _changed(
                entity, defaults(collection) if entity_before is None else entity_before
            )
            if entity_before is None:
                ops.append({"op": "insert", "col": collection, "id": entity_id, "entity": props})
            elif props:
                ops.append({"op": "set", "col": collection, "id": entity_id, "props": props})
    return ops


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
