"""Auth sessions: where one is logged in, and which of the logins is the one that asks."""

from typing import Any

from persistence.rows.reading import Row
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.rows.all_answers import ROW_ANSWERS
from server.calls.rows.answers import as_map


async def list_logins(context: Context, caller: Caller, params: Any) -> Any:
    """Where one is logged in; `current` is the login that asks (rule I3)."""
    page = await ROW_ANSWERS["auth_sessions.list"](context, caller, params)
    for row in page.auth_sessions:
        _mark(row, caller)
    return page


async def get_login(context: Context, caller: Caller, params: Any) -> Any:
    """The same of one."""
    login_reply = await ROW_ANSWERS["auth_sessions.get"](context, caller, params)
    row = as_map(login_reply)
    _mark(row, caller)
    return type(login_reply)(**row)


def _mark(row: Row, caller: Caller) -> None:
    if "current" in row:
        row["current"] = row["id"] == caller.auth_session
