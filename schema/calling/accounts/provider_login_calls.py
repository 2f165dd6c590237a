"""Calls with which someone logs in by a provider, and links one to their account."""

from typing import Annotated

from msgspec import Meta, Struct

from schema.calling.accounts.registration_and_login_calls import InvitationToken, Tokens
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call
from schema.columns.types import RowId
from schema.messages import Milliseconds

ProviderName = Annotated[str, Meta(max_length=32)]
Redirect = Annotated[str, Meta(max_length=2_048)]
Secret = Annotated[str, Meta(max_length=128)]
Code = Annotated[str, Meta(min_length=1, max_length=2_048)]
Issuer = Annotated[str, Meta(max_length=512)]


class ListProviders(Params, frozen=True, forbid_unknown_fields=True):
    """By which providers one can log in here."""


class ProviderShown(Struct, frozen=True):
    """`name` is for `auth.provider_begin`, `label` for the button."""

    name: str
    label: str


class ProvidersShown(Struct, frozen=True):
    """In the order of the settings."""

    providers: list[ProviderShown]


class BeginProviderLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Begin a login by a provider (rule A32).

    `redirect_uri`: where it leads back to; this server's page `/account`, an address that its
    operator has allowed, or `http://127.0.0.1:<port>/` of your own program (RFC 8252).
    """

    provider: ProviderName
    redirect_uri: Redirect


class ProviderLoginBegun(Struct, frozen=True):
    """Open `url` in a browser, and keep `flow` to yourself: only with it the login is finished.

    `state` is what the browser has to bring back. `expires_in`: seconds.
    """

    flow: str
    state: str
    url: str
    expires_in: int


class FinishProviderLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Finish it with what the browser has brought back (rule A32).

    `iss`: if that is among it (RFC 9207). With the token of an `invitation`, an account that is new
    is a member of its project, also where strangers make none.
    """

    flow: Secret
    state: Secret
    code: Code
    iss: Issuer | None = None
    invitation: InvitationToken | None = None


class ListIdentities(Params, frozen=True, forbid_unknown_fields=True):
    """Which providers' identities are linked to your account."""


class LinkedIdentity(Struct, frozen=True):
    """`email` is what the provider has proved; you are not known by it."""

    id: str
    provider: str
    email: str | None
    linked_at: Milliseconds
    last_used_at: Milliseconds


class LinkedIdentities(Struct, frozen=True):
    """`password`: whether you have one, too."""

    identities: list[LinkedIdentity]
    password: bool


class BeginLink(BeginProviderLogin, frozen=True, forbid_unknown_fields=True):
    """Begin to link a provider's identity to your account, within ten minutes of your login."""


class FinishLink(Params, frozen=True, forbid_unknown_fields=True):
    """Link it; `taken` if it is linked to another account (rule A33)."""

    flow: Secret
    state: Secret
    code: Code
    iss: Issuer | None = None


class Unlink(Params, frozen=True, forbid_unknown_fields=True):
    """Take a provider's identity off; not the last way in (rule A33)."""

    identity: RowId


PROVIDER_LOGIN_METHODS: dict[str, Call] = {
    "auth.providers": (ListProviders, ProvidersShown),
    "auth.provider_begin": (BeginProviderLogin, ProviderLoginBegun),
    "auth.provider_finish": (FinishProviderLogin, Tokens),
    "auth.identities": (ListIdentities, LinkedIdentities),
    "auth.link_begin": (BeginLink, ProviderLoginBegun),
    "auth.link_finish": (FinishLink, LinkedIdentity),
    "auth.unlink": (Unlink, Done),
}

PROVIDER_CALLS_WITHOUT_LOGIN = frozenset(
    {"auth.providers", "auth.provider_begin", "auth.provider_finish"}
)
