"""Hello, and the login by token: a connection becomes somebody's (rules H1-H7)."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from persistence.errors import Unavailable
from persistence.tables import auth_sessions, users
from schema.accounts.audit_events import AuditEvent
from schema.close_codes import (
    AUTH_FAILED,
    OVERLOADED,
    TOKEN_EXPIRED,
    TOO_MANY_CONNECTIONS,
    UNSUPPORTED_VERSION,
)
from schema.errors import ErrorCode
from schema.limits import HEARTBEAT_SECONDS, MAX_MESSAGE_BYTES
from schema.messages import PROTOCOL_VERSION, Details, Error, Hello, Welcome
from server.accounts.access_tokens import AccessClaims, BadToken
from server.accounts.admission import LONGEST_WAIT_SECONDS, Admission
from server.calls.context import Context
from server.calls.failures import as_error, counted
from server.identity import DeviceSaid, Identity
from server.live.hub import Hub
from server.metrics.metrics import Count
from server.refused import Refused
from server.router.connection_usage import ConnectionUsage
from server.router.logins.connection_login import ConnectionLogins
from server.sockets.connection import Connection
from server.sockets.connection_states import WaitingForHello

RETRY_MILLISECONDS = 500
"""When to come back while the database does not answer."""

FULL_MILLISECONDS = (5_000, 10_000)
"""When to come back to a node that is full: from, to."""


class Greeting:
    """For all connections of a node, which are in `connections` as long as they are there.

    `clock`: seconds since 1970.
    """

    def __init__(
        self,
        connections: Mapping[str, Connection],
        hub: Hub,
        connection_usage: ConnectionUsage,
        login: ConnectionLogins,
        admission: Admission,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        context: Context,
        count: Count,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connections = connections
        self._hub = hub
        self._socket_limits = connection_usage
        self._login = login
        self._admission = admission
        self._spawn = spawn
        self._context = context
        self._count = count
        self._clock = clock

    def greet(self, connection: Connection, hello: Hello) -> None:
        """A client says who it is and which versions it speaks (rules H1-H7)."""
        if not isinstance(connection.session, WaitingForHello):
            text = "hello is said once"
            connection.refuse(Error(None, ErrorCode.BAD_MESSAGE, text, None, {"field": "t"}))
        elif PROTOCOL_VERSION not in hello.versions:
            self._speak_no_version(connection, is_newer=min(hello.versions) > PROTOCOL_VERSION)
        else:
            device = DeviceSaid(hello.device_name, hello.device_kind, hello.client)
            connection.greet(hello.device, device, is_looked_at=hello.token is not None)
            if hello.token is not None:
                self._look_at_token(connection, hello.token)
            elif self._hub.gathering.is_full:
                self._turn_away_as_full(connection)
            else:
                self._welcome(connection)

    def _speak_no_version(self, connection: Connection, *, is_newer: bool) -> None:
        """A client that is newer than this server comes back: servers are updated (rule A9)."""
        if is_newer:
            text = f"this server speaks version {PROTOCOL_VERSION}; come back when it is updated"
            wait: Details = {"retry_after_ms": int(random.uniform(5_000, 10_000))}
            connection.send(Error(None, ErrorCode.UNAVAILABLE, text, None, wait))
            connection.close(OVERLOADED)
            return
        text = f"this server speaks version {PROTOCOL_VERSION}; update the client"
        details: Details = {"supported": [PROTOCOL_VERSION]}
        connection.send(Error(None, ErrorCode.UNSUPPORTED_VERSION, text, None, details))
        connection.close(UNSUPPORTED_VERSION)

    def _look_at_token(self, connection: Connection, token: str) -> None:
        """Before it takes a turn: a token that none of us has signed keeps nobody waiting."""
        if self._context.tokens.unknown_key(token):
            self._spawn(self._look_at_keys(connection, token))
        else:
            self._let_in_by(connection, token)

    async def _look_at_keys(self, connection: Connection, token: str) -> None:
        """Another node may have made a key since we last looked (rule A10)."""
        context = self._context
        try:
            await context.tokens.keys.look(context.db, asyncio.get_running_loop().time())
            if connection.id in self._connections:
                self._let_in_by(connection, token)
        except Exception as error:  # whatever it is, who says hello hears of it
            self.turn_away_for(connection, counted(as_error(None, error), self._count))

    def _let_in_by(self, connection: Connection, token: str) -> None:
        usage = self._socket_limits.usage
        try:
            access = self._context.tokens.read_access(token)
        except BadToken as error:
            self._refuse_token(connection, error)
            return
        now = asyncio.get_running_loop().time()
        is_known = access.user in usage.sockets.sockets_by_user or self._admission.was_here(
            access.user, now
        )
        if self._hub.gathering.is_full and not is_known:
            self._turn_away_as_full(connection)
            return
        try:
            self._login.require_place(connection, access.user)
        except Refused as refusal:
            connection.send(as_error(None, refusal))
            connection.close(TOO_MANY_CONNECTIONS)
        else:
            self._login.take_place(connection, access.user)
            self._let_wait(connection, access)

    def _refuse_token(self, connection: Connection, error: BadToken) -> None:
        if error.is_out_of_time:
            self._count(f"auth_refused.{error.cause}")
        else:
            self._socket_limits.bad_token(connection, asyncio.get_running_loop().time())
            address = connection.address
            self._context.audit.note(AuditEvent.TOKEN_REFUSED, address=address, cause=error.cause)
        self._turn_away(connection, is_out_of_time=error.is_out_of_time)

    def _let_wait(self, connection: Connection, access: AccessClaims) -> None:
        """A herd comes in turn (rule H7)."""
        wait = self._admission.turn(asyncio.get_running_loop().time())
        if wait <= LONGEST_WAIT_SECONDS:
            self._spawn(self._log_in_by_token(connection, access, wait))
            return
        text = "too many come at once; come back later"
        details: Details = {"retry_after_ms": int(wait * random.uniform(1_000, 2_000))}
        connection.send(Error(None, ErrorCode.UNAVAILABLE, text, None, details))
        connection.close(OVERLOADED)

    def _turn_away_as_full(self, connection: Connection) -> None:
        """Those who are here would all see each other later (rule H7)."""
        text = "this server is full; come back later, perhaps to another one"
        wait: Details = {"retry_after_ms": random.randint(*FULL_MILLISECONDS)}
        connection.send(Error(None, ErrorCode.UNAVAILABLE, text, None, wait))
        connection.close(OVERLOADED)

    async def _log_in_by_token(
        self, connection: Connection, access: AccessClaims, wait: float
    ) -> None:
        await asyncio.sleep(wait)
        try:
            await self._log_in(connection, access)
        except Unavailable:
            text = "the database does not answer; come back in a moment"
            details: Details = {"retry_after_ms": RETRY_MILLISECONDS}
            self.turn_away_for(connection, Error(None, ErrorCode.UNAVAILABLE, text, None, details))
        except Exception as error:  # whatever it is, who says hello hears of it
            self.turn_away_for(connection, counted(as_error(None, error), self._count))

    async def _log_in(self, connection: Connection, access: AccessClaims) -> None:
        context = self._context
        revoked = await auth_sessions.revoked_among(context.db, [access.auth_session])
        user = await users.by_id(context.db, access.user)
        if revoked or user is None:
            reason = revoked.get(access.auth_session, "")
            self._turn_away(connection, is_out_of_time=False, reason=reason)
            return
        if connection.id not in self._connections:
            return  # it has gone meanwhile
        identity = Identity(
            user.id,
            user.username,
            user.name,
            access.auth_session,
            access.expires_at,
            access.key,
        )
        self._login.log_in(connection, identity)
        if connection.identity is not None:  # else the login was ended meanwhile
            self._welcome(connection)

    def turn_away_for(self, connection: Connection, error: Error) -> None:
        """The server could not say whether it may come in: it is to come again."""
        connection.send(error)
        connection.close(OVERLOADED)

    def _turn_away(self, connection: Connection, *, is_out_of_time: bool, reason: str = "") -> None:
        """`reason`: why an operator has ended the login (rule R50)."""
        if is_out_of_time:
            text = "the access token is out of time by the server's clock; call auth.refresh"
            connection.send(Error(None, ErrorCode.TOKEN_EXPIRED, text))
            connection.close(TOKEN_EXPIRED)
        else:
            text = "the token is not valid; log in again"
            details: Details = {}
            if reason:
                text, details = f"an operator has ended this login: {reason}", {"message": reason}
            connection.send(Error(None, ErrorCode.AUTH_FAILED, text, None, details))
            connection.close(AUTH_FAILED)

    def _welcome(self, connection: Connection) -> None:
        identity = connection.identity
        welcome = Welcome(
            version=PROTOCOL_VERSION,
            connection=connection.id,
            node=self._hub.node,
            server_time=self._clock() * 1_000,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            max_message_bytes=MAX_MESSAGE_BYTES,
            user=None if identity is None else identity.as_user(),
        )
        connection.send(welcome)
