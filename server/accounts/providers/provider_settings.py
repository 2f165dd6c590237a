"""Providers by settings: PRIME_PROVIDERS names them, PRIME_PROVIDER_<NAME>_* says what each is."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from machine.sockets.listening_address import is_loopback

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")

WORDS = {
    "CLIENT_ID": "by which the provider knows this server",
    "CLIENT_SECRET": "what the provider gave with it, if it did",
    "ISSUER": "an https:// URL, as https://login.example.com",
    "SCOPES": "what it is asked for, as openid email profile",
    "LABEL": "what is on its button",
    "TEAM_ID": "of Apple, as 1A2B3C4D5E",
    "KEY_ID": "of Apple, as 1A2B3C4D5E",
    "PRIVATE_KEY": "of Apple, by a file: PRIME_PROVIDER_APPLE_PRIVATE_KEY_FILE=/etc/prime/apple.p8",
}
"""What `PRIME_PROVIDER_<NAME>_` ends with, and says."""

SECRET_WORDS = frozenset({"CLIENT_SECRET", "PRIVATE_KEY"})

Get = Callable[[str, str], str | None]
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
    # With such a scope Apple posts the answer as a form, which `/account` takes (rule A72).
    "apple": _Preset("Apple", Kind.OIDC, "https://appleid.apple.com", "openid email"),
    "discord": _Preset("Discord", Kind.DISCORD, "https://discord.com", "identify email"),
}
"""What is known of a provider by its name; any other name is OpenID Connect with an issuer."""

APPLE_POSTS_WITH = frozenset({"email", "name"})


def provider_names(text: str) -> tuple[str, ...]:
    """Of PRIME_PROVIDERS; raises `ValueError`."""
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if NAME.fullmatch(name) is None or names.count(name) > 1:
            raise ValueError
    return names


def variable_of(name: str, word: str) -> str:
    """That says this of a provider."""
    return f"PRIME_PROVIDER_{name.upper()}_{word}"


def read_providers(names: Sequence[str], redirects: frozenset[str], get: Get) -> Providers:
    """Of what `PRIME_PROVIDER_<NAME>_*` say; raises `ValueError` that names the variable.

    `get`: what is set, by the name of a provider and a key of `WORDS`.
    """
    if missing := [text for name in names for text in _missing(name, get)]:
        raise ValueError(f"PRIME_PROVIDERS is set, so {', and '.join(missing)}")
    return Providers({name: _provider(name, get) for name in names}, redirects)


def _missing(name: str, get: Get) -> list[str]:
    """All that it lacks, so that nobody is told one thing after the other."""
    needed_words = ["CLIENT_ID"] if name in PRESETS else ["ISSUER", "CLIENT_ID"]
    needed_words += ["PRIVATE_KEY", "TEAM_ID", "KEY_ID"] if name == "apple" else []
    return [
        f"{variable_of(name, word)} must be set for {name}: {WORDS[word]}"
        for word in needed_words
        if get(name, word) is None
    ]


def _provider(name: str, get_of: Get) -> ProviderSettings:
    """`_missing` has none of it."""

    def get(word: str) -> str | None:
        return get_of(name, word)

    def need(word: str) -> str:
        return get(word) or ""

    preset = PRESETS.get(name)
    issuer = get("ISSUER") or (preset.issuer if preset else "")
    _check_issuer(name, issuer)
    scopes = tuple((get("SCOPES") or (preset.scopes if preset else "openid email profile")).split())
    is_apple = name == "apple"
    return ProviderSettings(
        name=name,
        label=get("LABEL") or (preset.label if preset else name.replace("_", " ").title()),
        kind=preset.kind if preset else Kind.OIDC,
        issuer=issuer,
        client_id=need("CLIENT_ID"),
        client_secret=get("CLIENT_SECRET"),
        scopes=scopes,
        response_mode="form_post" if is_apple and APPLE_POSTS_WITH & set(scopes) else None,
        apple=_apple_key(name, need) if is_apple else None,
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
            f"{variable_of(name, 'ISSUER')} must be an https:// URL without a query (http:// for"
            " this machine alone), as https://login.example.com"
        )


def _apple_key(name: str, need: Need) -> AppleKey:
    pem = need("PRIVATE_KEY")
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not (isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)):
        raise ValueError(
            f"{variable_of(name, 'PRIVATE_KEY_FILE')} must name the .p8 file of Apple, as"
            " /etc/prime/apple.p8"
        )
    return AppleKey(need("TEAM_ID"), need("KEY_ID"), key)
