"""The local copy of a project's state: what is confirmed, with what is pending applied on top.

A remote delta takes the pending effects back, takes effect, and has them applied again: the cost is
that of the pending ops, whatever the size of the project. Pending ops are applied leniently: one
whose target is gone does nothing here, and a pending delete hides the entity alone; what hangs on
it follows when the server has spelled it out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from prime_client.copy.digest import shown, term, total
from prime_client.copy.state_ops import Op, State, Undo, apply_op, roll_back, would_apply
from prime_client.events import Position


@dataclass(slots=True)
class PendingDelta:
    """A delta of ours that the server has not answered yet, or an undo or redo asked for."""

    id: str
    ops: list[Op]
    atomic: bool = False
    step: str | None = None
    gesture: str | None = None
    kind: str = "delta"
    base: Position | None = None
    """Where our copy stood when it was made (rule D18)."""
    undo: Undo = field(default_factory=list)
    """How to take back what it does to the view now."""


class ProjectCopy:
    """The state as the musician sees it, and the digest of its confirmed part."""

    def __init__(self, *, check_digests: bool = True) -> None:
        self.state: State = {}
        """Confirmed plus pending."""
        self.pending: dict[str, PendingDelta] = {}
        """By id, in the order they were made in."""
        self.sum_of_terms = 0
        """What the entities of the confirmed state add up to."""
        self._check_digests = check_digests

    @property
    def digest(self) -> str:
        """The digest of the confirmed state."""
        return shown(self.sum_of_terms)

    def replace(self, state: State) -> None:
        """A whole confirmed state came; what is pending has no effect until `reapply_pending`."""
        for delta in self.pending.values():
            delta.undo.clear()
        self.state = state
        if self._check_digests:
            self.sum_of_terms = total(state)

    def add(self, delta: PendingDelta) -> None:
        """Apply one more delta of ours, after all others."""
        self._apply_pending(delta)  # all of it or, if it cannot be, nothing
        self.pending[delta.id] = delta

    def withdraw(self, delta_id: str) -> None:
        """Take one of ours back and forget it."""
        with self.confirmed():
            del self.pending[delta_id]

    @contextmanager
    def confirmed(self) -> Iterator[None]:
        """Within, the state is without what is pending, which is applied again in any case."""
        for delta in reversed(self.pending.values()):
            roll_back(self.state, delta.undo)
        try:
            yield
        finally:
            self.reapply_pending()

    def reapply_pending(self) -> None:
        """Make the view from the confirmed state."""
        for delta in self.pending.values():
            self._apply_pending(delta)

    def apply_committed(self, ops: list[Op]) -> None:
        """Within `confirmed`: what the journal holds takes effect; raises `DoesNotApply`.

        All of it or nothing.
        """
        undo: Undo = []
        try:
            for op in ops:
                apply_op(self.state, op, undo)
        except BaseException:
            roll_back(self.state, undo)
            raise
        if self._check_digests:
            self._count(undo)

    def _count(self, undo: Undo) -> None:
        """Bring the digest up to what committed ops have changed."""
        before: dict[tuple[str, str], Any] = {}
        for collection, entity_id, entity in undo:
            before.setdefault((collection, entity_id), entity)
        for (collection, entity_id), entity in before.items():
            now = self.state[collection].get(entity_id)
            if entity is not None:
                self.sum_of_terms -= term(collection, entity_id, entity)
            if now is not None:
                self.sum_of_terms += term(collection, entity_id, now)

    def _apply_pending(self, delta: PendingDelta) -> None:
        try:
            for op in delta.ops:
                if would_apply(self.state, op):
                    apply_op(self.state, op, delta.undo)
                elif delta.atomic:
                    roll_back(self.state, delta.undo)
                    return
        except BaseException:
            roll_back(self.state, delta.undo)
            raise
