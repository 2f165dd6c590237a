"""How a connection ended, or why there was none, and whether another try may go better."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.exceptions import InvalidMessage, InvalidStatus, InvalidURI

from prime_client.schema.close_codes import CloseCode

ADDRESS = "an address of Prime is like wss://example.org/v1 or ws://127.0.0.1:8787/v1"

AUTHORITY = (
    "an authority of your own is named by a variable, SSL_CERT_FILE=/path/ca.pem, or in a program"
    " by tls=ssl.create_default_context(cafile=...)"
)

TRY_AGAIN_STATUSES = frozenset({408, 425, 429})
"""Of HTTP below 500: another try may go better."""

NO_TLS = frozenset({"HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"})
NO_TLS |= {"RECORD_LAYER_FAILURE", "WRONG_VERSION_NUMBER"}
"""What OpenSSL calls an answer that is no TLS."""

OTHER_TLS = frozenset({"NO_PROTOCOLS_AVAILABLE", "NO_SHARED_CIPHER", "UNSUPPORTED_PROTOCOL"})
OTHER_TLS |= {"SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION"}
"""And where two sides have no version or cipher in common."""

WRONG_TIME = frozenset({9, 10})
"""The codes of OpenSSL for a certificate that is not good yet, or any more."""

WRONG_NAME = frozenset({62, 64})
"""And for one of another host or address."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a connection ended: the close code, if one came, and a sentence.

    `after_ms`: when the server asked us to come back, if it did.
    """

    code: int | None
    reason: str
    is_hopeless: bool = False
    after_ms: float | None = None

    @property
    def is_final(self) -> bool:
        """Whether coming back is pointless, by the table of close codes or by our own mistake."""
        if self.code is None:
            return self.is_hopeless
        return not CloseCode(self.code, "", "").reconnect


def not_opened(url: str, error: Exception) -> Ending:
    """What became of the first bytes to this address."""
    match error:
        case ssl.SSLError():  # that of a certificate is a ValueError, too
            return _of_tls(error)
        case InvalidURI() | ValueError():
            return _hopeless(f"{error}; {ADDRESS}")
        case InvalidStatus():
            return _turned_away(error.response.status_code)
        case InvalidMessage() if isinstance(error.__cause__, ValueError):
            return _hopeless(f"no HTTP is spoken at this address ({error.__cause__}); {ADDRESS}")
        case InvalidMessage() if not _is_with_tls(url):
            return Ending(None, "the server hung up without an answer: wss:// is meant?")
        case ConnectionResetError() if _is_with_tls(url):
            return Ending(None, "the server hung up where TLS begins: ws:// is meant?")
        case _:
            return Ending(None, _in_words(error))


def _is_with_tls(url: str) -> bool:
    return urlsplit(url).scheme.lower() == "wss"


def _hopeless(problem: str) -> Ending:
    return Ending(None, problem, is_hopeless=True)


def _of_tls(error: ssl.SSLError) -> Ending:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _hopeless(_of_certificate(error))
    if error.reason in NO_TLS:
        return _hopeless("no TLS is spoken at this address: ws:// is meant?")
    if error.reason in OTHER_TLS:
        return _hopeless(f"the server speaks no TLS that we speak: {error.reason}")
    return Ending(None, _in_words(error))


def _of_certificate(error: ssl.SSLCertVerificationError) -> str:
    said = error.verify_message.rstrip(".")
    if error.verify_code in WRONG_NAME:
        return f"the server's certificate is for another name than this address has: {said}"
    if error.verify_code in WRONG_TIME:
        return f"{said}: the server has to renew it, or the clock here is wrong"
    return f"the server's certificate is not trusted: {said}; {AUTHORITY}"


def _turned_away(status: int) -> Ending:
    """HTTP answered, and no WebSocket: mostly another path, or another server."""
    is_hopeless = status < 500 and status not in TRY_AGAIN_STATUSES
    problem = f"there is no Prime at this address (HTTP {status}); {ADDRESS}"
    return Ending(None, problem if is_hopeless else f"HTTP {status}", is_hopeless=is_hopeless)


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
