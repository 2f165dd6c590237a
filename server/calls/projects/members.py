"""Members: who may see a project, in which role; every change is sent at once (rule R3)."""

from collections.abc import Collection
from typing import Any

from msgspec import structs

from persistence.errors import BadQuery, NoSuchProject, NotFound
from persistence.tables import project_members, users
from schema.calling.params import Done
from schema.calling.projects.member_calls import GrantRole, JoinProject, RevokeRole
from schema.tables.project_members import MEMBERS
from server.calls.caller import Caller
from server.calls.context import Context, looking_up, require_owner
from server.calls.rows.all_answers import OF_TABLES, ROW_ANSWERS
from server.calls.writes.transactions import one_transaction


async def list_(context: Context, caller: Caller, params: Any) -> Any:
    """A page of the members, for any of them, with their colours (rule P9)."""
    page = await ROW_ANSWERS["members.list"](context, caller, params)
    users = {row["user"]["id"]: row for row in page.members if "color" in row}
    if users:
        colors = await context.colors.of(context.db, params.project, users)
        for user, row in users.items():
            row["color"] = colors[user]
    return page


async def grant(context: Context, caller: Caller, params: GrantRole) -> Any:
    """Give a role, or another one; without one, what the project gives (rules R10, R20, R80)."""
    if (params.email is None) == (params.user is None):
        raise BadQuery("email", "or `user` is given, one of them: `user` names who is a member")
    require_tracks(params.role, params.tracks)
    await require_owner(context, params.project, caller.user)
    user = params.user or await _user_by_address(context, caller, params)
    most = context.usage.limits.members_per_project
    async with one_transaction(context) as (inner_context, tx):
        row = await project_members.grant(
            tx,
            params.project,
            user,
            params.role,
            most,
            actor=caller.user,
            tracks=params.tracks,
            is_member=params.user is not None,
        )
        inner_context.announcer.role_changed(params.project, user, row.grant)
        return await member_of(inner_context, caller, params.project, user)


async def _user_by_address(context: Context, caller: Caller, params: GrantRole) -> str:
    assert params.email is not None
    with looking_up(context, caller.user):
        user = await users.by_email(context.db, params.email)
        if user is None:
            raise NotFound("nobody with that e-mail address has an account")
    return user.id


async def join(context: Context, caller: Caller, params: JoinProject) -> Any:
    """Become a member by knowing the project's id, where that is enough (rule R11)."""
    most = context.usage.limits.members_per_project
    with looking_up(context, caller.user):
        async with one_transaction(context) as (inner_context, tx):
            row, is_new = await project_members.join(tx, params.project, caller.user, most)
            if is_new:
                inner_context.announcer.role_changed(params.project, caller.user, row.grant)
            return await member_of(inner_context, caller, params.project, caller.user)


async def revoke(context: Context, caller: Caller, params: RevokeRole) -> Done:
    """Put someone out, or leave oneself; the second time changes nothing (rule C4)."""
    actor = None if params.user == caller.user else caller.user
    if actor is not None:
        await require_owner(context, params.project, actor)
    try:
        await project_members.revoke(context.db, params.project, params.user, actor=actor)
    except NoSuchProject:
        raise
    except NotFound:
        return Done()
    context.announcer.role_changed(params.project, params.user, None)
    return Done()


async def member_of(context: Context, caller: Caller, project: str, user: str) -> Any:
    """The row of a member, as the caller sees it, with the colour."""
    member = await OF_TABLES.one(MEMBERS, context, caller, (project, user))
    colors = await context.colors.of(context.db, project, (user,))
    return structs.replace(member, color=colors[user])


def require_tracks(role: str | None, tracks: Collection[str] | None) -> None:
    """Raises `BadQuery`: a contributor has tracks, maybe none yet, and nobody else has any."""
    if role == "contributor" and tracks is None:
        raise BadQuery("tracks", "is missing: a contributor edits the tracks that it names")
    if role != "contributor" and tracks is not None:
        raise BadQuery("tracks", "is only given with the role contributor")
