"""Projects: the rows, not what happens inside their rooms."""

from dataclasses import asdict
from typing import Any

import msgspec
from msgspec import UNSET

from persistence.pool import Executor
from persistence.rows import writing
from persistence.rows.row_lanes import RowLanes
from persistence.tables import studio_projects, users
from persistence.tables.held_roles import hold_project
from persistence.tables.internal import counting
from persistence.tables.studio_projects import ProjectRow
from rooms.document.document import Document
from rooms.roles import GOVERNS
from schema.calling.projects.project_calls import ArchiveProject, CreateProject, UpdateProject
from schema.calls import ROW_CALLS
from schema.entities import empty_state
from schema.tables.studio_projects import PROJECTS
from server.calls.caller import Caller
from server.calls.context import Context, looking_up, require_owner, within
from server.calls.writes.repeated_creation import require_same

MANY = (
    "projects that a user has made, archived ones too: no call deletes one; the operator can allow"
    " more"
)

_PROJECT = ROW_CALLS.row(PROJECTS)


async def create(context: Context, caller: Caller, params: CreateProject) -> Any:
    """Make a project with an empty state; the same id again makes no second one (rule C4)."""
    num, den = (int(part) for part in params.signature.split("/"))
    bpm = params.bpm
    if bpm is UNSET:
        bpm = await users.default_bpm(context.db, caller.user)
    state = empty_state(params.name, bpm, num, den, params.key, params.scale)
    async with context.db.transaction() as transaction:
        await hold_limit(context, transaction, caller.user, params.id)
        with looking_up(context, caller.user):
            row = await studio_projects.create(
                transaction,
                id=params.id,
                owner=caller.user,
                name=params.name,
                description=params.description,
                bpm=bpm,
                key=params.key,
                scale=params.scale,
                signature=params.signature,
                tags=params.tags,
                state=msgspec.json.encode(state),
                digest=Document(state).digest,
            )
    project = as_project(row)
    require_same(project, params, studio_projects.MADE_WITH)
    context.announcer.project_made(row.id, caller.user, row.version)
    return project


async def update(context: Context, caller: Caller, params: UpdateProject) -> Any:
    """Change fields, if the version is still the one that was read (rule C5).

    As the server: appends lock the same row, and one trigger of the second wall on it would cost
    each of them (decision 0039). The statement has the first wall.
    """
    values = {column.name: getattr(params, column.name) for column in PROJECTS.changes}
    changes = {name: value for name, value in values.items() if value is not UNSET}
    update_arguments = params.project, params.version, changes
    async with context.db.transaction() as transaction:
        await hold_project(transaction, params.project, caller.user, GOVERNS)
        lanes = RowLanes(transaction, transaction)
        row = await writing.update(lanes, PROJECTS, caller.user, *update_arguments)
    context.announcer.project_changed(row["id"], row["version"], row["archived"])
    context.announcer.rows_changed()
    return _PROJECT(**row)


async def archive(context: Context, caller: Caller, params: ArchiveProject) -> Any:
    """Archive, or bring back."""
    await require_owner(context, params.project, caller.user)
    async with context.db.transaction() as transaction:
        await hold_project(transaction, params.project, caller.user, GOVERNS)
        await studio_projects.set_archived(transaction, params.project, params.archived)
        row = await studio_projects.get(transaction, params.project, caller.user)
    context.announcer.project_changed(row.id, row.version, row.archived)
    return as_project(row)


async def hold_limit(context: Context, tx: Executor, user: str, id: str | None) -> None:
    """As `require_below_limit`; nobody else makes one of this user's until the transaction ends."""
    await counting.hold(tx, "projects", user)
    await require_below_limit(context, tx, user, id)


async def require_below_limit(context: Context, db: Executor, user: str, id: str | None) -> None:
    """Raises `Refused` if the user owns as many projects as one may, not counting this one."""
    owned_count = await studio_projects.count_others(db, user, id)
    within(owned_count, context.usage.limits.projects_per_user, MANY)


def as_project(row: ProjectRow) -> Any:
    return _PROJECT(**asdict(row))
