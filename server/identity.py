"""Who someone is, once a token or a password has shown it."""

import math
from dataclasses import dataclass

from schema.messages import User


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, and the login on a device that speaks for them."""

    user: str
    """The user's id."""
    username: str
    name: str
    auth_session: str
    """The id of the login's row in `auth_sessions`."""
    expires_at: float = math.inf
    """When the access token runs out, in seconds since 1970 (rule A12)."""
    key: str = ""
    """The kid of what the access token is signed with; empty: it is in the form of before."""

    def as_user(self) -> User:
        """What others are told of them."""
        return User(self.user, self.username, self.name)


@dataclass(frozen=True, slots=True)
class DeviceSaid:
    """What a client says of the device that it is on, beside its id; each may be empty."""

    name: str = ""
    kind: str = ""
    client: str = ""
    """Program and version."""


NOTHING_SAID = DeviceSaid()
