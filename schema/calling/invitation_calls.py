"""Calls that ask someone into a project, and that accept."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schema.calling.accounts.registration_and_login_calls import Email, InvitationToken
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call, RowCalls
from schema.limits import (
    MAX_INVITATION_SECONDS,
    MAX_INVITATION_USES,
    MIN_INVITATION_SECONDS,
)
from schema.messages import Milliseconds, ProjectId, RoleWord, TrackIds, User
from schema.tables.project_members import MEMBERS
from schema.text.enumerations import one_of

InvitedRole = Annotated[
    Literal["editor", "contributor", "commenter", "viewer"], one_of("InvitedRole")
]
Uses = Annotated[int, Meta(ge=1, le=MAX_INVITATION_USES)]
GoodFor = Annotated[int, Meta(ge=MIN_INVITATION_SECONDS, le=MAX_INVITATION_SECONDS)]


class CreateInvitation(Params, frozen=True, forbid_unknown_fields=True):
    """Ask someone into a project, by a link or, with `email`, by a mail; owners only.

    `tracks`: those that a contributor may edit. `max_uses`: how many may accept it; by mail, one.
    `expires_in`: seconds. `guests`: whether people without an account may come in by its link.
    """

    project: ProjectId
    role: InvitedRole
    tracks: TrackIds | None = None
    email: Email | None = None
    max_uses: Uses = 1
    expires_in: GoodFor = 604_800
    guests: bool = False


class WithdrawInvitation(Params, frozen=True, forbid_unknown_fields=True):
    """Let nobody accept it any more; owners only. Who has accepted it stays."""

    invitation: ProjectId


class LookAtInvitation(Params, frozen=True, forbid_unknown_fields=True):
    """What it is for, before it is accepted; without a login, too."""

    token: InvitationToken


class AcceptInvitation(Params, frozen=True, forbid_unknown_fields=True):
    """Become a member as it says. Who has a better role keeps it, and uses nothing up."""

    token: InvitationToken


class InvitationShown(Struct, frozen=True):
    """What someone is asked into. `is_for_address`: only the address that it was mailed to may.

    `guests`: who has no account may, by `auth.register_guest`.
    """

    project: ProjectId
    name: str
    inviter: User
    role: RoleWord
    tracks: list[str] | None
    expires_at: Milliseconds
    is_for_address: bool
    guests: bool


class InvitationMade(Struct, frozen=True, omit_defaults=True):
    """`token` and `url`, which has it behind the `#`, are told this once; null: they are mailed.

    `is_mailed`, of one by mail: false where this server sends no mails.
    """

    id: str
    token: str | None
    url: str | None
    is_mailed: bool | None = None


def invitation_methods(rows: RowCalls) -> dict[str, Call]:
    """Method name -> parameters and result."""
    return {
        "invitations.create": (CreateInvitation, InvitationMade),
        "invitations.withdraw": (WithdrawInvitation, Done),
        "invitations.look": (LookAtInvitation, InvitationShown),
        "invitations.accept": (AcceptInvitation, rows.row(MEMBERS)),
    }


INVITATIONS_WITHOUT_LOGIN = frozenset({"invitations.look"})
