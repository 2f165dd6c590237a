"""A database as the Prime before aspects left it is migrated, and its project opened and edited."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from persistence import migrate
from persistence.journal.contract import KnownHead
from persistence.journal.history import list_entries
from persistence.journal.postgres import PostgresJournal
from persistence.migrate import known_migrations
from persistence.pool import Database
from rooms.journal.entry import DOCUMENT, Entry, Outcome, Proposal
from rooms.known_aspects import ASPECTS
from rooms.room import Room
from schema.messages import Position
from schema.ops import Set, encode_ops
from server.states.aspects import aspects_of
from server.states.stored_state import newest_whole
from tests.databases import execute
from tests.rooms.counter import COUNTER, Counter

BEFORE = Path(__file__).with_name("before_0020.sql")

MIGRATIONS_BEFORE = 19

PROJECT, DIGEST = "cd7edf8a-c526-4c1a-8783-c6c18354b9a0", "2fa08fbb064987d8"


async def here(function: Callable[..., Any], *args: Any) -> Any:
    """In this thread: the states are small."""
    return function(*args)


@pytest.mark.postgres
async def test_a_database_of_before_is_read_to_the_digest_that_it_had(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ASPECTS, COUNTER, Counter)
    await migrate.migrate(empty_database_url, known_migrations()[:MIGRATIONS_BEFORE])
    await execute(empty_database_url, BEFORE.read_text())
    applied = await migrate.migrate(empty_database_url)
    assert applied[0] == "0020_aspects"
    db = await Database.open(empty_database_url, max_size=3)
    try:
        room, entries = await opened(PostgresJournal(db))
        assert [entry.aspect for entry in entries] == [DOCUMENT]
        assert (room.head, room.digest, room.whole_digest) == (3, DIGEST, DIGEST)
        await goes_on(PostgresJournal(db), room, entries[-1])
        again, _ = await opened(PostgresJournal(db))
        assert again.digest == room.digest
        assert again.whole_digest == room.whole_digest != again.digest
        assert await history(db) == [4, 3, 2, 1]
    finally:
        await db.close()


async def history(db: Database) -> list[int]:
    """What people are shown: who changed what of the document."""
    rows = await list_entries(
        db,
        PROJECT,
        user=None,
        member=None,
        entity=None,
        since_ms=None,
        until_ms=None,
        before_seq=None,
        limit=10,
    )
    return [row.seq for row in rows]


async def opened(journal: PostgresJournal) -> tuple[Room, list[Entry]]:
    """The room, and the entries after its stored state."""
    stored, document = await newest_whole(journal, PROJECT, None, here)
    position = Position(stored.epoch, stored.seq)
    room = Room(PROJECT, document, position, "a", await aspects_of(journal, stored))
    entries = await journal.read(PROJECT, stored.seq, 100)
    for _ in room.committed(entries):
        pass
    return room, entries


async def goes_on(journal: PostgresJournal, room: Room, last: Entry) -> None:
    """One more delta, and an entry of another aspect."""
    delta = Proposal(
        project=PROJECT,
        delta_id="delta-0004",
        author=last.author,
        auth_session="9c94b59f-863f-4ad8-acb7-06e263226198",
        member=last.member,
        payload=encode_ops([Set("tracks", "track_001", {"name": "Keys"})]),
        atomic=False,
    )
    counted = Proposal(
        project=PROJECT,
        delta_id="count-0001",
        author=last.author,
        auth_session="9c94b59f-863f-4ad8-acb7-06e263226198",
        member=last.member,
        payload=b'[["bars",4]]',
        atomic=False,
        aspect=COUNTER,
    )
    known = {PROJECT: KnownHead(room.epoch, room.head, room.head_id)}
    appended = await journal.append([delta, counted], known)
    assert [outcome for outcome, _ in appended.outcomes] == [Outcome.COMMITTED] * 2
    assert [entry.aspect for entry in appended.entries] == [DOCUMENT, COUNTER]
    for _ in room.committed(appended.entries):
        pass
