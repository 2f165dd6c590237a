"""From the journal into the aspects of a project: every entry once, in the order of seq."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from rooms.aspect import Applied, Aspect
from rooms.document.document import Document
from rooms.document.document_aspect import DocumentAspect
from rooms.effects import CatchUp, Job, Quarantined, pausing
from rooms.freeable import Freeable
from rooms.journal.entry import DOCUMENT, Entry, Proposal
from rooms.journal.tail import Tail
from rooms.known_aspects import digest_with, fresh_aspects
from schema.messages import Position
from schema.server_limits import MAX_EARLY


class AppliedEntry(NamedTuple):
    """An entry that was applied just now, and what it did.

    `previous`: the id of the entry before it, if it is known; `ends_group`: the head was inside a
    group, and is not any more.
    """

    entry: Entry
    applied: Applied
    previous: str | None
    ends_group: bool


class JournalFollower:
    """The aspects of a project, and how far the journal is in them.

    `on_applied` is called with every entry as soon as it is in. `sent_ops_of` gives the payload of
    an entry as an object, if it was proposed on this node.
    """

    def __init__(
        self,
        document: Document,
        position: Position,
        on_applied: Callable[[AppliedEntry], Job],
        sent_ops_of: Callable[[Entry], object] = lambda _: None,
        others: dict[str, Aspect] | None = None,
    ) -> None:
        self.document = document
        self.document_aspect = DocumentAspect(document)
        self.other_aspects = fresh_aspects() if others is None else others
        """All other aspects, by name."""
        self.head = position.seq
        self.head_id: str | None = None
        """Of the entry at the head; None: it is not known, or there is none."""
        self.digest = document.digest
        """Of the document at the head."""
        self.tail = Tail(position.seq, self.digest)
        self.is_inside_group = False
        """The entry at the head belongs to a group that goes on: this is no state to stop at."""
        self.early_entries: dict[int, tuple[Entry, str | None]] = {}
        """By seq: what `on_remote_entry` got over the bus before the entries between."""
        self._on_applied = on_applied
        self._sent_ops_of = sent_ops_of

    def committed(self, entries: Iterable[Entry]) -> Job:
        """What the journal holds past the head, from this node's commits or any other's."""
        for entry in entries:
            if entry.seq <= self.head:
                continue
            if entry.seq > self.head + 1:
                yield [CatchUp(self.head)]
                return
            yield from self._apply(entry)
            if self.early_entries:
                yield from self._apply_early()

    def on_remote_entry(self, entry: Entry, previous: str | None = None) -> Job:
        """What another node has committed; a gap may fill itself.

        `previous`: the id of the entry before it. Where ours is another one, one of us holds what
        is not the project any more: the journal says who.
        """
        if entry.seq <= self.head:
            return
        if entry.seq > self.head + 1:
            if len(self.early_entries) < MAX_EARLY:
                self.early_entries[entry.seq] = (entry, previous)
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
        while self.early_entries:
            early = self.early_entries.pop(self.head + 1, None)
            if early is None:
                self.early_entries = {
                    seq: e for seq, e in self.early_entries.items() if seq > self.head
                }
                return
            entry, previous = early
            if not self._follows(previous):
                yield [CatchUp(self.head)]
                return
            yield from self._apply(entry)

    def _apply(self, entry: Entry) -> Job:
        sent_ops, previous = self._sent_ops_of(entry), self.head_id
        aspect = (
            self.document_aspect
            if entry.aspect == DOCUMENT
            else self.other_aspects.get(entry.aspect)
        )
        if aspect is None:
            applied = Applied(mistake=f"no aspect {entry.aspect!r} is known here")
        else:
            applied = yield from pausing(aspect.apply(entry, sent_ops))
        if applied.mistake is not None:
            yield [Quarantined(entry.seq, entry.delta_id, applied.mistake)]
        ends_group = self.is_inside_group and not entry.more
        self.head, self.head_id, self.is_inside_group = entry.seq, entry.delta_id, entry.more
        self.digest = self.document.digest
        yield from self._on_applied(AppliedEntry(entry, applied, previous, ends_group))

    @property
    def whole_digest(self) -> str:
        """Of all aspects at the head: what nodes compare."""
        return digest_with(self.digest, self.other_aspects) if self.other_aspects else self.digest

    def check(self, proposal: Proposal) -> str | None:
        """Why its aspect refuses it before it is stored; None: it does not."""
        aspect = self.other_aspects.get(proposal.aspect)
        return (
            f"there is no aspect {proposal.aspect!r}" if aspect is None else aspect.check(proposal)
        )

    def give_contents(self) -> list[Freeable]:
        """What is large, of a closed room.

        There is no document from then on: an empty one could be taken for the project's.
        """
        contents: list[Freeable] = [self.document, self.tail.give_entries(), self.early_entries]
        del self.document, self.document_aspect
        self.early_entries = {}
        return contents
