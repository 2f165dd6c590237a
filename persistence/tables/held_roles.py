"""The role that a write needs, held until the write is committed (rule R6).

Whoever takes the role away holds its row until their own COMMIT: who asks here waits for that, and
then has the role of after. Where the write changes the project's row itself, that one is locked
first, as whoever changes members does: the other way round two would wait for each other.
"""

from collections.abc import Collection

from persistence.errors import Forbidden, NoSuchProject
from persistence.pool import Executor

ROLE = """
SELECT role FROM project_members WHERE project_id = $1 AND user_id = $2
"""

HOLD = f"{ROLE} FOR SHARE"

LOCK_PROJECT = """
SELECT FROM studio_projects WHERE id = $1 FOR NO KEY UPDATE
"""


async def hold_role(db: Executor, project: str, user: str, roles: Collection[str]) -> str:
    """The role, one of these, until the transaction `db` ends.

    Raises `NoSuchProject` to strangers, `Forbidden` to who has another one.
    """
    return _required(await db.fetchval(HOLD, project, user), roles)


async def hold_project(db: Executor, project: str, user: str, roles: Collection[str]) -> str:
    """The same with the row of the project; who has none of these roles locks nothing."""
    await require_role(db, project, user, roles)
    await db.execute(LOCK_PROJECT, project)
    return await require_role(db, project, user, roles)


async def require_role(db: Executor, project: str, user: str, roles: Collection[str]) -> str:
    """The role of now, which stays where the project is locked already; raises as `hold_role`."""
    return _required(await db.fetchval(ROLE, project, user), roles)


def _required(role: str | None, roles: Collection[str]) -> str:
    if role is None:
        raise NoSuchProject
    if role not in roles:
        raise Forbidden(
            f"your role ({role}) may not do this; who may: {' or '.join(sorted(roles))}"
        )
    return role
