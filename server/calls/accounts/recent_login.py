"""What sets up something that lasts takes more than a login: a new one, and a proved address."""

from persistence.tables import auth_sessions, users
from schema.errors import ErrorCode
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused

RECENT_SECONDS = 600.0
"""As long as GitHub's; ASVS 5 (7.5.1) names no number."""

UNPROVED = (
    "this takes a proved e-mail address: call auth.verify with what the mail has"
    " (auth.send_verification asks for one), then try again"
)


async def require_recent(context: Context, caller: Caller) -> None:
    """Raises `Refused` if this login was made longer ago than that."""
    age = await auth_sessions.age_of(context.db, caller.auth_session)
    if age is None or age > RECENT_SECONDS:
        text = f"this takes a login of the last {RECENT_SECONDS / 60:.0f} minutes: log in again"
        raise Refused(ErrorCode.LOGIN_TOO_OLD, text)


async def require_proved(context: Context, user: str) -> None:
    """Raises `Refused` if nobody has shown that mails to this account reach its user.

    So whoever makes an account with the address of another sets up nothing that lasts.
    """
    if context.proves_addresses and not await users.is_verified(context.db, user):
        raise Refused(ErrorCode.ADDRESS_UNVERIFIED, UNPROVED)
