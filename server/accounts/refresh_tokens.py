"""Refresh tokens: what they say is checked without the database, whose they are with its help.

Version 2 is, in base64: version, id of the login, counter (a varint), HMAC-SHA256 of these under a
key of the login alone (16 bytes), and a checksum of it all under a key of the server (4 bytes), by
which nearly all that was guessed is refused before the database is asked. Version 1, which is still
honoured, is: login, counter (8 bytes), HMAC under a key of the server.
"""

import hmac
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from schema.text import base64url

VERSION = b"\x02"
SIGNATURE, CHECKSUM, KEY = 16, 4, 32
"""Lengths in bytes."""

LARGEST_COUNTER = 2**63 - 1


class NoToken(Exception):
    """This is no refresh token of ours."""


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """What a refresh token says. Its login's key shows whether it is true (`is_signed`)."""

    auth_session: str
    counter: int
    body: bytes
    signature: bytes
    """Of the body; of version 1 it is checked already, and empty."""

    @property
    def is_old(self) -> bool:
        """Whether it is of version 1."""
        return not self.signature

    def is_signed(self, key: bytes | None) -> bool:
        """Whether the login with this key has made it; a login of before may have none."""
        if not self.signature:
            return True
        return key is not None and hmac.compare_digest(self.signature, _signature(key, self.body))


class RefreshTokens:
    """`secret`: what version 1 was signed with. `checksum_key`: shared by all nodes.

    `accepted_secrets`: other secrets that version 1 may have been signed with.
    """

    def __init__(
        self, secret: bytes, checksum_key: bytes, accepted_secrets: Sequence[bytes] = ()
    ) -> None:
        self._old_keys = [
            hmac.digest(each_secret, b"refresh", "sha256")
            for each_secret in (secret, *accepted_secrets)
        ]
        self._checksum_key = checksum_key

    def issue(self, auth_session: str, counter: int, key: bytes | None, *, is_new: bool) -> str:
        """The token of this turn, in version 2 if `is_new`: every node reads that one."""
        name = uuid.UUID(auth_session).bytes
        if not is_new or key is None:
            body = name + counter.to_bytes(8, "big")
            return base64url.encode(body + _signature(self._old_keys[0], body))
        body = VERSION + name + _varint(counter)
        signed = body + _signature(key, body)
        return base64url.encode(signed + self._checksum(signed))

    def read(self, token: str) -> PresentedToken:
        """What it says; raises `NoToken` before any database is asked."""
        raw = _raw(token)
        signed, checksum = raw[:-CHECKSUM], raw[-CHECKSUM:]
        if raw[:1] == VERSION and hmac.compare_digest(checksum, self._checksum(signed)):
            return _version_2(signed)
        body, signature = raw[:24], raw[24:]
        if len(raw) != 40 or not self._has_signed(body, signature):
            raise NoToken
        counter = int.from_bytes(body[16:], "big")
        return PresentedToken(str(uuid.UUID(bytes=body[:16])), counter, body, b"")

    def _has_signed(self, body: bytes, signature: bytes) -> bool:
        own_signatures = [_signature(key, body) for key in self._old_keys]
        return any(
            hmac.compare_digest(signature, own_signature) for own_signature in own_signatures
        )

    def _checksum(self, signed: bytes) -> bytes:
        return hmac.digest(self._checksum_key, signed, "sha256")[:CHECKSUM]


def new_key() -> bytes:
    """For one login."""
    return secrets.token_bytes(KEY)


def _version_2(signed: bytes) -> PresentedToken:
    body, signature = signed[:-SIGNATURE], signed[-SIGNATURE:]
    name, counter = body[1:17], _number(body[17:])
    if len(name) != 16 or len(signature) != SIGNATURE:
        raise NoToken
    return PresentedToken(str(uuid.UUID(bytes=name)), counter, body, signature)


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:SIGNATURE]


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    encoded_bytes = bytearray()
    while number > 0x7F:
        encoded_bytes.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*encoded_bytes, number])


def _number(varint: bytes) -> int:
    """The same back; raises `NoToken` for anything but its one form."""
    number = sum((byte & 0x7F) << 7 * index for index, byte in enumerate(varint[:10]))
    if number > LARGEST_COUNTER or _varint(number) != varint:
        raise NoToken
    return number


def _raw(token: str) -> bytes:
    """The bytes of a token that is spelt in the one way in which we spell it."""
    try:
        return base64url.decode(token)
    except ValueError:
        raise NoToken from None
