"""Fences in PostgreSQL: numbers that only grow, a lock that is not waited for, nodes of before."""

import pytest

from persistence.errors import Unavailable
from persistence.journal import fences
from persistence.pool import Database
from persistence.tables.users import UserRow
from rooms.journal.entry import Outcome
from tests.persistence.journal.journal_contract import propose
from tests.persistence.journal.test_postgres import PostgresBench
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres

MEMBER = "member-1"

APPEND_OF_BEFORE = """
SELECT outcome FROM append_deltas(
    $1, $2, $3, $4, ARRAY['member-1'], ARRAY['[]'::json], ARRAY[false],
    ARRAY[decode(repeat('00', 16), 'hex')],
    ARRAY['edit'], NULL, NULL, NULL, NULL, NULL, NULL)
"""


@pytest.fixture
async def owner(database: Database) -> UserRow:
    return await make_user(database)


@pytest.fixture
async def project(database: Database, owner: UserRow) -> str:
    return (await make_project(database, owner)).id


async def test_J15_numbers_go_on_past_what_was_let_go_of(database: Database, project: str) -> None:
    assert await database.fetchval("SELECT newest_fence()") >= 1
    first = await fences.raise_fence(database, project, MEMBER)
    await fences.trim(database, 3_600.0)
    assert await database.fetchval("SELECT count(*) FROM member_fences") == 1
    await fences.trim(database, 0.0)
    assert await database.fetchval("SELECT count(*) FROM member_fences") == 0
    assert await database.fetchval("SELECT newest_fence()") == first.number
    second = await fences.raise_fence(database, project, MEMBER)
    assert second.number > first.number


async def test_J15_D16_a_locked_project_keeps_no_connection_waiting(
    database: Database, project: str
) -> None:
    async with database.transaction() as other:
        await other.execute("SELECT FROM studio_projects WHERE id = $1 FOR UPDATE", project)
        with pytest.raises(Unavailable, match="lock timeout"):
            await fences.raise_fence(database, project, MEMBER)


async def test_J15_a_node_of_before_is_kept_out_of_nothing(database: Database) -> None:
    bench = PostgresBench(database)
    author = await bench.author()
    project = await bench.project(author)
    await fences.raise_fence(database, project, MEMBER)
    delta = propose(project, author)
    words = [project], [delta.delta_id], [author.user], [author.auth_session]
    assert await database.fetchval(APPEND_OF_BEFORE, *words) == Outcome.COMMITTED.value
