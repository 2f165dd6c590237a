"""Ops, right and wrong, with what a server says of them at its door."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import msgspec

from rooms.rules.proposal_rules import problem_with_new_op
from schema.ops import decode_ops
from tests.rooms.chaos import Chaos
from tests.rooms.songs import song

WRONG: list[Any] = [
    *(None, True, -1, 0, 0.5, 1e7, "", "x", "a0", "b0", "ch_master"),
    *([], ["notes"], ["x"], {}, {"a": 1}, {"a": None}, {"a": [1]}),
]


def judged_ops(count: int) -> Iterator[tuple[dict[str, Any], str | None]]:
    """So many ops; with each what is wrong with it in itself, or None."""
    rng = random.Random(5)
    document = song()
    made = 0
    for ops, _ in Chaos(3).deltas(document, count):
        for op in ops:
            changed = _changed(rng, msgspec.to_builtins(op))
            yield changed, _problem(changed)
            made += 1
            if made == count:
                return


def _changed(rng: random.Random, op: dict[str, Any]) -> dict[str, Any]:
    """The op, perhaps with a value that another place would have."""
    op = copy.deepcopy(op)
    place: dict[str, Any] = op.get("props") or op.get("entity") or op
    if rng.random() < 0.6:
        name = rng.choice([name for name in place if name not in ("op", "col")])
        place[name] = rng.choice(WRONG)
    if rng.random() < 0.1 and op["op"] != "insert":
        op["expect"] = {"name": rng.choice(WRONG)}
    return op


def _problem(op: dict[str, Any]) -> str | None:
    try:
        [decoded] = decode_ops(json.dumps([op]).encode())
    except msgspec.ValidationError as error:
        return str(error)
    return problem_with_new_op(decoded)
