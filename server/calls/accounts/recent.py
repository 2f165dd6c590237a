"""What a session that was left open may not do: it takes a login of a moment ago."""

from persistence.tables import auth_sessions
from schema.errors import ErrorCode
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused

RECENT_SECONDS = 600.0
"""As long as GitHub's; ASVS 5 (7.5.1) names no number."""


async def require_recent(context: Context, caller: Caller) -> None:
    """Raises `Refused` if this login was made longer ago than that."""
    age = await auth_sessions.age_of(context.db, caller.auth_session)
    if age is None or age > RECENT_SECONDS:
        text = f"this takes a login of the last {RECENT_SECONDS / 60:.0f} minutes: log in again"
        raise Refused(ErrorCode.LOGIN_TOO_OLD, text)
