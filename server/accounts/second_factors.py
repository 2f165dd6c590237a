"""Codes of an authenticator app (TOTP, RFC 6238) and recovery codes: made, sealed, compared."""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

STEP_SECONDS = 30
"""How long a code is the newest one."""

STEPS_ASIDE = 1
"""A clock of a phone may be half a minute off (RFC 6238, 5.2)."""

NONCE_LENGTH = 12

RECOVERY_CODES = 10

RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Nothing that looks like something else; 16 of them are 79 bits."""


class SecondFactors:
    """Knows no database: whoever has the user's secret sealed asks here about it."""

    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        self._cipher = AESGCM(hmac.digest(key, b"sealing second factors", "sha256"))
        self._recovery_key = hmac.digest(key, b"recovery codes", "sha256")
        self._tries_key = hmac.digest(key, b"tries at second factors", "sha256")
        self._clock = clock

    def new_secret(self, user_id: str) -> tuple[str, bytes]:
        """160 bits in base32, as apps take it, and the same sealed for this user."""
        secret, nonce = pyotp.random_base32(), secrets.token_bytes(NONCE_LENGTH)
        return secret, nonce + self._cipher.encrypt(nonce, secret.encode(), user_id.encode())

    def step_of(self, user_id: str, sealed: bytes, code: str) -> int | None:
        """The step whose code this is; None: it is of none around now."""
        try:
            secret = self._cipher.decrypt(
                sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], user_id.encode()
            )
        except InvalidTag:
            return None
        totp, now = pyotp.TOTP(secret.decode()), self._step_of_now()
        matching_step = None
        for step in range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1):  # all: in the same time
            if pyotp.utils.strings_equal(totp.generate_otp(step), code):
                matching_step = step
        return matching_step

    def _step_of_now(self) -> int:
        return int(self._clock()) // STEP_SECONDS

    @staticmethod
    def uri_of(secret: str, account: str, issuer: str) -> str:
        """What a QR code holds for an app."""
        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)

    @staticmethod
    def new_recovery_codes() -> list[str]:
        """To be shown once, and kept on paper."""
        return [
            "-".join("".join(secrets.choice(RECOVERY_LETTERS) for _ in range(4)) for _ in range(4))
            for _ in range(RECOVERY_CODES)
        ]

    def hash_of_recovery(self, code: str) -> bytes:
        """However it is typed: case, hyphens and spaces do not count."""
        letters = "".join(filter(str.isalnum, code.lower()))
        return hmac.digest(self._recovery_key, letters.encode(), "sha256")

    def account_of(self, user_id: str) -> bytes:
        """What wrong codes of this user are counted under, apart from passwords."""
        return hmac.digest(self._tries_key, user_id.encode(), "sha256")[:16]

    @staticmethod
    def new_challenge() -> str:
        """256 bits."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(challenge: str) -> bytes:
        return sha256(challenge.encode()).digest()
