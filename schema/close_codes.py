"""Every way a connection ends, as data. 1xxx and 4000-4499: come back. 4500-4999: don't."""

from dataclasses import dataclass

FIRST_FINAL_CODE = 4500
"""From here on a client does not come back by itself."""


@dataclass(frozen=True, slots=True)
class CloseCode:
    """What a close frame says; `reconnect` follows from the range of the code."""

    code: int
    name: str
    meaning: str

    @property
    def reconnect(self) -> bool:
        """Whether the client should come back by itself."""
        return self.code < FIRST_FINAL_CODE and self.code not in (1002, 1007, 1009)


RESTARTING = CloseCode(1012, "restarting", "The server stops or restarts; come back with jitter.")
OVERLOADED = CloseCode(1013, "overloaded", "The server is full; come back later, with jitter.")
SILENT = CloseCode(4002, "silent", "The client sent nothing for too long; come back and resume.")
TOKEN_EXPIRED = CloseCode(4003, "token_expired", "Refresh the access token, then come back.")
RATE_LIMITED = CloseCode(4004, "rate_limited", "Too many messages for too long; come back slower.")
TOO_MANY_CONNECTIONS = CloseCode(
    4005, "too_many_connections", "This user has too many open; close one, or come back later."
)
NO_HELLO = CloseCode(
    4006, "no_hello", "No hello or login arrived in time; come back when there is one."
)
REPLACED = CloseCode(4500, "replaced", "The same user on the same device connected again.")
SESSION_REVOKED = CloseCode(4501, "session_revoked", "This login was ended; log in again.")
BAD_MESSAGES = CloseCode(
    4503, "bad_messages", "Too many frames that hold no message; correct the client."
)
UNSUPPORTED_VERSION = CloseCode(
    4506, "unsupported_version", "No common protocol version; update the client."
)
AUTH_FAILED = CloseCode(4507, "auth_failed", "The token of hello is not valid; log in again.")

CLOSE_CODES = (
    RESTARTING,
    OVERLOADED,
    SILENT,
    TOKEN_EXPIRED,
    RATE_LIMITED,
    TOO_MANY_CONNECTIONS,
    NO_HELLO,
    REPLACED,
    SESSION_REVOKED,
    BAD_MESSAGES,
    UNSUPPORTED_VERSION,
    AUTH_FAILED,
)
