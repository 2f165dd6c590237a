"""Calls on the tokens of a login."""

from typing import Annotated

from msgspec import Meta

from schema.calling.credential_calls import Tokens
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call


class Refresh(Params, frozen=True, forbid_unknown_fields=True):
    """Trade a refresh token for a new pair; the one before brings the same refresh token again."""

    refresh_token: Annotated[str, Meta(max_length=256)]


class Logout(Params, frozen=True, forbid_unknown_fields=True):
    """End this auth session; its sockets are closed."""


TOKEN_METHODS: dict[str, Call] = {
    "auth.refresh": (Refresh, Tokens),
    "auth.logout": (Logout, Done),
}

TOKENS_WITHOUT_LOGIN = frozenset({"auth.refresh"})
