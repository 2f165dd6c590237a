"""Tempi, time signatures and markers by their time, and which of those at one time count."""

from itertools import zip_longest

from files.readable_state import Entities, Entity


def in_time(entities: Entities) -> list[Entity]:
    """By time; of those at one time the left one first, then by id (rule T3)."""
    placed = [
        ((float(str(entity["time"])), float(str(entity.get("slot", 0))), entity_id), entity)
        for entity_id, entity in entities.items()
    ]
    return [entity for _, entity in sorted(placed, key=lambda item: item[0])]


def counting(entities: Entities, collection: str) -> list[Entity]:
    """Tempi or signatures in time, without those that never sound."""
    counted: list[Entity] = []
    ordered = in_time(entities)
    for entity, after in zip_longest(ordered, ordered[1:]):
        is_left = after is not None and after["time"] == entity["time"]
        is_second = bool(counted) and counted[-1]["time"] == entity["time"]
        if collection == "tempo" and is_left and entity["time"] == 0:
            continue
        if collection == "signatures" and is_second:
            continue
        counted.append(entity)
    return counted
