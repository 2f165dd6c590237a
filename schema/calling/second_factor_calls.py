"""Calls on the second factor: an authenticator app (TOTP, RFC 6238) and recovery codes."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.calling.credential_calls import Tokens
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call

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
    `second_factor_missing` (rule A37).
    """

    challenge: Challenge | None = None


class TotpBegun(Struct, frozen=True):
    """`uri` is for a QR code, `secret` for those who type it."""

    secret: str
    uri: str


class ConfirmTotp(Params, frozen=True, forbid_unknown_fields=True):
    """Show a code of the new app: from now on logins ask for one (rule A35)."""

    code: FactorCode
    challenge: Challenge | None = None


class TotpConfirmed(Struct, frozen=True):
    """The recovery codes are told this once. `tokens`: of the login that the challenge was of."""

    recovery_codes: list[str]
    tokens: Tokens | None = None


class DisableTotp(Params, frozen=True, forbid_unknown_fields=True):
    """Take the second factor off, by a code of it or a recovery code (rule A36)."""

    code: FactorCode


class RenewRecoveryCodes(Params, frozen=True, forbid_unknown_fields=True):
    """Get new recovery codes by a code of the app; those of before are void (rule A36)."""

    code: FactorCode


class RecoveryCodes(Struct, frozen=True):
    """Each is good once, instead of a code of the app."""

    recovery_codes: list[str]


class GetSecondFactor(Params, frozen=True, forbid_unknown_fields=True):
    """Whether your logins take a second factor, and what is left of it."""


class SecondFactorState(Struct, frozen=True):
    """`required`: this server asks everyone for one."""

    totp: bool
    recovery_codes_left: int
    required: bool


SECOND_FACTOR_METHODS: dict[str, Call] = {
    "auth.second_factor": (GiveSecondFactor, Tokens),
    "auth.second_factor_state": (GetSecondFactor, SecondFactorState),
    "auth.totp_begin": (BeginTotp, TotpBegun),
    "auth.totp_confirm": (ConfirmTotp, TotpConfirmed),
    "auth.totp_disable": (DisableTotp, Done),
    "auth.recovery_codes": (RenewRecoveryCodes, RecoveryCodes),
}

SECOND_FACTORS_WITHOUT_LOGIN = frozenset(
    {"auth.second_factor", "auth.totp_begin", "auth.totp_confirm"}
)
