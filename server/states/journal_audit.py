"""What PostgreSQL holds of a project, by replaying its journal: it asks no running server."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from persistence.journal import history as project_history
from persistence.journal import stored_states
from persistence.journal.contract import Checkpoint
from persistence.journal.postgres import PostgresJournal
from persistence.pool import Database
from persistence.tables import project_snapshots
from rooms.document.document import Document
from rooms.journal.entry import Entry
from server.states.stored_state import DamagedState, apply_entries, newest_whole, read_document

PAGE = 1_000

TOLD_EVERY = 100
"""Entries between two words of how far the replay is."""


def _tell_nobody(_replayed: int) -> None:
    pass


async def audit(database_url: str, project: str, *, digests: bool = False) -> dict[str, Any]:
    """Replays checkpoint and journal; `checkpoint_ok`: so does the journal from its start.

    With `digests` the report has what the state comes to after each seq, `digests`, and
    `snapshots`: for each stored one its id, epoch and seq, and the digest that its content comes
    to, None for one that cannot be read.
    """
    db = await Database.open(database_url, max_size=2, application_name="prime audit")
    try:
        return await audit_in(db, project, digests=digests)
    finally:
        await db.close()


async def audit_in(
    db: Database,
    project: str,
    *,
    digests: bool = False,
    tell: Callable[[int], None] = _tell_nobody,
) -> dict[str, Any]:
    """The same, of a database that is open. `tell`: how many entries are replayed by now."""
    journal = PostgresJournal(db)
    checkpoint = await stored_states.newest(db, project)
    oldest = await project_history.oldest(db, project)
    first, rebuilt = await newest_whole(journal, project, oldest, _run_here)
    entries = await _all_entries(journal, project, first.seq)
    snapshot_fields: dict[str, Any] = (
        {"snapshots": await _snapshots(db, project)} if digests else {}
    )
    by_seq = _replayed(rebuilt, first.seq, entries, tell)
    document = _checkpointed(checkpoint, entries)
    seqs = [entry.seq for entry in entries]
    if digests:
        snapshot_fields["digests"] = by_seq
    return snapshot_fields | {
        "project": project,
        "epoch": checkpoint.epoch,
        "head": seqs[-1] if seqs else first.seq,
        "checkpoint_seq": checkpoint.seq,
        "checkpoint_ok": document is not None and rebuilt.frozen() == document.frozen(),
        "gapless": seqs == list(range(first.seq + 1, first.seq + 1 + len(seqs))),
        "entities": len(rebuilt),
        "digest": rebuilt.digest,
        "deltas": len(entries),
        "delta_ids": [entry.delta_id for entry in entries],
    }


def _replayed(
    document: Document, seq: int, entries: list[Entry], tell: Callable[[int], None]
) -> dict[str, str]:
    """Apply the entries to a state of `seq`: its digest then and after each, by seq."""
    digests = {str(seq): document.digest}  # keys of JSON are texts
    for number, entry in enumerate(entries, start=1):
        apply_entries(document, [entry])
        if not number % TOLD_EVERY:
            tell(number)
        digests[str(entry.seq)] = document.digest
    return digests


def _checkpointed(checkpoint: Checkpoint, entries: list[Entry]) -> Document | None:
    """The checkpoint and what came after it; None: it is damaged."""
    try:
        document = read_document(checkpoint)
    except DamagedState:
        return None
    apply_entries(document, [entry for entry in entries if entry.seq > checkpoint.seq])
    return document


async def _snapshots(db: Database, project: str) -> list[dict[str, Any]]:
    snapshots: list[dict[str, Any]] = []
    for id, kind in await project_snapshots.all_of(db, project):
        checkpoint = await project_snapshots.state(db, project, id)
        report = {"id": id, "kind": kind, "epoch": checkpoint.epoch, "seq": checkpoint.seq}
        snapshots.append(report | {"digest": digest_of_content(checkpoint)})
    return snapshots


def digest_of_content(checkpoint: Checkpoint) -> str | None:
    """The digest of a stored state, whatever it was stored with; None: unreadable."""
    try:
        return read_document(replace(checkpoint, digest="")).digest
    except DamagedState:
        return None


async def _all_entries(journal: PostgresJournal, project: str, after: int) -> list[Entry]:
    entries: list[Entry] = []
    while page := await journal.read(project, entries[-1].seq if entries else after, PAGE):
        entries.extend(page)
    return entries


async def _run_here(function: Callable[..., Any], *args: Any) -> Any:
    """A command line has no event loop that must not wait."""
    return function(*args)
