"""What took effect of the entries after the newest stored state, where no room knows it."""

from collections.abc import Sequence

from persistence.errors import OtherHistory, Unavailable
from persistence.journal.contract import Journal, KnownHead
from rooms.document.document import Document
from rooms.document.document_aspect import DocumentAspect
from rooms.journal.entry import DOCUMENT, Entry
from rooms.pauses import finish
from schema.ops import encode_ops
from server.loop.threads import InThread, yield_gil
from server.states.stored_state import READ_ENTRIES, WorkerDocument, newest_whole


async def record_by_replay(journal: Journal, project: str, in_thread: InThread) -> int:
    """See that the journal knows what took effect; up to which seq it does.

    Raises as `newest_whole` does.
    """
    checkpoint, document = await newest_whole(journal, project, None, in_thread)
    known_head = checkpoint.known
    async with WorkerDocument(
        document, checkpoint.epoch, checkpoint.seq, in_thread
    ) as worker_document:
        del document
        while page := await journal.read(project, known_head.seq, READ_ENTRIES):
            effective_ops = await worker_document.use(_effective_ops_of, page)
            known_head = KnownHead(known_head.epoch, page[-1].seq, page[-1].delta_id)
            if not effective_ops:
                continue
            try:
                await journal.record_effective_ops(project, effective_ops, known_head)
            except OtherHistory as error:
                raise Unavailable("the journal lost entries meanwhile") from error
    return known_head.seq


def _effective_ops_of(document: Document, entries: Sequence[Entry]) -> dict[int, bytes]:
    """Seq -> the ops that took effect, where those are not the ones proposed."""
    effective_ops: dict[int, bytes] = {}
    aspect = DocumentAspect(document)
    for entry in entries:
        if entry.aspect == DOCUMENT:
            applied = finish(aspect.apply(entry), yield_gil)
            if applied.drops or not applied.is_spelled:
                effective_ops[entry.seq] = encode_ops(applied.ops)
        yield_gil()
    return effective_ops
