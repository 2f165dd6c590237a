"""Codes of devices without a browser (RFC 8628), and who waits here for an answer to one."""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256

from schema.server_limits import MAX_DEVICES_WAITING

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so no words; nothing that looks like something else (RFC 8628, 6.1)."""

USER_CODE_LENGTH = 8
"""Letters: 34.5 bits, for ten minutes, at the rate of `MAX_USER_CODE_TRIES_PER_HOUR`."""


class DeviceCodes:
    """Those of one node. The user code is kept as an HMAC, the device code as a hash.

    `accepted_secrets`: other secrets, with which a node may have made a code.
    """

    def __init__(self, secret: bytes, accepted_secrets: Sequence[bytes] = ()) -> None:
        self._keys = [
            hmac.digest(each_secret, b"user codes of devices", "sha256")
            for each_secret in (secret, *accepted_secrets)
        ]
        self._waiting_calls: dict[bytes, set[asyncio.Event]] = {}
        """Hash of a device code -> set when it is decided here; one for each call that waits."""
        self._waiting_count = 0
        """How many calls wait."""
        self.is_over = False
        """Whether none waits any more: the node stops."""

    @staticmethod
    def new_device_code() -> str:
        """256 bits, which the device keeps to itself."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def new_user_code() -> str:
        """What a person types elsewhere: `WDJB-MJHT`."""
        letters = "".join(secrets.choice(LETTERS) for _ in range(USER_CODE_LENGTH))
        return f"{letters[:4]}-{letters[4:]}"

    @staticmethod
    def hash_of(device_code: str) -> bytes:
        return sha256(device_code.encode()).digest()

    def hash_of_user_code(self, user_code: str) -> bytes:
        """What is stored of a new one."""
        return self.hashes_of_user_code(user_code)[0]

    def hashes_of_user_code(self, user_code: str) -> list[bytes]:
        """One of them may be stored, whichever secret a node has made it with.

        However it is typed: case, hyphens and spaces do not count (RFC 8628, 6.1).
        """
        letters = "".join(filter(str.isalnum, user_code.upper())).encode()
        return [hmac.digest(key, letters, "sha256") for key in self._keys]

    def decided(self, device_hash: bytes) -> None:
        """Whoever waits for it here is told to look."""
        for event in self._waiting_calls.get(device_hash, ()):
            event.set()

    def wait_no_more(self) -> None:
        """Whoever waits is told how it stands now: the node stops."""
        self.is_over = True
        for events in self._waiting_calls.values():
            for event in events:
                event.set()

    @asynccontextmanager
    async def waiting(self, device_hash: bytes) -> AsyncIterator[asyncio.Event | None]:
        """What is set when it is decided on this node; None: nobody waits, or too many do."""
        if self.is_over or self._waiting_count >= MAX_DEVICES_WAITING:
            yield None
            return
        event = asyncio.Event()
        self._waiting_calls.setdefault(device_hash, set()).add(event)
        self._waiting_count += 1
        try:
            yield event
        finally:
            self._waiting_count -= 1
            events = self._waiting_calls[device_hash]
            events.discard(event)
            if not events:
                del self._waiting_calls[device_hash]
