"""The first aspect of the journal: the payload of its entries is a list of ops."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import msgspec

from rooms.aspect import UNREADABLE, StateSlice
from rooms.document.contributor_scope import scope_of
from rooms.document.document import GIVE_WAY, AppliedDelta, Document, quarantined
from rooms.document.entity_store import Steps
from rooms.journal.entry import Entry, Proposal, Purpose
from rooms.pauses import no_pause, slices_of
from rooms.rules.proposal_rules import problem_with_new_op
from schema.ops import Op, decode_ops


class DocumentAspect:
    """`document`: the state that the entries have made. Members' ops are refused with more detail
    by `rooms.edits`; `check` is for who has no seat."""

    __slots__ = ("document",)

    def __init__(self, document: Document) -> None:
        self.document = document

    @property
    def digest(self) -> str:
        """See `rooms.document.digest`."""
        return self.document.digest

    def check(self, proposal: Proposal) -> str | None:
        """The first problem with an op by itself."""
        ops = read_ops(proposal)
        if ops is None:
            return UNREADABLE
        return next(filter(None, (problem_with_new_op(op) for op in ops)), None)

    def apply(self, entry: Entry, sent_ops: object = None) -> Steps[AppliedDelta]:
        """One that cannot be read keeps its seq, and does nothing. `sent_ops`: its ops."""
        ops = cast("Sequence[Op] | None", sent_ops) or read_ops(entry)
        if ops is None:
            return quarantined(0, UNREADABLE)
        # The door has looked at each op that a member of this node proposed.
        are_sound = sent_ops is not None and entry.purpose is Purpose.EDIT
        reach = scope_of(entry.reach, takes_back=entry.purpose is Purpose.UNDO)
        applied = yield from self.document.applying(
            ops,
            atomic=entry.atomic,
            are_sound=are_sound,
            reach=reach,
            gives_way=entry.purpose in GIVE_WAY,
        )
        applied.proposed = ops
        return applied

    def slices(self) -> Iterator[StateSlice]:
        """Of small states: a large one is frozen first, and cut in a worker thread."""
        for collection, entities in self.document.collections.items():
            for chunk in slices_of(entities, no_pause):
                yield StateSlice(collection, msgspec.json.encode(chunk))

    def load(self, slices: Iterable[StateSlice]) -> None:
        """Of this Prime: `server.states.stored_state` reads what an earlier one has stored."""
        for part in slices:
            entities = msgspec.json.decode(part.entities, type=dict[str, dict[str, Any]])
            self.document.load(part.collection, entities)


def read_ops(entry: Entry | Proposal) -> list[Op] | None:
    """None: they cannot be read."""
    try:
        return decode_ops(entry.payload)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
