"""What is stopped in an archived project: whatever would change what it holds (rule R14)."""

from collections.abc import Awaitable, Callable
from typing import Any

from persistence.rows import row_owners
from persistence.tables import project_members, studio_projects
from schema.calling.writing_calls import STOPPED_IN_ARCHIVED
from schema.errors import ErrorCode
from schema.tables.all_tables import TABLES
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused

Answer = Callable[[Context, Caller, Any], Awaitable[Any]]

_BY_CALLS = {table.calls: table for table in TABLES.values()}

BY_ITSELF = frozenset({"snapshots.restore"})
"""Answers that look when nothing is known of their id: sent again they are answered as before."""


def refusing_when_archived(method: str, answer: Answer) -> Answer:
    """The same answer, where the call is none that an archived project stops."""
    if method not in STOPPED_IN_ARCHIVED or method in BY_ITSELF:
        return answer

    async def stopped(context: Context, caller: Caller, params: Any) -> Any:
        await _require_not_archived(context, caller, method, params)
        return await answer(context, caller, params)

    return stopped


async def require_not_archived(context: Context, project: str) -> None:
    """Raises `Refused` for an archived project."""
    if await studio_projects.is_archived(context.db, project):
        text = "the project is archived: it can be read and not edited; an owner may bring it back"
        raise Refused(ErrorCode.ARCHIVED, text)


async def _require_not_archived(context: Context, caller: Caller, method: str, params: Any) -> None:
    """Of a project that is not the caller's to see, or not there, the answer itself tells."""
    project = getattr(params, "project", None)
    if project is None:
        table = _BY_CALLS[method.split(".")[0]]
        id = getattr(params, table.param)
        project = await row_owners.project_of(context.db, table, id)
    if project is None:
        return
    if await project_members.role_of(context.db, project, caller.user) is not None:
        await require_not_archived(context, project)
