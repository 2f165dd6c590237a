"""The time before a connection is a WebSocket: where its request ends, and until when it may come.

And what is left of it: `websockets` keeps objects that hold each other.
"""

import asyncio
from collections.abc import Callable

from websockets.server import ServerProtocol

from schema.server_limits import HANDSHAKE_SECONDS
from server.sockets.handshaking.posted_form import REQUEST_END, PostedForm


class Handshake:
    """Of one connection. `expired` is called if it is not over in time."""

    __slots__ = ("_expired", "_form", "_loop", "_request_end", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        self._loop = loop
        self._expired = expired
        self._timer = loop.call_later(HANDSHAKE_SECONDS, expired)
        self._request_end = b""
        """The last bytes that came: the end of the request may be cut in two."""
        self._form = PostedForm()

    @property
    def form(self) -> bytes | None:
        """What was posted with the request; None: it has no body that is read."""
        return self._form.body

    def cut(self, data: bytes) -> tuple[bytes, bytes]:
        """What of the data belongs to the request, and the bytes after it, which are frames."""
        data = self._form.take(data)
        received = self._request_end + data
        end = received.find(REQUEST_END)
        size = len(data) if end < 0 else end + len(REQUEST_END) - len(self._request_end)
        self._request_end = received[1 - len(REQUEST_END) :]
        return data[:size], data[size:]

    def begin_anew(self) -> None:
        """It is we who did not read in all that time: it has the same again."""
        self._timer = self._loop.call_later(HANDSHAKE_SECONDS, self._expired)

    def end(self) -> None:
        """It is done, or the socket is gone."""
        self._timer.cancel()


def take_apart(protocol: ServerProtocol) -> None:
    """Let go of all it holds: it, its parser and its errors hold each other, 4 KB and more.

    Left to the collector they would pile up, for it waits until nobody is in a room.
    """
    for kept_error in (protocol.handshake_exc, protocol.parser_exc):
        error: BaseException | None = kept_error
        while error is not None:
            error.__traceback__ = None
            error = error.__cause__ or error.__context__
    vars(protocol).clear()
