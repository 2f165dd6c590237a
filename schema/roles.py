"""Who may do what with a row, as data: policies in SQL, queries and the feed are made from it."""

from dataclasses import dataclass
from enum import StrEnum

from schema.tables.description import Table


class Whom(StrEnum):
    """Users, told by what ties them to a row. What a row has no column for, ties nobody to it."""

    SELF = "self"
    """The user that the row belongs to: the column `Table.user`."""
    VIEWER = "viewer"
    """Every member of the project that the row belongs to: the column `Table.project`."""
    EDITOR = "editor"
    """Its editors and owners."""
    CONTRIBUTOR = "contributor"
    """Its contributors, editors and owners."""
    MAKER = "maker"
    """The user that the row belongs to, as long as that is one of its contributors or more."""
    OWNER = "owner"
    """Its owners."""
    PEER = "peer"
    """Whoever shares a project with the user that the row belongs to."""
    EVERYONE = "everyone"
    """All users, of rows whose column `is_public` is true."""
    OPERATOR = "operator"
    """Who runs the server, of all rows: `prime_users.is_operator`."""


ROLES_OF: dict[Whom, tuple[str, ...]] = {
    Whom.VIEWER: ("viewer", "commenter", "contributor", "editor", "owner"),
    Whom.CONTRIBUTOR: ("contributor", "editor", "owner"),
    Whom.EDITOR: ("editor", "owner"),
    Whom.OWNER: ("owner",),
}
"""Those who are told by a role in the project -> the roles."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may do what with the rows of a table: whoever is one of those named. Empty: no user.

    A right to `create`, `change` or `delete` says what must be true of the row, before the change
    and after it: nobody gives a row away.
    """

    see: tuple[Whom, ...]
    create: tuple[Whom, ...] = ()
    change: tuple[Whom, ...] = ()
    delete: tuple[Whom, ...] = ()


_OWN = (Whom.SELF,)
_MEMBERS = (Whom.VIEWER,)
_EDITORS = (Whom.EDITOR,)
_OWNERS = (Whom.OWNER,)
_MAKERS = (Whom.MAKER, Whom.EDITOR)

RIGHTS: dict[str, Rights] = {
    "prime_users": Rights(see=(Whom.SELF, Whom.PEER)),
    "own_account": Rights(see=_OWN, change=_OWN),
    "studio_projects": Rights(see=_MEMBERS, create=_OWN, change=_OWNERS),
    "project_members": Rights(
        see=_MEMBERS, create=_OWNERS, change=_OWNERS, delete=(Whom.SELF, Whom.OWNER)
    ),
    "project_snapshots": Rights(
        see=_MEMBERS, create=_EDITORS, change=_EDITORS, delete=(Whom.SELF, Whom.OWNER)
    ),
    "audio_files": Rights(see=_MEMBERS, create=(Whom.CONTRIBUTOR,), change=_MAKERS, delete=_MAKERS),
    "plugin_presets": Rights(see=(Whom.SELF, Whom.EVERYONE), create=_OWN, change=_OWN, delete=_OWN),
    "mixx_recall": Rights(see=_OWN, create=_OWN, change=_OWN, delete=_OWN),
    "collaboration_sessions": Rights(see=_MEMBERS, change=_OWNERS),
    "session_states": Rights(see=_MEMBERS),
    "session_stays": Rights(see=_MEMBERS),
    "auth_sessions": Rights(see=_OWN),
    "audit_log": Rights(see=(Whom.SELF, Whom.OWNER)),
    "whole_audit": Rights(see=(Whom.OPERATOR,)),
    "invitations": Rights(see=_OWNERS),
}
"""Relation (`schema.tables`) -> who may do what with its rows."""

NO_RIGHTS = Rights(see=())


def rights_of(table: Table) -> Rights:
    """Who may do what with its rows."""
    return RIGHTS.get(table.relation, NO_RIGHTS)
