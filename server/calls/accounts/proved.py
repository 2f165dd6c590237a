"""What takes a proved address, where the server sends mails that prove one (rule A56)."""

from persistence.tables import users
from schema.errors import ErrorCode
from server.calls.context import Context
from server.refused import Refused

UNPROVED = (
    "this takes a proved e-mail address: call auth.verify with what the mail has"
    " (auth.send_verification asks for one), then try again"
)


async def require_proved(context: Context, user: str) -> None:
    """Raises `Refused` if nobody has shown that mails to this account reach its user.

    So whoever makes an account with the address of another sets up nothing that lasts.
    """
    if context.proves_addresses and not await users.is_verified(context.db, user):
        raise Refused(ErrorCode.ADDRESS_UNVERIFIED, UNPROVED)
