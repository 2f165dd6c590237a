"""Access tokens (JWT, RFC 9068) and refresh tokens (a counter under an HMAC)."""

import base64
import binascii
import hashlib
import hmac
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

ISSUER = "prime"
TYPE = "at+jwt"
LEEWAY_SECONDS = 30
"""How far the clocks of two nodes may be apart (RFC 8725 allows as much)."""


class BadToken(Exception):
    """Not a token of ours, or `is_out_of_time`: then refreshing it brings a good one."""

    def __init__(self, *, is_out_of_time: bool = False) -> None:
        super().__init__("out of time" if is_out_of_time else "invalid")
        self.is_out_of_time = is_out_of_time


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token says."""

    user: str
    auth_session: str


class Tokens:
    """Signs and checks with one secret of at least 32 bytes; `clock` gives seconds since 1970."""

    def __init__(
        self, secret: bytes, access_seconds: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._access_key = hmac.digest(secret, b"access", "sha256")
        self._refresh_key = hmac.digest(secret, b"refresh", "sha256")
        self._clock = clock
        self.access_seconds = access_seconds

    def access(self, user: str, auth_session: str) -> str:
        """A signed access token that runs out after `access_seconds`."""
        now = int(self._clock())
        claims = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": user,
            "sid": auth_session,
            "iat": now,
            "exp": now + self.access_seconds,
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode(claims, self._access_key, algorithm="HS256", headers={"typ": TYPE})

    def read_access(self, token: str) -> Access:
        """What the token says; raises `BadToken`. PyJWT would take any `typ` and any times."""
        try:
            decoded = jwt.decode_complete(
                token,
                self._access_key,
                algorithms=["HS256"],
                audience=ISSUER,
                issuer=ISSUER,
                options={
                    "require": ["exp", "iat", "sub", "sid", "aud", "iss"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except (jwt.InvalidTokenError, ValueError, TypeError):
            raise BadToken from None
        claims = decoded["payload"]
        if decoded["header"].get("typ") != TYPE:
            raise BadToken
        self._check_times(claims)
        return Access(str(claims["sub"]), str(claims["sid"]))

    def _check_times(self, claims: dict[str, Any]) -> None:
        """Made in the future by a clock ahead of ours, or run out by one behind: within bounds."""
        made, ends, now = claims["iat"], claims["exp"], self._clock()
        if type(made) is not int or type(ends) is not int:
            raise BadToken
        if made > now + LEEWAY_SECONDS or ends <= now - LEEWAY_SECONDS:
            raise BadToken(is_out_of_time=True)

    def refresh(self, auth_session: str, counter: int) -> str:
        """The refresh token of this turn: session, counter, 16 bytes of HMAC-SHA256."""
        body = uuid.UUID(auth_session).bytes + counter.to_bytes(8, "big")
        return base64.urlsafe_b64encode(body + self._sign(body)).decode().rstrip("=")

    def read_refresh(self, token: str) -> tuple[str, int]:
        """Auth session and counter; raises `BadToken` before any database is asked."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            raise BadToken from None
        body, signature = raw[:24], raw[24:]
        if len(raw) != 40 or not hmac.compare_digest(signature, self._sign(body)):
            raise BadToken
        return str(uuid.UUID(bytes=body[:16])), int.from_bytes(body[16:], "big")

    def _sign(self, body: bytes) -> bytes:
        return hmac.new(self._refresh_key, body, hashlib.sha256).digest()[:16]
