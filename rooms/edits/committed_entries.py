"""What members are sent of an entry that was applied, and what a room remembers of it."""

from collections.abc import Sequence

from rooms.document.document import AppliedDelta
from rooms.edits import answers
from rooms.edits.group_drops import Drops, GroupDrops
from rooms.edits.undo_stacks import UndoStacks
from rooms.effects import Packet
from rooms.freeable import Freeable
from rooms.journal.entry import DOCUMENT, Entry, Purpose
from rooms.journal.follower import AppliedEntry, JournalFollower
from rooms.journal.tail import TailEntry, size_of
from schema.messages import Ack, DeltaCommitted
from schema.ops import Op

NOTHING = AppliedDelta()
"""What an entry of another aspect does to the document."""


class CommittedEntries:
    """Those of one room."""

    def __init__(self, project: str, follower: JournalFollower) -> None:
        self.stacks = UndoStacks()
        self.unrecorded_ops: dict[int, list[Op]] = {}
        """Seq -> what took effect, where that is not what was proposed and is not stored yet."""
        self._group_drops: GroupDrops | None = None
        """Of the deltas up to the head, if they belong to a group that goes on."""
        self._project = project
        self._follower = follower

    def give_contents(self) -> list[Freeable]:
        """What is large, of a closed room."""
        unrecorded_ops, self.unrecorded_ops = self.unrecorded_ops, {}
        return [*self.stacks.give_contents(), unrecorded_ops]

    def take(self, applied_entry: AppliedEntry) -> tuple[Packet, Ack]:
        """The next entry, as others (`delta`) and its author (`ack`) are sent it."""
        entry = applied_entry.entry
        applied = (
            applied_entry.applied if isinstance(applied_entry.applied, AppliedDelta) else NOTHING
        )
        if entry.aspect == DOCUMENT:
            self.stacks.note(entry.mark(is_void=not applied.ops))
        self.stacks.remember(entry.seq, applied.changes)
        took_effect_otherwise = bool(applied.drops) or not applied.is_spelled
        if took_effect_otherwise:
            self.unrecorded_ops[entry.seq] = applied.ops
        delta = self._delta(entry, applied)
        packet, digest = Packet(delta), self._follower.digest
        drops = self._drops(entry, applied)
        ack = answers.ack(self._project, entry, applied, drops, delta.ops, digest)
        is_tried_again = entry.purpose is Purpose.EDIT and applied.mistake is None
        retried_ops = applied.proposed if took_effect_otherwise and is_tried_again else ()
        self._append(entry, packet, drops, ack.ops, retried_ops, len(applied.ops))
        return packet, ack

    def _drops(self, entry: Entry, applied: AppliedDelta) -> Drops:
        """Those that its ack names: of a group the last delta has those of all (rule D14)."""
        drops = answers.drops_of(entry, applied)
        group_drops, self._group_drops = self._group_drops, None
        if group_drops is None and not entry.more:
            return Drops(drops)
        group_drops = group_drops or GroupDrops()
        group_drops.add(drops, len(applied.proposed))
        if not entry.more:
            return group_drops.told()
        self._group_drops = group_drops
        return Drops()

    def _delta(self, entry: Entry, applied: AppliedDelta) -> DeltaCommitted:
        return DeltaCommitted(
            project=self._project,
            seq=entry.seq,
            id=entry.delta_id,
            user=entry.author,
            member=entry.member,
            at=entry.committed_at,
            ops=applied.ops if entry.purpose is Purpose.EDIT else answers.bare(applied.ops),
            purpose=entry.purpose,
            reverts=entry.reverts,
            more=entry.more,
        )

    def _append(
        self,
        entry: Entry,
        packet: Packet,
        drops: Drops,
        acked_ops: list[Op] | None,
        retried_ops: Sequence[Op],
        effective_count: int,
    ) -> None:
        self._follower.tail.append(
            TailEntry(
                entry.seq,
                entry.delta_id,
                entry.payload_hash,
                entry.committed_at,
                size_of(len(entry.payload) + drops.bytes, effective_count + len(retried_ops)),
                packet,
                tuple(drops.named),
                acked_ops,
                retried_ops,
                entry.atomic,
                digest=self._follower.digest,
                dropped_total=drops.total,
            )
        )
