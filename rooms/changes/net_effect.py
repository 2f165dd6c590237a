"""Whether the changes of a step, one after the other, have changed nothing (rule U11)."""

from collections.abc import Generator, Sequence
from typing import Any

from rooms.document.document import Change, Entity

SLICE_CHANGES = 100
"""Changes handled between two pauses."""

_Key = tuple[str, str]


def is_nothing(changes: Sequence[Change]) -> Generator[None, None, bool]:
    """Whether all that they changed was put back by them: what others changed between counts not.

    Pauses as `rooms.changes.inverse.inverse` does.
    """
    by_entity: dict[_Key, list[Change]] = {}
    for first in range(0, len(changes), SLICE_CHANGES):
        for change in changes[first : first + SLICE_CHANGES]:
            if change[2] != change[3]:
                by_entity.setdefault((change[0], change[1]), []).append(change)
        if 2 * len(by_entity) > len(changes):
            return False  # what is changed once is not put back
        yield
    for number, of_entity in enumerate(by_entity.values()):
        if not _is_put_back(of_entity):
            return False
        if number % SLICE_CHANGES == SLICE_CHANGES - 1:
            yield
    return True


def _is_put_back(changes: Sequence[Change]) -> bool:
    """All are of one entity."""
    if len(changes) < 2:
        return False
    if any(before is None or after is None for _, _, before, after in changes):
        return _is_chain([(before, after) for _, _, before, after in changes])
    values: dict[str, list[tuple[Any, Any]]] = {}
    for _, _, before, after in changes:
        assert before is not None
        assert after is not None
        for name, pair in _changed(before, after):
            values.setdefault(name, []).append(pair)
    return all(map(_is_chain, values.values()))


def _is_chain(pairs: Sequence[tuple[Any, Any]]) -> bool:
    """Whether each begins with what the one before it left, and the last ends as the first began.

    Where it does not, somebody else came between: that is judged op by op.
    """
    last = pairs[0][0]
    for before, after in pairs:
        if before != last:
            return False
        last = after
    return bool(last == pairs[0][0])


def _changed(before: Entity, after: Entity) -> list[tuple[str, tuple[Any, Any]]]:
    """By property, and by leaf of `params`; None: there is no such leaf."""
    names = [name for name, value in after.items() if before.get(name) != value]
    changed_props = [(name, (before.get(name), after[name])) for name in names if name != "params"]
    if "params" in names:
        params_before, params_after = before["params"], after["params"]
        changed_leaves = [
            leaf
            for leaf in params_before.keys() | params_after.keys()
            if params_before.get(leaf) != params_after.get(leaf)
        ]
        changed_props += [
            (f"params/{leaf}", (params_before.get(leaf), params_after.get(leaf)))
            for leaf in changed_leaves
        ]
    return changed_props
