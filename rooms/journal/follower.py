"""From the journal into the document: every entry once, in the order of seq."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from rooms.document.document import Document, quarantined
from rooms.edits import answers
from rooms.edits.proposals import Proposals
from rooms.edits.undo_stacks import UndoStacks
from rooms.effects import CatchUp, Job, Packet, Quarantined, pausing
from rooms.journal.entry import Entry, Purpose
from rooms.journal.tail import Tail, TailEntry, size_of
from schema.messages import Ack, DeltaCommitted, Position
from schema.ops import Op, decode_ops
from schema.server_limits import MAX_EARLY


class AppliedEntry(NamedTuple):
    """An entry that was applied just now, as its author (`ack`) and others (`packet`) hear of it.

    `digest`: of the state after it; `previous`: the id of the entry before it, if it is known;
    `ends_group`: the head was inside a group, and is not any more.
    """

    entry: Entry
    packet: Packet
    ack: Ack
    digest: str
    previous: str | None
    ends_group: bool


class JournalFollower:
    """The document of a room, and how far the journal is in it.

    `applied` hears of every entry as soon as it is in. Ops are taken from `waiting` where they are
    there: whoever proposed them is on this node.
    """

    def __init__(
        self,
        project: str,
        document: Document,
        position: Position,
        waiting: Proposals,
        applied: Callable[[AppliedEntry], Job],
    ) -> None:
        self.document = document
        self.head = position.seq
        self.head_id: str | None = None
        """Of the entry at the head; None: it is not known, or there is none."""
        self.digest = document.digest
        """Of the document at the head."""
        self.tail = Tail(position.seq, self.digest)
        self.stacks = UndoStacks()
        self.is_inside = False
        """The entry at the head belongs to a group that goes on: this is no state to stop at."""
        self.unrecorded: dict[int, list[Op]] = {}
        """Seq -> what took effect, where that is not what was proposed and is not stored yet."""
        self.early: dict[int, tuple[Entry, str | None]] = {}
        """By seq: what `on_remote_entry` got over the bus before the entries between."""
        self._project = project
        self._waiting = waiting
        self._applied = applied

    def committed(self, entries: Iterable[Entry]) -> Job:
        """What the journal holds past the head, from this node's commits or any other's."""
        for entry in entries:
            if entry.seq <= self.head:
                continue
            if entry.seq > self.head + 1:
                yield [CatchUp(self.head)]
                return
            yield from self._apply(entry)
            if self.early:
                yield from self._apply_early()

    def on_remote_entry(self, entry: Entry, previous: str | None = None) -> Job:
        """What another node has committed; a gap may fill itself.

        `previous`: the id of the entry before it. Where ours is another one, one of us holds what
        is not the project any more: the journal says who.
        """
        if entry.seq <= self.head:
            return
        if entry.seq > self.head + 1:
            if len(self.early) < MAX_EARLY:
                self.early[entry.seq] = (entry, previous)
            yield [CatchUp(self.head, is_early=True)]
            return
        if not self._follows(previous):
            yield [CatchUp(self.head)]
            return
        yield from self._apply(entry)
        yield from self._apply_early()

    def _follows(self, previous: str | None) -> bool:
        """Whether an entry behind the one of this id is one behind our head, as far as we know."""
        return previous is None or self.head_id is None or previous == self.head_id

    def _apply_early(self) -> Job:
        while self.early:
            early = self.early.pop(self.head + 1, None)
            if early is None:
                self.early = {seq: e for seq, e in self.early.items() if seq > self.head}
                return
            entry, previous = early
            if not self._follows(previous):
                yield [CatchUp(self.head)]
                return
            yield from self._apply(entry)

    def _apply(self, entry: Entry) -> Job:
        sent, previous = self._sent_as(entry), self.head_id
        found = sent or _read(entry)
        ops = found or []
        if found is None:
            applied = quarantined(0, "it cannot be read")
        else:
            # The door has looked at each op that a member of this node proposed.
            is_own = entry.purpose is Purpose.EDIT and sent is not None
            steps = self.document.applying(ops, atomic=entry.atomic, are_sound=is_own)
            applied = yield from pausing(steps)
        if applied.mistake is not None:
            yield [Quarantined(entry.seq, entry.delta_id, applied.mistake)]
        ends_group = self.is_inside and not entry.more
        self.head, self.head_id, self.is_inside = entry.seq, entry.delta_id, entry.more
        self.digest = self.document.digest
        self.stacks.note(entry.mark(is_void=not applied.ops))
        self.stacks.remember(entry.seq, applied.changes)
        is_otherwise = bool(applied.drops) or not applied.is_spelled
        if is_otherwise:
            self.unrecorded[entry.seq] = applied.ops
        delta = DeltaCommitted(
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
        packet = Packet(delta)
        ack, drops = answers.ack(self._project, entry, applied, ops, self.digest)
        is_tried_again = entry.purpose is Purpose.EDIT and applied.mistake is None
        proposed = ops if is_otherwise and is_tried_again else ()
        size = size_of(len(entry.payload), len(applied.ops) + len(proposed))
        self.tail.append(
            TailEntry(
                entry.seq,
                entry.delta_id,
                entry.payload_hash,
                entry.committed_at,
                size,
                packet,
                tuple(drops),
                None if ack.ops is None else delta.ops,  # the same ops, held once
                proposed,
                entry.atomic,
                digest=self.digest,
            )
        )
        done = AppliedEntry(entry, packet, ack, self.digest, previous, ends_group)
        yield from self._applied(done)

    def ops_of(self, entry: Entry) -> Sequence[Op] | None:
        """Those of the entry; None: they cannot be read."""
        return self._sent_as(entry) or _read(entry)

    def _sent_as(self, entry: Entry) -> Sequence[Op] | None:
        """The ops of the entry, if the journal was given just these here."""
        proposed = self._waiting.get(entry.delta_id)
        if proposed is None or not proposed.is_sent_as(entry.payload):
            return None
        return proposed.ops

    def give_documents(self) -> list[Document]:
        """The document, whose room is closed: to be freed by whom it is given to.

        There is none from then on: an empty one could be taken for the project's.
        """
        documents = [self.document]
        del self.document
        return documents


def _read(entry: Entry) -> list[Op] | None:
    try:
        return decode_ops(entry.payload)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
