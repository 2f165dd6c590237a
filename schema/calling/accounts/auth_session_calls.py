"""Calls on the tokens of a login, and on the logins of a user."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.calling.params import Done, Params
from schema.calling.row_calls import Call, RowCalls
from schema.columns.types import PlainName, RowId
from schema.tables.auth_sessions import AUTH_SESSIONS


class Refresh(Params, frozen=True, forbid_unknown_fields=True):
    """Trade a refresh token for a new pair; the one before brings the same refresh token again."""

    refresh_token: Annotated[str, Meta(max_length=256)]


class Logout(Params, frozen=True, forbid_unknown_fields=True):
    """End this login, all your `others`, or `all`; their sockets are closed."""

    scope: Literal["this", "others", "all"] = "this"


class RevokeLogin(Params, frozen=True, forbid_unknown_fields=True):
    """End one of your logins; its sockets are closed. The second time changes nothing."""

    auth_session: RowId


class RenameLogin(Params, frozen=True, forbid_unknown_fields=True):
    """Call the device of one of your logins by another name."""

    auth_session: RowId
    name: PlainName


AUTH_SESSION_METHODS: dict[str, Call] = {
    "auth.refresh": (Refresh, Tokens),
    "auth.logout": (Logout, Done),
    "auth_sessions.revoke": (RevokeLogin, Done),
}

AUTH_SESSION_CALLS_WITHOUT_LOGIN = frozenset({"auth.refresh"})


def login_methods(rows: RowCalls) -> dict[str, Call]:
    """Those whose result is a row of the table: method name -> parameters and result."""
    login: type[Struct] = rows.row(AUTH_SESSIONS)
    return {"auth_sessions.rename": (RenameLogin, login)}
