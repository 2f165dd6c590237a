"""What comes in goes to where it belongs, or back as an error: hello, calls, joins, deltas."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, assert_never

from websockets.typing import Origin

from rooms.journal.feed import Feed
from schema.close_codes import (
    NO_HELLO,
    OVERLOADED,
    SESSION_REVOKED,
    SILENT,
)
from schema.errors import ErrorCode
from schema.limits import (
    HEARTBEAT_SECONDS,
    HELLO_SECONDS,
    LOGIN_SECONDS,
)
from schema.messages import (
    Call,
    ClientMessage,
    Error,
    Gesture,
    Hello,
    Join,
    Leave,
    Left,
    MovePresence,
    Ping,
    Pong,
    ProjectChanged,
    ProposeDelta,
    Redo,
    RoleChanged,
    Undo,
)
from server.calls.context import Context
from server.calls.dispatch import CallDispatch
from server.health.metrics import Metrics
from server.live.hub import Hub
from server.nodes.row_changes import Concern
from server.router.door import Door
from server.router.greeting import Greeting
from server.router.joining import Joining
from server.router.pages import Pages
from server.sockets.connection import Connection

ASKED_AFTER_SECONDS = 1.25 * HEARTBEAT_SECONDS
"""Of silence: clients that send heartbeats in time are never asked for a sign of life."""


class Router:
    """The `Server` of every connection; tells them what the tables say.

    See `server.nodes.row_changes.RowListener`.
    """

    def __init__(
        self,
        connections: dict[str, Connection],
        hub: Hub,
        metrics: Metrics,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        origins: tuple[str, ...],
        door: Door,
    ) -> None:
        self.origins: list[Origin | None] | None = (
            [Origin(origin) for origin in origins] + [None] if origins else None
        )
        self.all_gone = asyncio.Event()
        self.all_gone.set()
        self.context: Context | None = None
        self.connections = connections
        """All that are open, by id: the only registry of this node."""
        self._hub = hub
        self._door = door
        self._metrics = metrics
        self.pages = Pages(hub, metrics)
        self.greeting = Greeting(self.connections, hub, door, spawn, self._context, metrics.count)
        self._joining = Joining(self.connections, hub, door, spawn, self._context, metrics.count)
        self._calls = CallDispatch(spawn, self._context, metrics.count)

    @property
    def nobody_is_in_a_room(self) -> bool:
        """Whether a pause of the event loop would go unnoticed by musicians."""
        return not any(live.room.seats for live in self._hub.rooms.values())

    # What a connection calls.

    def count(self, what: str, amount: float = 1) -> None:
        """Into the metrics."""
        self._metrics.count(what, amount)

    def came(self, connection: Connection, peer: object) -> bool:
        """A TCP connection is there; whether it may stay until it has asked for something."""
        return self._door.came(connection, peer)

    def refuse_handshake(
        self, connection: Connection, peer: object, forwarded: list[str]
    ) -> tuple[int, str] | None:
        """The answer to a handshake that is one too many; None: it may be (rule K1)."""
        now = asyncio.get_running_loop().time()
        return self._door.refusal(connection, peer, forwarded, now)

    def answer_http(self, connection: Connection, path: str) -> tuple[int, str] | None:
        """The three pages for operators, or a refusal; None: a handshake, or nothing of ours."""
        return self.pages.answer(path)

    def opened(self, connection: Connection) -> None:
        """The handshake is done; hello is awaited (rule H3)."""
        self.connections[connection.id] = connection
        self.all_gone.clear()
        if (longest := self._door.usage.opened(connection.id)) is not None:
            self.connections[longest].close(OVERLOADED)

    def closed(self, connection: Connection) -> None:
        """The socket is gone."""
        self.connections.pop(connection.id, None)
        self._door.usage.sockets.remove(connection.id)
        self._hub.gone(connection.id, for_good=connection.will_not_return)
        if connection.user:
            self.greeting.admission.left(connection.user, asyncio.get_running_loop().time())
        if not self.connections:
            self.all_gone.set()

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

    def received(self, connection: Connection, message: ClientMessage) -> None:
        """A whole, well-formed message."""
        if type(message) is MovePresence and connection.seat is not None:  # nine of ten
            self._hub.move(connection, message)
        elif isinstance(message, Ping):
            connection.send(Pong(message.time, time.time() * 1_000))
        elif isinstance(message, Hello):
            self.greeting.greet(connection, message)
        elif not connection.greeted:
            message_id = getattr(message, "id", None)
            connection.refuse(Error(message_id, ErrorCode.BAD_MESSAGE, "say hello first"))
        elif isinstance(message, Call):
            self._calls.start(connection, message)
        elif not connection.user:
            message_id = getattr(message, "id", None)
            text = "log in first: call auth.login, or say hello with a token"
            connection.refuse(Error(message_id, ErrorCode.AUTH_REQUIRED, text))
        else:
            self._in_room(connection, message)

    def over_rate(self, connection: Connection, message: ClientMessage, error: Error) -> None:
        """A message that is refused with this error, and no further looked at (rule E6)."""
        if isinstance(message, ProposeDelta | Undo | Redo) and self._hub.is_in(
            connection.id, message.project
        ):
            self._hub.refuse_for_now(connection.id, message, error)
        else:
            connection.send(error)

    def _in_room(
        self,
        connection: Connection,
        message: Join | Leave | MovePresence | Gesture | ProposeDelta | Undo | Redo,
    ) -> None:
        match message:
            case MovePresence():
                self._hub.move(connection, message)
            case Gesture():
                self._hub.gesture(connection, message)
            case ProposeDelta():
                self._hub.propose(connection, message)
            case Undo():
                self._hub.undo(connection, message)
            case Redo():
                self._hub.redo(connection, message)
            case Join():
                self._joining.join(connection, message)
            case Leave():
                self._leave(connection, message)
            case _:
                assert_never(message)

    def _leave(self, connection: Connection, message: Leave) -> None:
        connection.rooms.discard(message.project)
        if message.project in self._hub.rooms:
            self._hub.leave(connection.id, message)
        else:
            connection.send(Left(message.project, message.id))

    # What has changed in the tables, here or on another node.

    def concern(self) -> Concern:
        """What those who are here hang on."""
        rooms = self._hub.rooms
        return Concern(
            users=frozenset(connection.user for connection in self.connections.values()),
            sessions=frozenset(c.auth_session for c in self.connections.values() if c.auth_session),
            roles={
                (project, seat.request.user): seat.role
                for project, live in rooms.items()
                for seat in live.room.seats.values()
            },
            projects=frozenset(rooms),
        )

    def role_changed(self, project: str, user: str, role: str | None) -> None:
        """To the room, and to all connections of that user (rule R3)."""
        in_room = self._hub.rooms.get(project)
        informed: set[str] = set(in_room.room.seats) if in_room else set()
        self._hub.role_changed(project, user, role)
        for connection in list(self.connections.values()):
            if connection.user == user and connection.id not in informed:
                connection.send(RoleChanged(project, user, role))

    def session_revoked(self, auth_session: str) -> None:
        """Close every socket of that login (rule A3)."""
        for connection in list(self.connections.values()):
            if connection.auth_session == auth_session:
                asyncio.get_running_loop().call_later(0.05, connection.close, SESSION_REVOKED)

    def project_changed(self, project: str, version: int, archived: bool) -> None:
        """To the room (rule R5); in an archived one nobody edits, so nobody shows (rule G6)."""
        self._hub.tell_room(project, ProjectChanged(project, version, archived))
        if archived:
            self._hub.end_gestures(project)

    # The clock.

    def check_connections(self, now: float) -> None:
        """Once a second: who is late, silent, or does not read (rules H3, H6, H10)."""
        for connection in list(self.connections.values()):
            if not connection.check(now):
                continue
            age = now - connection.opened_at
            patience = LOGIN_SECONDS if connection.greeted else HELLO_SECONDS
            if not connection.user and age > patience:
                connection.close(NO_HELLO)
            elif (silence := now - connection.last_received_at) > 2.5 * HEARTBEAT_SECONDS:
                connection.close(SILENT)
            elif silence > ASKED_AFTER_SECONDS:
                connection.ping()

    def _context(self) -> Context:
        assert self.context is not None
        return self.context
