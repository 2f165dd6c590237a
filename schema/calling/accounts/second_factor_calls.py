"""Calls on the second factor: an authenticator app (TOTP, RFC 6238) and recovery codes."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call
from schema.columns.types import PlainName, RowId
from schema.messages import Milliseconds

Challenge = Annotated[str, Meta(max_length=128)]
FactorCode = Annotated[str, Meta(max_length=32)]
"""Six digits of the app, or a recovery code."""


class GiveSecondFactor(Params, frozen=True, forbid_unknown_fields=True):
    """Finish a login that was answered `second_factor_required` (rule A35).

    `code`: of the app, or a recovery code.
    """

    challenge: Challenge
    code: FactorCode


class BeginTotp(Params, frozen=True, forbid_unknown_fields=True):
    """Get a secret for an authenticator app; it counts once `auth.totp_confirm` has shown a code.

    Logged in, within ten minutes of the login; or with the `challenge` of a login that was answered
    `second_factor_missing` (rule A37). Beside an app that counts it is one more (rule A75).
    """

    challenge: Challenge | None = None


class TotpBegun(Struct, frozen=True):
    """`uri` is for a QR code, `secret` for those who type it."""

    secret: str
    uri: str


class ConfirmTotp(Params, frozen=True, forbid_unknown_fields=True):
    """Show a code of the new app: from now on logins ask for one (rule A35).

    `name`: what tells it from your other apps.
    """

    code: FactorCode
    challenge: Challenge | None = None
    name: PlainName = ""


class TotpConfirmed(Struct, frozen=True):
    """The recovery codes are told this once; none beside another app, as those of before stay good.
    `tokens`: of the login that the challenge was of.
    """

    recovery_codes: list[str]
    tokens: Tokens | None = None


class DisableTotp(Params, frozen=True, forbid_unknown_fields=True):
    """Take the second factor off, all apps of it, by a code or a recovery code (rule A36)."""

    code: FactorCode


class RemoveTotp(Params, frozen=True, forbid_unknown_fields=True):
    """Take one app off, by a code of any or a recovery code; with the last, all (rule A75)."""

    app: RowId
    code: FactorCode


class RenewRecoveryCodes(Params, frozen=True, forbid_unknown_fields=True):
    """Get new recovery codes by a code of the app; those of before are void (rule A36)."""

    code: FactorCode


class RecoveryCodes(Struct, frozen=True):
    """Each is good once, instead of a code of the app."""

    recovery_codes: list[str]


class GetSecondFactor(Params, frozen=True, forbid_unknown_fields=True):
    """Whether your logins take a second factor, and what is left of it."""


class AuthenticatorApp(Struct, frozen=True):
    """`since`: when it was confirmed, in ms since 1970."""

    id: str
    name: str
    since: Milliseconds


class SecondFactorState(Struct, frozen=True):
    """`apps`: the oldest first. `required`: this server asks everyone for one."""

    totp: bool
    apps: list[AuthenticatorApp]
    recovery_codes_left: int
    required: bool


SECOND_FACTOR_METHODS: dict[str, Call] = {
    "auth.second_factor": (GiveSecondFactor, Tokens),
    "auth.second_factor_state": (GetSecondFactor, SecondFactorState),
    "auth.totp_begin": (BeginTotp, TotpBegun),
    "auth.totp_confirm": (ConfirmTotp, TotpConfirmed),
    "auth.totp_disable": (DisableTotp, Done),
    "auth.totp_remove": (RemoveTotp, Done),
    "auth.recovery_codes": (RenewRecoveryCodes, RecoveryCodes),
}

SECOND_FACTORS_WITHOUT_LOGIN = frozenset(
    {"auth.second_factor", "auth.totp_begin", "auth.totp_confirm"}
)
