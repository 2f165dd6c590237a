"""Seeded random edits of a song, for tests of what must hold whatever is done."""

import random
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from rooms.document.document import Document
from schema.entities import ENTITY_TYPES, PARENTS, Field
from schema.ops import Delete, Insert, Move, Op, Set, decode_ops, encode_ops

_CHOSEN_FROM: dict[str, list[Any]] = {
    "integer": [0, 1, 2, 60],
    "number": [0, 1, 2, 4.5, 60],
    "boolean": [True, False],
    "choices": [["notes", "tracks"], ["notes", "audio", "tracks"]],
    "params": [{"a": 1}, {"b": "x"}, {"a": None, "c": True}],
    "order": ["a0", "a1", "a1V"],
    "text": ["", "name"],
}


class Chaos:
    """Makes deltas, sensible and senseless, that meet in a few entities."""

    def __init__(self, seed: int | random.Random) -> None:
        self._rng = seed if isinstance(seed, random.Random) else random.Random(seed)
        self._made = 0

    def deltas(self, document: Document, count: int) -> Iterator[tuple[list[Op], bool]]:
        """Deltas for the document as it is when each is asked for, and whether each is atomic."""
        for _ in range(count):
            ops = [self._op(document) for _ in range(self._rng.randint(1, 6))]
            yield decode_ops(encode_ops(ops)), self._rng.random() < 0.2

    def _op(self, document: Document) -> Op:
        makers = (self._insert, self._set, self._move, self._delete)
        [make] = self._rng.choices(makers, [6, 6, 4, 1])
        return make(document, self._rng.choice(list(ENTITY_TYPES)))

    def _insert(self, document: Document, col: str) -> Op:
        self._made += 1
        fields = ENTITY_TYPES[col].items()
        named = {name: self._value(document, field) for name, field in fields if field.required}
        return Insert(col, f"{col[:6]}_{self._made:06}", named | self._props(document, col))

    def _set(self, document: Document, col: str) -> Op:
        return Set(col, self._pick(document, col), self._props(document, col) or {"name": "x"})

    def _move(self, document: Document, col: str) -> Op:
        fields = ENTITY_TYPES[col]
        time = float(self._rng.randint(0, 2)) if "time" in fields else UNSET
        parent = fields.get(PARENTS.get(col, ""))
        if parent is not None and self._rng.random() < 0.7:
            above = self._pick(document, parent.points_to)
            return Move(col, self._pick(document, col), parent=above)
        return Move(col, self._pick(document, col), time=time)

    def _delete(self, document: Document, col: str) -> Op:
        return Delete(col, self._pick(document, col))

    def _props(self, document: Document, col: str) -> dict[str, Any]:
        named = [item for item in ENTITY_TYPES[col].items() if self._rng.random() < 0.25]
        return {name: self._value(document, field) for name, field in named}

    def _pick(self, document: Document, col: str) -> str:
        known = list(document.collections[col])
        return self._rng.choice(known) if known and self._rng.random() < 0.97 else "nobody__"

    def _value(self, document: Document, field: Field) -> Any:
        match field.kind:
            case "pointer":
                return self._pick(document, field.points_to)
            case "path":
                col, prop = self._rng.choice([("channels", "volume"), ("devices", "params/a")])
                return f"{col}/{self._pick(document, col)}/{prop}"
            case "choice":
                return self._rng.choice(field.choices)
            case kind:
                return self._rng.choice(_CHOSEN_FROM[kind])
