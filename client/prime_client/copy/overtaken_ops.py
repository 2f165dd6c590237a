"""Which ops of a delta whose ack was lost others have overtaken, by what took effect of it."""

from collections.abc import Sequence

from prime_client.copy.state_ops import Op, moved
from prime_client.failures import UNHEARD


def without_effect(
    proposed_ops: Sequence[Op], effective_ops: Sequence[Op]
) -> tuple[tuple[int, str], ...]:
    """The index of each op that is not among those that took effect, and that why is not known.

    `effective_ops`: in the same order, with what the ops brought about besides (rule O5) in
    between.
    """
    dropped_ops: list[tuple[int, str]] = []
    begin = 0
    for index, op in enumerate(proposed_ops):
        places = range(begin, len(effective_ops))
        place_of_effect = next((n for n in places if _is_effect_of(effective_ops[n], op)), None)
        if place_of_effect is None:
            dropped_ops.append((index, UNHEARD))
        else:
            begin = place_of_effect + 1
    return tuple(dropped_ops)


def _is_effect_of(effect: Op, op: Op) -> bool:
    """A `move` takes effect as a `set`; an `insert` with defaults; a `set` maybe with more."""
    if (effect["col"], effect["id"]) != (op["col"], op["id"]):
        return False
    if op["op"] in ("insert", "delete"):
        return bool(effect["op"] == op["op"])
    effect_props = effect.get("props", {})
    props = moved(op) if op["op"] == "move" else op["props"]
    # Which of two at one time is left, and which right, may be another one (rule O12).
    return bool(props) and all(
        name in effect_props and (name == "slot" or effect_props[name] == value)
        for name, value in props.items()
    )
