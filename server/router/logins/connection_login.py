"""The one place where a connection becomes somebody's: hello and the calls of `auth` end here."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace

from schema.close_codes import SESSION_REVOKED
from schema.errors import ErrorCode
from server.accounts.usage import Usage
from server.identity import Identity
from server.live.live_room import LiveRoom
from server.refused import Refused
from server.sockets.connection import Connection

REMEMBERED_SECONDS = 60.0
"""How long a login may be on its way to a connection: longer than any call or wait for a turn."""

MOST_REMEMBERED = 100_000
"""The oldest are forgotten then; the look at all connected logins is left."""


class EndedLogins:
    """Those that were ended a moment ago: what had looked at them before makes nobody theirs."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[str, float] = OrderedDict()
        """Login -> when it is forgotten, the oldest first."""

    def add(self, auth_session: str) -> None:
        """It was ended just now."""
        now = self._clock()
        self._until.pop(auth_session, None)
        self._until[auth_session] = now + REMEMBERED_SECONDS
        while len(self._until) > MOST_REMEMBERED or next(iter(self._until.values())) < now:
            self._until.popitem(last=False)

    def __contains__(self, auth_session: object) -> bool:
        return auth_session in self._until


class ConnectionLogins:
    """For all connections of a node. `rooms`: the open ones, by project."""

    def __init__(
        self,
        usage: Usage,
        rooms: Mapping[str, LiveRoom] | None = None,
        ended_logins: EndedLogins | None = None,
    ) -> None:
        self._usage = usage
        self._ended_logins = EndedLogins() if ended_logins is None else ended_logins
        self._rooms = {} if rooms is None else rooms

    def require_place(self, connection: Connection, user: str) -> None:
        """Raises `Refused` if the connection would be one too many of the user's (rule K2)."""
        if connection.identity is not None:
            return  # it has its place
        reached = self._usage.login_refusal(connection.id, user)
        if reached is not None:
            raise Refused(ErrorCode.LIMIT_REACHED, reached)

    def take_place(self, connection: Connection, user: str) -> None:
        """It counts as this user's from now on, also while the login is still looked at."""
        self._usage.sockets.give(connection.id, user)

    def log_in(self, connection: Connection, identity: Identity) -> None:
        """Make it somebody's. One that is another user's already stays that user's.

        A login that was ended while it was on its way closes it (rule A52).
        """
        if identity.auth_session in self._ended_logins:
            connection.hear_no_more()
            connection.close(SESSION_REVOKED)
        elif connection.identity is None or connection.identity.user == identity.user:
            connection.log_in(identity)
            if connection.identity is not None:  # else it is leaving, and may be counted no more
                self.take_place(connection, identity.user)
                self._renew_seats(connection, identity.auth_session)

    def _renew_seats(self, connection: Connection, auth_session: str) -> None:
        """What it sends to rooms from now on hangs on the login that it has now (rule H11)."""
        for project in connection.rooms:
            live = self._rooms.get(project)
            seat = None if live is None else live.room.seats.get(connection.id)
            if seat is not None and seat.request.auth_session != auth_session:
                seat.request = replace(seat.request, auth_session=auth_session)
