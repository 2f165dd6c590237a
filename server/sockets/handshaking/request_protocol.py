"""The protocol of `websockets`, which answers with a status what it cannot read as a request."""

from http import HTTPStatus

from websockets.exceptions import (
    HeaderLineTooLong,
    InvalidMessage,
    RequestLineTooLong,
    TooManyHeaders,
)
from websockets.protocol import CONNECTING
from websockets.server import ServerProtocol

NO_REQUEST = "These bytes are no request of HTTP/1.1 that this server can read.\n"

UNREADABLE = (InvalidMessage, RequestLineTooLong, HeaderLineTooLong, TooManyHeaders)
"""The last three are answered by `websockets`, with 414 and 431."""


class RequestProtocol(ServerProtocol):
    """It closes without a word; RFC 9112, 2.2 has 400 for that."""

    is_unreadable = False
    """Whether what has come is no request, or one that is too long; not, if too little came."""

    def send_eof(self) -> None:
        """Before the end of a connection that nobody has answered yet comes why it ends."""
        if self.state is CONNECTING and isinstance(self.handshake_exc, UNREADABLE):
            self.is_unreadable = not self.reader.eof
            if self.is_unreadable and not self.writes:
                self.writes.append(self.reject(HTTPStatus.BAD_REQUEST, NO_REQUEST).serialize())
        super().send_eof()
