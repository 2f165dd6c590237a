"""The way to whoever watches: a connection, as far as the feed needs it."""

from typing import Protocol

from schema.messages import ServerMessage
from server.encoding.codec import Codec


class Subscriber(Protocol):
    """A `server.sockets.connection.Connection`."""

    id: str
    codec: Codec

    def send(self, message: ServerMessage) -> None: ...

    def offer_frame(self, frame: bytes) -> bool:
        """False: the reader is too far behind, and the frame is not sent."""
