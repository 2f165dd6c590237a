"""Calls that prove an address, and those that change a password or an address."""

from typing import Annotated

from msgspec import Meta

from schema.calling.accounts.registration_and_login_calls import Email, NewPassword, Password
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call

MailedToken = Annotated[str, Meta(max_length=128)]
"""The secret of a link; of any other shape it is refused as a wrong one is."""

MailedCode = Annotated[str, Meta(max_length=16)]
"""The six digits beside the link; blanks among them do not count."""


class Verify(Params, frozen=True, forbid_unknown_fields=True):
    """Prove the address of an account, by the `token` of a link or by `email` and `code`.

    The first time, give the account's `password` too, unless you are logged in to it: without
    either, the password, all logins and all linked identities are taken off.
    """

    token: MailedToken | None = None
    email: Email | None = None
    code: MailedCode | None = None
    password: Password | None = None


class SendVerification(Params, frozen=True, forbid_unknown_fields=True):
    """Ask for a mail with a link and a code for `auth.verify`; answered alike for any address."""

    email: Email


class RequestReset(Params, frozen=True, forbid_unknown_fields=True):
    """Ask for a mail with which to set a new password; answered alike for any address."""

    email: Email


class ResetPassword(Params, frozen=True, forbid_unknown_fields=True):
    """Set a new password, by the `token` of a link or by `email` and `code`; nobody is logged in.

    All logins of the account end.
    """

    password: NewPassword
    token: MailedToken | None = None
    email: Email | None = None
    code: MailedCode | None = None


class ChangePassword(Params, frozen=True, forbid_unknown_fields=True):
    """Change your password; all your other logins end."""

    password: Password
    new_password: NewPassword


class ChangeEmail(Params, frozen=True, forbid_unknown_fields=True):
    """Ask for a mail to a new address; it is yours after `auth.confirm_email`."""

    password: Password
    email: Email


class ConfirmEmail(Params, frozen=True, forbid_unknown_fields=True):
    """Make the new address that of the account, by the `token`, or logged in by the `code`."""

    token: MailedToken | None = None
    code: MailedCode | None = None


PASSWORD_AND_EMAIL_METHODS: dict[str, Call] = {
    "auth.verify": (Verify, Done),
    "auth.send_verification": (SendVerification, Done),
    "auth.request_reset": (RequestReset, Done),
    "auth.reset_password": (ResetPassword, Done),
    "auth.change_password": (ChangePassword, Done),
    "auth.change_email": (ChangeEmail, Done),
    "auth.confirm_email": (ConfirmEmail, Done),
}

PASSWORD_AND_EMAIL_CALLS_WITHOUT_LOGIN = frozenset(PASSWORD_AND_EMAIL_METHODS) - {
    "auth.change_password",
    "auth.change_email",
}
