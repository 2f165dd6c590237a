"""Each message goes to whoever acts on it, or comes back as an error."""

import time
from collections.abc import Callable
from typing import assert_never

from schema.errors import ErrorCode
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
    ProposeDelta,
    Redo,
    Undo,
)
from server.live.hub import Hub
from server.router.call_replies import CallReplies
from server.router.greeting import Greeting
from server.router.joining import Joining
from server.router.socket_limits import SocketLimits
from server.sockets.codec import Unread
from server.sockets.connection import Connection
from server.sockets.session import LoggedIn, WaitingForHello

PROPOSING = ("delta", "undo", "redo")
"""Messages that ask for a delta."""

OPS_OF_A_MESSAGE = 10
"""What one of them costs beside its ops, in ops."""


class Router:
    """For all connections of a node. `clock`: seconds since 1970."""

    def __init__(
        self,
        hub: Hub,
        greeting: Greeting,
        joining: Joining,
        calls: CallReplies,
        socket_limits: SocketLimits,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hub = hub
        self._greeting = greeting
        self._joining = joining
        self._calls = calls
        self._socket_limits = socket_limits
        self._clock = clock

    def received(self, connection: Connection, message: ClientMessage) -> None:
        """A whole, well-formed message."""
        if type(message) is MovePresence and connection.seat is not None:  # nine of ten
            self._hub.move(connection, message)
        elif isinstance(message, Ping):
            connection.send(Pong(message.time, self._clock() * 1_000))
        elif isinstance(message, Hello):
            self._greeting.greet(connection, message)
        elif isinstance(connection.session, WaitingForHello):
            message_id = getattr(message, "id", None)
            error = Error(
                message_id, ErrorCode.BAD_MESSAGE, "say hello first", None, {"field": "t"}
            )
            connection.refuse_without_login(error)
        elif isinstance(message, Call):
            self._calls.start(connection, message)
        elif not isinstance(connection.session, LoggedIn):
            message_id = getattr(message, "id", None)
            text = "log in first: call auth.login, or say hello with a token"
            connection.refuse_without_login(Error(message_id, ErrorCode.AUTH_REQUIRED, text))
        else:
            self._in_room(connection, connection.session, message)

    def over_rate(self, connection: Connection, message: Unread, error: Error) -> None:
        """A message that is refused with this error, and no further looked at (rule E6)."""
        project = message.project
        asks_for_a_delta = message.name in PROPOSING and message.id is not None
        if asks_for_a_delta and project and self._hub.is_in(connection.id, project):
            gesture = message.gesture if message.name == "delta" else None
            self._hub.refuse_for_now(connection.id, project, gesture, error)
        else:
            connection.send(error)

    def end_gesture(self, connection: Connection, project: str, gesture: str) -> None:
        """What was to end it is refused before it was read: it is over all the same (rule G2)."""
        if connection.identity is not None:
            self._hub.end_gesture(connection, project, gesture)

    def _propose(self, connection: Connection, message: ProposeDelta | Undo | Redo) -> None:
        """Unless its user has had too much judged, or nobody edits: then it waits (E6, R53)."""
        ops, gesture = OPS_OF_A_MESSAGE, None
        if isinstance(message, ProposeDelta):
            ops, gesture = ops + len(message.ops), message.gesture
        if self._socket_limits.spend(connection, ops):
            name = str(message.__struct_config__.tag)
            connection.refuse_for_user(Unread(name, message.id, message.project, gesture))
        elif self._hub.orders.maintenance is not None and self._is_in(connection, message):
            error = self._hub.orders.held_back(message.id, message.project)
            self._hub.refuse_for_now(connection.id, message.project, gesture, error)
        elif isinstance(message, ProposeDelta):
            self._hub.propose(connection, message)
        elif isinstance(message, Undo):
            self._hub.undo(connection, message)
        else:
            self._hub.redo(connection, message)

    def _is_in(self, connection: Connection, message: ProposeDelta | Undo | Redo) -> bool:
        return self._hub.is_in(connection.id, message.project)

    def _in_room(
        self,
        connection: Connection,
        session: LoggedIn,
        message: Join | Leave | MovePresence | Gesture | ProposeDelta | Undo | Redo,
    ) -> None:
        match message:
            case MovePresence():
                self._hub.move(connection, message)
            case Gesture():
                self._hub.gesture(connection, message)
            case ProposeDelta() | Undo() | Redo():
                self._propose(connection, message)
            case Join():
                self._joining.join(connection, session, message)
            case Leave():
                self._leave(connection, session, message)
            case _:
                assert_never(message)

    def _leave(self, connection: Connection, session: LoggedIn, message: Leave) -> None:
        session.rooms.discard(message.project)
        if message.project in self._hub.rooms:
            self._hub.leave(connection.id, message)
        else:
            connection.send(Left(message.project, message.id))
