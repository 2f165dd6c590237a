"""A role that is taken away while a row is being written: one comes before the other, for all."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from persistence.errors import Busy, Forbidden
from persistence.lanes import Lanes, LaneSizes
from persistence.pool import Executor
from persistence.rows import writing
from persistence.rows.row_lanes import RowLanes
from persistence.tables import project_members
from schema.tables.audio_files import AUDIO_FILES
from tests.persistence.planted_rows import make_project, make_user, somebody_waits

pytestmark = pytest.mark.postgres

TAKES = {
    "revoked": "DELETE FROM project_members WHERE project_id = $1 AND user_id = $2",
    "a viewer now": (
        "UPDATE project_members SET role = 'viewer' WHERE project_id = $1 AND user_id = $2"
    ),
}


@pytest.fixture
async def lanes(database_url: str) -> AsyncIterator[Lanes]:
    opened = await Lanes.open(database_url, LaneSizes())
    yield opened
    await opened.close()


async def editor_and_file(db: Executor) -> tuple[str, str, str]:
    """Ids of a project, of an editor of it, and of an audio file in it."""
    ann, ben = await make_user(db, "ann"), await make_user(db, "ben")
    project = await make_project(db, ann)
    await project_members.grant(db, project.id, ben.id, "editor")
    file = await db.fetchval(
        "INSERT INTO audio_files (project_id, name) VALUES ($1, 'kick.wav') RETURNING id",
        project.id,
    )
    return project.id, ben.id, file


async def written(access: RowLanes, verb: str, project: str, user: str, file: str) -> object:
    name = {"name": "snare.wav"}
    if verb == "create":
        return await writing.create(access, AUDIO_FILES, user, {"project": project, **name})
    if verb == "update":
        return await writing.update(access, AUDIO_FILES, user, file, 1, name)
    return await writing.delete(access, AUDIO_FILES, user, file)


@pytest.mark.parametrize("taken", TAKES)
@pytest.mark.parametrize("verb", ["create", "update", "delete"])
async def test_R6_a_write_waits_for_who_takes_the_role_away_and_is_refused(
    lanes: Lanes, taken: str, verb: str
) -> None:
    project, ben, file = await editor_and_file(lanes.calls)
    access = RowLanes(lanes.callers, lanes.calls)
    async with lanes.calls.transaction() as owner:
        await owner.execute(TAKES[taken], project, ben)
        write = asyncio.ensure_future(written(access, verb, project, ben, file))
        await somebody_waits(lanes.reads)
    with pytest.raises(Forbidden):
        await write
    names = await lanes.calls.fetch("SELECT name FROM audio_files")
    assert [row["name"] for row in names] == ["kick.wav"]


async def test_R6_who_takes_a_role_away_waits_for_the_write_that_it_allowed(lanes: Lanes) -> None:
    project, ben, file = await editor_and_file(lanes.calls)
    async with lanes.callers.transaction() as transaction:
        access = RowLanes(transaction, lanes.calls)
        await writing.update(access, AUDIO_FILES, ben, file, 1, {"name": "snare.wav"})
        async with lanes.calls.transaction() as owner:
            await owner.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(Busy):
                await project_members.revoke(owner, project, ben)
    await project_members.revoke(lanes.calls, project, ben)
