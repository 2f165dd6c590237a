"""Calls that wait for their answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

from prime_client.connecting.codec import Message
from prime_client.connecting.connection import Connection
from prime_client.failures import CallFailed, CallInterrupted, CallTimedOut, WrongUse
from prime_client.ids import new_id


class CallsInFlight:
    """Each call is answered, fails, is cut off with its connection, or times out.

    What one that timed out or was cancelled comes to, nobody is told any more.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._calls: dict[str, tuple[str, asyncio.Future[Any]]] = {}  # id -> method, answer
        self._given_up = set[str]()
        """Ids of calls that nobody waits for, and whose answer may still come."""

    async def send(
        self,
        connection: Connection,
        method: str,
        params: dict[str, Any],
        key: str | None = None,
        until: float | None = None,
    ) -> Any:
        """Call a method and return its result; raises `CallFailed`, `WrongUse`.

        `key`: by which the server does it once. `until`: of the loop's clock, if less is left.
        """
        loop = asyncio.get_running_loop()
        call_id = new_id()
        future: asyncio.Future[Any] = loop.create_future()
        call = {"t": "call", "id": call_id, "method": method, "params": params}
        try:
            connection.send(call if key is None else call | {"idempotency_key": key})
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise WrongUse(f"{method} cannot be sent: {error}") from None
        self._calls[call_id] = (method, future)  # now that it could be encoded
        try:
            async with asyncio.timeout_at(loop.time() + self._seconds if until is None else until):
                return await future
        except TimeoutError:
            raise CallTimedOut(method, self._seconds) from None
        finally:
            self._calls.pop(call_id, None)
            if future.cancelled():
                self._given_up.add(call_id)

    def reply(self, message: Message) -> None:
        """The result of a call came."""
        self._given_up.discard(message["id"])
        future = self._waiting(message["id"])
        if future is not None:
            future.set_result(message["result"])

    def error(self, message: Message) -> bool:
        """An error came; whether it was the answer of a call, also of one that was given up."""
        call_id = message.get("id") or ""
        future = self._waiting(call_id)
        if future is None:
            is_late = call_id in self._given_up
            self._given_up.discard(call_id)
            return is_late
        code, text = message["code"], message["message"]
        future.set_exception(CallFailed(code, text, message.get("details")))
        return True

    def interrupt(self) -> None:
        """The connection is gone."""
        calls, self._calls = self._calls, {}
        self._given_up.clear()
        for method, future in calls.values():
            if not future.done():
                future.set_exception(CallInterrupted(method))

    def _waiting(self, call_id: str) -> asyncio.Future[Any] | None:
        _, future = self._calls.get(call_id, ("", None))
        return None if future is None or future.done() else future


def result_of(answer: Mapping[str, Any]) -> Any:
    """Of one call of a batch: its result, or why it was refused."""
    error = answer.get("error")
    if error is None:
        return answer["result"]
    return CallFailed(error["code"], error["message"], error.get("details"))
