"""TLS by Prime itself: the pair of certificate and key that new connections get, and may change."""

import ssl
import stat
import time
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import structlog
from cryptography import x509

from machine.settings.value_file import read_by_all, read_settings_file
from schema.text.one_line import one_line

HANDSHAKE_SECONDS = 5.0
"""For the handshake of TLS; that of the WebSocket comes behind it."""

SHUTDOWN_SECONDS = 2.0

LOOK_SECONDS = 30.0
"""Between two looks at the files; what has not changed for one of them is taken over."""

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secret and authenticated alone (RFC 9325, 4.2). TLS 1.3 has no others."""

ALPN = ["http/1.1"]

SAID = {
    "KEY_VALUES_MISMATCH": "the key is not that of the certificate",
    "NO_START_LINE": "one of them is not in PEM",
    "BAD_PASSWORD_READ": "the key is encrypted, and nobody is here to be asked for its password",
}
"""What OpenSSL calls it, in words."""


log = structlog.get_logger()


class BadPair(Exception):
    """The files are no certificate with its key; the message says why, in one line.

    They may be just being written: whoever starts with them should try again.
    """

    exit_code = 1


class TlsPair:
    """The one that is in force; raises `BadPair` if there is none from the start."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.certificate = certificate
        self.key = key
        self._waits_until = inf
        """When the one that was refused because it is not valid yet is to be tried again."""
        self._stamps_seen = self._stamps()
        """What the files were like at the last look."""
        self._stamps_tried = self._stamps_seen
        """What they were like when they were read last."""
        self.context, leaf = self._read()
        """For the listener: each handshake gets the pair that is in force then."""
        self._current = self.context
        self.context.sni_callback = self._choose
        self.begins_at, self.expires_at = _times(leaf)
        """Between these, in seconds since 1970, the certificate is valid."""

    def use(self, certificate: Path, key: Path) -> None:
        """From now on of these files; raises `BadPair`, and what was in force stays so."""
        before = self.certificate, self.key
        self.certificate, self.key = certificate, key
        try:
            self._load()
        except BadPair:
            self.certificate, self.key = before
            raise

    def look(self) -> bool:
        """Take over changed files that are at rest; whether there were any. Raises `BadPair`."""
        stamps = self._stamps()
        is_at_rest, self._stamps_seen = stamps == self._stamps_seen, stamps
        is_tried = stamps == self._stamps_tried and time.time() < self._waits_until
        if is_tried or not is_at_rest:
            return False
        self._load()
        return True

    async def keep_current(self) -> None:
        """A look, which says what became of it."""
        try:
            if self.look():
                log.info("the certificate was changed", expires=self.expires)
        except BadPair as error:
            log.error("a certificate is refused; that of before is in force", reason=str(error))

    @property
    def expires(self) -> str:
        """When it runs out, for eyes."""
        return _for_eyes(self.expires_at)

    @property
    def begins(self) -> str:
        """From when on it is valid, for eyes."""
        return _for_eyes(self.begins_at)

    def _load(self) -> None:
        """Take the files over; raises `BadPair`, and the pair of before stays in force."""
        self._stamps_tried = self._stamps_seen = self._stamps()
        self._waits_until = inf
        context, leaf = self._read()
        begins, expires = _times(leaf)
        now = time.time()
        if expires <= now:
            day = datetime.fromtimestamp(expires, UTC).date()
            raise BadPair(f"{self.certificate}: the certificate ran out on {day}")
        if begins > now:
            self._waits_until = begins
            raise BadPair(
                f"{self.certificate}: the certificate is not valid before {_for_eyes(begins)}"
            )
        self._current, self.begins_at, self.expires_at = context, begins, expires

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: object) -> None:
        connection.context = self._current

    def _stamps(self) -> list[tuple[int, int, int] | None]:
        return [_stamp(self.certificate), _stamp(self.key)]

    def _read(self) -> tuple[ssl.SSLContext, x509.Certificate]:
        chain, _ = _read_file(self.certificate, "PRIME_TLS_CERT")
        _, mode = _read_file(self.key, "PRIME_TLS_KEY")
        if mode & stat.S_IROTH:
            log.warning(read_by_all("PRIME_TLS_KEY", self.key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(CIPHERS)
        context.set_alpn_protocols(ALPN)
        context.options |= ssl.OP_NO_RENEGOTIATION
        try:
            leaf = x509.load_pem_x509_certificate(chain.encode())
            context.load_cert_chain(self.certificate, self.key, password=_nobody_knows)
        except (ssl.SSLError, OSError, ValueError) as error:
            raise BadPair(f"{self.certificate}, {self.key}: {_failure_words(error)}") from None
        return context, leaf


def _times(leaf: x509.Certificate) -> tuple[float, float]:
    return leaf.not_valid_before_utc.timestamp(), leaf.not_valid_after_utc.timestamp()


def _for_eyes(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _read_file(path: Path, name: str) -> tuple[str, int]:
    """Its text and its mode: never a pipe or a device, which would hold the loop up."""
    try:
        return read_settings_file(path, name)
    except ValueError as error:
        raise BadPair(str(error)) from None


def _nobody_knows() -> str:
    raise ValueError(SAID["BAD_PASSWORD_READ"])


def _failure_words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return SAID.get(error.reason or "", one_line(str(error.reason or error)))
    return one_line(str(error))
