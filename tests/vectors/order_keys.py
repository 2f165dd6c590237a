"""Vectors of order keys: what is one and what is not, what lies between two, and siblings."""

import random
from typing import Any

from schema.order_keys import between, is_order_key

EDGES: list[tuple[str | None, str | None]] = [
    (None, None), ("a0", None), ("az", None), ("bzz", None), ("z" * 27, None), ("Zz", None),
    (None, "a0"), (None, "Z0"), (None, "a0V"), (None, "b00"), (None, "A" + "0" * 25 + "1"),
    (None, "A" + "0" * 26 + "V"), ("a0", "a1"), ("a0", "a2"), ("a0", "a0V"), ("a0", "a0G"),
    ("a0V", "a0W"), ("Zz", "a0"), ("Zz", "a1"), ("a1", "a101"), ("az", "b00"), ("a0", "b125"),
]  # fmt: skip

NO_KEYS = [
    "", "a", "0a", "a00", "a0V0", "b0", "b", "c12", "Z", "Y0", "z0", "A0", "a0!", "a0 ", " a0",
    "a-0", "a0\n", "\u00e90", "A" + "0" * 26, "a" + "1" * 64, "b00" + "1" * 61 + "0",
]  # fmt: skip


def order_keys() -> dict[str, Any]:
    """The content of order_keys.json."""
    pairs = [*EDGES, *_grown()]
    rows = [{"before": b, "after": a, "key": between(b, a)} for b, a in pairs]
    keys = sorted({between(*pair) for pair in pairs} | {k for pair in pairs for k in pair if k})
    no_keys = [key for key in NO_KEYS if not is_order_key(key)]
    assert no_keys == NO_KEYS
    return {"keys": keys, "no_keys": no_keys, "between": rows, "siblings": _siblings()}


def _grown() -> list[tuple[str | None, str | None]]:
    """Pairs of neighbours of a list that grew at random places, often at one."""
    rng = random.Random(0)
    keys = ["a0"]
    pairs: list[tuple[str | None, str | None]] = []
    for number in range(60):
        at = rng.choice([0, len(keys), min(1, len(keys)), rng.randrange(len(keys) + 1)])
        pair = (keys[at - 1] if at else None, keys[at] if at < len(keys) else None)
        keys.insert(at, between(*pair))
        if number % 2:
            pairs.append(pair)
    return pairs


def _siblings() -> list[dict[str, Any]]:
    rows = [
        ("Zz", "sibling_z"), ("a0", "sibling_b"), ("a0", "sibling_B"), ("a0V", "sibling_c"),
        ("a1", "sibling_a"), ("aV", "sibling_d"), ("aa", "sibling_e"), ("b00", "sibling_0"),
    ]  # fmt: skip
    in_order = [entity_id for _, entity_id in sorted(rows)]
    siblings = [{"id": entity_id, "order": order} for order, entity_id in rows]
    random.Random(1).shuffle(siblings)
    return [{"siblings": siblings, "in_order": in_order}]
