"""What PostgreSQL holds of a project, by replaying its journal: independent of any running hub."""

import hashlib
import json
from typing import Any

from persistence import studio_projects
from persistence.journal_postgres import PostgresJournal
from persistence.pool import Database
from rooms.document import Document, State
from rooms.journal_entry import Entry
from schema.entities import empty_state
from schema.ops import decode_ops
from server.hub import read_document

PAGE = 1_000


async def audit(database_url: str, project: str) -> dict[str, Any]:
    """Replays checkpoint and journal; `checkpoint_ok`: so does the journal from its start."""
    db = await Database.open(database_url, max_size=2)
    try:
        journal = PostgresJournal(db)
        checkpoint = await studio_projects.state_at(db, project)
        entries = await _all_entries(journal, project)
    finally:
        await db.close()
    document = read_document(checkpoint.state)
    _replay(document, [entry for entry in entries if entry.seq > checkpoint.seq])
    state = document.frozen()
    return {
        "project": project,
        "epoch": checkpoint.epoch,
        "head": entries[-1].seq if entries else 0,
        "checkpoint_seq": checkpoint.seq,
        "checkpoint_ok": _from_the_start(state, entries) == state,
        "gapless": [entry.seq for entry in entries] == list(range(1, len(entries) + 1)),
        "entities": len(document),
        "digest": digest(state),
        "deltas": len(entries),
        "delta_ids": [entry.delta_id for entry in entries],
    }


async def _all_entries(journal: PostgresJournal, project: str) -> list[Entry]:
    entries: list[Entry] = []
    while page := await journal.read(project, entries[-1].seq if entries else 0, PAGE):
        entries.extend(page)
    return entries


def _replay(document: Document, entries: list[Entry]) -> None:
    for entry in entries:
        document.apply(decode_ops(entry.ops), atomic=entry.atomic)


def _from_the_start(state: State, entries: list[Entry]) -> State:
    """The state of a new project with every delta applied; how it began is not in the journal."""
    name = str(state["project"]["project"]["name"])
    first = empty_state(name)
    begun: State = json.loads(json.dumps(first))
    document = Document(begun)
    for collection in ("tempo", "signatures"):
        for entity_id, entity in state[collection].items():
            if entity_id in begun[collection]:
                document.collections[collection][entity_id] = entity
    _replay(document, entries)
    rebuilt = document.frozen()
    rebuilt["project"]["project"] = state["project"]["project"]
    return rebuilt


def digest(state: State) -> str:
    """blake2b of the canonical JSON: keys sorted, every number a float."""
    text = json.dumps(_canonical(state), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _canonical(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, float):
        return value + 0.0  # -0.0 becomes 0.0: jsonb does not keep the sign
    return value
