"""What comes in goes to where it belongs, or back as an error: hello, calls, joins, deltas."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, assert_never
from unicodedata import normalize

import msgspec
import structlog
from websockets.typing import Origin

from persistence import auth_sessions, project_members, users
from persistence.errors import (
    Compacted,
    Conflict,
    LastOwner,
    NotFound,
    Taken,
    Unavailable,
)
from rooms.feed import Feed
from rooms.seat import JoinRequest, member_id
from schema.calls import METHODS, WITHOUT_LOGIN
from schema.close_codes import (
    AUTH_FAILED,
    NO_HELLO,
    OVERLOADED,
    SESSION_REVOKED,
    SILENT,
    TOKEN_EXPIRED,
    TOO_MANY_CONNECTIONS,
    UNSUPPORTED_VERSION,
)
from schema.errors import ErrorCode
from schema.limits import (
    CALL_SECONDS,
    HEARTBEAT_SECONDS,
    HELLO_SECONDS,
    LOGIN_SECONDS,
    MAX_CALLS_IN_FLIGHT,
    MAX_MESSAGE_BYTES,
    MAX_NAME_LENGTH,
    MAX_REPLY_BYTES,
    MAX_ROOMS_PER_CONNECTION,
)
from schema.messages import (
    PROTOCOL_VERSION,
    Call,
    ClientMessage,
    Details,
    Digest,
    Error,
    Gesture,
    Hello,
    Join,
    Leave,
    Left,
    MovePresence,
    Ping,
    Pong,
    Position,
    ProjectChanged,
    ProposeDelta,
    Redo,
    Reply,
    RoleChanged,
    Undo,
    User,
    Welcome,
)
from server.admission import PATIENCE_SECONDS, Admission
from server.calls.context import Context, Refused
from server.calls.table import ANSWERS
from server.calls.turns import CallTurns
from server.codec import BadMessage
from server.connection import Connection
from server.door import Door
from server.hub import Hub
from server.metrics import Metrics
from server.mistakes import mistake
from server.passwords import TooBusy
from server.row_news import Concern
from server.seldom import Seldom
from server.stored_state import Damaged
from server.tokens import Access, BadToken

DIVERGENCES_SECONDS = 60.0
"""Of clients of one room whose copy is another one, it is told at most so often."""

log = structlog.get_logger()


class Front:
    """The `Server` of every connection; tells them what the tables say (`server.row_news.Told`)."""

    def __init__(
        self,
        hub: Hub,
        metrics: Metrics,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        origins: tuple[str, ...],
        door: Door,
    ) -> None:
        self.origins: list[Origin | None] | None = (
            [Origin(origin) for origin in origins] + [None] if origins else None
        )
        self.is_ready = False
        self.is_leaving = False
        self.admission = Admission()
        self.database_answers: Callable[[], bool] = lambda: True
        self.down: Callable[[], list[str]] = list  # lifelong tasks that have failed, in words
        self.all_gone = asyncio.Event()
        self.all_gone.set()
        self.context: Context | None = None
        self.connections: dict[str, Connection] = {}
        self._call_turns = CallTurns()
        self._hub = hub
        self._door = door
        self._metrics = metrics
        self._spawn = spawn
        self._divergences = Seldom(DIVERGENCES_SECONDS)

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
        match path:
            case "/healthz":
                return 200, "alive\n"
            case "/readyz":
                return self._readiness()
            case "/metrics":
                return 200, self._metrics.text()
            case "/" | "/v1" if self.is_leaving:
                return 503, "This server stops; another one serves.\n"
            case _:
                return None

    def _readiness(self) -> tuple[int, str]:
        if not self.is_ready:
            return 503, "starting or stopping\n"
        if self._hub.commits.is_degraded or not self.database_answers():
            return 503, "; ".join(["database unavailable", *self._what_is_down()]) + "\n"
        if down := self._what_is_down():
            return 503, f"{down[0]}\n"
        but = []
        if not self._hub.bus.is_up:
            but.append("bus down: other nodes hear late")
        if held_up := len(self._hub.commits.committer.held_up):
            but.append(f"projects that cannot be written to: {held_up}")
        return 200, "; ".join(["ready", *but]) + "\n"

    def _what_is_down(self) -> list[str]:
        down = self.down()
        return [f"down: {', '.join(down)}"] if down else []

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
        self._hub.gone(connection.id, for_good=connection.is_over)
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
            self._greet(connection, message)
        elif not connection.greeted:
            text = "say hello first"
            connection.bad_message(Error(None, ErrorCode.BAD_MESSAGE, text))
        elif isinstance(message, Call):
            self._call(connection, message)
        elif not connection.user:
            message_id = getattr(message, "id", None)
            text = "log in first: call auth.login, or say hello with a token"
            connection.bad_message(Error(message_id, ErrorCode.AUTH_REQUIRED, text))
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
            case Gesture() | ProposeDelta() | Undo() | Redo():
                self._edit(connection, message)
            case Join():
                self._join(connection, message)
            case Leave():
                connection.rooms.discard(message.project)
                if message.project in self._hub.rooms:
                    self._hub.leave(connection.id, message)
                else:
                    connection.send(Left(message.project, message.id))
            case _:
                assert_never(message)

    def _edit(self, connection: Connection, message: Gesture | ProposeDelta | Undo | Redo) -> None:
        if not self._hub.is_in(connection.id, message.project):
            if isinstance(message, Gesture) and message.values is None:
                return  # it is over, as everything of a room that was left
            text = "join the project before editing it"
            connection.send(Error(message.id, ErrorCode.NOT_JOINED, text, message.project))
        elif isinstance(message, Gesture):
            self._hub.gesture(connection.id, message)
        else:
            self._hub.propose(connection.id, message)

    # Hello.

    def _greet(self, connection: Connection, hello: Hello) -> None:
        if connection.greeted:
            text = "hello is said once"
            connection.bad_message(Error(None, ErrorCode.BAD_MESSAGE, text))
        elif PROTOCOL_VERSION not in hello.versions:
            text = f"this server speaks version {PROTOCOL_VERSION}; update the client"
            details: Details = {"supported": [PROTOCOL_VERSION]}
            connection.send(Error(None, ErrorCode.UNSUPPORTED_VERSION, text, None, details))
            connection.close(UNSUPPORTED_VERSION)
        else:
            connection.greeted = True
            connection.device = normalize("NFC", hello.device)[:MAX_NAME_LENGTH]
            if hello.token is None:
                self._welcome(connection)
            else:
                self._look_at_token(connection, hello.token)

    def _look_at_token(self, connection: Connection, token: str) -> None:
        """Before it takes a turn: a token that none of us has signed keeps nobody waiting."""
        usage = self._door.usage
        try:
            access = self._context().tokens.read_access(token)
        except BadToken as error:
            if not error.is_expired:
                self._door.bad_token(connection, asyncio.get_running_loop().time())
            self._turn_away(connection, is_expired=error.is_expired)
            return
        reached = usage.may_log_in(connection.id, access.user)
        if reached is None:
            usage.sockets.give(connection.id, access.user)
            self._let_wait(connection, access)
        else:
            connection.send(Error(None, ErrorCode.LIMIT_REACHED, reached))
            connection.close(TOO_MANY_CONNECTIONS)

    def _let_wait(self, connection: Connection, access: Access) -> None:
        """A herd comes in turn (rule H7)."""
        wait = self.admission.turn(asyncio.get_running_loop().time())
        if wait <= PATIENCE_SECONDS:
            self._spawn(self._log_in_by_token(connection, access, wait))
            return
        text = "too many come at once; come back later"
        details: Details = {"retry_after_ms": int(wait * random.uniform(1_000, 2_000))}
        connection.send(Error(None, ErrorCode.UNAVAILABLE, text, None, details))
        connection.close(OVERLOADED)

    async def _log_in_by_token(self, connection: Connection, access: Access, wait: float) -> None:
        await asyncio.sleep(wait)
        context = self._context()
        try:
            revoked = await auth_sessions.revoked_among(context.db, [access.auth_session])
            user = await users.by_id(context.db, access.user)
        except Unavailable:
            text = "the database does not answer; come back in a moment"
            connection.send(Error(None, ErrorCode.UNAVAILABLE, text))
            connection.close(OVERLOADED)
            return
        except Exception as error:  # whatever it is, who says hello hears of it
            connection.send(self._counted(_as_error(None, error)))
            connection.close(OVERLOADED)
            return
        if revoked or user is None:
            self._turn_away(connection, is_expired=False)
            return
        if connection.id not in self.connections:
            return  # it has gone meanwhile
        connection.logged_in(user.id, user.username, user.name, access.auth_session)
        self._welcome(connection)

    def _turn_away(self, connection: Connection, *, is_expired: bool) -> None:
        if is_expired:
            text = "the access token has run out; call auth.refresh"
            connection.send(Error(None, ErrorCode.TOKEN_EXPIRED, text))
            connection.close(TOKEN_EXPIRED)
        else:
            text = "the token is not valid; log in again"
            connection.send(Error(None, ErrorCode.AUTH_FAILED, text))
            connection.close(AUTH_FAILED)

    def _welcome(self, connection: Connection) -> None:
        self._hub.peers[connection.id] = connection
        user = User(connection.user, connection.username, connection.name)
        welcome = Welcome(
            version=PROTOCOL_VERSION,
            connection=connection.id,
            node=self._hub.node,
            server_time=time.time() * 1_000,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            max_message_bytes=MAX_MESSAGE_BYTES,
            user=user if connection.user else None,
        )
        connection.send(welcome)

    # Joining.

    def _join(self, connection: Connection, message: Join) -> None:
        if len(connection.rooms | {message.project}) > MAX_ROOMS_PER_CONNECTION:
            text = f"a connection may be in {MAX_ROOMS_PER_CONNECTION} rooms; leave one"
            code = ErrorCode.LIMIT_REACHED
            connection.send(Error(message.id, code, text, message.project))
            return
        if message.project not in connection.rooms and self._rooms_are_full(connection.user):
            most = self._door.usage.limits.rooms_per_user
            text = f"you are in {most:.0f} rooms over all your connections; leave one"
            code = ErrorCode.LIMIT_REACHED
            connection.send(Error(message.id, code, text, message.project))
            return
        connection.rooms.add(message.project)
        self._spawn(self._let_in(connection, message))

    def _rooms_are_full(self, user: str) -> bool:
        """Whether this user is in as many rooms as one may be in on this node (rule K3)."""
        usage = self._door.usage
        theirs = (self.connections.get(socket) for socket in usage.sockets.of_user.get(user, ()))
        rooms = sum(len(connection.rooms) for connection in theirs if connection is not None)
        return rooms >= usage.limits.rooms_per_user

    async def _let_in(self, connection: Connection, message: Join) -> None:
        context = self._context()
        try:
            async with asyncio.timeout(CALL_SECONDS):
                user, project = connection.user, message.project
                standing = await project_members.standing_of(context.db, project, user)
                if standing is None:
                    raise NotFound("there is no such project, or you are not a member of it")
                request = JoinRequest(
                    connection=connection.id,
                    request=message.id,
                    user=connection.user,
                    name=connection.name,
                    device=connection.device,
                    auth_session=connection.auth_session,
                    role=standing.role,
                    known_head=Position(standing.epoch, standing.head),
                    at=int(time.time() * 1_000),
                    position=message.position,
                    member=member_id(context.member_key, connection.user, connection.device),
                    diverged=message.diverged,
                    digest=message.digest,
                    unanswered=message.unanswered,
                    codec=connection.codec.name,
                    seats=self._door.usage.limits.seats_per_user,
                )
                if message.diverged is not None:
                    self._report_divergence(connection, message.project, message.diverged)
                await self._hub.join(request, project, lambda: project in connection.rooms)
                await self._look_at_role_again(connection, request, project)
        except Exception as error:  # whatever it is, who wants to join hears of it
            if not self._hub.is_in(connection.id, message.project):
                connection.rooms.discard(message.project)
            connection.send(self._counted(_as_error(message.id, error, message.project)))

    async def _look_at_role_again(
        self, connection: Connection, request: JoinRequest, project: str
    ) -> None:
        """It may have been changed while the room was opened: nobody sat there to be told.

        Who cannot be looked at is sent to come again: its join is answered, and only once.
        """
        try:
            role = await project_members.role_of(self._context().db, project, request.user)
        except Exception as error:
            self._counted(_as_error(request.request, error, project))
            connection.close(OVERLOADED)
            return
        if role != request.role:
            self._hub.role_changed(project, request.user, role)

    def _report_divergence(self, connection: Connection, project: str, theirs: Digest) -> None:
        times = self._divergences.times(project, asyncio.get_running_loop().time())
        if not times:
            self.count("diverged_again")
            return
        self.count("diverged")
        log.error(
            "a client's copy has diverged; it gets fresh state",
            project=project,
            user=connection.user,
            device=connection.device,
            seq=theirs.seq,
            digest=theirs.digest,
            times=times,
        )

    # Calls.

    def _call(self, connection: Connection, call: Call) -> None:
        if call.method not in METHODS:
            text = f"there is no call {call.method!r}"
            connection.bad_message(Error(call.id, ErrorCode.UNKNOWN_MESSAGE, text))
        elif not connection.user and call.method not in WITHOUT_LOGIN:
            text = "log in first: call auth.login, or say hello with a token"
            connection.bad_message(Error(call.id, ErrorCode.AUTH_REQUIRED, text))
        elif connection.calls_in_flight >= MAX_CALLS_IN_FLIGHT:
            text = f"{MAX_CALLS_IN_FLIGHT} calls are under way; wait for one to be answered"
            details: Details = {"retry_after_ms": 100}
            connection.send(Error(call.id, ErrorCode.RATE_LIMITED, text, None, details))
        else:
            self._start_call(connection, call)

    def _start_call(self, connection: Connection, call: Call) -> None:
        params_type, _ = METHODS[call.method]
        try:
            params = connection.codec.params(call.params, params_type)
        except BadMessage as error:
            text = f"{call.method}: {error}"
            connection.send(Error(call.id, ErrorCode.VALIDATION, text))
            return
        connection.calls_in_flight += 1
        self._spawn(self._answer(connection, call, params))

    async def _answer(self, connection: Connection, call: Call, params: msgspec.Struct) -> None:
        try:
            whose = self._call_turns.of(connection.user or connection.id)
            async with asyncio.timeout(CALL_SECONDS), whose:
                result = await ANSWERS[call.method](self._context(), connection, params)
            connection.send_frame(_within_bound(connection, Reply(call.id, result)))
        except Exception as error:  # whatever it is, the caller gets its answer
            connection.send(self._counted(_as_error(call.id, error)))
        finally:
            connection.calls_in_flight -= 1
            self.count(f"call_{call.method}")

    def _counted(self, error: Error) -> Error:
        """What a client is told of a call, a hello or a join: a mistake of ours counts."""
        if error.code is ErrorCode.INTERNAL:
            self.count("calls_failed")
        return error

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
        told: set[str] = set(in_room.room.seats) if in_room else set()
        self._hub.role_changed(project, user, role)
        for connection in list(self.connections.values()):
            if connection.user == user and connection.id not in told:
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
        """Once a second: who is late, silent, or does not read."""
        for connection in list(self.connections.values()):
            if not connection.check(now):
                continue
            age = now - connection.opened_at
            patience = LOGIN_SECONDS if connection.greeted else HELLO_SECONDS
            if not connection.user and age > patience:
                connection.close(NO_HELLO)
            elif now - connection.heard_at > 2.5 * HEARTBEAT_SECONDS:
                connection.close(SILENT)

    def _context(self) -> Context:
        assert self.context is not None
        return self.context


def _within_bound(connection: Connection, reply: Reply) -> bytes:
    """The frame of a reply; raises `Refused` if it is too large: no call may make such a one."""
    frame = connection.codec.frame_of(reply)
    if len(frame) > MAX_REPLY_BYTES:
        text = f"the reply would be {len(frame)} bytes, of {MAX_REPLY_BYTES}; ask for less"
        raise Refused(ErrorCode.LIMIT_REACHED, text)
    return frame


_CODES: tuple[tuple[type[Exception], ErrorCode], ...] = (
    (NotFound, ErrorCode.NOT_FOUND),
    (Taken, ErrorCode.TAKEN),
    (Conflict, ErrorCode.CONFLICT),
    (LastOwner, ErrorCode.CONFLICT),
    (Compacted, ErrorCode.COMPACTED),
    (Damaged, ErrorCode.SNAPSHOT_DAMAGED),
)
"""What a client is told of an error whose own words will do."""

TOOK_TOO_LONG_MILLISECONDS = 1_000
"""When to try again what was not done within `CALL_SECONDS`."""

_DETAILS = ("field", "version", "oldest")


def _as_error(message_id: str | None, error: Exception, project: str | None = None) -> Error:
    details: Details = {}
    code = next((code for kind, code in _CODES if isinstance(error, kind)), None)
    text = str(error)
    if code is not None:
        details.update({n: getattr(error, n) for n in _DETAILS if hasattr(error, n)})
    elif isinstance(error, Refused):
        code = error.code
        details.update(error.details)
    elif isinstance(error, TimeoutError):
        code = ErrorCode.UNAVAILABLE
        text = f"not done within {CALL_SECONDS:.0f} seconds; try again later, one at a time"
        details["retry_after_ms"] = TOOK_TOO_LONG_MILLISECONDS
    elif isinstance(error, Unavailable | TooBusy):
        code, text = ErrorCode.UNAVAILABLE, "the server cannot do this now; try again"
        details["retry_after_ms"] = 500
    else:
        return mistake(message_id, error, project)
    return Error(message_id, code, text, project, details)
