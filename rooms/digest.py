"""The digest of a project state: a sum over its entities, so an edit changes only its own terms."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import msgspec

_encode = msgspec.msgpack.Encoder(order="sorted").encode

MODULUS = 2**64


def canonical(collection: str, entity_id: str, entity: Mapping[str, Any]) -> bytes:
    """MessagePack of [collection, id, entity]: keys sorted, every number a float 64, no -0.0."""
    return _encode((collection, entity_id, {k: _plain(v) for k, v in entity.items()}))


def term(encoded: bytes) -> int:
    """What one entity, in its canonical form, adds to the digest."""
    return int.from_bytes(sha256(encoded).digest()[:8], "big")


def shown(total: int) -> str:
    """A sum of terms as it travels: 16 hex digits."""
    return f"{total % MODULUS:016x}"


def digest_of(entities: Iterable[tuple[str, str, Mapping[str, Any]]]) -> str:
    """The digest of (collection, id, entity) in any order."""
    return shown(sum(term(canonical(*entity)) for entity in entities))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is float or kind is int:
        return value + 0.0  # -0.0 becomes 0.0: a checkpoint does not keep the sign
    if kind is dict:
        return {name: _plain(leaf) for name, leaf in value.items()}
    return value
