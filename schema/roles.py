"""Who may do what with a row, as data: policies in SQL, queries and the feed are made from it."""

from dataclasses import dataclass
from enum import StrEnum


class Whom(StrEnum):
    """Users, told by what ties them to a row. What a row has no column for, ties nobody to it."""

    SELF = "self"
    """The user that the row belongs to: the column `Table.user`."""
    VIEWER = "viewer"
    """Every member of the project that the row belongs to: the column `Table.project`."""
    EDITOR = "editor"
    """Its editors and owners."""
    OWNER = "owner"
    """Its owners."""
    PEER = "peer"
    """Whoever shares a project with the user that the row belongs to."""
    EVERYONE = "everyone"
    """All users, of rows whose column `is_public` is true."""


ROLES_OF: dict[Whom, tuple[str, ...]] = {
    Whom.VIEWER: ("viewer", "editor", "owner"),
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


RIGHTS: dict[str, Rights] = {
    "plugin_presets": Rights(
        see=(Whom.SELF, Whom.EVERYONE),
        create=(Whom.SELF,),
        change=(Whom.SELF,),
        delete=(Whom.SELF,),
    ),
    "audio_files": Rights(
        see=(Whom.VIEWER,),
        create=(Whom.EDITOR,),
        change=(Whom.EDITOR,),
        delete=(Whom.EDITOR,),
    ),
}
"""Name of a table (`schema.tables`) -> who may do what with its rows."""
