"""Calls with which users delete their account."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.calling.accounts.password_and_email_calls import MailedCode
from schema.calling.accounts.registration_and_login_calls import Password
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call
from schema.limits import MAX_PROJECTS_SHOWN
from schema.messages import Milliseconds, ProjectId
from schema.text.enumerations import one_of

Heirs = Annotated[dict[str, ProjectId], Meta(max_length=MAX_PROJECTS_SHOWN)]


class PreviewDeletion(Params, frozen=True, forbid_unknown_fields=True):
    """What would become of the projects that you own, if you deleted your account."""


class RequestDeletion(Params, frozen=True, forbid_unknown_fields=True):
    """Be mailed a code for `auth.delete_account`, where you know no password (rule A73)."""


class DeleteAccount(Params, frozen=True, forbid_unknown_fields=True):
    """Delete your account: it is erased after a grace time, unless you log in before.

    `projects`: project -> the member who is to own it. All your logins end. Without a password it
    takes the `code` of `auth.request_deletion`, or, where the account has no password, a login of
    the last ten minutes.
    """

    password: Password | None = None
    code: MailedCode | None = None
    projects: Heirs = {}  # noqa: RUF012 - msgspec makes a new one each time


class ProjectFate(Struct, frozen=True):
    """`becomes`: `kept` by its other owners; `archived`, then erased, unless you name an owner
    among its `others`; or `erased`, as nobody else is in it.
    """

    project: str
    name: str
    others: int
    becomes: Annotated[str, one_of("Fate")]


class DeletionPreview(Struct, frozen=True):
    """The first of `total` projects; `days`: the grace time."""

    projects: list[ProjectFate]
    total: int
    days: float


class Deletion(Struct, frozen=True):
    """What becomes of the projects, and when all is erased, in ms since 1970."""

    projects: list[ProjectFate]
    total: int
    erase_at: Milliseconds


DELETION_METHODS: dict[str, Call] = {
    "auth.deletion_preview": (PreviewDeletion, DeletionPreview),
    "auth.request_deletion": (RequestDeletion, Done),
    "auth.delete_account": (DeleteAccount, Deletion),
}
