"""A project's state out of what is stored: the newest that is whole, and the journal after it."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Self

import msgspec
import structlog

from persistence.errors import NotFound
from persistence.journal.contract import Checkpoint, Journal
from rooms.aspect import StateSlice
from rooms.document.digest import canonical, shown, term
from rooms.document.document import Change, Document, Entity, State
from rooms.document.document_aspect import DocumentAspect
from rooms.document.older_states import launcher_links, link, renewed, set_apart, take_without_sides
from rooms.journal.entry import DOCUMENT, Entry
from rooms.pauses import finish, slices_of
from schema.entities import ENTITY_TYPES
from schema.server_limits import MAX_STEP_CHANGES
from server.encoding.codec import JSON
from server.loop.threads import AbandonedWork, InThread, yield_gil
from server.states.encoded_state import SLICE
from server.states.freeing import free, free_document

READ_ENTRIES = 500
"""Entries read from the journal at once."""

log = structlog.get_logger()


class DamagedState(Exception):
    """A stored state has another digest than it should, or cannot be read at all."""


class TooManyChanges(Exception):
    """What is to be undone is larger than any state: changed over and over."""


def read_document(checkpoint: Checkpoint) -> Document:
    """A stored state as a document; raises `DamagedState`. Meant for a worker thread."""
    document = Document()
    links: list[tuple[str, str]] = []
    tempi: dict[str, Entity] = {}
    try:
        for part in checkpoint.slices:
            entities = _entities(part)
            links.extend(launcher_links(part.collection, entities))
            tempi |= take_without_sides(part.collection, entities)
            for chunk in slices_of(renewed(part.collection, entities), yield_gil):
                document.load(part.collection, chunk)
        state_digest = document.digest
        if checkpoint.digest not in ("", state_digest):
            state_digest = _digest_as_stored(checkpoint)
        set_apart(document, tempi)
    except AbandonedWork:
        free_document(document)
        raise
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError) as error:
        raise DamagedState(
            f"the state at seq {checkpoint.seq} cannot be read: {error!r}"
        ) from error
    if checkpoint.digest not in ("", state_digest):
        raise DamagedState(
            f"the state at seq {checkpoint.seq} comes to {state_digest}, not {checkpoint.digest}"
        )
    link(document, links)
    return document


def _digest_as_stored(checkpoint: Checkpoint) -> str:
    """What an older state came to before new properties were filled in."""
    total = 0
    for part in checkpoint.slices:
        for entity_id, entity in _entities(part).items():
            total += term(canonical(part.collection, entity_id, entity))
        yield_gil()
    return shown(total)


def sliced(state: State) -> tuple[StateSlice, ...]:
    """A state as it is stored. Meant for a worker thread."""
    return tuple(
        StateSlice(collection, JSON.encode(part))
        for collection, entities in state.items()
        for part in _cut_entities(entities)
    )


class WorkerDocument:
    """A document for worker threads alone: to free a large one would hold the loop up for 10 ms."""

    def __init__(self, document: Document, epoch: str, seq: int, in_thread: InThread) -> None:
        self.epoch = epoch
        self.seq = seq
        self._documents = [document]
        """The one; empty once it is freed."""
        self._in_thread = in_thread

    async def use(self, function: Callable[..., Any], *args: Any) -> Any:
        """What the function makes of the document, in a worker thread."""
        return await self._in_thread(self._call, function, args)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._in_thread(free, self._documents)

    def _call(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        return function(self._documents[0], *args)


async def worker_document(checkpoint: Checkpoint, in_thread: InThread) -> WorkerDocument:
    """A stored state as a document; raises `DamagedState`."""
    document = await in_thread(read_document, checkpoint)
    return WorkerDocument(document, checkpoint.epoch, checkpoint.seq, in_thread)


async def newest_whole(
    journal: Journal, project: str, at: int | None, in_thread: InThread
) -> tuple[Checkpoint, Document]:
    """The newest stored state (at or before seq `at`) that is whole; a damaged one is loud.

    Raises `NotFound`, `DamagedState` when there is none, `Unavailable`.
    """
    checkpoint = await journal.load(project) if at is None else await journal.base(project, at)
    while checkpoint is not None:
        try:
            return checkpoint, await in_thread(read_document, checkpoint)
        except DamagedState as damage:
            log.error("stored state damaged; falling back", project=project, reason=str(damage))
            checkpoint = await journal.base(project, checkpoint.seq - 1)
    if not await journal.heads([project]):
        raise NotFound("there is no such project")
    raise DamagedState("no stored state of this project is whole")


async def document_at(
    journal: Journal, project: str, seq: int, in_thread: InThread
) -> WorkerDocument:
    """The state after `seq`, or after the group that it is in (rule D14).

    Raises as `newest_whole` does, and `Compacted`.
    """
    checkpoint, document = await newest_whole(journal, project, seq, in_thread)
    worker_document = WorkerDocument(document, checkpoint.epoch, seq, in_thread)
    del document
    try:
        _, worker_document.seq = await _replay(
            journal, project, worker_document, checkpoint.seq, seq
        )
    except BaseException:
        await worker_document.__aexit__()
        raise
    return worker_document


async def changes_of(
    journal: Journal, project: str, seqs: Sequence[int], in_thread: InThread
) -> dict[int, Sequence[Change]]:
    """What each of these has changed; raises as `document_at` does, and `TooManyChanges`."""
    first, last = min(seqs), max(seqs)
    async with await document_at(journal, project, first - 1, in_thread) as worker_document:
        changes, _ = await _replay(
            journal, project, worker_document, first - 1, last, frozenset(seqs)
        )
    return {seq: changes.get(seq, ()) for seq in seqs}


async def _replay(
    journal: Journal,
    project: str,
    document: WorkerDocument,
    after: int,
    up_to: int,
    wanted_seqs: frozenset[int] = frozenset(),
) -> tuple[dict[int, Sequence[Change]], int]:
    """Up to that seq, or the end of the group it is in: what has changed, and where it ends."""
    changes: dict[int, Sequence[Change]] = {}
    count, is_inside = 0, False
    while after < up_to or is_inside:
        page = await journal.read(project, after, min(READ_ENTRIES, max(1, up_to - after)))
        if not page:
            break
        changes_by_seq = await document.use(apply_entries, page, wanted_seqs)
        count += sum(map(len, changes_by_seq.values()))
        if count > MAX_STEP_CHANGES:
            raise TooManyChanges(f"more than {MAX_STEP_CHANGES:,} changes, the most of one undo")
        changes |= changes_by_seq
        after, is_inside = page[-1].seq, page[-1].more
    return changes, after


def apply_entries(
    document: Document, entries: Iterable[Entry], wanted_seqs: frozenset[int] = frozenset()
) -> dict[int, Sequence[Change]]:
    """Replay entries; the changes of those wanted. Meant for a worker thread."""
    changes: dict[int, Sequence[Change]] = {}
    aspect = DocumentAspect(document)
    for entry in entries:
        if entry.aspect == DOCUMENT:
            applied = finish(aspect.apply(entry), yield_gil)
            if entry.seq in wanted_seqs:
                changes[entry.seq] = applied.changes
        yield_gil()
    return changes


def _entities(part: StateSlice) -> dict[str, Entity]:
    if part.collection not in ENTITY_TYPES:
        raise KeyError(part.collection)
    entities: dict[str, Entity] = JSON.converter(part.entities, type=dict[str, dict[str, Any]])
    return entities


def _cut_entities(entities: dict[str, Entity]) -> Iterable[dict[str, Entity]]:
    remaining = iter(entities.items())
    while part := dict(islice(remaining, SLICE)):
        yield part
        yield_gil()
