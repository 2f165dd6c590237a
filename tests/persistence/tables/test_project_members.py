import asyncio
import uuid

import pytest

from persistence.errors import LastOwner, NoSuchProject, NotFound, TooManyMembers
from persistence.pool import Database
from persistence.rows import reading
from persistence.rows.row_lanes import RowLanes
from persistence.tables import project_members
from persistence.tables.project_members import OWNERS_FIRST, Membership
from persistence.tables.users import UserRow
from rooms.roles import Grant
from schema.tables.project_members import MEMBERS
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres


@pytest.fixture
async def ann(database: Database) -> UserRow:
    return await make_user(database, "ann")


@pytest.fixture
async def bob(database: Database) -> UserRow:
    return await make_user(database, "bob")


@pytest.fixture
async def project(database: Database, ann: UserRow) -> str:
    return (await make_project(database, ann)).id


async def test_roles_are_granted_changed_and_listed_owners_first(
    database: Database, ann: UserRow, bob: UserRow, project: str
) -> None:
    viewer = await project_members.grant(database, project, bob.id, "viewer")
    assert (viewer.user, viewer.role) == (bob, "viewer")
    assert (await project_members.grant(database, project, bob.id, "editor")).role == "editor"
    assert await project_members.role_of(database, project, bob.id) == "editor"
    cat = await make_user(database, "aaa-cat")
    await project_members.grant(database, project, cat.id, "viewer")
    page = await reading.list_(
        RowLanes(database, database), MEMBERS, cat.id, unnamed=OWNERS_FIRST, limit=500
    )
    assert (page.next, page.previous) == (None, None)
    assert [(member["user"], member["role"]) for member in page.rows] == [
        (ann.id, "owner"),
        (bob.id, "editor"),
        (cat.id, "viewer"),
    ]


async def test_a_project_keeps_an_owner(
    database: Database, ann: UserRow, bob: UserRow, project: str
) -> None:
    for change in (
        project_members.grant(database, project, ann.id, "editor"),
        project_members.revoke(database, project, ann.id),
    ):
        with pytest.raises(LastOwner):
            await change
    await project_members.grant(database, project, ann.id, "owner")
    await project_members.grant(database, project, bob.id, "owner")
    await project_members.grant(database, project, ann.id, "viewer")
    assert await project_members.role_of(database, project, ann.id) == "viewer"


async def members_of(db: Database, project: str) -> list[str]:
    rows = await db.fetch("SELECT user_id FROM project_members WHERE project_id = $1", project)
    return [row["user_id"] for row in rows]


async def test_two_owners_who_leave_at_once_leave_one(
    database: Database, ann: UserRow, bob: UserRow, project: str
) -> None:
    await project_members.grant(database, project, bob.id, "owner")
    answers = await asyncio.gather(
        *(project_members.revoke(database, project, user.id) for user in (ann, bob)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["LastOwner", "NoneType"]
    assert len(await members_of(database, project)) == 1


async def test_who_is_put_out_has_no_role(database: Database, bob: UserRow, project: str) -> None:
    await project_members.grant(database, project, bob.id, "viewer")
    await project_members.revoke(database, project, bob.id)
    assert await project_members.role_of(database, project, bob.id) is None
    with pytest.raises(NotFound):
        await project_members.revoke(database, project, bob.id)


async def test_unknown_projects_and_users_are_not_found(
    database: Database, bob: UserRow, project: str
) -> None:
    unknown = str(uuid.uuid4())
    for change in (
        project_members.grant(database, unknown, bob.id, "viewer"),
        project_members.grant(database, project, unknown, "viewer"),
        project_members.revoke(database, unknown, bob.id),
    ):
        with pytest.raises(NotFound):
            await change
    assert await members_of(database, unknown) == []


async def test_many_roles_are_read_at_once(
    database: Database, ann: UserRow, bob: UserRow, project: str
) -> None:
    pairs = [(project, ann.id), (project, bob.id), (str(uuid.uuid4()), ann.id)]
    assert await project_members.grants_among(database, pairs) == {
        (project, ann.id): Grant("owner")
    }
    assert await project_members.grants_among(database, []) == {}


async def test_the_feed_hears_of_every_change_of_role(
    database: Database, bob: UserRow, project: str
) -> None:
    await project_members.grant(database, project, bob.id, "viewer")
    await project_members.grant(database, project, bob.id, "editor")
    await project_members.revoke(database, project, bob.id)
    rows = await database.fetch(
        "SELECT action, project_id, row_id FROM change_log WHERE user_id = $1"
        " AND table_name = 'project_members' ORDER BY position",
        bob.id,
    )
    assert [row["action"] for row in rows] == ["insert", "update", "delete"]
    assert {(row["project_id"], row["row_id"]) for row in rows} == {
        (project, f"{project}/{bob.id}")
    }


async def test_J13_the_standing_of_a_member_is_role_and_head(
    database: Database, ann: UserRow, bob: UserRow, project: str
) -> None:
    standing = await project_members.standing_of(database, project, ann.id)
    row = await database.fetchrow("SELECT epoch FROM studio_projects WHERE id = $1", project)
    assert row is not None
    newest = await database.fetchval("SELECT newest_fence()")
    assert standing == Membership("owner", str(row["epoch"]), 0, newest)
    assert await project_members.standing_of(database, project, bob.id) is None


async def test_R12_of_many_who_come_at_once_as_many_as_the_limit_get_in(
    database: Database, ann: UserRow, project: str
) -> None:
    await database.execute(
        "UPDATE studio_projects SET member_limit = 4, link_sharing = true WHERE id = $1", project
    )
    people = [await make_user(database) for _ in range(8)]
    tried = await asyncio.gather(
        *(project_members.join(database, project, one.id) for one in people[:4]),
        *(project_members.grant(database, project, one.id, "editor") for one in people[4:]),
        return_exceptions=True,
    )
    assert sum(isinstance(one, TooManyMembers) for one in tried) == 5
    assert len(await members_of(database, project)) == 4


async def test_R12_who_is_a_member_may_get_another_role_however_low_the_limit_is(
    database: Database, ann: UserRow, bob: UserRow, project: str
) -> None:
    await project_members.grant(database, project, bob.id, None)
    assert await project_members.role_of(database, project, bob.id) == "viewer"
    await database.execute("UPDATE studio_projects SET member_limit = 1 WHERE id = $1", project)
    await project_members.grant(database, project, bob.id, "owner")
    with pytest.raises(TooManyMembers, match="1 members"):
        await project_members.grant(database, project, (await make_user(database)).id, "viewer")


async def test_R11_a_link_that_is_not_shared_leads_nowhere(
    database: Database, ann: UserRow, bob: UserRow, project: str
) -> None:
    for unknown in (project, bob.id):
        with pytest.raises(NoSuchProject):
            await project_members.join(database, unknown, bob.id)
    member, is_new = await project_members.join(database, project, ann.id)
    assert (member.role, is_new) == ("owner", False)
