"""Whether an ID token is of this issuer, for us, of this login, and signed by one of its keys."""

import time
from collections.abc import Callable
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from schema.accounts.audit_events import Cause
from server.accounts.providers.failures import ProviderRefused

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Asymmetric ones alone: no secret of ours, and no `none`, signs for a provider (RFC 8725, 3.1)."""

LEEWAY_SECONDS = 30


def kid_of(token: str) -> str | None:
    """The key that it names, before anything of it is believed; raises `ProviderRefused`."""
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError, KeyError):
        raise ProviderRefused(Cause.MALFORMED, "the ID token is none") from None
    return kid if isinstance(kid, str) else None


def claims_of(
    token: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """What it says, checked as OpenID Connect Core 3.1.3.7 asks; raises `ProviderRefused`."""
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": issuer},
                "aud": {"essential": True, "value": client_id},
                "sub": {"essential": True},
            },
            params={"nonce": nonce, "client_id": client_id, "access_token": access_token},
        )
        claims.validate(int(now()), LEEWAY_SECONDS)
    except ExpiredTokenError:
        raise ProviderRefused(Cause.EXPIRED, "the ID token has run out") from None
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ProviderRefused(Cause.FORGED, f"the ID token: {type(error).__name__}") from None
    return dict(claims)
