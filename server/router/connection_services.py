"""What connections ask of the rest of the server, and who answers each of it."""

import asyncio

import structlog

from rooms.journal.feed import Feed
from schema.close_codes import OVERLOADED
from server.accounts.admission import Admission
from server.live.hub import Hub
from server.logs.log_throttle import LogThrottle
from server.metrics.metrics import Count
from server.router.connection_usage import ConnectionUsage
from server.router.http_pages import HttpPages
from server.router.router import Router
from server.row_feed.row_feed import RowFeed
from server.sockets.addresses import Network
from server.sockets.connection import Connection
from server.sockets.connection_states import Leaving
from server.sockets.connections import Connections
from server.sockets.handshaking.http_answer import HttpAnswer, HttpAsked
from server.sockets.handshaking.origins import Origins
from server.sockets.reading.pacing import ReadPacing
from server.sockets.reading.turns import ReadTurns

ORIGINS_SECONDS = 60.0
"""Of pages that may not connect, the first in so long is in the log."""

SHOWN = 200
"""Characters of what a stranger sends, in the log."""

MOST_WITH_LONG_JOBS = 8
"""Rooms that are at work for long; with more of them, messages of a megabyte are left unread."""

HINT = "if it is a page of yours, name its origin in PRIME_ORIGINS or PRIME_PUBLIC_URL"

log = structlog.get_logger()


class ConnectionServices:
    """The `server.sockets.outgoing.Server` of every connection of a node."""

    def __init__(
        self,
        connections: Connections,
        hub: Hub,
        feed: RowFeed,
        router: Router,
        pages: HttpPages,
        connection_usage: ConnectionUsage,
        admission: Admission,
        origins: tuple[str, ...],
        count: Count,
    ) -> None:
        self._origins = Origins(origins)
        """Pages of which sites may connect (rule Z4)."""
        self._refused_origins = LogThrottle(ORIGINS_SECONDS)
        # Bound here, not wrapped: a cursor comes this way (decision 0015).
        self.received = router.received
        self.over_rate = router.over_rate
        self.end_gesture = router.end_gesture
        self.spend = connection_usage.spend
        self.answer_http = pages.answer
        self.on_connect = connection_usage.on_connect
        self.count = count
        self.pacing = ReadPacing(asyncio.get_running_loop())
        self.read_turns = ReadTurns(
            asyncio.get_running_loop(), lambda: hub.rooms_with_long_jobs >= MOST_WITH_LONG_JOBS
        )
        self._connections = connections
        self._hub = hub
        self._feed = feed
        self._socket_limits = connection_usage
        self._admission = admission

    def use(self, origins: tuple[str, ...], proxies: tuple[Network, ...]) -> None:
        """From now on these may connect, and are believed; who is here stays."""
        self._origins = Origins(origins)
        self._socket_limits.use(proxies)

    def refuse_handshake(
        self, connection: Connection, request: HttpAsked, peer: object, forwarded: list[str]
    ) -> HttpAnswer | None:
        """The answer to a handshake that is one too many, or of a page that is none of those that
        may connect; None: it may be (rules K1, Z4).
        """
        now = asyncio.get_running_loop().time()
        if refusal := self._socket_limits.refusal(connection, peer, forwarded, now):
            return refusal
        refusal = self._origins.refusal(request.origins, request.hosts)
        if refusal and (times := self._refused_origins.count_if_due("", now)):
            origin, host = (
                ", ".join(headers)[:SHOWN] for headers in (request.origins, request.hosts)
            )
            log.warning("page refused", origin=origin, host=host, times=times, hint=HINT)
        return refusal

    def on_open(self, connection: Connection) -> None:
        """The handshake is done; hello is awaited (rule H3)."""
        self._connections.add(connection)
        if (longest := self._socket_limits.usage.on_open(connection.id)) is not None:
            self._connections[longest].close(OVERLOADED)

    def on_close(self, connection: Connection) -> None:
        """The socket is gone."""
        self._connections.remove(connection)
        self._socket_limits.usage.sockets.remove(connection.id)
        session = connection.session
        for_good = isinstance(session, Leaving) and session.for_good
        self._hub.gone(connection.id, for_good=for_good)
        self._feed.gone(connection.id)
        if isinstance(session, Leaving) and session.identity is not None:
            self._admission.left(session.identity.user, asyncio.get_running_loop().time())

    def drained(self, connection: Connection, projects: set[str]) -> None:
        """A slow reader has caught up: it is owed the latest of everyone (rule P4)."""
        for project in projects:
            live = self._hub.rooms.get(project)
            if live is not None and connection.id in live.room.seats:
                connection.send_tick(project, connection.codec.frame_of(live.room.everyone()))

    def fed(self, connection: Connection, feed: Feed) -> None:
        """A feed has nothing more."""
        live = self._hub.rooms.get(feed.project)
        if live is not None:
            live.fed(connection, feed)
