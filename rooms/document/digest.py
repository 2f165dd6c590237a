"""The digest of a project state: a sum over its entities, so an edit changes only its own terms."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

_encode = msgspec.msgpack.Encoder(order="sorted").encode

MODULUS = 2**64

SLICE_LEAVES = 32
"""Entries of a map that are encoded at once, where the whole is long."""

SLICE_ENCODED = 65_536
"""Bytes encoded between two pauses."""

SLICE_WEIGHT = 2_000
"""For how many bytes more the encoding of a slice is taken."""


def canonical(collection: str, entity_id: str, entity: Mapping[str, Any]) -> bytes:
    """MessagePack of [collection, id, entity]: keys sorted, every number a float 64, no -0.0."""
    rounded_entity = dict(entity)
    for (
        name,
        value,
    ) in entity.items():  # as `_plain`, without a call for each value: every delta is here
        kind = type(value)
        if kind is float:
            if not value:
                rounded_entity[name] = 0.0
        elif kind is int:
            rounded_entity[name] = value + 0.0
        elif kind is dict:
            rounded_entity[name] = _plain(value)
    return _encode((collection, entity_id, rounded_entity))


def term(encoded_entity: bytes) -> int:
    """What one entity, in its canonical form, adds to the digest."""
    return int.from_bytes(sha256(encoded_entity).digest()[:8], "big")


class LongTerm:
    """The term of a long entity, slice by slice."""

    def __init__(self) -> None:
        self.size = 0
        self.is_to_pause = False
        self._hash = sha256()
        self._weight = 0

    def add(self, encoded_part: bytes) -> None:
        """The next slice."""
        self._hash.update(encoded_part)
        self.size += len(encoded_part)
        self._weight += len(encoded_part) + SLICE_WEIGHT
        self.is_to_pause = self._weight > SLICE_ENCODED
        if self.is_to_pause:
            self._weight = 0

    @property
    def value(self) -> int:
        """What the entity adds to the digest."""
        return int.from_bytes(self._hash.digest()[:8], "big")


def is_long(device: Mapping[str, Any]) -> bool:
    """Whether to encode the device at once would take long."""
    return len(device["params"]) > SLICE_LEAVES


def in_parts(collection: str, entity_id: str, entity: Mapping[str, Any]) -> Iterator[bytes]:
    """`canonical`, in slices only if to encode the entity at once would take long."""
    if collection == "devices" and is_long(entity):
        yield from slices(collection, entity_id, entity)
    else:
        yield canonical(collection, entity_id, entity)


def slices(collection: str, entity_id: str, entity: Mapping[str, Any]) -> Iterator[bytes]:
    """`canonical`, in slices."""
    yield b"\x93" + _encode(collection) + _encode(entity_id) + _header(len(entity))
    for name in sorted(entity):
        yield _encode(name)
        value = entity[name]
        if type(value) is not dict:
            yield _encode(_plain(value))
            continue
        yield _header(len(value))
        names = sorted(value)
        for start in range(0, len(names), SLICE_LEAVES):
            chunk = names[start : start + SLICE_LEAVES]
            encoded_chunk = _encode({leaf: _plain(value[leaf]) for leaf in chunk})
            yield encoded_chunk[header_size(len(chunk)) :]


def size_of(value: Any) -> int:
    """Bytes of one value in its canonical form."""
    return len(_encode(_plain(value)))


def header_size(entries: int) -> int:
    """Bytes that tell how many entries a map of at most 65,535 has."""
    return 1 if entries < 16 else 3


def _header(entries: int) -> bytes:
    return bytes([0x80 | entries]) if entries < 16 else b"\xde" + entries.to_bytes(2, "big")


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
