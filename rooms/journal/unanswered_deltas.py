"""Which of a member's deltas the state holds that it is given: those that had no answer (J15)."""

from collections.abc import Iterable
from dataclasses import dataclass

from rooms.journal.tail import Tail
from schema.messages import DeltaCommitted


@dataclass(slots=True, eq=False)
class Unanswered:
    """`ids` of `user`, and those of them that are `committed` (id -> seq), if up to seq `up_to`."""

    user: str
    ids: Iterable[str]
    committed: dict[str, int]
    up_to: int

    def read_on(self, tail: Tail, head: int) -> bool:
        """Add what was committed since, up to the head; False: the tail holds it no more."""
        if not tail.holds_after(self.up_to):
            return False
        for delta_id in self.ids:
            entry = tail.find(delta_id)
            if entry is None or not isinstance(entry.packet.message, DeltaCommitted):
                continue
            if entry.packet.message.user == self.user:
                self.committed[delta_id] = entry.seq
        self.up_to = head
        return True

    def in_state(self, seq: int) -> dict[str, int]:
        """Those that are in the state at this seq; the others come as deltas."""
        return {delta_id: at for delta_id, at in self.committed.items() if at <= seq}
