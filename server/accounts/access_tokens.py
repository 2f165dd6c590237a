"""Access tokens (JWT, RFC 9068, RFC 8725): signed with keys that all nodes share."""

import hmac
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import jwt

from schema.accounts.audit_events import Cause
from schema.text import base64url
from server.accounts.signing_keys import SigningKeys

ISSUER = "prime"
TYPE = "at+jwt"
LEEWAY_SECONDS = 30
"""How far the clocks of two nodes may be apart (RFC 8725 allows as much)."""

HEADERS = {"EdDSA": {"alg", "typ", "kid"}, "HS256": {"alg", "typ"}}
"""Algorithm -> the header that it has, and nothing else: no `jwk`, `jku`, `x5u` or `crit`."""


class BadToken(Exception):
    """Not a token of ours, or `is_out_of_time`: then refreshing it brings a good one."""

    def __init__(self, cause: Cause, *, is_out_of_time: bool = False) -> None:
        super().__init__("out of time" if is_out_of_time else "invalid")
        self.cause = cause
        """What is counted and noted; a client is never told."""
        self.is_out_of_time = is_out_of_time


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says; `expires_at` in seconds since 1970."""

    user: str
    auth_session: str
    expires_at: float
    key: str = ""
    """The kid of what it is signed with; empty: it is in the form of before."""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A new access token, and when it runs out, in seconds since 1970."""

    text: str
    expires_at: float
    key: str = ""
    """The kid of what it is signed with; empty: it is in the form of before."""


class AccessTokens:
    """Signs and checks; `clock` gives seconds since 1970.

    Until the first of `keys` signs, tokens are made in the form of before, with a secret of at
    least 32 bytes: nodes of before read no other. Those are honoured until they run out, also if
    they are signed with one of the secrets that are `accepted_secrets`.
    """

    def __init__(
        self,
        keys: SigningKeys,
        secret: bytes,
        access_seconds: int,
        clock: Callable[[], float] = time.time,
        accepted_secrets: Sequence[bytes] = (),
    ) -> None:
        self.keys = keys
        self._old_keys = [
            hmac.digest(each_secret, b"access", "sha256")
            for each_secret in (secret, *accepted_secrets)
        ]
        self._clock = clock
        self.access_seconds = access_seconds

    @property
    def is_new_form(self) -> bool:
        """Whether all nodes read what is signed with a key."""
        return self.keys.signer(self._clock()) is not None

    def honours_old_refresh(self, lifetime_seconds: float) -> bool:
        """Whether a refresh token of version 1 is good: until the last login that was made with one
        is over. Whoever has the secret that signs those could make them of any login.
        """
        return self._clock() <= self.keys.signs_from + lifetime_seconds

    def access(self, user: str, auth_session: str) -> SignedToken:
        """A signed access token that runs out after `access_seconds`."""
        clock = self._clock()
        now = int(clock)
        ends_at = now + self.access_seconds
        claims = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": user,
            "sid": auth_session,
            "iat": now,
            "exp": ends_at,
            "jti": uuid.uuid4().hex,
        }
        key = self.keys.signer(clock)
        if key is None or key.private is None:
            headers = {"typ": TYPE}
            text = jwt.encode(claims, self._old_keys[0], algorithm="HS256", headers=headers)
        else:
            headers = {"typ": TYPE, "kid": key.kid}
            text = jwt.encode(claims, key.private, algorithm="EdDSA", headers=headers)
            return SignedToken(text, ends_at, key.kid)
        return SignedToken(text, ends_at)

    def unknown_key(self, token: str) -> bool:
        """Whether it names a key that is not known here: another node may have made it."""
        try:
            header = self._header(token)
        except BadToken:
            return False
        return header["alg"] == "EdDSA" and self.keys.get(header["kid"]) is None

    def read_access(self, token: str) -> AccessClaims:
        """What the token says; raises `BadToken`. PyJWT would take more than this does."""
        header = self._header(token)
        claims = self._claims(token, header)
        self._check_kinds(claims)
        self._check_times(claims)
        if not self._is_honoured(header, claims["iat"]):
            raise BadToken(Cause.EXPIRED, is_out_of_time=True)
        return AccessClaims(claims["sub"], claims["sid"], claims["exp"], header.get("kid", ""))

    def has_run_out(self, expires_at: float) -> bool:
        """Whether a token that runs out then is good no more, at hello and on an open socket."""
        return expires_at <= self._clock() - LEEWAY_SECONDS

    def _header(self, token: str) -> dict[str, Any]:
        try:
            for part in token.split("."):
                base64url.decode(part)
            header = jwt.get_unverified_header(token)
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
            raise BadToken(Cause.MALFORMED) from None
        if set(header) != HEADERS.get(str(header.get("alg"))):
            raise BadToken(Cause.FORGED)
        if header["typ"] != TYPE:
            raise BadToken(Cause.FOREIGN)
        return header

    def _claims(self, token: str, header: dict[str, Any]) -> dict[str, Any]:
        """Of a token that one of us has signed for us; which algorithm is up to the key, not it."""
        if header["alg"] == "EdDSA":
            known_key = self.keys.get(header["kid"])
            if known_key is None:
                raise BadToken(Cause.UNKNOWN)
            return self._signed(token, header, known_key.public)
        *others, last = self._old_keys
        for key in others:
            with suppress(BadToken):
                return self._signed(token, header, key)
        return self._signed(token, header, last)

    def _signed(self, token: str, header: dict[str, Any], key: Any) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[header["alg"]],
                audience=ISSUER,
                issuer=ISSUER,
                options={
                    "require": ["exp", "iat", "sub", "sid", "aud", "iss", "jti"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
        except (
            jwt.InvalidAudienceError,
            jwt.InvalidIssuerError,
            jwt.MissingRequiredClaimError,
        ):
            raise BadToken(Cause.FOREIGN) from None
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError):
            raise BadToken(Cause.FORGED) from None
        return claims

    def _is_honoured(self, header: dict[str, Any], made_at: int) -> bool:
        """By a key that is not retired; in the form of before, until the first key signed."""
        if header["alg"] == "HS256":
            last = self.keys.signs_from + LEEWAY_SECONDS
            return made_at <= last and self._clock() <= last + self.access_seconds
        key = self.keys.get(header["kid"])
        return key is not None and key.retires_at > self._clock()

    def _check_kinds(self, claims: dict[str, Any]) -> None:
        """By type and value: also what is rightly signed must be what we make."""
        ids = [claims["sub"], claims["sid"]]
        is_good = (
            claims["iss"] == claims["aud"] == ISSUER
            and all(type(text) is str and _is_id(text) for text in ids)
            and type(claims["jti"]) is str
            and type(claims["iat"]) is type(claims["exp"]) is int
            and type(claims.get("nbf", 0)) is int
        )
        if not is_good:
            raise BadToken(Cause.MALFORMED)

    def _check_times(self, claims: dict[str, Any]) -> None:
        """Made in the future by a clock ahead of ours, or run out by one behind: within bounds."""
        now = self._clock()
        if claims.get("nbf", 0) > now + LEEWAY_SECONDS:
            raise BadToken(Cause.FOREIGN)  # none of ours has one
        if claims["exp"] - claims["iat"] > self.access_seconds:  # or more were given before
            raise BadToken(Cause.EXPIRED, is_out_of_time=True)
        if claims["iat"] > now + LEEWAY_SECONDS or self.has_run_out(claims["exp"]):
            raise BadToken(Cause.EXPIRED, is_out_of_time=True)


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
