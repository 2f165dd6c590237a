"""Calls on what shows who someone is, and what a login brings."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.calling.params import Params
from schema.calling.row_calls import Call
from schema.columns.types import PlainName
from schema.limits import (
    MAX_ADDRESS_LENGTH,
    MAX_NAME_LENGTH,
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
)
from schema.messages import User
from schema.text.text_rules import EMAIL, SHOWN_NOT_EMPTY, USERNAME

Email = Annotated[str, Meta(max_length=MAX_ADDRESS_LENGTH, pattern=EMAIL)]
Username = Annotated[str, Meta(pattern=USERNAME)]
Password = Annotated[str, Meta(max_length=MAX_PASSWORD_LENGTH)]
NewPassword = Annotated[str, Meta(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH)]

ShownName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME_LENGTH, pattern=SHOWN_NOT_EMPTY)]

InvitationToken = Annotated[str, Meta(min_length=1, max_length=64)]
"""Any text: what is no token is answered as one that is used up."""

DeviceToken = Annotated[str, Meta(max_length=128)]
"""Any text: one that is none counts for nothing."""


class Register(Params, frozen=True, forbid_unknown_fields=True):
    """Make an account and log in; with the token of an `invitation`, as a member of its project."""

    email: Email
    username: Username
    password: NewPassword
    name: PlainName = ""
    invitation: InvitationToken | None = None


class RegisterGuest(Params, frozen=True, forbid_unknown_fields=True):
    """Come in by an `invitation` that lets guests in: with a name, and without an account."""

    invitation: InvitationToken
    name: ShownName


class UpgradeGuest(Params, frozen=True, forbid_unknown_fields=True):
    """Make an account of the guest who is logged in: the same user, and all stays theirs."""

    email: Email
    username: Username
    password: NewPassword


class Login(Params, frozen=True, forbid_unknown_fields=True):
    """Log in with e-mail address and password; with the `device_token` of an earlier login."""

    email: Email
    password: Password
    device_token: DeviceToken | None = None


class Tokens(Struct, frozen=True):
    """An auth session: the access token for hello, the refresh token for `auth.refresh`.

    The device token is for the next `auth.login` on this device (rule A74); it logs nobody in.
    """

    user: User
    access_token: str
    expires_in: int
    refresh_token: str
    device_token: str


CREDENTIAL_METHODS: dict[str, Call] = {
    "auth.register": (Register, Tokens),
    "auth.register_guest": (RegisterGuest, Tokens),
    "auth.upgrade_guest": (UpgradeGuest, User),
    "auth.login": (Login, Tokens),
}

CREDENTIALS_WITHOUT_LOGIN = frozenset({"auth.register", "auth.register_guest", "auth.login"})
