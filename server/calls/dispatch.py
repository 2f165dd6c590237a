"""A call goes to the function that answers it, and comes back as a reply or an error."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from schema.calls import METHODS, WITHOUT_LOGIN
from schema.errors import ErrorCode
from schema.limits import CALL_SECONDS, MAX_CALLS_IN_FLIGHT, MAX_REPLY_BYTES
from schema.messages import Call, Details, Error, Reply
from server.calls.call_queue import CallQueue
from server.calls.context import Context
from server.calls.failures import as_error, counted
from server.calls.table import ANSWERS
from server.health.metrics import Count
from server.refused import Refused
from server.sockets.codec import BadMessage
from server.sockets.connection import Connection


class CallDispatch:
    """For all connections of a node."""

    def __init__(
        self,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        context: Callable[[], Context],
        count: Count,
    ) -> None:
        self._spawn = spawn
        self._context = context
        self._count = count
        self._queue = CallQueue()

    def start(self, connection: Connection, call: Call) -> None:
        """Begin to answer it, or say why not."""
        if call.method not in METHODS:
            text = f"there is no call {call.method!r}"
            connection.refuse(Error(call.id, ErrorCode.UNKNOWN_MESSAGE, text))
        elif not connection.user and call.method not in WITHOUT_LOGIN:
            text = "log in first: call auth.login, or say hello with a token"
            connection.refuse(Error(call.id, ErrorCode.AUTH_REQUIRED, text))
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
            connection.send(Error(call.id, error.code, text, None, error.details))
            return
        connection.calls_in_flight += 1
        self._spawn(self._answer(connection, call, params))

    async def _answer(self, connection: Connection, call: Call, params: msgspec.Struct) -> None:
        try:
            whose = self._queue.slot(connection.user or connection.id)
            async with asyncio.timeout(CALL_SECONDS), whose:
                result = await ANSWERS[call.method](self._context(), connection, params)
            connection.send_frame(within_bound(connection, Reply(call.id, result)))
        except Exception as error:  # whatever it is, the caller gets its answer
            connection.send(counted(as_error(call.id, error), self._count))
        finally:
            connection.calls_in_flight -= 1
            self._count(f"call_{call.method}")


def within_bound(connection: Connection, reply: Reply) -> bytes:
    """The frame of a reply; raises `Refused` if it is too large: no call may make such a one."""
    frame = connection.codec.frame_of(reply)
    if len(frame) > MAX_REPLY_BYTES:
        text = f"the reply would be {len(frame)} bytes, of {MAX_REPLY_BYTES}; ask for less"
        raise Refused(ErrorCode.LIMIT_REACHED, text)
    return frame
