"""Members: who may see a project, in which role; every change is sent at once (rule R3)."""

from collections.abc import Mapping

from persistence.errors import NoSuchProject, NotFound
from persistence.tables import project_members, users
from rooms.presence.colors import color_of
from schema import calls
from schema.messages import User
from server.calls.caller import Caller
from server.calls.context import Context, looking_up, require_member, require_owner


async def list_(
    context: Context, caller: Caller, params: calls.ListMembers
) -> calls.ProjectMembers:
    """A page of the members, for any of them."""
    await require_member(context, params.project, caller.user)
    rows, after = await project_members.list_of(
        context.db, params.project, params.limit, params.after
    )
    users = [row.user.id for row in rows]
    colors = await context.colors.of(context.db, params.project, users)
    return calls.ProjectMembers([_member(row, colors) for row in rows], after)


async def grant(context: Context, caller: Caller, params: calls.GrantRole) -> calls.ProjectMember:
    """Give a role, or another one; without one, what the project gives (rule R10)."""
    await require_owner(context, params.project, caller.user)
    with looking_up(context, caller.user):
        user = await users.by_email(context.db, params.email)
        if user is None:
            raise NotFound("nobody with that e-mail address has an account")
    most = context.usage.limits.members_per_project
    row = await project_members.grant(
        context.db, params.project, user.id, params.role, most, by=caller.user
    )
    context.announcer.role_changed(params.project, user.id, row.role)
    colors = await context.colors.of(context.db, params.project, (user.id,))
    return _member(row, colors)


async def join(context: Context, caller: Caller, params: calls.JoinProject) -> calls.ProjectMember:
    """Become a member by knowing the project's id, where that is enough (rule R11)."""
    most = context.usage.limits.members_per_project
    with looking_up(context, caller.user):
        row, is_new = await project_members.join(context.db, params.project, caller.user, most)
    if is_new:
        context.announcer.role_changed(params.project, caller.user, row.role)
    colors = await context.colors.of(context.db, params.project, (caller.user,))
    return _member(row, colors)


async def revoke(context: Context, caller: Caller, params: calls.RevokeRole) -> calls.Done:
    """Put someone out, or leave oneself; the second time changes nothing (rule C4)."""
    by = None if params.user == caller.user else caller.user
    if by is not None:
        await require_owner(context, params.project, by)
    try:
        await project_members.revoke(context.db, params.project, params.user, by=by)
    except NoSuchProject:
        raise
    except NotFound:
        return calls.Done()
    context.announcer.role_changed(params.project, params.user, None)
    return calls.Done()


def _member(row: project_members.MemberRow, colors: Mapping[str, str]) -> calls.ProjectMember:
    user = User(row.user.id, row.user.username, row.user.name)
    return calls.ProjectMember(user, row.role, colors.get(user.id) or color_of(user.id))
