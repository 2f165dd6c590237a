"""Which ops change which channel leads to which."""

from collections.abc import Sequence
from operator import attrgetter

from schema.ops import Op, Set

ROUTED = frozenset({"channels", "sends"})
"""Collections whose entities lead sound from one channel to another."""

_COLLECTION = attrgetter("col")

_LEADING = frozenset({"channel", "dest"})
"""The properties by which they do."""


def lead_elsewhere(ops: Sequence[Op]) -> bool:
    """Whether any of these ops changes which channel leads to which."""
    if ROUTED.isdisjoint(map(_COLLECTION, ops)):
        return False  # the usual case, decided without a step of Python for each op
    for op in ops:
        if op.col in ROUTED and not (isinstance(op, Set) and _LEADING.isdisjoint(op.props)):
            return True
    return False
