"""A state is written apart from the project's row: nothing that an append needs is locked by it."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from persistence.journal import state_slices, stored_states
from persistence.journal.contract import Checkpoint
from persistence.journal.state_slices import cut, joined
from persistence.pool import Database, Transaction
from rooms.aspect import StateSlice
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres

LOCK = "SELECT FROM studio_projects WHERE id = $1::uuid FOR NO KEY UPDATE NOWAIT"
COUNT = "SELECT count(*) FROM project_states WHERE project_id = $1"
SEQ = "SELECT state_seq FROM studio_projects WHERE id = $1"


@pytest.fixture
async def checkpoint(database: Database) -> Checkpoint:
    """Of a project whose journal has a thousand entries, as far as its row knows."""
    project = await make_project(database, await make_user(database, "ann"))
    await database.execute("UPDATE studio_projects SET head_seq = 1000")
    return Checkpoint(project.id, project.epoch, 500, "0" * 16, cut(b'{"markers": {"m": {}}}'))


def test_D5_of_a_large_state_no_more_is_copied_at_once_than_one_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted: copies of slices between two parts, whatever the state holds."""
    copied = 0
    inside = state_slices._inner_json

    def counted(entities: bytes) -> bytes:
        nonlocal copied
        copied += 1
        return inside(entities)

    monkeypatch.setattr(state_slices, "_inner_json", counted)
    monkeypatch.setattr(state_slices, "STORED_PART_BYTES", 1_000)
    for slices in (50, 500):
        entities = b'{"m": "' + b"x" * 500 + b'"}'
        state = [StateSlice("markers", entities)] * slices + [StateSlice("notes", b"{}")]
        parts, most = [], 0
        for part in joined(state):
            parts.append(part)
            most, copied = max(most, copied), 0
        assert most <= 3
        assert b"".join(parts).count(b"x" * 500) == slices


class Watched(Database):
    """A database that tries to lock the project's row, as an append would, before each COMMIT."""

    def __init__(self, db: Database, dsn: str, project: str) -> None:
        self.__dict__ = db.__dict__
        self._dsn = dsn
        self._project = project
        self.locked = 0

    @asynccontextmanager
    async def transaction(self, first: str = "") -> AsyncIterator[Transaction]:
        async with super().transaction(first) as transaction:
            yield transaction
            append = await asyncpg.connect(self._dsn, timeout=10)
            try:
                await append.execute(LOCK, self._project)  # raises if it had to wait
                self.locked += 1
            finally:
                await append.close(timeout=10)


async def test_while_a_state_is_written_its_project_is_not_locked(
    database: Database, database_url: str, checkpoint: Checkpoint
) -> None:
    watched = Watched(database, database_url, checkpoint.project)
    await stored_states.save(watched, checkpoint)
    assert watched.locked == 1
    assert await database.fetchval(SEQ, checkpoint.project) == 500


async def test_one_state_is_kept_and_what_is_older_changes_nothing(
    database: Database, checkpoint: Checkpoint
) -> None:
    for seq in (500, 700, 600, 700):
        await stored_states.save(database, replace(checkpoint, seq=seq))
    assert await database.fetchval(SEQ, checkpoint.project) == 700
    assert await database.fetchval(COUNT, checkpoint.project) == 1
    assert await database.fetchval("SELECT count(*) FROM state_parts") == 0


async def test_two_servers_may_write_at_once(database: Database, checkpoint: Checkpoint) -> None:
    saves = (stored_states.save(database, replace(checkpoint, seq=n)) for n in range(501, 505))
    await asyncio.gather(*saves)
    assert await database.fetchval(SEQ, checkpoint.project) == 504
    readable = "SELECT p.project_state -> 'markers' ? 'm' FROM studio_projects AS p WHERE id = $1"
    assert await database.fetchval(readable, checkpoint.project)


async def test_what_a_server_left_when_it_died_is_swept_away(
    database: Database, checkpoint: Checkpoint
) -> None:
    await database.execute(
        "INSERT INTO project_states (id, project_id, project_state, written_at)"
        " VALUES ($1, $2, '{}', now() - interval '1 hour')",
        str(uuid.uuid4()),
        checkpoint.project,
    )
    await stored_states.save(database, checkpoint)
    assert await database.fetchval(COUNT, checkpoint.project) == 1
