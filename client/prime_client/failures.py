"""What can go wrong for who uses the SDK, named by who did it."""

from collections.abc import Mapping
from typing import Any

from prime_client.events import Refused


class CallFailed(Exception):
    """The server answered with an error."""

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = dict(details or {})


class CallInterrupted(CallFailed):
    """The connection ended before the answer: whether the call was carried out is not known."""

    def __init__(self, method: str) -> None:
        super().__init__("interrupted", f"the connection ended before {method} was answered")


class CallTimedOut(CallFailed):
    """No answer came in time: whether the call was carried out is not known."""

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__("timeout", f"{method} was not answered within {seconds:g} s")


class CannotConnect(Exception):
    """No connection could be made in time; the message has the last reason."""


class ConnectionOver(Exception):
    """The server ended it for good, or we closed: the client does not come back by itself."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{reason} ({code})" if code else reason)
        self.code = code
        self.reason = reason


class RoomClosed(Exception):
    """We are out of the room, and the message says why."""


class DeltaRefused(Exception):
    """The server refused the delta, and its effect was taken back."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.code}: {refused.message}")
        self.refused = refused


class MalformedOp(ValueError):
    """An op that could never be applied; the message says what is wrong. Nothing was applied."""


class TooMuchPending(Exception):
    """More edits wait for the server than are kept; nothing was applied."""


class DeltaTooLarge(Exception):
    """The delta is over what one message may hold; nothing was applied. Split it."""


class StateDamaged(Exception):
    """A state came over the wire and does not come to its digest; ask again."""
