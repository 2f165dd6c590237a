"""A state in one order, so that two exports of it are the same bytes."""

from collections.abc import Iterable
from typing import Any

from prime_client.copy.state_ops import Entity, State
from schema.entities import ENTITY_TYPES


def in_order(state: State) -> State:
    """Collections and properties in the order of the schema, entities by their ids."""
    return {
        collection: {
            entity_id: _entity_in_order(collection, state[collection][entity_id])
            for entity_id in sorted(state[collection])
        }
        for collection in _as_in(ENTITY_TYPES, state)
    }


def _entity_in_order(collection: str, entity: Entity) -> Entity:
    return {
        name: _by_name(entity[name]) for name in _as_in(ENTITY_TYPES.get(collection, {}), entity)
    }


def _as_in(known: Iterable[str], given: Iterable[str]) -> list[str]:
    """What the schema does not know comes last, by name."""
    names = set(given)
    known_names = [name for name in known if name in names]
    return known_names + sorted(names.difference(known_names))


def _by_name(value: Any) -> Any:
    """Of `params`: any map in it."""
    if isinstance(value, dict):
        return {name: _by_name(value[name]) for name in sorted(value)}
    return value
