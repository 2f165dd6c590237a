"""Calls that come over a connection: answered by `server.calls.dispatch`, replied to in its codec.

Nothing of a call knows of connections but this module.
"""

import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from schema.calling.batch_calls import Batch, BatchAnswers
from schema.calling.projects.snapshot_calls import RestoreSnapshot
from schema.calls import METHODS
from schema.errors import ErrorCode
from schema.limits import MAX_CALLS_IN_FLIGHT, MAX_REPLY_BYTES
from schema.messages import Call, Details, Error, Reply
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.dispatch import dispatch, require_callable
from server.calls.failures import as_error, counted
from server.encoding.codec import BadMessage, Codec
from server.identity import NOTHING_SAID, Identity
from server.live.room_restores import RestoreTurn
from server.metrics.durations import Observe
from server.metrics.metrics import Count
from server.refused import Refused, too_often
from server.router.logins.connection_login import ConnectionLogins
from server.sockets.connection import Connection
from server.sockets.connection_states import Greeted, LoggedIn


@dataclass(frozen=True, slots=True)
class ConnectionLogin:
    """The `server.calls.caller.LoginTarget` of a call over a connection."""

    connection: Connection
    all_logins: ConnectionLogins

    def require_place(self, user: str) -> None:
        """Raises `Refused` if it would be one too many of the user's (rule K2)."""
        self.all_logins.require_place(self.connection, user)

    def log_in(self, identity: Identity) -> None:
        """The connection is this user's from now on."""
        self.all_logins.log_in(self.connection, identity)


class CallReplies:
    """For all connections of a node."""

    def __init__(
        self,
        login: ConnectionLogins,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        context: Context,
        count: Count,
        observers: Mapping[str, Observe],
    ) -> None:
        self._login = login
        self._spawn = spawn
        self._context = context
        self._count = count
        self._observers = observers
        """Method -> who is told how many seconds it took."""

    def start(self, connection: Connection, call: Call) -> None:
        """Begin to answer it, or say why not."""
        try:
            require_callable(call.method, is_logged_in=connection.identity is not None)
        except Refused as refusal:
            error = as_error(call.id, refusal)
            if refusal.code is ErrorCode.AUTH_REQUIRED:
                connection.refuse_without_login(error)
            else:
                connection.refuse(error)
            return
        if connection.calls_in_flight >= MAX_CALLS_IN_FLIGHT:
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
            connection.send(Error(call.id, error.code, text, None, error.details))
            return
        if isinstance(params, Batch) and (wait := connection.seconds_to_pay(len(params.calls) - 1)):
            connection.send(as_error(call.id, too_often(wait, "each call of a batch is a message")))
            return
        turn = self._turn(connection, params)
        caller = self._caller(connection, turn)
        connection.calls_in_flight += 1
        self._spawn(self._answer(connection, caller, call, params))

    def _turn(self, connection: Connection, params: msgspec.Struct) -> RestoreTurn | None:
        """The place of a restore: of all calls it alone has one among its member's edits (U6)."""
        if not isinstance(params, RestoreSnapshot):
            return None
        return self._context.hub.restore_turn(connection.id, params.project, params.id)

    def _caller(self, connection: Connection, turn: RestoreTurn | None) -> Caller:
        session = connection.session
        return Caller(
            id=connection.id,
            address=connection.address,
            device=session.device if isinstance(session, Greeted | LoggedIn) else "",
            identity=connection.identity,
            login=ConnectionLogin(connection, self._login),
            outlet=connection,
            device_said=session.device_said
            if isinstance(session, Greeted | LoggedIn)
            else NOTHING_SAID,
            turn=turn,
        )

    async def _answer(
        self, connection: Connection, caller: Caller, call: Call, params: msgspec.Struct
    ) -> None:
        codec, began_at = connection.codec, time.monotonic()
        was_sent, code = False, ""
        try:
            key = call.idempotency_key
            result = await dispatch(self._context, caller, call.method, params, codec, key)
            if isinstance(result, BatchAnswers):
                self._count_mistakes(result)
            connection.send_frame(within_bound(codec, Reply(call.id, result)))
            was_sent = True
        except Exception as error:  # whatever it is, the caller gets its answer
            told = as_error(call.id, error)
            code = told.code
            connection.send(counted(told, self._count))
        finally:
            connection.calls_in_flight -= 1
            if caller.turn is not None:
                caller.turn.end()
            for follow in caller.when_replied:
                follow(was_sent)
            self._count(f"calls.{call.method}")
            seconds_taken = time.monotonic() - began_at
            self._observers[call.method](seconds_taken)
            self._context.slow_calls.add(call.method, seconds_taken, done=was_sent, code=code)
            if isinstance(params, Batch):
                self._count_all(params)

    def _count_all(self, batch: Batch) -> None:
        for call in batch.calls:
            if call.method in METHODS:
                self._count(f"calls.{call.method}")

    def _count_mistakes(self, answers: BatchAnswers) -> None:
        for answer in answers.answers:
            if answer.error is not UNSET and answer.error.code == ErrorCode.INTERNAL:
                self._count("calls_failed")


def within_bound(codec: Codec, reply: Reply) -> bytes:
    """The frame of a reply; raises `Refused` if it is too large: no call may make such a one."""
    frame = codec.frame_of(reply)
    if len(frame) > MAX_REPLY_BYTES:
        text = f"the reply would be {len(frame)} bytes, of {MAX_REPLY_BYTES}; ask for less"
        raise Refused(ErrorCode.LIMIT_REACHED, text)
    return frame
