"""Whether two states are the same song: ids differ from import to import, order keys by rank."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, PARENTS

ROUNDS = 6
"""So far one entity looks: a note to its clip, track, group, scene, and what is beside them."""

State = Mapping[str, Mapping[str, Mapping[str, Any]]]
Place = tuple[str, str]


def differences(one: State, other: State, beside: Collection[Place] = ()) -> list[str]:
    """What one state has and the other has not; `beside` names (collection, property) to leave out.

    A place without a property is the whole collection.
    """
    found = []
    left, right = _signed(one, beside), _signed(other, beside)
    for collection in ENTITY_TYPES:
        if (collection, "") in beside:
            continue
        for text, count in (left[collection] - right[collection]).items():
            found.append(f"only in one: {count} {collection} {text[1]}")
        for text, count in (right[collection] - left[collection]).items():
            found.append(f"only in other: {count} {collection} {text[1]}")
    return found


def _signed(state: State, beside: Collection[Place]) -> dict[str, Counter[tuple[str, str]]]:
    """Collection -> how often each (signature, own values) is in it."""
    plain: dict[str, str] = {}
    links: dict[str, list[tuple[str, str]]] = defaultdict(list)
    where: dict[str, str] = {}
    for collection, entities in state.items():
        if (collection, "") in beside:
            continue
        ranks = {} if (collection, "order") in beside else _ranks(collection, entities)
        for entity_id, entity in entities.items():
            where[entity_id] = collection
            own, links[entity_id] = _parts(collection, entity, beside)
            own |= {"rank": ranks.get(entity_id), "is master": entity_id == MASTER_CHANNEL}
            plain[entity_id] = json.dumps(own, sort_keys=True)
    return _counted(where, plain, links)


def _parts(
    collection: str, entity: Mapping[str, Any], beside: Collection[Place]
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The values of an entity's own, and (property, id) of what it points at."""
    own: dict[str, Any] = {}
    links: list[tuple[str, str]] = []
    for name, field in ENTITY_TYPES[collection].items():
        value: Any = entity.get(name)
        if (collection, name) in beside or field.kind == "order":
            continue
        if field.kind == "pointer" and value is not None:
            links.append((name, value))
        elif field.kind == "path":
            target = value.split("/")
            own[name] = [target[0], *target[2:]]
            links.append((name, target[1]))
        else:
            # Importers keep times to a millionth of a beat.
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            own[name] = round(float(value), 6) if is_number else value
    return own, links


def _counted(
    where: Mapping[str, str],
    plain: Mapping[str, str],
    links: Mapping[str, list[tuple[str, str]]],
) -> dict[str, Counter[tuple[str, str]]]:
    signs = dict(plain)
    for _ in range(ROUNDS):
        seen_from: dict[str, list[str]] = defaultdict(list)
        for entity_id, out in links.items():
            for name, target in out:
                seen_from[target].append(f"{name}<{signs[entity_id]}")
        signs = {
            entity_id: _hash(
                signs[entity_id],
                *sorted(f"{name}>{signs.get(target)}" for name, target in links[entity_id]),
                *sorted(seen_from[entity_id]),
            )
            for entity_id in plain
        }
    counts: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for entity_id, collection in where.items():
        counts[collection][signs[entity_id], plain[entity_id]] += 1
    return counts


def _hash(*texts: str) -> str:
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=12).hexdigest()


def _ranks(collection: str, entities: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    if "order" not in ENTITY_TYPES[collection]:
        return {}
    parent = PARENTS.get(collection, "") if collection != "channels" else ""
    siblings: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    for entity_id, entity in entities.items():
        if entity_id != MASTER_CHANNEL:
            siblings[entity.get(parent)].append((entity["order"], entity_id))
    return {i: n for group in siblings.values() for n, (_, i) in enumerate(sorted(group))}
