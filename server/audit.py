"""What PostgreSQL holds of a project, by replaying its journal: independent of any running hub."""

from collections.abc import Callable
from typing import Any

from persistence import project_history, studio_projects
from persistence.journal_postgres import PostgresJournal
from persistence.pool import Database
from rooms.journal_entry import Entry
from server.stored_state import apply_entries, newest_whole, read_document

PAGE = 1_000


async def audit(database_url: str, project: str) -> dict[str, Any]:
    """Replays checkpoint and journal; `checkpoint_ok`: so does the journal from its start."""
    db = await Database.open(database_url, max_size=2, application_name="prime audit")
    try:
        journal = PostgresJournal(db)
        checkpoint = await studio_projects.state_at(db, project)
        oldest = await project_history.oldest(db, project)
        first, rebuilt = await newest_whole(journal, project, oldest, _here)
        entries = await _all_entries(journal, project, first.seq)
    finally:
        await db.close()
    document = read_document(checkpoint)
    apply_entries(document, [entry for entry in entries if entry.seq > checkpoint.seq])
    apply_entries(rebuilt, entries)
    seqs = [entry.seq for entry in entries]
    return {
        "project": project,
        "epoch": checkpoint.epoch,
        "head": seqs[-1] if seqs else first.seq,
        "checkpoint_seq": checkpoint.seq,
        "checkpoint_ok": rebuilt.frozen() == document.frozen(),
        "gapless": seqs == list(range(first.seq + 1, first.seq + 1 + len(seqs))),
        "entities": len(document),
        "digest": document.digest,
        "deltas": len(entries),
        "delta_ids": [entry.delta_id for entry in entries],
    }


async def _all_entries(journal: PostgresJournal, project: str, after: int) -> list[Entry]:
    entries: list[Entry] = []
    while page := await journal.read(project, entries[-1].seq if entries else after, PAGE):
        entries.extend(page)
    return entries


async def _here(function: Callable[..., Any], *args: Any) -> Any:
    """A command line has no event loop that must not wait."""
    return function(*args)
