"""The ops that take changes back where they are still in place, and leave what others did since."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rooms.document.document import Change, Document, Entity
from rooms.document.index import POINTERS, target_of
from rooms.document.op_application import SLICE_OPS
from schema.ops import Delete, Insert, Op, Set

UNITS: Mapping[str, tuple[frozenset[str], ...]] = {
    "transport": (frozenset({"loopStart", "loopEnd"}),),
    "tempo": (frozenset({"time", "slot"}),),
    "signatures": (frozenset({"num", "den"}),),
    "tracks": (frozenset({"parent", "order"}),),
    "channels": (frozenset({"dest", "order"}),),
    "clips": (
        frozenset({"loopStart", "loopEnd"}),
        frozenset({"duration", "fadeIn", "fadeOut"}),
        frozenset({"track", "kind", "slot", "ref"}),
    ),
    "sends": (frozenset({"channel", "dest"}),),
    "lanes": (frozenset({"track", "clip", "target"}),),
    "points": (frozenset({"lane", "time", "slot"}),),
    "slots": (frozenset({"scene", "track"}),),
}
"""Properties that make sense only together: taken back together, or not at all (rule U3)."""

CHANGED_AT_ONCE: Mapping[str, tuple[frozenset[str], ...]] = {
    "project": (frozenset({"key", "scale"}),),
    "clips": (
        frozenset({"track", "kind", "slot", "ref", "lane", "time", "duration", "playStart"}),
        frozenset({"media", "contentTimeUnit", "playStart", "loopStart", "loopEnd"}),
    ),
    "notes": (frozenset({"clip", "time", "duration"}),),
    "warps": (frozenset({"clip", "time", "contentTime"}),),
    "sends": (frozenset({"channel", "dest", "order"}),),
    "devices": (
        frozenset({"channel", "order"}),
        frozenset({"role", "format", "deviceId", "stateRef", "presetId"}),
    ),
    "lanes": (frozenset({"track", "clip", "target", "unit"}),),
    "media": (frozenset({"audioFile", "sha256", "path", "duration", "sampleRate", "channels"}),),
}
"""Properties that one edit may change as one: those that it did change go back together (U3).

As where something lies: a clip at its old time, but on the track that it was moved to, is neither
what was there before nor what anybody made.
"""

SLICE_CHANGES = 500
"""Changes looked through, without an op made of them, between two pauses."""


def inverse(changes: Sequence[Change], document: Document) -> Generator[None, None, list[Op]]:
    """Ops to be applied to `document`, the latest change first; pauses as `applying` does."""
    returning: set[str] = set()
    for first in range(0, len(changes), SLICE_CHANGES):
        chunk = changes[first : first + SLICE_CHANGES]
        returning.update(entity_id for _, entity_id, before, _ in chunk if before is not None)
        yield
    ops: list[Op] = []
    for number, (collection, entity_id, before, after) in enumerate(reversed(changes)):
        if number % SLICE_OPS == SLICE_OPS - 1:
            yield
        if before is None and after is not None:
            ops.append(Delete(collection, entity_id, expect=after, alone=True))
        elif before is not None and after is None:
            entity = _with_live_links(collection, before, document, returning)
            ops.append(Insert(collection, entity_id, entity))
        elif before is not None and after is not None:
            ops.extend(_sets(collection, entity_id, before, after))
    return ops


def _sets(collection: str, entity_id: str, before: Entity, after: Entity) -> Iterator[Op]:
    """One op for each property or unit, as each is judged on its own."""
    names = {name for name, value in after.items() if before.get(name) != value}
    if "params" in names:
        names.discard("params")
        for leaf in _changed_leaves(before["params"], after["params"]):
            values_before, values_after = before["params"].get(leaf), after["params"].get(leaf)
            yield Set(
                collection,
                entity_id,
                {"params": {leaf: values_before}},
                {"params": {leaf: values_after}},
            )
    for unit in _units(collection, names, after):
        values_before = {name: before[name] for name in unit}
        values_after = {name: after[name] for name in unit}
        yield Set(collection, entity_id, values_before, values_after)


def _changed_leaves(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))


def _units(collection: str, names: Iterable[str], entity: Entity) -> list[list[str]]:
    changed_names = frozenset(names)
    units = [unit & entity.keys() for unit in UNITS.get(collection, ()) if unit & changed_names]
    units += [frozenset({name}) for name in sorted(changed_names.difference(*units))]
    for at_once in CHANGED_AT_ONCE.get(collection, ()):
        together = [unit for unit in units if unit & at_once & changed_names]
        if len(together) > 1:
            single_units = [unit for unit in units if unit not in together]
            units = [frozenset().union(*together), *single_units]
    return [sorted(unit) for unit in units]


def _with_live_links(
    collection: str, entity: Entity, document: Document, returning: set[str]
) -> Entity:
    """Links to what others have deleted since are cleared: better back without than not at all."""
    dead: Entity = {}
    for name, pointer in POINTERS[collection].items():
        value = entity.get(name)
        target = None if value is None else target_of(pointer, value)
        if target is None or not pointer.nullable or pointer.on_delete == "cascade":
            continue
        if target[1] not in returning and document.collection_by_id.get(target[1]) != target[0]:
            dead[name] = None
    return entity | dead
