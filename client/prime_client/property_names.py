"""Collections and properties by name: which there are, and which one a misspelt name may mean."""

import difflib
from collections.abc import Iterable

from prime_client.copy.state_ops import State
from prime_client.failures import WrongUse
from prime_client.schema.entities import ENTITY_TYPES, Fields


def fields_of(collection: object) -> Fields:
    """The properties of a collection; raises `WrongUse` if there is no such one."""
    fields = ENTITY_TYPES.get(collection) if isinstance(collection, str) else None
    if fields is None:
        meant = which_is_meant(collection, ENTITY_TYPES, "collections are")
        raise WrongUse(f"there is no collection {collection!r}{meant}")
    return fields


def check_properties(collection: str, names: Iterable[str], state: State) -> None:
    """Raises `WrongUse` for a property that neither this SDK nor this room knows.

    A newer server's property is known where an entity of the collection has it.
    """
    fields = fields_of(collection)
    for name in names:
        if name not in fields and not _is_held(state.get(collection, {}).values(), name):
            meant = which_is_meant(name, fields, "they have")
            raise WrongUse(f"{collection} have no property {name!r}{meant}")


def check_id(entity_id: object) -> None:
    """Raises `WrongUse` for what is not the id of an entity but, say, the entity."""
    if not isinstance(entity_id, str):
        raise WrongUse(f"id is text: {entity_id!r}")


def which_is_meant(name: object, known_names: Iterable[str], all_are: str) -> str:
    """The rest of a sentence: the nearest names, or all of them where none is near."""
    near = difflib.get_close_matches(name, known_names) if isinstance(name, str) else []
    if near:
        return f": is {' or '.join(f'`{near_name}`' for near_name in near)} meant?"
    return f"; {all_are} {', '.join(known_names)}"


def _is_held(entities: Iterable[dict[str, object]], name: str) -> bool:
    return any(name in entity for entity in entities)
