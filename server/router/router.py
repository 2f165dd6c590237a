"""Each message goes to whoever acts on it, or comes back as an error."""

import time
from collections.abc import Callable
from typing import assert_never

from schema.errors import ErrorCode
from schema.messages import (
    Call,
    ClientMessage,
    Details,
    Error,
    Gesture,
    Hello,
    Join,
    Leave,
    MovePresence,
    Ping,
    Pong,
    ProposeDelta,
    Redo,
    Undo,
)
from server.calls.failures import as_error, counted
from server.encoding.codec import UnreadableMessage
from server.live.hub import Hub
from server.metrics.metrics import Count
from server.refused import Refused
from server.router.call_replies import CallReplies
from server.router.connection_usage import ConnectionUsage
from server.router.hello import Greeting
from server.router.join_requests import JoinRequests
from server.sockets.connection import Connection
from server.sockets.connection_states import Leaving, LoggedIn, WaitingForHello

AskingRoom = Join | Leave | Gesture | ProposeDelta | Undo | Redo
"""Messages of who is logged in that want something of a room."""

ForRoom = MovePresence | AskingRoom
"""Messages of who is logged in, for a room."""

PROPOSING = ("delta", "undo", "redo")
"""Messages that ask for a delta."""

NO_LOGIN = "log in first: call auth.login, or say hello with a token"

LOGIN_OVER = "this login is over: log in again, join, and send it again as it was"

LEAVING = "this server sends its members elsewhere: come back, and send it again with the same id"
LEAVING_MILLISECONDS = 1_000
"""What is said to whoever asks for something new as it goes, and when to ask again."""

OPS_OF_A_MESSAGE = 10
"""What one of them costs beside its ops, in ops."""


