"""TLS by Prime itself: the pair of certificate and key that new connections get, and may change."""

import ssl
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography import x509

from machine.settings.value_file import read_by_all, read_settings_file

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


class BadPair(ValueError):
    """The files are no certificate with its key; the message says why, in one line."""


class TlsPair:
    """The one that is in force; raises `BadPair` if there is none from the start."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.certificate = certificate
        self.key = key
        self.expires_at = 0.0
        """When the certificate runs out, in seconds since 1970."""
        self._seen = self._stamps()
        """What the files were like at the last look."""
        self._tried = self._seen
        """What they were like when they were read last."""
        self.context = self._current = self._read()
        """For the listener: each handshake gets the pair that is in force then."""
        self.context.sni_callback = self._choose

    def use(self, certificate: Path, key: Path) -> None:
        """From now on of these files; raises `BadPair`, and what was in force stays so."""
        before = self.certificate, self.key
        self.certificate, self.key = certificate, key
        try:
            self.load()
        except BadPair:
            self.certificate, self.key = before
            raise

    def load(self) -> None:
        """Take the files over; raises `BadPair`, and the pair of before stays in force."""
        self._tried = self._seen = self._stamps()
        before = self.expires_at
        context = self._read()
        if self.expires_at <= time.time():
            expired, self.expires_at = self.expires_at, before
            day = datetime.fromtimestamp(expired, UTC).date()
            raise BadPair(f"{self.certificate}: the certificate ran out on {day}")
        self._current = context

    def look(self) -> bool:
        """Take over files that have changed and are at rest; whether they were. As `load`."""
        stamps = self._stamps()
        is_at_rest, self._seen = stamps == self._seen, stamps
        if stamps == self._tried or not is_at_rest:
            return False
        self.load()
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
        return datetime.fromtimestamp(self.expires_at, UTC).isoformat()

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: object) -> None:
        connection.context = self._current

    def _stamps(self) -> list[tuple[int, int, int] | None]:
        return [_stamp(self.certificate), _stamp(self.key)]

    def _read(self) -> ssl.SSLContext:
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
            raise BadPair(f"{self.certificate}, {self.key}: {_in_words(error)}") from None
        self.expires_at = leaf.not_valid_after_utc.timestamp()
        return context


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read_file(path: Path, name: str) -> tuple[str, int]:
    """Its text and its mode: never a pipe or a device, which would hold the loop up."""
    try:
        return read_settings_file(path, name)
    except ValueError as error:
        raise BadPair(str(error)) from None


def _nobody_knows() -> str:
    raise ValueError(SAID["BAD_PASSWORD_READ"])


def _in_words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return SAID.get(error.reason or "", " ".join(str(error.reason or error).split()))
    return " ".join(str(error).split())
