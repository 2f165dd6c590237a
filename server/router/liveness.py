"""Which connections still live: who is late with hello, silent, or does not read."""

from collections.abc import Mapping

from schema.close_codes import NO_HELLO, SILENT
from schema.limits import HEARTBEAT_SECONDS, HELLO_SECONDS, LOGIN_SECONDS
from server.sockets.connection import Connection
from server.sockets.session import Greeted, WaitingForHello

SILENT_AFTER_SECONDS = 2.5 * HEARTBEAT_SECONDS
"""Two heartbeats were missed, and a third one is late (rule H6)."""

ASKED_AFTER_SECONDS = 1.25 * HEARTBEAT_SECONDS
"""Of silence: clients that send heartbeats in time are never asked for a sign of life."""


class Liveness:
    """Of all connections of a node."""

    def __init__(self, connections: Mapping[str, Connection]) -> None:
        self._connections = connections

    def check(self, now: float) -> None:
        """Once a second; `now` in seconds of the loop (rules H3, H6, H10)."""
        for connection in list(self._connections.values()):
            if not connection.check(now):
                continue
            silence = now - connection.last_received_at
            match connection.session:
                case WaitingForHello(opened_at=opened_at) if now - opened_at > HELLO_SECONDS:
                    connection.close(NO_HELLO)
                case Greeted(opened_at=opened_at) if now - opened_at > LOGIN_SECONDS:
                    connection.close(NO_HELLO)
                case _ if silence > SILENT_AFTER_SECONDS:
                    connection.close(SILENT)
                case _ if silence > ASKED_AFTER_SECONDS:
                    connection.ping()
