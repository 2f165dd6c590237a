"""What a provider says of itself, and its keys: read when needed, kept for a while."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from machine.sockets.listening_address import is_loopback
from schema.accounts.audit_events import Cause
from server.accounts.providers.failures import ProviderDown, ProviderRefused
from server.accounts.providers.fetching import Fetching

KEPT_SECONDS = 3_600.0
"""How long what it says of itself, and its keys, are taken as they were."""

ANEW_SECONDS = 30.0
"""Between two looks at its keys because a token names one that is not among them."""

DOWN_SECONDS = 2.0
"""How long it is not asked again after it did not answer."""

PATH = "/.well-known/openid-configuration"


class Metadata(msgspec.Struct, frozen=True):
    """Of OpenID Connect Discovery, what is needed."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False


@dataclass(slots=True)
class _CachedIssuer:
    metadata: Metadata | None = None
    metadata_until: float = 0.0
    keys: KeySet | None = None
    keys_until: float = 0.0
    keys_read_at: float = float("-inf")
    down_until: float = 0.0
    """Until when it is taken for down."""
    read_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One at a time asks it; who waits finds what that one has brought, or that it is down."""


@dataclass(slots=True)
class Discovery:
    """Of all providers of one node, by issuer: as many as the settings name."""

    fetching: Fetching
    now: Callable[[], float] = time.monotonic
    _cached_issuers: dict[str, _CachedIssuer] = field(default_factory=dict)
    """Issuer -> what was read of it."""

    async def metadata(self, issuer: str) -> Metadata:
        """Raises `ProviderDown`, `ProviderRefused`."""
        cached = self._cached_issuers.setdefault(issuer, _CachedIssuer())
        async with cached.read_lock:
            if cached.metadata is None or self.now() >= cached.metadata_until:
                metadata_read = await self._read(cached, issuer.rstrip("/") + PATH)
                cached.metadata = _checked(metadata_read, issuer)
                cached.metadata_until = self.now() + KEPT_SECONDS
            return cached.metadata

    async def keys(self, issuer: str, kid: str | None) -> KeySet:
        """Its keys; read anew if none of this `kid` is among them, but not all the time."""
        cached = self._cached_issuers.setdefault(issuer, _CachedIssuer())
        metadata = await self.metadata(issuer)
        async with cached.read_lock:
            now = self.now()
            is_missing = cached.keys is None or (kid is not None and not _has(cached.keys, kid))
            may_look = cached.keys is None or now - cached.keys_read_at >= ANEW_SECONDS
            if now >= cached.keys_until or (is_missing and may_look):
                cached.keys = _key_set(await self._read(cached, metadata.jwks_uri))
                cached.keys_read_at, cached.keys_until = now, now + KEPT_SECONDS
            assert cached.keys is not None
            return cached.keys

    async def _read(self, cached: _CachedIssuer, url: str) -> Any:
        host = urlsplit(url).hostname
        if self.now() < cached.down_until:
            raise ProviderDown(f"{host} did not answer a moment ago")
        try:
            fetched = await self.fetching.get(url)
        except ProviderDown:
            cached.down_until = self.now() + DOWN_SECONDS
            raise
        if fetched.status != 200:
            raise ProviderRefused(Cause.MALFORMED, f"{host} answers with {fetched.status}")
        return fetched.body


def _checked(document: Any, issuer: str) -> Metadata:
    """Its issuer is the one that was asked (Discovery, 4.3), and no secret goes without TLS."""
    try:
        metadata = msgspec.convert(document, Metadata, strict=False)
    except msgspec.ValidationError as error:
        raise ProviderRefused(Cause.MALFORMED, f"{issuer} is no provider: {error}") from None
    if metadata.issuer != issuer:
        raise ProviderRefused(Cause.FOREIGN, f"{issuer} says that it is another issuer")
    may_be_here = is_loopback(urlsplit(issuer).hostname or "")
    endpoints = (
        metadata.authorization_endpoint,
        metadata.token_endpoint,
        metadata.jwks_uri,
        metadata.userinfo_endpoint or metadata.token_endpoint,
    )
    if not all(_is_safe(endpoint, may_be_here) for endpoint in endpoints):
        raise ProviderRefused(Cause.MALFORMED, f"{issuer} names an endpoint without TLS")
    return metadata


def _is_safe(endpoint: str, may_be_here: bool) -> bool:
    try:
        url = urlsplit(endpoint)
    except ValueError:
        return False
    if url.scheme == "https":
        return bool(url.hostname)
    return may_be_here and url.scheme == "http" and is_loopback(url.hostname or "")


def _key_set(document: Any) -> KeySet:
    """Those that sign, of kinds that are known: one that is not must not void the others."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ProviderRefused(Cause.MALFORMED, "the provider's key set is none")
    keys_found = []
    for raw_key in keys[:64]:
        if (
            isinstance(raw_key, dict)
            and raw_key.get("use", "sig") == "sig"
            and raw_key.get("kty") != "oct"
        ):
            try:
                keys_found += KeySet.import_key_set({"keys": [raw_key]}).keys
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    return KeySet(keys_found)


def _has(keys: KeySet, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)
