"""What a device brings along to a login where its account was logged in before (rule A74).

OWASP's "device cookies": whoever has one is counted for itself, so others who guess at the account,
from whatever addresses, keep nobody out on a device of theirs. It logs nobody in.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Sequence

from rooms.limits.login_tries import KNOWN_SECONDS
from schema.text import base64url

NONCE_LENGTH = 16
MAC_LENGTH = 16
TIME_LENGTH = 6

PREFIX = "device "
"""Before the name under which tries of a device are counted: no address begins like this."""


class KnownDevices:
    """Those of all nodes that share the secret, or believe it: none of them is stored."""

    def __init__(
        self,
        secret: bytes,
        believed: Sequence[bytes] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = [hmac.digest(each, b"known devices", "sha256") for each in (secret, *believed)]
        self._clock = clock
        """Seconds since 1970."""

    def new(self, account: bytes) -> str:
        """For a device on which this account (as tries are counted) has just logged in."""
        made_at = int(self._clock()).to_bytes(TIME_LENGTH, "big")
        said = made_at + secrets.token_bytes(NONCE_LENGTH)
        return base64url.encode(said + self._mac(self._keys[0], account, said))

    def counted_under(self, account: bytes, token: str) -> str | None:
        """What tries on this device are counted under; None: it is none of the account's."""
        try:
            raw = base64url.decode(token)
        except ValueError:
            return None
        said, mac = raw[:-MAC_LENGTH], raw[-MAC_LENGTH:]
        if len(said) != TIME_LENGTH + NONCE_LENGTH:
            return None
        macs = (self._mac(key, account, said) for key in self._keys)
        if not any(hmac.compare_digest(mac, each) for each in macs):
            return None
        age = self._clock() - int.from_bytes(said[:TIME_LENGTH], "big")
        return PREFIX + said[TIME_LENGTH:].hex() if age < KNOWN_SECONDS else None

    @staticmethod
    def _mac(key: bytes, account: bytes, said: bytes) -> bytes:
        return hmac.digest(key, account + said, "sha256")[:MAC_LENGTH]
