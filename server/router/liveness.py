"""Which connections still live: who is late with hello, silent, or does not read."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from schema.close_codes import NO_HELLO, SILENT, TOKEN_EXPIRED
from schema.errors import ErrorCode
from schema.limits import HEARTBEAT_SECONDS, HELLO_SECONDS, LOGIN_SECONDS, TOKEN_WARNING_SECONDS
from schema.messages import Error, TokenExpiring
from server.accounts.access_tokens import LEEWAY_SECONDS
from server.sockets.connection import Connection
from server.sockets.connection_states import Greeted, LoggedIn, WaitingForHello

SILENT_AFTER_SECONDS = 2.5 * HEARTBEAT_SECONDS
"""Two heartbeats were missed, and a third one is late (rule H6)."""

ASKED_AFTER_SECONDS = 1.25 * HEARTBEAT_SECONDS
"""Of silence: clients that send heartbeats in time are never asked for a sign of life."""


def none_retired(now: float) -> Collection[str]:
    """For who has no keys that retire."""
    return ()


class Liveness:
    """Of all connections of a node.

    `access_seconds`: the life of an access token, a fifth of which is the longest warning.
    `retired`: the kids of keys of which nothing is honoured at a time. `clock`: seconds since 1970,
    in which tokens run out.
    """

    def __init__(
        self,
        connections: Mapping[str, Connection],
        access_seconds: float,
        clock: Callable[[], float] = time.time,
        retired: Callable[[float], Collection[str]] = none_retired,
    ) -> None:
        self._connections = connections
        self._retired = retired
        self._warning = min(TOKEN_WARNING_SECONDS, access_seconds / 5)
        self._clock = clock

    def check(self, now: float) -> None:
        """Once a second; `now` in seconds of the loop (rules H3, H6, H10, A12)."""
        self._check_tokens()
        for connection in list(self._connections.values()):
            if not connection.check(now):
                continue
            silence = now - connection.last_received_at
            match connection.session:
                case WaitingForHello() as waiting if _is_hello_late(connection, waiting, now):
                    connection.close(NO_HELLO)
                case Greeted(opened_at=opened_at) if now - opened_at > LOGIN_SECONDS:
                    connection.close(NO_HELLO)
                case _ if silence > SILENT_AFTER_SECONDS:
                    connection.close(SILENT)
                case _ if silence > ASKED_AFTER_SECONDS:
                    connection.ping()

    def _check_tokens(self) -> None:
        """Warn those whose access token runs out soon, and close those whose token has."""
        now = self._clock()
        retired = self._retired(now)
        for connection in list(self._connections.values()):
            session = connection.session
            if isinstance(session, LoggedIn):
                if session.identity.key in retired:
                    self._shorten(session, now)
                seconds_left = session.identity.expires_at - now
                if seconds_left <= self._warning:
                    _warn_or_close(connection, session, seconds_left)

    def _shorten(self, session: LoggedIn, now: float) -> None:
        """Its key was replaced at once (rule A10): it has as long as who is warned has."""
        ends_at = min(session.identity.expires_at, now + self._warning)
        session.identity = replace(session.identity, expires_at=ends_at)


def _is_hello_late(connection: Connection, waiting: WaitingForHello, now: float) -> bool:
    """Its time begins anew while it is we who do not read, for as long as a login may take."""
    if connection.waits_for_turn:
        waiting.awaited_since = now
    is_late = now - waiting.awaited_since > HELLO_SECONDS
    return is_late or now - waiting.opened_at > LOGIN_SECONDS


def _warn_or_close(connection: Connection, session: LoggedIn, seconds_left: float) -> None:
    expires_at = session.identity.expires_at
    if seconds_left <= -LEEWAY_SECONDS:  # as at hello: the clock that made it may be behind
        text = "the access token has run out and was not refreshed; call auth.refresh"
        connection.send(Error(None, ErrorCode.TOKEN_EXPIRED, text))
        connection.close(TOKEN_EXPIRED)
    elif session.warned_of_expiry != expires_at:
        session.warned_of_expiry = expires_at
        connection.send(TokenExpiring(max(0, int(seconds_left * 1_000))))
