"""Who someone is, once a token or a password has shown it."""

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

    def as_user(self) -> User:
        """What others are told of them."""
        return User(self.user, self.username, self.name)