class Router:
    """For all connections of a node. `clock`: seconds since 1970."""

    def __init__(
        self,
        hub: Hub,
        greeting: Greeting,
        join_requests: JoinRequests,
        calls: CallReplies,
        connection_usage: ConnectionUsage,
        count: Count,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._hub = hub
        self._greeting = greeting
        self._join_requests = join_requests
        self._calls = calls
        self._socket_limits = connection_usage
        self._count = count
        self._clock = clock

    def received(self, connection: Connection, message: ClientMessage) -> None:
        """A whole, well-formed message."""
        try:
            if isinstance(message, MovePresence):  # nine of ten; who has moved is logged in
                if connection.seat is not None or self._logged_in(connection, message) is not None:
                    self._hub.move(connection, message)
            else:
                self._route(connection, message)
        except Exception as error:  # whatever it is, who waits for an answer gets one
            self._answer_mistake(connection, message, error)

    def _route(self, connection: Connection, message: Ping | Hello | Call | AskingRoom) -> None:
        if isinstance(message, Ping):
            connection.send(Pong(message.time, self._clock() * 1_000))
        elif connection.is_sent_away and not isinstance(message, Gesture | Leave):
            self._begin_no_more(connection, message)
        elif isinstance(message, Hello):
            self._greeting.greet(connection, message)
        elif isinstance(message, Call):
            if self._has_said_hello(connection, message):
                self._calls.start(connection, message)
        elif (session := self._logged_in(connection, message)) is not None:
            self._in_room(connection, session, message)

    def _begin_no_more(self, connection: Connection, message: Hello | Call | ForRoom) -> None:
        """Its turn to go has come, and it waits for what it asked for before (rule X3)."""
        refusal = Refused(ErrorCode.UNAVAILABLE, LEAVING, retry_after_ms=LEAVING_MILLISECONDS)
        if isinstance(message, Hello):
            connection.send(as_error(None, refusal))
        else:
            self._answer_mistake(connection, message, refusal)

    def _answer_mistake(
        self, connection: Connection, message: ClientMessage, mistake: Exception
    ) -> None:
        """It failed before anybody was to answer it: `internal`; the connection goes on.

        Nobody waits for what presence and a ping come to, and the next one makes it good.
        """
        project = getattr(message, "project", None)
        answer = counted(as_error(_id_of(message), mistake, project), self._count)
        match message:
            case MovePresence() | Ping():
                pass
            case Hello():
                self._greeting.turn_away_for(connection, answer)
            case Join() if isinstance(connection.session, LoggedIn):
                self._join_requests.failed(connection, connection.session, message, answer)
            case ProposeDelta() | Undo() | Redo():
                gesture = message.gesture if isinstance(message, ProposeDelta) else None
                self._refuse_for_now(connection, message.project, gesture, answer)
            case _:
                connection.send(answer)

    def _has_said_hello(self, connection: Connection, message: Call | ForRoom) -> bool:
        """Who has not is told so (rule H3)."""
        if not isinstance(connection.session, WaitingForHello):
            return True
        text, details = "say hello first", Details(field="t")
        error = Error(_id_of(message), ErrorCode.BAD_MESSAGE, text, None, details)
        connection.refuse_without_login(error)
        return False

    def _logged_in(self, connection: Connection, message: ForRoom) -> LoggedIn | None:
        """The session of somebody; None: it is nobody's, and is told so."""
        session = connection.session
        if isinstance(session, LoggedIn):
            return session
        if connection.is_sent_away:  # its hello was said, and refused
            self._begin_no_more(connection, message)
        elif self._has_said_hello(connection, message):
            code, text = ErrorCode.AUTH_REQUIRED, NO_LOGIN
            if isinstance(session, Leaving) and isinstance(message, ProposeDelta | Undo | Redo):
                code, text = ErrorCode.AUTH_FAILED, LOGIN_OVER  # by which clients keep it (B3, J14)
            connection.refuse_without_login(Error(_id_of(message), code, text))
        return None

    def over_rate(self, connection: Connection, message: UnreadableMessage, error: Error) -> None:
        """A message that is refused with this error, and no further looked at (rule E6)."""
        project = message.project
        if message.name in PROPOSING and message.id is not None and project:
            gesture = message.gesture if message.name == "delta" else None
            self._refuse_for_now(connection, project, gesture, error)
        else:
            connection.send(error)

    def _refuse_for_now(
        self, connection: Connection, project: str, gesture: str | None, error: Error
    ) -> None:
        """Something that asks for a delta; in its order, if its member is there (rule D12)."""
        if self._hub.is_in(connection.id, project):
            self._hub.refuse_for_now(connection.id, project, gesture, error)
        else:
            connection.send(error)

    def end_gesture(self, connection: Connection, project: str, gesture: str) -> None:
        """What was to end it is refused before it was read: it is over all the same (rule G2)."""
        if connection.identity is not None:
            self._hub.end_gesture(connection, project, gesture)

    def _in_room(  # noqa: C901  # one arm for each message
        self,
        connection: Connection,
        session: LoggedIn,
        message: AskingRoom,
    ) -> None:
        match message:
            case Gesture():
                self._hub.gesture(connection, message)
            case ProposeDelta(ops=ops, gesture=gesture):
                if self._may_propose(connection, message, len(ops), gesture):
                    self._hub.propose(connection, message)
            case Undo():
                if self._may_propose(connection, message):
                    self._hub.undo(connection, message)
            case Redo():
                if self._may_propose(connection, message):
                    self._hub.redo(connection, message)
            case Join():
                self._join_requests.join(connection, session, message)
            case Leave():
                self._join_requests.leave(connection, session, message)
            case _:
                assert_never(message)

    def _may_propose(
        self,
        connection: Connection,
        message: ProposeDelta | Undo | Redo,
        ops: int = 0,
        gesture: str | None = None,
    ) -> bool:
        """Not if its user has had too much judged, or nobody edits: then it waits (E6, R53)."""
        project = message.project
        if self._socket_limits.spend(connection, OPS_OF_A_MESSAGE + ops):
            name = str(message.__struct_config__.tag)
            connection.refuse_for_user(UnreadableMessage(name, message.id, project, gesture))
            return False
        if self._hub.standing_orders.maintenance is None or not self._hub.is_in(
            connection.id, project
        ):
            return True
        error = self._hub.standing_orders.held_back(message.id, project)
        self._hub.refuse_for_now(connection.id, project, gesture, error)
        return False


def _id_of(message: ClientMessage) -> str | None:
    return getattr(message, "id", None)
