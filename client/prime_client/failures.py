"""What can go wrong for who uses the SDK, named by who did it."""

from collections.abc import Mapping
from typing import Any

from prime_client.events import Left, Refused
from prime_client.schema.errors import ERRORS, Retry

INTERRUPTED = "interrupted"
TIMEOUT = "timeout"
"""The codes of errors that the SDK makes itself: a call has no answer."""

UNHEARD = "unheard"
"""The code of a refusal whose reason was lost with a connection."""

_RETRY: dict[str, Retry] = {str(code): meaning.retry for code, meaning in ERRORS.items()}
_RETRY |= {INTERRUPTED: Retry.WAIT, TIMEOUT: Retry.WAIT, UNHEARD: Retry.MEND}


class PrimeError(Exception):
    """Whatever the SDK raises for its user."""


class RefusedByServer(PrimeError):
    """The server refused, and `message` says what to do.

    `code` is an `ErrorCode`, or one of a newer server; the table of errors tells of `details`.
    """

    def __init__(self, code: str, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = dict(details or {})

    @property
    def retry(self) -> Retry:
        """What to do: mend what was sent, wait and send the same again, or give up."""
        return _RETRY.get(self.code, Retry.GIVE_UP)

    @property
    def retry_after_seconds(self) -> float:
        """How long the server asked to wait before that; 0: it did not."""
        return float(self.details.get("retry_after_ms", 0)) / 1_000


class CallFailed(RefusedByServer):
    """A call, or a join, was answered with an error."""


class CallInterrupted(CallFailed):
    """The connection ended before the answer: whether the call was carried out is not known."""

    def __init__(self, method: str) -> None:
        super().__init__(INTERRUPTED, f"the connection ended before {method} was answered")


class CallTimedOut(CallFailed):
    """No answer came in time: whether the call was carried out is not known."""

    def __init__(self, method: str, seconds: float) -> None:
        super().__init__(TIMEOUT, f"{method} was not answered within {seconds:g} s")


class LoginDenied(PrimeError):
    """Whoever was asked to let this program in said no, or did not answer in time."""


class CannotConnect(PrimeError):
    """No connection could be made in time; the message has the last reason."""


class NotConnected(PrimeError):
    """The client has not been connected: use `async with Client(...)`."""

    def __init__(self) -> None:
        super().__init__("not connected: use `async with`, or `await client.connect()` first")


class ConnectionOver(PrimeError):
    """The server ended it for good, or we closed: the client does not come back by itself."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{reason} ({code})" if code else reason)
        self.code = code
        self.reason = reason


_LEFT = {
    None: "you left the room; `client.join(project)` comes in again",
    "access_revoked": (
        "you are no member of this project any more: an owner put you out, or you left it on"
        " another device. Edits that were not saved are given up; ask an owner for an invitation"
    ),
    "kicked": (
        "an operator of the server put you out of this room. Edits that were not saved are given"
        " up; `client.join(project)` comes in again"
    ),
    "limit_reached": (
        "you came into this room on several servers at once, and it was too many. Edits that were"
        " not saved are given up; leave with another device, then `client.join(project)` comes in"
    ),
    "another_user": (
        "another user has logged in, and nothing is sent in their name that you have edited. Edits"
        " that were not saved are given up; `client.join(project)` comes in as that user"
    ),
}
"""What happened, by the reason of `Left`, and what to do."""

_LEFT_OTHERWISE = (
    "the server put you out of this room. Edits that were not saved are given up;"
    " `client.join(project)` comes in again, if it may"
)
"""A newer server may have other reasons."""


class RoomClosed(PrimeError):
    """We are out of the room: the message says what happened and what to do.

    `left` is the event that told it.
    """

    def __init__(self, left: Left) -> None:
        reason = f"{left.reason}: " if left.reason else ""
        is_servers = bool(left.message) and left.reason != "another_user"
        said = f". The server says: {left.message}" if is_servers else ""
        super().__init__(f"{reason}{_LEFT.get(left.reason, _LEFT_OTHERWISE)}{said}")
        self.left = left


class DeltaRefused(RefusedByServer):
    """The server refused the delta, and its effect was taken back."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code, refused.message, refused.details)
        self.refused = refused


class WrongUse(PrimeError, ValueError, TypeError):
    """The arguments of a method make no sense, and the message says why; nothing was done."""


class UnknownDelta(PrimeError, LookupError):
    """The id is of no delta of this room, or of one that was answered long ago."""


class MalformedOp(WrongUse):
    """An op that could never be applied; the message says what is wrong. Nothing was applied."""


class TooMuchPending(PrimeError):
    """More edits wait for the server than are kept; nothing was applied."""


class DeltaTooLarge(PrimeError):
    """The delta is over what one message may hold; nothing was applied. Split it."""


class StateDamaged(PrimeError):
    """A state came over the wire and has another digest than it should; ask again."""
