"""Projects: the rows, not what happens inside their rooms."""

from dataclasses import asdict

import msgspec
from msgspec import UNSET

from persistence.tables import studio_projects
from persistence.tables.studio_projects import ProjectRow
from rooms.document.document import Document
from schema import calls
from schema.entities import empty_state
from server.calls.caller import Caller
from server.calls.context import Context, looking_up, require_owner, within
from server.calls.writes.made_before import require_same


async def create(context: Context, caller: Caller, params: calls.CreateProject) -> calls.Project:
    """Make a project with an empty state; the same id again makes no second one (rule C4)."""
    await require_room(context, caller.user, params.id)
    num, den = (int(part) for part in params.signature.split("/"))
    state = empty_state(params.name, params.bpm, num, den)
    with looking_up(context, caller.user):
        row = await studio_projects.create(
            context.db,
            id=params.id,
            owner=caller.user,
            name=params.name,
            description=params.description,
            bpm=params.bpm,
            key=params.key,
            scale=params.scale,
            signature=params.signature,
            tags=params.tags,
            state=msgspec.json.encode(state),
            digest=Document(state).digest,
        )
    made = as_project(row)
    require_same(made, params, studio_projects.MADE_WITH)
    context.announcer.project_made(row.id, caller.user, row.version)
    return made


async def get(context: Context, caller: Caller, params: calls.GetProject) -> calls.Project:
    """One row."""
    return as_project(await studio_projects.get(context.db, params.project, caller.user))


async def list_(context: Context, caller: Caller, params: calls.ListProjects) -> calls.ProjectPage:
    """A page of rows."""
    rows, after = await studio_projects.list_for(
        context.db, caller.user, params.archived, params.limit, params.after
    )
    return calls.ProjectPage([as_project(row) for row in rows], after)


async def update(context: Context, caller: Caller, params: calls.UpdateProject) -> calls.Project:
    """Change fields, if the version is still the one that was read (rule C5)."""
    await require_owner(context, params.project, caller.user)
    fields = msgspec.structs.asdict(params)
    changes = {
        name: value
        for name, value in fields.items()
        if value is not UNSET and name not in ("project", "version")
    }
    row = await studio_projects.update(
        context.db, params.project, caller.user, params.version, changes
    )
    context.announcer.project_changed(row.id, row.version, row.archived)
    return as_project(row)


async def archive(context: Context, caller: Caller, params: calls.ArchiveProject) -> calls.Project:
    """Archive, or bring back."""
    await require_owner(context, params.project, caller.user)
    await studio_projects.set_archived(context.db, params.project, params.archived)
    row = await studio_projects.get(context.db, params.project, caller.user)
    context.announcer.project_changed(row.id, row.version, row.archived)
    return as_project(row)


async def require_room(context: Context, user: str, id: str | None) -> None:
    """Raises `Refused` if the user owns as many projects as one may, not counting this one."""
    owned = await studio_projects.count_others(context.db, user, id)
    within(owned, context.usage.limits.projects_per_user, "projects of one owner")


def as_project(row: ProjectRow) -> calls.Project:
    return calls.Project(**asdict(row))
