"""Calls that give and take roles in a project."""

from schema.calling.accounts.registration_and_login_calls import Email
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call, RowCalls
from schema.columns.types import Role
from schema.messages import ProjectId, TrackIds
from schema.tables.project_members import MEMBERS


class GrantRole(Params, frozen=True, forbid_unknown_fields=True):
    """Give a role: to anyone by `email`, or another one to who is a member by `user`; owners only.

    Without a `role`: the project's `default_role`. `tracks`: those that a contributor may edit.
    """

    project: ProjectId
    email: Email | None = None
    user: ProjectId | None = None
    role: Role | None = None
    tracks: TrackIds | None = None


class JoinProject(Params, frozen=True, forbid_unknown_fields=True):
    """Become a member of a project whose link is shared; its id is the link."""

    project: ProjectId


class RevokeRole(Params, frozen=True, forbid_unknown_fields=True):
    """Take a user's role in a project away; owners only, but everyone may take their own."""

    project: ProjectId
    user: ProjectId


def member_methods(rows: RowCalls) -> dict[str, Call]:
    """Method name -> parameters and result."""
    member = rows.row(MEMBERS)
    return {
        "members.grant": (GrantRole, member),
        "members.join": (JoinProject, member),
        "members.revoke": (RevokeRole, Done),
    }
