"""States stored by an earlier Prime: what has been added to the entity types since is filled in."""

from collections.abc import Iterator, Mapping

from rooms.document.document import Document, Entity
from rooms.document.ops_in_full import DEFAULTS
from schema.entities import ENTITY_TYPES
from schema.ops import Delete, Set

_NAMES = {collection: fields.keys() for collection, fields in ENTITY_TYPES.items()}


def renewed(collection: str, entities: Mapping[str, Entity]) -> dict[str, Entity]:
    """The entities with just the properties that their type has now."""
    names = _NAMES[collection]
    return {
        entity_id: entity if entity.keys() == names else _renewed(collection, entity)
        for entity_id, entity in entities.items()
    }


def _renewed(collection: str, entity: Entity) -> Entity:
    known_props = {name: value for name, value in entity.items() if name in _NAMES[collection]}
    return DEFAULTS[collection] | known_props


def launcher_links(collection: str, entities: Mapping[str, Entity]) -> Iterator[tuple[str, str]]:
    """(clip, slot): until 0007 a slot named its clip, now a clip names its slot."""
    if collection == "slots":
        for slot_id, slot in entities.items():
            if slot.get("clip") is not None:
                yield slot["clip"], slot_id


def link(document: Document, links: list[tuple[str, str]]) -> None:
    """Put clips into their slots; a link that the rules of today do not allow is left out."""
    for clip_id, slot_id in links:
        document.apply([Set("clips", clip_id, {"slot": slot_id})])


def take_without_sides(collection: str, entities: dict[str, Entity]) -> dict[str, Entity]:
    """Take out the tempi stored without a `slot`: until 0029 any number shared a time."""
    if collection != "tempo":
        return {}
    taken_ids = [entity_id for entity_id, entity in entities.items() if "slot" not in entity]
    return renewed(collection, {entity_id: entities.pop(entity_id) for entity_id in taken_ids})


def set_apart(document: Document, tempi: Mapping[str, Entity]) -> None:
    """Load these tempi: of those at one time the first by id is left, the last one right.

    Those between never sounded, and go with what automates them.
    """
    at: dict[float, list[str]] = {}
    for entity_id in sorted(tempi):
        at.setdefault(tempi[entity_id]["time"], []).append(entity_id)
    for ids in at.values():
        document.load("tempo", {i: tempi[i] | {"slot": int(i != ids[0])} for i in ids})
    for ids in at.values():
        document.apply([Delete("tempo", entity_id) for entity_id in ids[1:-1]])
