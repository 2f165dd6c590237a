"""Apple's client secret is a token that we sign, anew for each login."""

import time
from collections.abc import Callable

import jwt

from server.accounts.providers.provider_settings import AppleKey

SECRET_SECONDS = 300
"""Apple takes up to six months; it is used at once."""


def client_secret(
    key: AppleKey, client_id: str, issuer: str, now: Callable[[], float] = time.time
) -> str:
    """ES256, with team and key ("Creating a client secret", developer.apple.com)."""
    claims = {
        "iss": key.team_id,
        "sub": client_id,
        "aud": issuer,
        "iat": int(now()),
        "exp": int(now()) + SECRET_SECONDS,
    }
    return jwt.encode(claims, key.private_key, "ES256", {"kid": key.key_id})
