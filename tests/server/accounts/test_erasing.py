"""Erasing accounts that were deleted (also tests/server/calls/accounts/self_service)."""

import asyncio

import pytest

from persistence.pool import Database
from persistence.tables import project_members
from persistence.tables.internal import account_deletions
from server import background_tasks
from server.accounts.audit_trail import AuditTrail
from server.accounts.erasing import erase_due
from tests.persistence.planted_rows import make_project, make_user

pytestmark = pytest.mark.postgres


async def test_A28_several_nodes_erase_at_once_and_go_on_where_one_has_stopped(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben = await make_user(database), await make_user(database)
    projects = [await make_project(database, ann) for _ in range(3)]
    await project_members.grant(database, projects[0].id, ben.id, "owner")
    await account_deletions.put(database, ann.id, [], 0)
    audit = AuditTrail(database, lambda *_: None)
    with monkeypatch.context() as patch:
        patch.setattr(account_deletions, "DELETE_USER", "SELECT 1 / 0 WHERE $1::uuid IS NOT NULL")
        with pytest.raises(Exception, match="zero"):
            await erase_due(database, audit)
    assert await account_deletions.is_erasing(database, ann.id)
    assert await account_deletions.cancel(database, ann.id) is None
    await asyncio.gather(*(erase_due(database, audit) for _ in range(3)))
    assert await database.fetchval("SELECT array_agg(id) FROM prime_users") == [ben.id]
    left = await database.fetch("SELECT id, owner_id FROM studio_projects")
    assert [(row["id"], row["owner_id"]) for row in left] == [(projects[0].id, ben.id)]


async def test_A61_owners_whose_time_comes_together_leave_nothing_to_each_other(
    database: Database,
) -> None:
    ann, ben = await make_user(database), await make_user(database)
    project = await make_project(database, ann)
    await project_members.grant(database, project.id, ben.id, "owner")
    for user in (ann, ben):
        await account_deletions.put(database, user.id, [], 0)
    audit = AuditTrail(database, lambda *_: None)
    await asyncio.gather(*(erase_due(database, audit) for _ in range(2)))
    for table in ("studio_projects", "prime_users"):
        assert await database.fetchval(f"SELECT count(*) FROM {table}") == 0


def test_A28_without_a_grace_time_an_account_goes_within_a_minute() -> None:
    assert background_tasks.ERASE_SECONDS <= 30
