"""What a call has at hand, and how it says no."""

from dataclasses import dataclass
from typing import Protocol

from persistence import project_members
from persistence.pool import Database
from rooms.roles import GOVERNS
from schema.errors import ErrorCode
from server.hub import Hub
from server.passwords import Passwords
from server.tokens import Tokens


class Refused(Exception):
    """The call is answered with an `error` of this code and sentence."""

    def __init__(self, code: ErrorCode, text: str, **details: str | int | float) -> None:
        super().__init__(text)
        self.code = code
        self.details = details


class Caller(Protocol):
    """The connection a call came over."""

    id: str
    user: str
    device: str
    auth_session: str

    def logged_in(self, user: str, username: str, name: str, auth_session: str) -> None: ...


class Announcer(Protocol):
    """Tells connections what a call has changed for them."""

    def role_changed(self, project: str, user: str, role: str | None) -> None: ...

    def session_revoked(self, auth_session: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Context:
    """One for the whole server; the caller comes with each call."""

    db: Database
    hub: Hub
    tokens: Tokens
    passwords: Passwords
    announcer: Announcer
    refresh_seconds: int


async def require_owner(context: Context, project: str, user: str) -> None:
    """Raises `Refused`: not_found to strangers, forbidden to other members (rules R1, C6)."""
    role = await project_members.role_of(context.db, project, user)
    if role is None:
        raise Refused(
            ErrorCode.NOT_FOUND, "there is no such project, or you are not a member of it"
        )
    if role not in GOVERNS:
        raise Refused(ErrorCode.FORBIDDEN, "only an owner may do this; ask one")
