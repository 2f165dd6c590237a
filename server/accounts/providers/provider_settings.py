"""Providers by settings: PRIME_PROVIDERS names them, PRIME_PROVIDER_<NAME>_* says what each is."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from machine.loopback import is_loopback
from server.accounts.providers.redirects import problem_with_own_address

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")

Get = Callable[[str], str | None]
Need = Callable[[str], str]


class Kind(StrEnum):
    """How it says who someone is."""

    OIDC = "oidc"
    """By an ID token; everything else of it is found by its issuer URL (OpenID Connect)."""
    GITHUB = "github"
    """By its API: it has no ID tokens for people."""
    DISCORD = "discord"
    """By its API."""


@dataclass(frozen=True, slots=True)
class AppleKey:
    """What a client secret of Apple's is signed with."""

    team_id: str
    key_id: str
    private_key: EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """One provider. `client_secret` None: a public client, which has PKCE alone."""

    name: str
    label: str
    """On the button."""
    kind: Kind
    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    scopes: tuple[str, ...] = ()
    response_mode: str | None = None
    """None: what the provider takes for the default, which is the query."""
    apple: AppleKey | None = None


@dataclass(frozen=True, slots=True)
class Providers:
    """All of them by name, and where else than to this server's own page they may lead back."""

    by_name: Mapping[str, ProviderSettings] = field(default_factory=dict)
    redirects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Preset:
    label: str
    kind: Kind
    issuer: str
    scopes: str


PRESETS = {
    "google": _Preset("Google", Kind.OIDC, "https://accounts.google.com", "openid email profile"),
    "github": _Preset("GitHub", Kind.GITHUB, "https://github.com", "read:user user:email"),
    # With a scope Apple posts the answer as a form (`response_mode`), which this server takes none
    # of: without, it says who someone is and not their address, so it can be linked (A33).
    "apple": _Preset("Apple", Kind.OIDC, "https://appleid.apple.com", "openid"),
    "discord": _Preset("Discord", Kind.DISCORD, "https://discord.com", "identify email"),
}
"""What is known of a provider by its name; any other name is OpenID Connect with an issuer."""

APPLE_POSTS_WITH = frozenset({"email", "name"})


def providers_of_environment() -> Providers:
    """Raises `ValueError` that names the variable, never its value."""
    words = os.environ.get("PRIME_PROVIDERS") or ""
    addresses = os.environ.get("PRIME_REDIRECTS") or ""
    return read_providers(words, addresses, os.environ)


def read_providers(words: str, addresses: str, env: Mapping[str, str]) -> Providers:
    """PRIME_PROVIDERS, PRIME_REDIRECTS, and where PRIME_PROVIDER_<NAME>_* are; likewise."""
    names = [name.strip() for name in words.split(",") if name.strip()]
    for name in names:
        if NAME.fullmatch(name) is None or names.count(name) > 1:
            raise ValueError(
                "PRIME_PROVIDERS is like google,github,studio: names of a-z, 0-9 and _, each once"
            )
    redirects = [each.strip() for each in addresses.split(",")]
    for redirect in filter(None, redirects):
        if problem := problem_with_own_address(redirect):
            raise ValueError(f"PRIME_REDIRECTS: {problem}")
    return Providers(
        {name: _provider(name, env) for name in names}, frozenset(filter(None, redirects))
    )


def _provider(name: str, env: Mapping[str, str]) -> ProviderSettings:
    def get(word: str) -> str | None:
        return env.get(f"PRIME_PROVIDER_{name.upper()}_{word}") or None

    def need(word: str) -> str:
        if (value := get(word)) is None:
            raise ValueError(f"PRIME_PROVIDER_{name.upper()}_{word} must be set for {name}")
        return value

    preset = PRESETS.get(name)
    issuer = get("ISSUER") or (preset.issuer if preset else need("ISSUER"))
    _check_issuer(name, issuer)
    scopes = tuple((get("SCOPES") or (preset.scopes if preset else "openid email profile")).split())
    is_apple = name == "apple"
    secret = get("CLIENT_SECRET") or _of_file(name, "CLIENT_SECRET_FILE", get)
    return ProviderSettings(
        name=name,
        label=get("LABEL") or (preset.label if preset else name.replace("_", " ").title()),
        kind=preset.kind if preset else Kind.OIDC,
        issuer=issuer,
        client_id=need("CLIENT_ID"),
        client_secret=secret,
        scopes=scopes,
        response_mode="form_post" if is_apple and APPLE_POSTS_WITH & set(scopes) else None,
        apple=_apple_key(name, need, get) if is_apple else None,
    )


def _check_issuer(name: str, issuer: str) -> None:
    try:
        url = urlsplit(issuer)
        is_fine = bool(url.hostname) and not (url.query or url.fragment or url.username)
        is_safe = url.scheme == "https" or (
            url.scheme == "http" and is_loopback(url.hostname or "")
        )
    except ValueError:
        is_fine = is_safe = False
    if not (is_fine and is_safe):
        raise ValueError(
            f"PRIME_PROVIDER_{name.upper()}_ISSUER must be an https:// URL without a query"
            " (http:// for this machine alone)"
        )


def _of_file(name: str, word: str, get: Get) -> str | None:
    """What the file holds whose path the variable has: Docker and systemd give secrets so."""
    if (path := get(word)) is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError(f"PRIME_PROVIDER_{name.upper()}_{word}: cannot read the file") from None


def _apple_key(name: str, need: Need, get: Get) -> AppleKey:
    need("PRIVATE_KEY_FILE")
    pem = _of_file(name, "PRIVATE_KEY_FILE", get) or ""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not (isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)):
        raise ValueError(
            f"PRIME_PROVIDER_{name.upper()}_PRIVATE_KEY_FILE must be the .p8 file of Apple"
        )
    return AppleKey(need("TEAM_ID"), need("KEY_ID"), key)
