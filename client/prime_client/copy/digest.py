"""The digest of a project state (PROTOCOL.md, "The digest"), written a second time on purpose."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgpack

from prime_client.copy.state_ops import Entity, State

MODULUS = 1 << 64

_pack = msgpack.Packer(use_bin_type=True).pack


def term(collection: str, entity_id: str, entity: Entity) -> int:
    """What one entity adds to the sum."""
    encoded_entity = encoded(collection, entity_id, entity)
    return int.from_bytes(hashlib.sha256(encoded_entity).digest()[:8], "big")


def encoded(collection: str, entity_id: str, entity: Mapping[str, Any]) -> bytes:
    """One entity as the digest is made of it; so it counts towards the size of a state (O16)."""
    packed_entity: bytes = _pack([collection, entity_id, _plain(entity)])
    return packed_entity


def size_of_params(params: Mapping[str, Any]) -> int:
    """Bytes of the `params` of a device in that encoding (O19)."""
    return len(_pack(_plain(params)))


def total(state: State) -> int:
    """The sum over all entities."""
    return sum(
        term(collection, entity_id, entity)
        for collection, entities in state.items()
        for entity_id, entity in entities.items()
    )


def shown(sum_of_terms: int) -> str:
    """As it travels: 16 hex digits."""
    return format(sum_of_terms % MODULUS, "016x")


def digest(state: State) -> str:
    """The digest of a whole state."""
    return shown(total(state))


def _plain(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Names sorted, every number a float 64, no -0.0."""
    plain_entity: dict[str, Any] = {}
    for name in sorted(entity):
        value = entity[name]
        kind = type(value)
        if kind is str or kind is bool:  # nearly always, as are the next two
            plain_entity[name] = value
        elif kind is float or kind is int:
            plain_entity[name] = value + 0.0  # -0.0 becomes 0.0
        elif isinstance(value, Mapping):
            plain_entity[name] = _plain(value)
        elif isinstance(value, int | float):
            plain_entity[name] = float(value) + 0.0  # a program's own kind of number
        else:
            plain_entity[name] = value
    return plain_entity
