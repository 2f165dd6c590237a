"""What the author of a delta had before it, so that its own mistakes are told from what others did.

A delta is refused for an op that was impossible there already. What was possible there, and is not
any more, others have overtaken: it goes to the journal, and is dropped (rules D18 to D20).
"""

from collections.abc import Generator, Sequence
from typing import NamedTuple

from rooms.document.document import Change, Document, Drop, TriedDelta
from rooms.edits.undo_stacks import UndoStacks
from rooms.effects import Effects, pausing
from rooms.journal.entry import Purpose
from rooms.journal.follower import JournalFollower
from rooms.presence.seat import Seat
from schema.messages import DeltaCommitted
from schema.ops import Op
from schema.server_limits import MAX_LOOKED_BACK


class AuthorView(NamedTuple):
    """What leads there from the state at the head.

    `changes_to_take_back`: the changes to be taken back, the latest first; `own_deltas`: the
    author's own deltas since, in their order; `own_edits`: those of them that the server did not
    make; `change_count`: how many changes and ops there are in all.
    """

    changes_to_take_back: Sequence[Change]
    own_deltas: Sequence[TriedDelta]
    own_edits: Sequence[TriedDelta]
    change_count: int


def as_seen(
    follower: JournalFollower,
    stacks: UndoStacks,
    seat: Seat,
    base: int,
    sent_deltas: Sequence[TriedDelta],
) -> AuthorView | None:
    """What the member in this seat had before it on the copy at `base`, its own edits with it.

    `sent_deltas`: those of its edits that are not committed yet. None: it cannot be told, or not
    any more, or not within what the member may have looked back.
    """
    most = min(MAX_LOOKED_BACK, seat.changes_to_look_back)
    changes_back: list[Change] = []
    own_deltas: list[TriedDelta] = []
    edits: list[TriedDelta] = []
    cost = 0
    for seq in range(follower.head, base, -1):
        entry, changes = follower.tail.at(seq), stacks.changes(seq)
        if entry is None or changes is None:
            return None
        cost += 1 + len(changes)
        delta = entry.packet.message
        assert isinstance(delta, DeltaCommitted)
        if delta.member == seat.member:
            is_edit = delta.purpose == Purpose.EDIT
            if entry.drops and not is_edit:
                return None  # others stood in its way: it cannot be told what it had done without
            delta_lists = (own_deltas, edits) if is_edit else (own_deltas,)
            cost += _add(TriedDelta(entry.proposed_ops or delta.ops, entry.atomic), delta_lists)
        if cost > most:
            return None
        changes_back.extend(reversed(changes))
    cost += sum(len(delta.ops) for delta in sent_deltas)
    # With an own undo among them it may be gone back over twice.
    cost *= 1 + (len(own_deltas) > len(edits))
    own_deltas, edits = [*reversed(own_deltas), *sent_deltas], [*reversed(edits), *sent_deltas]
    return AuthorView(changes_back, own_deltas, edits, cost) if cost <= most else None


def _add(delta: TriedDelta, lists: Sequence[list[TriedDelta]]) -> int:
    """How many ops that is more."""
    for delta_list in lists:
        delta_list.append(delta)
    return len(delta.ops)


def own_mistake(
    document: Document, author_view: AuthorView, ops: Sequence[Op], own_drops: Sequence[Drop]
) -> Generator[Effects, None, Drop | None]:
    """The first of `own_drops`, which are impossible now, that was so on what its author saw.

    Nobody knows what an undo does until it is answered: who sent it first may have seen the state
    with it or without. What was possible on either is no mistake.
    """
    remaining_ops = yield from _broken_on(
        document, author_view.changes_to_take_back, author_view.own_deltas, ops, own_drops
    )
    if remaining_ops and len(author_view.own_edits) < len(author_view.own_deltas):
        remaining_ops = yield from _broken_on(
            document, author_view.changes_to_take_back, author_view.own_edits, ops, remaining_ops
        )
    return remaining_ops[0] if remaining_ops else None


def _broken_on(
    document: Document,
    changes_back: Sequence[Change],
    own_deltas: Sequence[TriedDelta],
    ops: Sequence[Op],
    broken: Sequence[Drop],
) -> Generator[Effects, None, list[Drop]]:
    """Those of `broken` that were impossible on this state, for the same reason."""
    drops = yield from pausing(document.rehearsing_on(changes_back, own_deltas, ops))
    was_broken = {drop.op: drop for drop in drops}
    # A device is not taken back to what it was: its parameters may be thousands.
    devices = {entity_id for collection, entity_id, *_ in changes_back if collection == "devices"}
    remaining_ops = []
    for drop in broken:
        before = was_broken.get(drop.op)
        if before is not None and before.reason is drop.reason and ops[drop.op].id not in devices:
            remaining_ops.append(before)
    return remaining_ops
