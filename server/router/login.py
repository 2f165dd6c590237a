"""The one place where a connection becomes somebody's: hello and the calls of `auth` end here."""

from schema.errors import ErrorCode
from server.accounts.usage import Usage
from server.identity import Identity
from server.refused import Refused
from server.sockets.connection import Connection


class Login:
    """For all connections of a node."""

    def __init__(self, usage: Usage) -> None:
        self._usage = usage

    def require_place(self, connection: Connection, user: str) -> None:
        """Raises `Refused` if the connection would be one too many of the user's (rule K2)."""
        if connection.identity is not None:
            return  # it has its place
        reached = self._usage.may_log_in(connection.id, user)
        if reached is not None:
            raise Refused(ErrorCode.LIMIT_REACHED, reached)

    def take_place(self, connection: Connection, user: str) -> None:
        """It counts as this user's from now on, also while the login is still looked at."""
        self._usage.sockets.give(connection.id, user)

    def log_in(self, connection: Connection, identity: Identity) -> None:
        """Make it somebody's. One that is another user's already stays that user's."""
        if connection.identity is None or connection.identity.user == identity.user:
            connection.log_in(identity)
            if connection.identity is not None:  # else it is leaving, and may be counted no more
                self.take_place(connection, identity.user)
