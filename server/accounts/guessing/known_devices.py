"""What a device brings along to a login where its account was logged in before (rule A74).

OWASP's "device cookies": whoever has one is counted for itself, so others who guess at the account,
from whatever addresses, keep nobody out on a device of theirs. It logs nobody in.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from persistence.guessing.password_tries import KNOWN_SECONDS
from schema.text import base64url

NONCE_LENGTH = 16
MAC_LENGTH = 16
TIME_LENGTH = 7

PREFIX = "device "
"""Before the name under which tries of a device are counted: no address begins like this."""


MICROSECONDS = 1_000_000


class KnownDevice(NamedTuple):
    """One on which an account has logged in, as its token says."""

    counted_under: str
    made_at: int
    """When the token was, in microseconds since 1970, on the clock of the database."""


class KnownDevices:
    """Those of all nodes that share the secret, or believe it: none of them is stored."""

    def __init__(
        self,
        secret: bytes,
        accepted_secrets: Sequence[bytes] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = [
            hmac.digest(each_secret, b"known devices", "sha256")
            for each_secret in (secret, *accepted_secrets)
        ]
        self._clock = clock
        """Seconds since 1970."""

    def new(self, account: bytes, made_at: int) -> str:
        """For a device on which this account (as tries are counted) has logged in.

        `made_at`: when, in microseconds, on the clock of the database.
        """
        payload = made_at.to_bytes(TIME_LENGTH, "big") + secrets.token_bytes(NONCE_LENGTH)
        return base64url.encode(payload + self._mac(self._keys[0], account, payload))

    def known(self, account: bytes, token: str) -> KnownDevice | None:
        """The device that shows this; None: it is none of the account's."""
        try:
            raw = base64url.decode(token)
        except ValueError:
            return None
        payload, mac = raw[:-MAC_LENGTH], raw[-MAC_LENGTH:]
        if len(payload) != TIME_LENGTH + NONCE_LENGTH:
            return None
        macs = (self._mac(key, account, payload) for key in self._keys)
        if not any(hmac.compare_digest(mac, known_mac) for known_mac in macs):
            return None
        made_at = int.from_bytes(payload[:TIME_LENGTH], "big")
        if self._clock() - made_at / MICROSECONDS >= KNOWN_SECONDS:
            return None
        return KnownDevice(PREFIX + payload[TIME_LENGTH:].hex(), made_at)

    @staticmethod
    def _mac(key: bytes, account: bytes, payload: bytes) -> bytes:
        return hmac.digest(key, account + payload, "sha256")[:MAC_LENGTH]
