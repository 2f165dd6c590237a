import asyncio
import json
import uuid

import pytest

from persistence.errors import BadCursor, Conflict, NotFound, Taken
from persistence.journal import stored_states
from persistence.pool import Database
from persistence.tables import project_members, studio_projects
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


async def test_fields_change_if_the_version_is_the_one_read(
    database: Database, ann: UserRow
) -> None:
    project = await make_project(database, ann)
    changes = {"name": "New", "bpm": 90.5, "key": "Am", "tags": ["a", "b"]}
    changed = await studio_projects.update(database, project.id, ann.id, 1, changes)
    assert (changed.name, changed.bpm, changed.key, changed.tags) == ("New", 90.5, "Am", ["a", "b"])
    assert (changed.version, changed.scale) == (2, None)
    assert changed.updated_at > project.updated_at
    with pytest.raises(Conflict) as conflict:
        await studio_projects.update(database, project.id, ann.id, 1, {"key": None})
    assert conflict.value.version == 2
    cleared = await studio_projects.update(database, project.id, ann.id, 2, {"key": None})
    assert (cleared.key, cleared.version) == (None, 3)


async def test_of_two_who_change_at_once_one_is_told(database: Database, ann: UserRow) -> None:
    project = await make_project(database, ann)
    answers = await asyncio.gather(
        *(studio_projects.update(database, project.id, ann.id, 1, {"name": n}) for n in "ab"),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "ProjectRow"]


async def test_no_changes_only_compare_the_version(database: Database, ann: UserRow) -> None:
    project = await make_project(database, ann)
    assert await studio_projects.update(database, project.id, ann.id, 1, {}) == project
    with pytest.raises(Conflict):
        await studio_projects.update(database, project.id, ann.id, 2, {})
    with pytest.raises(ValueError, match="head_seq"):
        await studio_projects.update(database, project.id, ann.id, 1, {"head_seq": 9})
    with pytest.raises(NotFound):
        await studio_projects.update(database, str(uuid.uuid4()), ann.id, 1, {"name": "x"})


async def test_archiving_is_seen_in_the_row_and_undone(database: Database, ann: UserRow) -> None:
    project = await make_project(database, ann)
    await studio_projects.set_archived(database, project.id, True)
    assert (await studio_projects.get(database, project.id, ann.id)).archived
    await studio_projects.set_archived(database, project.id, False)
    assert not (await studio_projects.get(database, project.id, ann.id)).archived
    with pytest.raises(NotFound):
        await studio_projects.set_archived(database, str(uuid.uuid4()), True)


async def test_pages_follow_each_other_last_changed_first(database: Database, ann: UserRow) -> None:
    made = [await make_project(database, ann, f"Song {n}") for n in range(5)]
    archived = await make_project(database, ann, "Old")
    await studio_projects.set_archived(database, archived.id, True)
    await make_project(database, await make_user(database), "Not hers")
    await studio_projects.update(database, made[0].id, ann.id, 1, {"name": "Newest"})
    names: list[str] = []
    after: str | None = None
    for _ in range(3):
        page, after = await studio_projects.list_for(database, ann.id, False, 2, after)
        names += [project.name for project in page]
    assert names == ["Newest", "Song 4", "Song 3", "Song 2", "Song 1"]
    assert after is None
    page, after = await studio_projects.list_for(database, ann.id, True, 2, None)
    assert ([project.name for project in page], after) == (["Old"], None)


async def test_projects_of_the_same_instant_are_on_one_page_only(
    database: Database, ann: UserRow
) -> None:
    made = {(await make_project(database, ann)).id for _ in range(6)}
    await database.execute(
        """
        ALTER TABLE studio_projects DISABLE TRIGGER USER;
        UPDATE studio_projects SET updated_at = '2026-01-01';
        ALTER TABLE studio_projects ENABLE TRIGGER USER;
        """
    )
    seen: list[str] = []
    page, after = await studio_projects.list_for(database, ann.id, False, 4, None)
    seen += [project.id for project in page]
    page, after = await studio_projects.list_for(database, ann.id, False, 4, after)
    seen += [project.id for project in page]
    assert after is None
    assert len(seen) == 6
    assert set(seen) == made


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "_" * 32, "A" * 400, "____" * 8, "\0"])
async def test_what_is_no_cursor_is_a_value_error(
    database: Database, ann: UserRow, cursor: str
) -> None:
    with pytest.raises(BadCursor):
        await studio_projects.list_for(database, ann.id, False, 2, cursor)


async def test_the_feed_hears_of_fields_and_not_of_heads_or_states(
    database: Database, ann: UserRow
) -> None:
    project = await make_project(database, ann)
    await database.execute("UPDATE studio_projects SET head_seq = head_seq + 1")
    await database.execute("UPDATE studio_projects SET state_seq = 1, state_id = DEFAULT")
    saved = await studio_projects.get(database, project.id, ann.id)
    assert (saved.version, saved.updated_at > project.updated_at) == (1, True)
    assert await actions(database) == ["insert"]
    await studio_projects.update(database, project.id, ann.id, 1, {"name": "New"})
    await studio_projects.set_archived(database, project.id, True)
    await database.execute("DELETE FROM studio_projects")
    assert await actions(database) == ["insert", "update", "update", "delete"]


@pytest.mark.new_database
async def test_pages_of_many_projects_come_from_indexes(database: Database, ann: UserRow) -> None:
    await database.execute(
        """
        WITH many AS (
            INSERT INTO prime_users (email, username)
            SELECT 'u' || n || '@example.org', 'u' || n FROM generate_series(1, 500) AS n
            RETURNING id
        ), projects AS (
            INSERT INTO studio_projects (owner_id, name)
            SELECT id, 'Song' FROM many, generate_series(1, 10)
            RETURNING id, owner_id
        )
        INSERT INTO project_members SELECT id, owner_id, 'owner' FROM projects
        """
    )
    await make_project(database, ann)
    await project_members.list_of(database, str(uuid.uuid4()))
    await database.execute("ANALYZE")
    rows = await database.fetch(
        "EXPLAIN " + studio_projects.LIST_FOR, ann.id, False, 51, None, None
    )
    plan = "\n".join(row[0] for row in rows)
    assert "project_members_user_idx" in plan
    assert "Seq Scan" not in plan
