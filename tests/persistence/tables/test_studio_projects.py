import asyncio
import json
import uuid

import pytest

from persistence.errors import NotFound, Taken
from persistence.journal import stored_states
from persistence.pool import Database
from persistence.tables import studio_projects
from persistence.tables.users import UserRow
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres


@pytest.fixture
async def ann(database: Database) -> UserRow:
    return await make_user(database, "ann")


async def actions(database: Database) -> list[str]:
    rows = await database.fetch(
        "SELECT action FROM change_log WHERE table_name = 'studio_projects' ORDER BY position"
    )
    return [row["action"] for row in rows]


async def test_a_new_project_has_its_owner_and_its_state(database: Database, ann: UserRow) -> None:
    project = await make_project(database, ann, state=b'{"tracks": {"t": {}}}')
    assert (project.owner, project.role, project.head) == (ann.id, "owner", 0)
    assert (project.version, project.archived, project.tags) == (1, False, ["techno"])
    assert project.created_at == project.updated_at > 1_600_000_000_000
    assert await studio_projects.get(database, project.id, ann.id) == project
    checkpoint = await stored_states.newest(database, project.id)
    assert (checkpoint.seq, checkpoint.epoch) == (0, project.epoch)
    [part] = checkpoint.slices
    assert (part.collection, json.loads(part.entities)) == ("tracks", {"t": {}})


async def test_the_same_id_again_is_the_same_project_for_its_owner(
    database: Database, ann: UserRow
) -> None:
    id = str(uuid.uuid4())
    made = await asyncio.gather(*(make_project(database, ann, id=id) for _ in range(4)))
    assert {project.id for project in made} == {id}
    assert await make_project(database, ann, "Other", id=id) == made[0]
    with pytest.raises(Taken) as taken:
        await make_project(database, await make_user(database), id=id)
    assert taken.value.field == "id"


async def test_who_is_no_member_finds_nothing(database: Database, ann: UserRow) -> None:
    project = await make_project(database, ann)
    with pytest.raises(NotFound):
        await studio_projects.get(database, project.id, (await make_user(database)).id)
    for ask in (stored_states.newest(database, str(uuid.uuid4())),):
        with pytest.raises(NotFound):
            await ask


async def test_archiving_is_seen_in_the_row_and_undone(database: Database, ann: UserRow) -> None:
    project = await make_project(database, ann)
    await studio_projects.set_archived(database, project.id, True)
    assert (await studio_projects.get(database, project.id, ann.id)).archived
    await studio_projects.set_archived(database, project.id, False)
    assert not (await studio_projects.get(database, project.id, ann.id)).archived
    with pytest.raises(NotFound):
        await studio_projects.set_archived(database, str(uuid.uuid4()), True)


async def test_the_feed_hears_of_fields_and_of_stored_states_and_not_of_heads(
    database: Database, ann: UserRow
) -> None:
    project = await make_project(database, ann)
    await database.execute("UPDATE studio_projects SET head_seq = head_seq + 1")
    assert await actions(database) == ["insert"]
    await database.execute("UPDATE studio_projects SET state_seq = 1, state_id = DEFAULT")
    saved = await studio_projects.get(database, project.id, ann.id)
    assert (saved.version, saved.updated_at > project.updated_at) == (1, True)
    assert await actions(database) == ["insert", "update"]
    await database.execute("UPDATE studio_projects SET name = 'New'")
    await studio_projects.set_archived(database, project.id, True)
    await database.execute("DELETE FROM studio_projects")
    assert await actions(database) == ["insert", "update", "update", "update", "delete"]
